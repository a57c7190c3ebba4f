"""Candles made from ticks in whatever order they arrive, laid over delivered ones, folded to larger intervals. Pure.

A bucket starts at floor(timestamp / interval), a week on Monday 00:00 UTC. A bucket without a price has no candle.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import itemgetter
from typing import NamedTuple, TypeVar

from desk.ticks import MONEY, Bar
from models import CandleOrigin, Policy

INTERVALS = {'1m': 60, '5m': 300, '15m': 900, '1h': 3600, '4h': 14400, '1d': 86400, '1w': 604800}
STORED = (60, 3600, 86400)
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)

Key = TypeVar('Key')

DELIVERED = (CandleOrigin.DELIVERED, CandleOrigin.FOLDED, CandleOrigin.FILE, CandleOrigin.FILE_FOLDED)
FOLD_OF = {CandleOrigin.DELIVERED: CandleOrigin.FOLDED, CandleOrigin.FILE: CandleOrigin.FILE_FOLDED}
COUNTED = {
    Policy.LATEST: (CandleOrigin.HAND, CandleOrigin.FEED, *DELIVERED),
    Policy.EXCHANGE: (CandleOrigin.FEED, *DELIVERED),
    Policy.MANUAL: (CandleOrigin.HAND, CandleOrigin.FILE, CandleOrigin.FILE_FOLDED),
}


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle as it is shown. `start` is aware UTC; `volume` is None where nobody told one."""

    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None


class Part(NamedTuple):
    """What is known of one bucket so far.

    `opened` and `closed` are the moments of its first and last price; the desk's numbers break their ties.
    """

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None
    opened: datetime
    opened_seq: int
    closed: datetime
    closed_seq: int


def floor(moment: datetime, interval: int) -> datetime:
    """The start of the bucket of `interval` seconds that an aware UTC moment lies in."""
    if interval == 60:
        return moment.replace(second=0, microsecond=0)
    length = timedelta(seconds=interval)
    return MONDAY + (moment - MONDAY) // length * length


def stored_interval(interval: int) -> int:
    """The greatest stored interval, in seconds, that `interval` is made of."""
    return max(stored for stored in STORED if interval % stored == 0)


def part_of_tick(price: Decimal, timestamp: datetime, seq: int, volume: Decimal | None) -> Part:
    """The bucket as a single price knows it."""
    return Part(price, price, price, price, volume, timestamp, seq, timestamp, seq)


def part_of_bar(bar: Bar, now: datetime) -> Part:
    """A delivered candle opens at its start and closes at its end; one that still runs closes `now`."""
    end = bar.start + timedelta(seconds=bar.interval) - INSTANT
    return Part(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.start, 0, max(bar.start, min(end, now)), 0)


def merge(one: Part, other: Part) -> Part:
    """Two disjoint sets of prices of one bucket, put together. Commutative and associative."""
    return _joined(one, other, MONEY.add)


def whole(parts: Sequence[Part]) -> Part:
    """`merge` of many at once; at least one."""
    if len(parts) == 1:
        return parts[0]
    first = min(parts, key=itemgetter(5, 6, 0))
    last = max(parts, key=itemgetter(7, 8, 3))
    volumes = [part.volume for part in parts if part.volume is not None]
    return Part(
        first.open,
        max([part.high for part in parts]),
        min([part.low for part in parts]),
        last.close,
        reduce(MONEY.add, volumes) if volumes else None,
        first.opened,
        first.opened_seq,
        last.closed,
        last.closed_seq,
    )


def overlay(one: Part, other: Part) -> Part:
    """Two accounts of the same prices of one bucket: as `merge`, but the greater volume counts, not the sum."""
    return _joined(one, other, max)


def _joined(one: Part, other: Part, volumes: Callable[[Decimal, Decimal], Decimal]) -> Part:
    one_first = (one.opened, one.opened_seq, one.open) <= (other.opened, other.opened_seq, other.open)
    one_last = (one.closed, one.closed_seq, one.close) >= (other.closed, other.closed_seq, other.close)
    first, last = one if one_first else other, one if one_last else other
    volume = one.volume if other.volume is None else other.volume
    if one.volume is not None and other.volume is not None:
        volume = volumes(one.volume, other.volume)
    return Part(
        first.open,
        max(one.high, other.high),
        min(one.low, other.low),
        last.close,
        volume,
        first.opened,
        first.opened_seq,
        last.closed,
        last.closed_seq,
    )


def gather(parts: Iterable[tuple[Key, Part]], join: Callable[[Part, Part], Part] = merge) -> dict[Key, Part]:
    """The parts of each key as one."""
    whole: dict[Key, Part] = {}
    for key, part in parts:
        known = whole.get(key)
        whole[key] = part if known is None else join(known, part)
    return whole
