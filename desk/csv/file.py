"""A CSV file on disk, read row by row in constant memory: plain or gzip, any usual delimiter, banners skipped."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from desk.csv.formats import recognise
from desk.errors import Invalid

Read = TypeVar('Read', str, bytes)

DELIMITERS = ',;\t|'
LOOK_AHEAD = 20
VALUE = re.compile(r'[-+]?\d[\d.,:/\sTZeE+-]*')
LINE_LIMIT = 1024 * 1024
UNPACKED_LIMIT = 4 * 1024**3
BYTE_ORDER_MARKS = {b'\xef\xbb\xbf': 'utf-8-sig', b'\xff\xfe': 'utf-16', b'\xfe\xff': 'utf-16'}
NOT_TEXT = {
    b'PK\x03\x04': 'a zip archive or a spreadsheet',
    b'%PDF': 'a PDF',
    b'\x89PNG': 'a picture',
    b'SQLi': 'a database',
    b'\xd0\xcf\x11\xe0': 'an old spreadsheet',
    b'PAR1': 'a Parquet file',
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file: the line it begins on (from 1), its cells, and what is wrong with it as CSV."""

    line: int
    cells: Sequence[str]
    fault: str = ''


class CsvFile:
    """The header and, once, the rows below it. Blocking: use it in a thread. Raises Invalid for what is no CSV file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self._raw = path.open('rb')
        try:
            self._text = self._open()
            self.delimiter, self.header_line, header = self._find_header()
            self.header = [printable(cell) for cell in header]
        except BaseException:
            self._raw.close()
            raise

    @property
    def progress(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._raw.tell() / self.size) if self.size and not self._raw.closed else 1.0

    def rows(self) -> Iterator[Row]:
        """The rows below the header, once; empty lines are left out."""
        lines = self._lines()
        for _ in range(self.header_line):
            next(lines)
        reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)
        line = self.header_line + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(line, (), 'A quote is opened here that is never closed.')
            else:
                if any(cells):
                    yield Row(line, cells, self._fault(cells))
            line = self.header_line + reader.line_num + 1

    def close(self) -> None:
        """Let go of the file."""
        self._text.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fault(self, cells: Sequence[str]) -> str:
        width = len(self.header)
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            return f'The row has {len(cells)} cells where the header has {width}.'
        if not all(cell.isascii() or cell.isprintable() or _is_text(cell) for cell in cells):
            return 'The row is not UTF-8 text.'
        return ''

    def _open(self) -> io.TextIOWrapper:
        start = self._raw.read(4)
        self._raw.seek(0)
        packed = start.startswith(b'\x1f\x8b')
        data: gzip.GzipFile | io.BufferedReader = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        start = _readable(data.read, 4)
        data.seek(0)
        for signature, words in NOT_TEXT.items():
            if start.startswith(signature):
                raise Invalid(f'This is {words}, not a CSV file; save it as CSV (UTF-8) first.', 'file')
        encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)), 'utf-8')
        return io.TextIOWrapper(data, encoding, 'surrogateescape', newline='')

    def _lines(self) -> Iterator[str]:
        self._text.seek(0)
        characters = 0
        while line := _readable(self._text.readline, LINE_LIMIT):
            characters += len(line)
            if len(line) >= LINE_LIMIT:
                raise Invalid('A line of this file is longer than a million characters: it is not a CSV file.', 'file')
            if characters > UNPACKED_LIMIT:
                raise Invalid('Unpacked, this file is larger than 4 GB; cut it into pieces.', 'file')
            yield line

    def _find_header(self) -> tuple[str, int, list[str]]:
        first = list(islice(self._lines(), LOOK_AHEAD))
        if not any(line.strip() for line in first):
            raise Invalid('The file is empty.', 'file')
        for delimiter in DELIMITERS:
            for number, line in enumerate(first, 1):
                if recognise(cells := _cells(line, delimiter)):
                    return delimiter, number, cells
        return self._likely_header(first)

    def _likely_header(self, first: Sequence[str]) -> tuple[str, int, list[str]]:
        delimiter = max(DELIMITERS, key=lambda sign: max(len(_cells(line, sign)) for line in first))
        rows = [(number, cells) for number, line in enumerate(first, 1) if any(cells := _cells(line, delimiter))]
        for (number, cells), (_, below) in zip(rows, [*rows[1:], rows[-1]], strict=True):
            if 1 < len(cells) == len(below):
                if any(VALUE.fullmatch(cell) for cell in cells):
                    break
                return delimiter, number, cells
        raise Invalid(
            'The file has no header line that names its columns; write one above the first row, '
            'like name,price,timestamp.',
            'file',
        )


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:
        return []


def printable(cell: str) -> str:
    """The cell with a question mark for every byte that is not UTF-8, so that it can be shown."""
    return cell.encode(errors='replace').decode()


def _is_text(cell: str) -> bool:
    return not any('\ud800' <= char <= '\udfff' for char in cell)


def _readable(read: Callable[[int], Read], limit: int) -> Read:
    try:
        return read(limit)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Invalid('The compressed file is damaged: it ends too early or was changed on its way.', 'file') from None
    except UnicodeError:
        raise Invalid('The file is not text in UTF-8 or UTF-16; save it as CSV (UTF-8).', 'file') from None
