"""Indicators against values worked out by hand."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.candles import Candle
from desk.indicators import bollinger, columns, ema, macd, rsi, sma, vwap

START = datetime(2026, 1, 31, 23, 58, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def candles(*closes: float, volume: str | None = '1') -> list[Candle]:
    """A candle a minute whose prices are all the same."""
    prices = [Decimal(str(close)) for close in closes]
    amount = None if volume is None else Decimal(volume)
    return [Candle(START + number * MINUTE, price, price, price, price, amount) for number, price in enumerate(prices)]


def rounded(values: Iterable[float]) -> list[float | None]:
    return [None if math.isnan(value) else round(value, 6) for value in values]


def test_sma_is_the_mean_of_the_last_closes_and_begins_when_there_are_enough() -> None:
    assert rounded(sma(columns(candles(1, 2, 3, 7)), 3)) == [None, None, 2, 4]


def test_ema_begins_with_the_mean_and_moves_by_its_weight() -> None:
    """2 / (3 + 1) = 0.5: 2, then halfway to 6, halfway to 0."""
    assert rounded(ema(columns(candles(1, 2, 3, 6, 0)), 3)) == [None, None, 2, 4, 2]


def test_bollinger_bands_are_deviations_of_the_closes_themselves() -> None:
    """2, 4, 6: mean 4, variance (4 + 0 + 4) / 3."""
    found = bollinger(columns(candles(2, 4, 6)), 3, 1.5)
    width = 1.5 * math.sqrt(8 / 3)
    assert rounded([found.lower[-1], found.middle[-1], found.upper[-1]]) == rounded([4 - width, 4, 4 + width])


def test_rsi_is_wilders() -> None:
    """Rises 2 and 1, fall 3, over 3: 3 / (3 + 3). Then a rise of 5: (2 * 1 + 5) / 3 against (2 * 1 + 0) / 3."""
    assert rounded(rsi(columns(candles(10, 12, 9, 10, 15)), 3)) == [None, None, None, 50, round(100 * 7 / 9, 6)]


def test_macd_is_the_difference_of_two_emas_and_its_own_ema() -> None:
    """EMA 2 and 3 both known at the third close: 1, 2, 3 → 2.5 and 2. Then 6: 4.833333 and 4."""
    found = macd(columns(candles(1, 2, 3, 6)), 2, 3, 1)
    assert rounded(found.macd) == [None, None, 0.5, 0.833333]
    assert rounded(found.histogram) == [None, None, 0, 0]


def test_vwap_begins_anew_each_day_and_weighs_by_volume() -> None:
    """Two minutes of the old day, two of the new one."""
    day = [*candles(10, 20), *candles(0, 0, 30, 60)[2:]]
    weighted = [
        Candle(each.start, each.open, each.high, each.low, each.close, Decimal(n + 1)) for n, each in enumerate(day)
    ]
    starts = [each.start for each in weighted]
    assert rounded(vwap(columns(weighted), starts, 60)) == [10, round(50 / 3, 6), 30, round((90 + 240) / 7, 6)]


def test_vwap_needs_a_volume() -> None:
    found = candles(10, 20, volume=None)
    assert rounded(vwap(columns(found), [each.start for each in found], 60)) == [None, None]


@pytest.mark.parametrize('count', [0, 1, 2])
def test_too_little_history_gives_no_value(count: int) -> None:
    of = columns(candles(*range(1, count + 1)))
    lines = [sma(of, 20), ema(of, 20), *bollinger(of, 20, 2), rsi(of, 14), *macd(of, 12, 26, 9)]
    assert [rounded(line) for line in lines] == [[None] * count] * len(lines)


def test_one_candle_more_is_as_if_it_had_been_there() -> None:
    done, last = candles(1, 2, 3, 4, 5)[:-1], candles(1, 2, 3, 4, 9)[-1]
    assert rounded(sma(columns(done).followed_by(last), 2)) == [None, 1.5, 2.5, 3.5, 6.5]
