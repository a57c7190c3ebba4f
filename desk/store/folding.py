"""Stored candles as they are shown, folded while they are still in the database's own words. Pure.

Only what is shown becomes a Decimal and a datetime: a week of minutes is ten thousand rows and 672 quarter hours. The
first opens and the last closes; of volumes, what is recorded adds up, what is delivered counts once, the greater wins.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from columns import canonical
from desk.candles import DELIVERED, Candle, floor
from desk.ticks import MONEY

Moment = datetime | str
Number = Decimal | str


class Stored(NamedTuple):
    """A row of the candle table: SQLite has text, in the order of time; PostgreSQL what it stands for."""

    start: Moment
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number | None
    opened: Moment
    opened_seq: int
    closed: Moment
    closed_seq: int
    origin: str


START, HIGH, LOW = itemgetter(0), itemgetter(2), itemgetter(3)  # a row may come without names


def folded(rows: Iterable[Stored], interval: int) -> list[Candle]:
    """Candles of `interval` seconds, oldest first, of rows of every making that are not longer."""
    ordered = sorted(rows, key=START)
    with localcontext(MONEY):
        return [_candle(start, bucket) for start, bucket in _buckets(ordered, interval)]


def _buckets(rows: Sequence[Stored], interval: int) -> Iterator[tuple[datetime, Sequence[Stored]]]:
    starts = [START(row) for row in rows]
    first, length = 0, timedelta(seconds=interval)
    while first < len(rows):
        start = floor(moment(starts[first]), interval)
        after = bisect_left(starts, _like(starts[first], start + length), first)
        yield start, rows[first:after]
        first = after


def _candle(start: datetime, rows: Sequence[Stored]) -> Candle:
    if len(rows) == 1:
        _, first, high, low, last, volume, *_ = rows[0]
        told = None if volume is None else number(volume)
        return Candle(start, number(first), number(high), number(low), number(last), told)
    opening, closing = _same_start(rows), _same_start(reversed(rows))
    return Candle(
        start,
        number((min(opening, key=_opened) if len(opening) > 1 else rows[0])[1]),
        number(max(map(HIGH, rows), key=Decimal)),
        number(min(map(LOW, rows), key=Decimal)),
        number((max(closing, key=_closed) if len(closing) > 1 else rows[-1])[4]),
        _volume(rows),
    )


def _same_start(rows: Iterable[Stored]) -> list[Stored]:
    """The first row and those after it with its start: one for each making of each coin that was merged into one."""
    return next(list(group) for _, group in groupby(rows, key=START))


def _opened(row: Stored) -> tuple[Moment, int, Decimal]:
    return row[6], row[7], Decimal(row[1])


def _closed(row: Stored) -> tuple[Moment, int, Decimal]:
    return row[8], row[9], Decimal(row[4])


def _volume(rows: Sequence[Stored]) -> Decimal | None:
    told = [(row[0], Decimal(row[5]), row[10] in DELIVERED) for row in rows if row[5] is not None]
    if not told:
        return None
    if not any(delivered for _, _, delivered in told):
        return sum((volume for _, volume, _ in told), Decimal(0))
    greatest: dict[Moment, Decimal] = {}
    recorded: dict[Moment, Decimal] = {}
    for start, volume, delivered in told:
        if delivered:
            greatest[start] = max(volume, greatest.get(start, volume))
        else:
            recorded[start] = volume + recorded.get(start, 0)
    for start, volume in recorded.items():
        greatest[start] = max(volume, greatest.get(start, volume))
    return sum(greatest.values(), Decimal(0))


def moment(value: Moment) -> datetime:
    """A moment of the database's as aware UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


def _like(value: Moment, when: datetime) -> Moment:
    return f'{when:%Y-%m-%d %H:%M:%S.%f}' if isinstance(value, str) else when


def number(value: Number) -> Decimal:
    """A number of the database's, exact."""
    return Decimal(value if isinstance(value, str) else canonical(value))
