"""One price as it travels through the desk, and the rules it must pass. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from columns import FRACTION_DIGITS, INTEGER_DIGITS, PRICE_DIGITS
from desk.errors import Invalid
from models import NAME_LENGTH, Origin

FUTURE_TOLERANCE = timedelta(seconds=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MONEY = Context(prec=60)
PLAIN_NUMBER = re.compile(r'\+?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?')
LONGEST = 200  # characters of a number: the time that a look at it takes may grow with their square
SHORT = 20  # characters of a number that has no more digits than a price may have
UNSEEN = {'Cc', 'Cf', 'Cs', 'Co', 'Cn', 'Zl', 'Zp'}
BLANKS = frozenset(
    '\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\ufe0e\uffa0'
)  # letters of no ink
JOINER, COLOURED, SKINS = '\u200d', '\ufe0f', range(0x1F3FB, 0x1F400)
MOST_MARKS = 4  # accents above one another: no language has more, and a pile of them covers the lines around it


class Tick(NamedTuple):
    """A price on its way in. Prices and volume are exact; `timestamp` is aware UTC.

    `source` is what people read ('form', 'api', 'csv', 'coinbase', 'demo'); `origin` is the door.
    `seq` and `received` are the desk's: whoever makes a tick leaves them alone.
    """

    name: str
    price: Decimal
    timestamp: datetime
    source: str
    origin: Origin
    volume: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    author: str = ''
    note: str = ''
    seq: int = 0
    received: datetime = EARLIEST


@dataclass(frozen=True, slots=True)
class Bar:
    """A finished or running candle that a feed or a file delivers: no ticks behind it.

    `interval` is in seconds and is 60, 3600 or 86400; `start` is aware UTC, on the interval's grid.
    `origin` is FEED or FILE.
    """

    name: str
    interval: int
    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None
    source: str
    origin: Origin = Origin.FEED


def parse_name(text: str, field: str = 'name') -> str:
    """A name, trimmed: 1 to 50 characters that can be seen, told apart and kept in their place; raises Invalid.

    No controls, no change of direction, nothing without ink (Unicode's default-ignorable code points, UTS 39), no pile
    of accents; joiners only where they make one emoji out of several.
    """
    name = unicodedata.normalize('NFC', text).strip()
    if not name:
        raise Invalid('Give the coin a name, like BTC.', field)
    if len(name) > NAME_LENGTH:
        raise Invalid(f'A name has at most {NAME_LENGTH} characters; this one has {len(name)}.', field)
    if name.isascii() and name.isprintable():
        return name
    if any(_hidden(name, at) for at in range(len(name))):
        raise Invalid('A name is made of printable characters only; this one has an invisible one.', field)
    if _piled(name):
        raise Invalid(f'A letter of a name has at most {MOST_MARKS} accents, and the first is no accent.', field)
    return name


def name_key(name: str) -> str:
    """What two names have in common that differ in case alone."""
    return unicodedata.normalize('NFC', name.casefold())


def name_look(name: str) -> str:
    """What two names have in common that look the same: spaces of any width, and emoji of any colour, are one."""
    return ' '.join(name_key(name).replace(COLOURED, '').split())


def _hidden(name: str, at: int) -> bool:
    char = name[at]
    if char == JOINER:
        return not (_pictured(name[:at].rstrip(COLOURED)[-1:]) and _pictured(name[at + 1 : at + 2]))
    if char == COLOURED:
        return not (_pictured(before := name[at - 1 : at]) or before in '‼⁉〰' or name[at + 1 : at + 2] == '\u20e3')
    return char in BLANKS or '\U000e0100' <= char <= '\U000e01ef' or unicodedata.category(char) in UNSEEN


def _pictured(char: str) -> bool:
    """Whether this may be part of an emoji."""
    return char != '' and (unicodedata.category(char) == 'So' or ord(char) in SKINS or char in '↔↕')


def _piled(name: str) -> bool:
    marks = 0
    for char in ' ' + name:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) in ('Mn', 'Me') else 0
        if marks > MOST_MARKS:
            return True
    return unicodedata.category(name[0]) in ('Mn', 'Me')


def parse_price(text: str, field: str = 'price') -> Decimal:
    """A price as a person or a program writes it, exact; raises Invalid with what would be right."""
    text = text.strip()
    if not text:
        raise Invalid('Give a price, like 67000.12.', field)
    if len(text) > LONGEST:
        raise Invalid(f'A price has at most {PRICE_DIGITS} digits; this text has {len(text):,} characters.', field)
    if re.fullmatch(r'\d+,\d+', text) and not PLAIN_NUMBER.fullmatch(text):
        raise Invalid(f'Write the decimals after a point: {text.replace(",", ".")} instead of {text}.', field)
    if re.fullmatch(r'[+-]?\d*\.?\d+[eE][+-]?\d+', text):
        raise Invalid(f'Write the number out in full, without an exponent{_written_out(text)}.', field)
    if re.fullmatch(r'-\s*[\d.,]+', text):
        raise Invalid('A price is greater than zero; this one is negative.', field)
    if not PLAIN_NUMBER.fullmatch(text) or not any(char.isdecimal() for char in text) or not text.isascii():
        raise Invalid(f'“{text[:40]}” is not a number; write it like 67000.12 or 67,000.12.', field)
    return check_price(Decimal(text.replace(',', '')), field)


def check_price(price: Decimal, field: str = 'price') -> Decimal:
    """The price itself if it is positive, finite and within 20 digits before the point, 18 after, 28 in all.

    It comes back as one writes it: without an exponent, and without zeros at the end of its fraction.
    """
    text = str(price)
    if price and len(text) < SHORT and text.replace('.', '', 1).isdecimal():  # as nearly all are
        return Decimal(text.rstrip('0').rstrip('.')) if text[-1] == '0' and '.' in text else price
    return _checked(price, field)


def _checked(price: Decimal, field: str) -> Decimal:
    if not price.is_finite():
        raise Invalid('A price is a finite number.', field)
    if price <= 0:
        raise Invalid('A price is greater than zero.', field)
    with localcontext(MONEY) as context:
        context.prec = max(MONEY.prec, len(price.as_tuple().digits))  # nothing is rounded away unseen
        price = price.normalize()
    _, digits, exponent = price.as_tuple()
    assert isinstance(exponent, int)
    fraction, integer = max(0, -exponent), max(0, len(digits) + exponent)
    if integer > INTEGER_DIGITS or fraction > FRACTION_DIGITS or integer + fraction > PRICE_DIGITS:
        raise Invalid(
            f'A price has at most {INTEGER_DIGITS} digits before the point, {FRACTION_DIGITS} after it '
            f'and {PRICE_DIGITS} in all.',
            field,
        )
    return Decimal(format(price, 'f'))


def parse_timestamp(text: str, zone: tzinfo = UTC) -> datetime:
    """An ISO 8601 moment as aware UTC; one that names no zone is taken to be in `zone`; raises Invalid."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(f'“{text[:40]}” is not a time; write it like 2026-01-31T14:30:00Z.', 'timestamp') from None
    try:
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError:
        raise Invalid('That time is outside of the calendar.', 'timestamp') from None


def check_timestamp(moment: datetime, now: datetime) -> datetime:
    """The moment itself if it is aware, not before 1970 and at most 5 s after `now`; raises Invalid."""
    if moment.tzinfo is None:
        raise Invalid('A time needs a zone; write it like 2026-01-31T14:30:00Z.', 'timestamp')
    if moment > now + FUTURE_TOLERANCE:
        raise Invalid(
            f'{moment:%Y-%m-%d %H:%M:%S} UTC is in the future; a price is recorded when it holds.', 'timestamp'
        )
    if moment < EARLIEST:
        raise Invalid('A time before 1970 is a slip of the pen.', 'timestamp')
    return moment.astimezone(UTC)


def _written_out(text: str) -> str:
    if len(text) > PRICE_DIGITS + 4 or len(text.lower().partition('e')[2].lstrip('+-')) > 2:
        return ''  # 1e999999999 would be a gigabyte
    plain = format(Decimal(text), 'f')
    return f': {plain} instead of {text}' if len(plain) <= PRICE_DIGITS + 2 else ''


def check_bar(bar: Bar) -> Bar:
    """The bar itself if its prices pass, low ≤ open, close ≤ high, and it lies on its grid; raises Invalid."""
    for field in ('open', 'high', 'low', 'close'):
        check_price(getattr(bar, field), field)
    if not bar.low <= min(bar.open, bar.close) or not max(bar.open, bar.close) <= bar.high:
        raise Invalid('A candle has its open and close between its low and high.', 'high')
    if bar.volume is not None and (not bar.volume.is_finite() or bar.volume < 0):
        raise Invalid('A volume is zero or more.', 'volume')
    if bar.interval not in (60, 3600, 86400) or int(bar.start.timestamp()) % bar.interval or bar.start.microsecond:
        raise Invalid('A candle lasts a minute, an hour or a day and starts on its grid.', 'start')
    return bar
