"""Indicators over closed and running candles, by TA-Lib. Pure; floats, because these lines are drawn and never traded.

Each function gives one value a candle, NaN where there is too little history. Candles that are missing are skipped, as
every chart does: twenty candles are twenty candles. Definitions: https://ta-lib.org/functions/; VWAP is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from desk.candles import INTERVALS, Candle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

SHORTEST, LONGEST = 2, 1000  # candles that a length may count
DAY = INTERVALS['1d']


class Columns(NamedTuple):
    """Candles as columns of floats; a volume that is not known is 0."""

    high: Values
    low: Values
    close: Values
    volume: Values

    def followed_by(self, candle: Candle) -> Columns:
        """The same with one candle more."""
        more = columns([candle])
        return Columns(*(_numpy().append(old, new) for old, new in zip(self, more, strict=True)))


class Bands(NamedTuple):
    """Bollinger's: the mean of the closes, and so many of their standard deviations above and below."""

    upper: Values
    middle: Values
    lower: Values


class Macd(NamedTuple):
    """The difference of two EMAs, the EMA of that, and how far they are apart."""

    macd: Values
    signal: Values
    histogram: Values


def columns(candles: Sequence[Candle]) -> Columns:
    """Candles, oldest first, as floats."""
    array = _numpy().array
    return Columns(
        array([float(candle.high) for candle in candles], float),
        array([float(candle.low) for candle in candles], float),
        array([float(candle.close) for candle in candles], float),
        array([float(candle.volume or 0) for candle in candles], float),
    )


def sma(of: Columns, length: int) -> Values:
    """The mean of the last `length` closes."""
    return _asked('SMA', of, length)[0]


def ema(of: Columns, length: int) -> Values:
    """The exponential mean of closes with a weight of 2 / (length + 1); it begins with the mean of the first ones."""
    return _asked('EMA', of, length)[0]


def bollinger(of: Columns, length: int, deviations: float) -> Bands:
    """Bands around the SMA; the standard deviation is that of the `length` closes themselves, not of a sample."""
    return Bands(*_asked('BBANDS', of, length, deviations, deviations, outputs=3))


def rsi(of: Columns, length: int) -> Values:
    """Wilder's relative strength index, 0 to 100."""
    return _asked('RSI', of, length)[0]


def macd(of: Columns, fast: int, slow: int, signal: int) -> Macd:
    """Appel's moving average convergence and divergence; `fast` is shorter than `slow`, in candles."""
    return Macd(*_asked('MACD', of, fast, slow, signal, outputs=3))


def vwap(of: Columns, starts: Sequence[datetime], interval: int) -> Values:
    """The mean of (high + low + close) / 3, each weighted by its volume, from the start of the day in UTC on.

    Candles of a day or more count from the start of the year. NaN until a volume is known.
    """
    numpy = _numpy()
    typical = (of.high + of.low + of.close) / 3
    money, coins = numpy.cumsum(typical * of.volume), numpy.cumsum(of.volume)
    first = numpy.array(_first_of_session(starts, interval), int)
    before_money = numpy.where(first > 0, money[first - 1], 0.0) if len(first) else money
    before_coins = numpy.where(first > 0, coins[first - 1], 0.0) if len(first) else coins
    with numpy.errstate(invalid='ignore', divide='ignore'):
        found: Values = (money - before_money) / (coins - before_coins)
    found[(coins - before_coins) <= 0] = numpy.nan
    return found


def _first_of_session(starts: Sequence[datetime], interval: int) -> list[int]:
    """Of each candle the number of the first one of its day or year."""
    firsts: list[int] = []
    session: object = None
    for number, start in enumerate(starts):
        own = start.date() if interval < DAY else start.year
        if own != session:
            session, first = own, number
        firsts.append(first)
    return firsts


def _asked(name: str, of: Columns, *parameters: float, outputs: int = 1) -> Sequence[Values]:
    """What TA-Lib says; NaN everywhere without candles, which it refuses."""
    if not len(of.close):
        return [of.close] * outputs
    found = getattr(_talib(), name)(of.close, *parameters)
    return found if outputs > 1 else [found]


def _numpy() -> Any:
    import numpy  # 100 ms that the start does not need: the first drawing with an indicator asks for it, in a thread

    return numpy


def _talib() -> Any:
    import talib  # as numpy

    return talib
