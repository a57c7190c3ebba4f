"""The one file in a multipart form, part by part as it arrives: neither in memory nor in /tmp."""

from collections.abc import AsyncIterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from desk.errors import DeskError


class FilePart:
    """Picks the bytes of the first part that has a file name out of a form; `filename` has no folders in it."""

    def __init__(self, boundary: bytes) -> None:
        self.found = self._inside = False
        self._header, self._value = b'', b''
        self._names_file, self.filename = False, ''
        self._chunks: list[bytes] = []
        self._parser = MultipartParser(
            boundary,
            {
                'on_part_begin': self._begin,
                'on_header_field': self._field,
                'on_header_value': self._part_of_value,
                'on_header_end': self._header_end,
                'on_headers_finished': self._body,
                'on_part_data': self._data,
                'on_part_end': self._end,
            },
        )

    def feed(self, chunk: bytes) -> bytes:
        """What this chunk of the form holds of the file; raises DeskError for what is no form."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise DeskError(f'The form cannot be read: {error}.') from None
        taken, self._chunks = b''.join(self._chunks), []
        return taken

    def _begin(self) -> None:
        self._names_file = False

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _part_of_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b'content-disposition':
            name = parse_options_header(self._value)[1].get(b'filename')
            self._names_file = name is not None
            if name is not None and not self.found:
                self.filename = name.decode(errors='replace').replace('\\', '/').rpartition('/')[2]
        self._header, self._value = b'', b''

    def _body(self) -> None:
        self._inside = self._names_file and not self.found
        self.found = self.found or self._inside

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._chunks.append(data[start:end])

    def _end(self) -> None:
        self._inside = False


def part_of(request: Request) -> FilePart | None:
    """The part of a multipart form that will hold the file, or None where the body is the file; raises DeskError."""
    kind, options = parse_options_header(request.headers.get('content-type'))
    if kind != b'multipart/form-data':
        return None
    if not options.get(b'boundary'):
        raise DeskError('The form names no boundary; let your HTTP client write its Content-Type.')
    return FilePart(options[b'boundary'])


async def file_of(request: Request, part: FilePart | None = None) -> AsyncIterator[bytes]:
    """The file that a request carries: in `part` of its form, or as its body; raises DeskError."""
    part = part or part_of(request)
    async for chunk in request.stream():
        if taken := part.feed(chunk) if part else chunk:
            yield taken
    if part and not part.found:
        raise DeskError('The form has no file in it; with curl: -F file=@prices.csv.')
