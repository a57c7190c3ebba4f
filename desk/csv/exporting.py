"""Records as CSV, streamed. Importing it into an empty desk gives the same records."""

import re
from collections.abc import AsyncIterator, Callable, Iterable
from decimal import Decimal

from columns import canonical
from desk.csv.formats import PRICE_ROLES
from desk.csv.rows import escaped
from models import Cryptocurrency

PLAIN = re.compile(r'[\w.:][\w.:+-]*|', re.ASCII).fullmatch  # a cell that is written as it is: most of them


async def export_csv(
    chunks: AsyncIterator[list[Cryptocurrency]], name: Callable[[Cryptocurrency], str] = str
) -> AsyncIterator[bytes]:
    """The header, then each chunk of records as UTF-8 CSV with CRLF; numbers and times exact, formulas disarmed.

    `name` says what a record's coin is called now: a coin that was renamed comes back as one.
    """
    yield (','.join(PRICE_ROLES) + '\r\n').encode()
    async for records in chunks:
        if records:
            yield ''.join(_line(record, name(record)) for record in records).encode()


def _line(record: Cryptocurrency, name: str) -> str:
    return _joined(
        (
            name,
            canonical(record.price),
            record.timestamp.isoformat(),
            record.source,
            record.origin,
            _number(record.volume),
            _number(record.bid),
            _number(record.ask),
            record.author,
            record.note,
        )
    )


def _joined(cells: Iterable[str]) -> str:
    return ','.join([cell if PLAIN(cell) else quoted(escaped(cell)) for cell in cells]) + '\r\n'


def quoted(cell: str) -> str:
    """A cell as CSV, in quotation marks where a spreadsheet might begin another cell inside it."""
    if cell.strip() == cell and not any(char in cell for char in ',"\r\n;\t|'):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _number(value: Decimal | None) -> str:
    return '' if value is None else canonical(value)
