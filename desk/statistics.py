"""What a coin's candles say of its past: the range of each window, the highest and lowest price, volatility. Pure.

A window begins with the candle that its first moment lies in, so it is longer than its name by less than one candle.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from math import log, sqrt
from statistics import stdev

from desk.candles import INTERVALS, Candle
from desk.ticks import MONEY

# Each window's length in seconds, and the candles that it is read from; a day as the desk's own day of the board.
WINDOWS = {
    '1h': (3_600, '1m'),
    '24h': (86_400, '15m'),
    '7d': (7 * 86_400, '1h'),
    '30d': (30 * 86_400, '4h'),
    '1y': (365 * 86_400, '1d'),
}
YEAR = 365 * 86_400  # coins are traded on every day
DAYS, HOURS = 30, 7 * 24
LEAST_DAYS, LEAST_HOURS = 8, 24  # fewer returns say nothing
MOST_DAYS = 20_000

Read = Callable[[str, datetime | None, int], Awaitable[list[Candle]]]  # interval, from when on, at most so many


@dataclass(frozen=True, slots=True)
class Range:
    """A window: the first price, the highest, the lowest; volume in coins, None where nobody told one."""

    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal | None


@dataclass(frozen=True, slots=True)
class Extreme:
    """A price and the start of the day, in UTC, in which it was first reached."""

    price: Decimal
    day: datetime


@dataclass(frozen=True, slots=True)
class Volatility:
    """Standard deviation of the logarithmic returns of closes, for a year, in per cent; of how many, and of which."""

    per_cent: float
    interval: str
    returns: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All of it; a window is None where nothing is known of it."""

    ranges: dict[str, Range | None]
    highest: Extreme | None
    lowest: Extreme | None
    first: datetime | None
    volatility: Volatility | None


async def read_statistics(read: Read, now: datetime) -> Statistics:
    """The statistics of one coin as of `now`; raises what `read` raises."""
    ranges = {
        name: range_of(await read(interval, now - timedelta(seconds=length), length // INTERVALS[interval] + 2))
        for name, (length, interval) in WINDOWS.items()
    }
    days = await read('1d', None, MOST_DAYS)
    volatility = volatility_of(days[-DAYS - 2 :], '1d', now)
    if volatility is None or volatility.returns < LEAST_DAYS:
        hours = await read('1h', now - timedelta(hours=HOURS + 1), HOURS + 3)
        volatility = volatility_of(hours, '1h', now)
        volatility = volatility if volatility and volatility.returns >= LEAST_HOURS else None
    first = days[0].start if days else None
    return Statistics(ranges, highest(days), lowest(days), first, volatility)


def range_of(candles: Sequence[Candle]) -> Range | None:
    """What candles, oldest first, say together; None without any."""
    if not candles:
        return None
    volumes = [candle.volume for candle in candles if candle.volume is not None]
    return Range(
        candles[0].open,
        max(candle.high for candle in candles),
        min(candle.low for candle in candles),
        reduce(MONEY.add, volumes) if volumes else None,
    )


def highest(days: Sequence[Candle]) -> Extreme | None:
    """The highest price, on the first day that reached it."""
    found = max(days, key=lambda day: day.high, default=None)
    return Extreme(found.high, found.start) if found else None


def lowest(days: Sequence[Candle]) -> Extreme | None:
    """The lowest price, on the first day that reached it."""
    found = min(days, key=lambda day: day.low, default=None)
    return Extreme(found.low, found.start) if found else None


def volatility_of(candles: Sequence[Candle], interval: str, now: datetime) -> Volatility | None:
    """Of the closes of candles that are over, where one follows the other without a gap; None of fewer than three."""
    length = timedelta(seconds=INTERVALS[interval])
    done = [candle for candle in candles if candle.start + length <= now]
    returns = [
        log(float(after.close) / float(before.close))
        for before, after in pairwise(done)
        if after.start - before.start == length
    ]
    if len(returns) < 2:
        return None
    return Volatility(100 * stdev(returns) * sqrt(YEAR / INTERVALS[interval]), interval, len(returns))
