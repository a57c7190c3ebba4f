"""Numbers and times as people read them. Pure: decimals and aware times in, text out; never scientific notation."""

from datetime import datetime
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from columns import canonical
from desk.ticks import MONEY

NONE = '—'
MINUS = '−'
# CoinGecko's table: below this price, so many decimals.
DECIMALS = (
    (Decimal('1e-10'), 18),
    (Decimal('1e-6'), 12),
    (Decimal('0.05'), 8),
    (Decimal(1), 6),
)
CENTS_UP_TO = Decimal(100_000)
CENT = Decimal('0.01')
SIZE_DIGITS = 8
THOUSANDS = ((Decimal(10) ** 12, ' T'), (Decimal(10) ** 9, ' B'), (Decimal(10) ** 6, ' M'), (Decimal(10) ** 3, ' k'))
AGE_STEPS = ((86_400, 'd'), (3_600, 'h'), (60, 'min'))


def price_decimals(price: Decimal) -> int:
    """How many decimals a price of this size is shown with: 18, 12, 8, 6, 2 or 0."""
    for limit, decimals in DECIMALS:
        if price < limit:
            return decimals
    return 2 if price <= CENTS_UP_TO else 0


def format_price(price: Decimal, decimals: int | None = None) -> str:
    """A price with as many digits as it deserves: 67,000.12 or 0.00000923.

    What is cut off is rounded half to even, so that a column of rounded prices leans neither way. For
    showing only: the exact value is `format_full`. `decimals` overrides the table, so that one chart or
    one column keeps one number of digits.
    """
    return _grouped(price, price_decimals(price) if decimals is None else decimals)


def format_money(amount: Decimal, signed: bool = False) -> str:
    """An amount of money to the cent: 1,234.56, signed +1,234.56; less than a cent with the digits it deserves."""
    decimals = price_decimals(abs(amount)) if 0 < abs(amount) < CENT else 2
    return ('+' if signed and amount > 0 else '') + _grouped(amount, decimals)


def format_full(price: Decimal) -> str:
    """Every digit of a price, grouped: 67,000.123456789. For tooltips."""
    return format(Decimal(canonical(price)), ',f')


def full_price(price: Decimal, shown: str) -> str:
    """For the tooltip of a price that is shown so: every digit, where that shows fewer; else ''."""
    return '' if Decimal(shown.replace(',', '')) == price else format_full(price)


def format_size(size: Decimal) -> str:
    """A size for a narrow column: 8 digits where it has more, 1,537.7779; the full one belongs in a tooltip."""
    with localcontext(MONEY) as context:
        context.prec = max(SIZE_DIGITS, size.adjusted() + 1)
        return format_full(+size)


def format_change(change: Decimal | None) -> str:
    """A change in per cent with its arrow, '▲ 1.25 %' or '▼ −0.75 %'; '—' where there is none to compare with."""
    if change is None:
        return NONE
    arrow = '▲ ' if change > 0 else '▼ ' if change < 0 else ''
    return arrow + _per_cent(change)


def format_deviation(deviation: Decimal) -> str:
    """How far a price is from the governing one, signed: '+1.25 %', '−0.75 %'."""
    return ('+' if deviation > 0 else '') + _per_cent(deviation)


def direction(change: Decimal | None) -> str:
    """'up', 'down' or '': the CSS class of a change."""
    return '' if not change else 'up' if change > 0 else 'down'


def format_volume(volume: Decimal | None) -> str:
    """An amount in three or four digits: 950.25, 12.3 k, 4.56 M, 7.89 B; '—' where it is not known."""
    if volume is None:
        return NONE
    for unit, letter in THOUSANDS:
        if abs(volume) >= unit:
            short = MONEY.divide(volume, unit)
            return _grouped(short, 2 if short < 10 else 1 if short < 100 else 0) + letter
    return format_price(volume) if volume else '0'


def format_count(count: int) -> str:
    """A whole number, grouped: 12,345."""
    return f'{count:,}'.replace('-', MINUS)


def format_age(since: datetime, now: datetime) -> str:
    """How long ago, in coarse steps so that it seldom changes: '', '10 s', '30 s', '4 min', '2 h', '3 d'.

    Nothing under ten seconds: a fresh price needs no age.
    """
    seconds = int((now - since).total_seconds())
    if seconds < 10:
        return ''
    for unit, letter in AGE_STEPS:
        if seconds >= unit:
            return f'{seconds // unit} {letter}'
    return '30 s' if seconds >= 30 else '10 s'


def format_time(moment: datetime, zone: str = 'UTC') -> str:
    """A moment in the chosen zone, to the second, with the zone's short name: 2026-01-31 14:30:00 CET."""
    return f'{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}'


def format_bytes(size: int) -> str:
    """A size for people: 512 bytes, 1.5 kB, 20.3 MB, 1.2 GB (powers of 1,000)."""
    for unit, name in ((10**9, 'GB'), (10**6, 'MB'), (10**3, 'kB')):
        if size >= unit:
            return f'{Decimal(size) / unit:.1f} {name}'
    return f'{size} bytes'


def _grouped(number: Decimal, decimals: int) -> str:
    """Rounded half to even, as a context does that nobody has changed."""
    return format(number, f',.{decimals}f').replace('-', MINUS)


def _per_cent(number: Decimal) -> str:
    size = abs(number)
    text = _grouped(size, 2 if size < 1000 else 0)
    return f'{MINUS if number < 0 else ""}{text} %'
