"""The equity of a book through time, from its fills and the closes of the coins it held; and how far it fell. Pure.

A point counts each coin at the newest price known by then: the close of a candle that has ended, or the price that
made a fill. There are at most 500 points, at the shortest interval that covers the span with so many.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from desk.candles import INTERVALS, floor
from desk.orders import Fill, Side
from desk.portfolio import ZERO, per_cent
from desk.ticks import MONEY
from desk.trading import value

MOST = 500
ENDS = 2  # the opening deposit, and the live point that whoever draws the curve puts at its end
Closes = Mapping[int, Sequence[tuple[datetime, Decimal]]]


@dataclass(frozen=True, slots=True)
class Point:
    """What the book was worth at a moment."""

    at: datetime
    equity: Decimal


@dataclass(frozen=True)
class Curve:
    """Points oldest first, from the opening deposit on; the live one is not in it.

    `peak` is the highest of them, `fall` the deepest fall below a peak before, in per cent.
    """

    points: tuple[Point, ...]
    interval: str
    peak: Decimal
    fall: Decimal

    def fell(self, equity: Decimal) -> Decimal:
        """The drawdown with this as the last point."""
        return max(self.fall, _fall(self.peak, equity))

    def grown(self, point: Point) -> 'Curve':
        """With a point more at its end."""
        with localcontext(MONEY):
            fall = self.fell(point.equity)
        return replace(self, points=(*self.points, point), peak=max(self.peak, point.equity), fall=fall)

    def can_grow(self, at: datetime) -> bool:
        """Whether a point of this moment is the one that is due, and there is room for it."""
        step = timedelta(seconds=INTERVALS[self.interval])
        same = interval_for(self.points[0].at, at) == self.interval
        return same and self.due <= at < self.due + step and len(self.points) < MOST - 1

    @property
    def due(self) -> datetime:
        """When the next point is."""
        step = INTERVALS[self.interval]
        return floor(self.points[-1].at, step) + timedelta(seconds=step)


def interval_for(start: datetime, end: datetime) -> str:
    """The shortest interval of candles that spans the time with few enough points; a week if none does."""
    span = (end - start).total_seconds()
    return next((name for name, length in INTERVALS.items() if span / length <= MOST - ENDS - 1), '1w')


def curve(
    deposit: Decimal, opened: datetime, end: datetime, fills: Sequence[tuple[int, Fill]], closes: Closes
) -> Curve:
    """`fills` with their coins, oldest first; `closes` per coin: (end of a candle, its close), oldest first."""
    interval = interval_for(opened, end)
    moments = _moments(opened, end, interval, [fill.at for _, fill in fills])
    with localcontext(MONEY):
        points = (Point(opened, deposit), *_points(deposit, moments, fills, closes))
        return Curve(points, interval, max(point.equity for point in points), drawdown(points))


def drawdown(points: Sequence[Point]) -> Decimal:
    """The deepest fall below the highest point before, in per cent to 0.01."""
    deepest, peak = ZERO, ZERO
    with localcontext(MONEY):
        for point in points:
            peak = max(peak, point.equity)
            deepest = max(deepest, _fall(peak, point.equity))
    return deepest


def _fall(peak: Decimal, equity: Decimal) -> Decimal:
    return (per_cent(peak - equity, peak) or ZERO) if equity < peak else ZERO


def _moments(opened: datetime, end: datetime, interval: str, filled: Sequence[datetime]) -> list[datetime]:
    """The ends of the buckets within the span; the moments of the fills, too, while they are few."""
    step = timedelta(seconds=INTERVALS[interval])
    first = floor(opened, INTERVALS[interval]) + step
    count = max(0, (end - first) // step + 1)
    stride = -(-count // (MOST - ENDS)) or 1  # more than 500 weeks: each second week, each third …
    ends = [first + step * number for number in range(0, count, stride)]
    return sorted({*ends, *filled}) if len(ends) + len(filled) <= MOST - ENDS else ends


def _points(
    deposit: Decimal, moments: Sequence[datetime], fills: Sequence[tuple[int, Fill]], closes: Closes
) -> Iterator[Point]:
    cash, sizes, prices = deposit, dict[int, Decimal](), dict[int, Decimal]()
    news = deque(_news(fills, closes))
    for moment in moments:
        while news and news[0].at <= moment:
            new = news.popleft()
            prices[new.coin_id] = new.price
            sizes[new.coin_id] = sizes.get(new.coin_id, ZERO) + new.size
            cash += new.cash
        yield Point(moment, cash + sum((value(size, prices[coin]) for coin, size in sizes.items() if size), ZERO))


@dataclass(frozen=True, slots=True)
class _New:
    """A coin's price at a moment and, if a fill made it known, the coins and the cash that moved."""

    at: datetime
    coin_id: int
    price: Decimal
    size: Decimal = ZERO
    cash: Decimal = ZERO


def _news(fills: Sequence[tuple[int, Fill]], closes: Closes) -> list[_New]:
    priced = [_New(at, coin_id, close) for coin_id, ends in closes.items() for at, close in ends]
    return sorted([*priced, *(_filled(coin_id, fill) for coin_id, fill in fills)], key=lambda new: new.at)


def _filled(coin_id: int, fill: Fill) -> _New:
    bought = fill.side == Side.BUY
    size, value = (fill.size, -fill.value) if bought else (-fill.size, fill.value)
    return _New(fill.at, coin_id, fill.tick_price, size, value - fill.fee)
