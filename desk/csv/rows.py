"""From the cells of one row to a Tick or a Bar, or the sentence that says why not. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache

from columns import FRACTION_DIGITS
from desk.candles import floor
from desk.csv.formats import Layout, base_of
from desk.errors import Invalid
from desk.ticks import (
    MONEY,
    Bar,
    Tick,
    check_bar,
    check_price,
    check_timestamp,
    parse_name,
    parse_price,
    parse_timestamp,
)
from models import Origin

INTERVALS = {60: 'one-minute candles', 3600: 'hourly candles', 86400: 'daily candles'}
SOURCE = 'csv'
QUANTUM = Decimal(1).scaleb(-FRACTION_DIGITS)
NUMBER = re.compile(r'\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?')
UNIX_UNITS = {10: 1, 13: 1000, 16: 1_000_000, 19: 1_000_000_000}
HOUR = re.compile(r'(\d{4}-\d\d-\d\d)[ T](\d\d)-([AP])M')
NOTHING = {'', '-', 'null', 'nan', 'none', 'n/a'}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ESCAPED = re.compile(
    r"'+\s*[=+\-@＝＋－＠\t\r\n]"
)  # what OWASP says begins a formula, wide signs and spaces before it too
LENGTHS = {'source': 50, 'author': 100, 'note': 500}


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one file. `name` is for files that name no coin, `interval` (seconds) for candles.

    Other programs print binary fractions: `rounded` counts the numbers that had more than 18 decimals.
    """

    layout: Layout
    quote: str
    name: str = ''
    interval: int = 0
    rounded: int = field(default=0, init=False)

    def read(self, cells: Sequence[str], now: datetime) -> Tick | Bar:
        """The row as the desk takes it; raises Invalid with the desk's own sentence."""
        if self.layout.candles:
            return self._bar(cells, now)
        return self._own_tick(cells, now) if self.layout.format.own else self._tick(cells, now)

    def moment(self, cells: Sequence[str]) -> tuple[str, datetime]:
        """Which coin a row is about, and when: enough to tell how far the candles are apart; raises Invalid."""
        return self._name(cells), parse_moment(cells[self.layout.at['timestamp']])

    def _bar(self, cells: Sequence[str], now: datetime) -> Bar:
        name, moment = self.moment(cells)
        start = check_timestamp(floor(moment, self.interval), now)
        numbers = {role: self._number(cells, role) for role in ('open', 'high', 'low', 'close')}
        volume = self._volume(cells)
        return check_bar(Bar(name, self.interval, start, **numbers, volume=volume, source=SOURCE, origin=Origin.FILE))

    def _tick(self, cells: Sequence[str], now: datetime) -> Tick:
        name, moment = self.moment(cells)
        price = check_price(self._number(cells, 'price'))
        return Tick(
            name,
            price,
            check_timestamp(moment, now),
            self._text(cells, 'source') or SOURCE,
            Origin.FILE,
            self._volume(cells),
            self._side(cells, 'bid'),
            self._side(cells, 'ask'),
            self._text(cells, 'author'),
            self._text(cells, 'note'),
        )

    def _own_tick(self, cells: Sequence[str], now: datetime) -> Tick:
        cells = [unescaped(cell) for cell in cells]
        bid, ask = self._cell(cells, 'bid'), self._cell(cells, 'ask')
        return Tick(
            name=self._name(cells),
            price=parse_price(cells[self.layout.at['price']]),
            timestamp=check_timestamp(parse_moment(cells[self.layout.at['timestamp']]), now),
            source=self._text(cells, 'source') or ('' if self._cell(cells, 'origin') else SOURCE),
            origin=self._origin(cells),
            volume=self._own_volume(cells),
            bid=parse_price(bid, 'bid') if bid else None,
            ask=parse_price(ask, 'ask') if ask else None,
            author=self._text(cells, 'author'),
            note=self._text(cells, 'note'),
        )

    def _name(self, cells: Sequence[str]) -> str:
        text = self._cell(cells, 'name')
        if text and self.layout.format.pairs:
            text = base_of(text, self.quote)
        return known_name(text or self.name)

    def _origin(self, cells: Sequence[str]) -> Origin:
        text = self._cell(cells, 'origin')
        if text and text not in list(Origin):
            raise Invalid(f'“{text[:40]}” is no origin; it is one of {", ".join(Origin)}.', 'origin')
        return Origin(text) if text else Origin.FILE

    def _own_volume(self, cells: Sequence[str]) -> Decimal | None:
        text = self._cell(cells, 'volume')
        if not text:
            return None
        return Decimal(0) if re.fullmatch(r'0+(\.0*)?', text) else parse_price(text, 'volume')

    def _volume(self, cells: Sequence[str]) -> Decimal | None:
        if self._cell(cells, 'volume').lower() in NOTHING:
            return None
        return self._number(cells, 'volume')

    def _number(self, cells: Sequence[str], role: str) -> Decimal:
        value = machine_number(cells[self.layout.at[role]].strip(), role)
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        if exponent >= -FRACTION_DIGITS:
            return value
        self.rounded += 1
        with localcontext(MONEY):
            return value.quantize(QUANTUM, ROUND_HALF_EVEN)

    def _side(self, cells: Sequence[str], role: str) -> Decimal | None:
        if self._cell(cells, role).lower() in NOTHING:
            return None
        return check_price(self._number(cells, role), role)

    def _text(self, cells: Sequence[str], role: str) -> str:
        at = self.layout.at.get(role)
        text = '' if at is None else cells[at]
        if '\0' in text:
            raise Invalid(f'The {role} has a NUL character in it.', role)
        if len(text) > LENGTHS[role]:
            raise Invalid(f'The {role} has at most {LENGTHS[role]} characters; this one has {len(text)}.', role)
        return text

    def _cell(self, cells: Sequence[str], role: str) -> str:
        at = self.layout.at.get(role)
        return '' if at is None else cells[at].strip()


def machine_number(text: str, field: str = 'price') -> Decimal:
    """A number as programs print it, exponents included, exact; raises Invalid."""
    if len(text) > MONEY.prec or not NUMBER.fullmatch(text):
        return parse_price(text, field)
    return Decimal(text)


def parse_moment(text: str) -> datetime:
    """A moment as programs write it: ISO 8601, `… UTC`, `2019-10-17 09-AM`, Unix s to ns; raises Invalid."""
    text = text.strip().removesuffix(' UTC')
    if not text:
        raise Invalid('Give a time, like 2026-01-31T14:30:00Z.', 'timestamp')
    if text.isdecimal() and len(text) in UNIX_UNITS:
        return EPOCH + timedelta(microseconds=int(text) * 1_000_000 // UNIX_UNITS[len(text)])
    if hour := HOUR.fullmatch(text):
        return parse_timestamp(f'{hour[1]}T{int(hour[2]) % 12 + 12 * (hour[3] == "P"):02}')
    return parse_timestamp(text)


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unescaped` undoes it for every text."""
    return f"'{cell}" if ESCAPED.match(f"'{cell}") else cell


def unescaped(cell: str) -> str:
    """The cell before `escaped`."""
    return cell[1:] if ESCAPED.match(cell) else cell


known_name = lru_cache(maxsize=1024)(parse_name)
