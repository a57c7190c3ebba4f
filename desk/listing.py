"""A CSV file of coin names: a watchlist as other programs take and give it. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterable

from desk.csv.exporting import quoted
from desk.csv.rows import escaped, unescaped
from desk.errors import Invalid
from desk.watchlist import MOST_COINS

HEADING = 'name'
HEADINGS = (HEADING, 'coin', 'symbol', 'ticker')
LARGEST = 1_000_000
DELIMITERS = ',;\t'


def listing(names: Iterable[str]) -> str:
    """A heading and a name a line, with CRLF; formulas disarmed."""
    return ''.join(f'{quoted(escaped(cell))}\r\n' for cell in (HEADING, *names))


def listed_names(text: str) -> list[str]:
    """The names in a file, each once, in its order: of the column that is headed so, or of the first.

    Raises Invalid for what is no such file, or is too long for a list.
    """
    if len(text) > LARGEST:
        raise Invalid(f'A list of names has at most {LARGEST:,} characters; this file has {len(text):,}.', 'file')
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    place, headed = _place(rows[0]) if rows else (0, False)
    cells = (row[place].strip() for row in rows[headed:] if len(row) > place)
    names = list(dict.fromkeys(unicodedata.normalize('NFC', unescaped(cell)) for cell in cells if cell))
    if not names:
        raise Invalid('There is no name in this file; put one coin on each line, like BTC.', 'file')
    if len(names) > MOST_COINS:
        raise Invalid(f'A list has at most {MOST_COINS:,} coins, and this file names {len(names):,}.', 'file')
    return names


def _rows(text: str) -> list[list[str]]:
    text = text.removeprefix('\ufeff')
    first = text.lstrip().partition('\n')[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=''), delimiter=delimiter))
    except csv.Error as error:
        raise Invalid(f'This is no CSV file: {error}.', 'file') from None


def _place(first: list[str]) -> tuple[int, bool]:
    """Where the names stand, and whether the first row is a heading."""
    cells = [cell.strip().casefold() for cell in first]
    found = [cells.index(heading) for heading in HEADINGS if heading in cells]
    return (found[0], True) if found else (0, False)
