"""A coin's statistics against values worked out by hand."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.candles import INTERVALS, Candle
from desk.statistics import WINDOWS, Extreme, highest, lowest, range_of, read_statistics, volatility_of

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def candle(start: datetime, *prices: str, volume: str | None = None) -> Candle:
    opening, high, low, close = (Decimal(price) for price in prices)
    return Candle(start, opening, high, low, close, None if volume is None else Decimal(volume))


def flat(days_ago: int, close: str) -> Candle:
    day = NOW.replace(hour=0) - timedelta(days=days_ago)
    return candle(day, *[close] * 4)


def test_a_range_is_exact_and_knows_the_volumes_that_were_told() -> None:
    found = range_of(
        [
            candle(NOW, '1.000000000000000001', '3', '1', '2', volume='0.1'),
            candle(NOW, '2', '2.5', '0.000000000000000001', '1'),
            candle(NOW, '2', '2.5', '2', '1', volume='0.2'),
        ]
    )
    assert found is not None
    exact = Decimal('1.000000000000000001'), Decimal(3), Decimal('0.000000000000000001')
    assert (found.open, found.high, found.low) == exact
    assert found.volume == Decimal('0.3')
    assert range_of([]) is None


def test_the_extremes_are_of_the_day_that_reached_them_first() -> None:
    days = [flat(3, '5'), flat(2, '9'), flat(1, '9'), flat(0, '5')]
    assert highest(days) == Extreme(Decimal(9), days[1].start)
    assert lowest(days) == Extreme(Decimal(5), days[0].start)
    assert highest([]) is lowest([]) is None


def test_volatility_is_the_yearly_deviation_of_logarithmic_returns() -> None:
    """Returns ln 2, -ln 2, ln 2: mean ln 2 / 3, sample variance 4/3 (ln 2)²."""
    found = volatility_of([flat(5, '1'), flat(4, '2'), flat(3, '1'), flat(2, '2')], '1d', NOW)
    assert found is not None
    assert found.returns == 3
    assert found.per_cent == pytest.approx(100 * math.log(2) * math.sqrt(4 / 3) * math.sqrt(365))


def test_volatility_leaves_out_the_running_candle_and_gaps() -> None:
    closes = [flat(9, '1'), flat(8, '2'), flat(5, '50'), flat(4, '100'), flat(3, '200'), flat(0, '1')]
    found = volatility_of(closes, '1d', NOW)
    assert found is not None
    assert found.returns == 3
    assert found.per_cent == pytest.approx(0)
    assert volatility_of(closes[:2], '1d', NOW) is None


async def test_each_window_asks_for_its_own_candles_and_hours_stand_in_for_days() -> None:
    asked: list[tuple[str, datetime | None]] = []

    async def read(interval: str, start: datetime | None, limit: int) -> list[Candle]:
        asked.append((interval, start))
        length = timedelta(seconds=INTERVALS[interval])
        count = 3 if interval == '1d' else 30
        starts = (NOW - number * length for number in range(count, 0, -1))
        return [candle(each, '1', '2', '0.5', '1') for each in starts]

    found = await read_statistics(read, NOW)
    for name, (length, interval) in WINDOWS.items():
        assert (interval, NOW - timedelta(seconds=length)) in asked, name
    assert found.volatility is not None
    assert (found.volatility.interval, found.volatility.returns) == ('1h', 29)
    assert found.first == NOW - timedelta(days=3)


async def test_nothing_is_known_of_a_coin_without_candles() -> None:
    async def read(interval: str, start: datetime | None, limit: int) -> list[Candle]:
        return []

    found = await read_statistics(read, NOW)
    assert set(found.ranges.values()) == {None}
    assert (found.highest, found.lowest, found.first, found.volatility) == (None, None, None, None)
