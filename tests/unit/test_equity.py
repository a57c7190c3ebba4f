"""The equity curve: what a book was worth at each moment, and how far it fell."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.equity import MOST, Closes, Curve, Point, curve, drawdown, interval_for
from desk.orders import Fill
from tests.unit.fills import START, fill, of_coins

DEPOSIT = Decimal(1000)
MINUTE = timedelta(minutes=1)


def drawn(seconds: int, fills: list[Fill] | None = None, closes: Closes | None = None) -> Curve:
    return curve(DEPOSIT, START, START + timedelta(seconds=seconds), of_coins(fills or []), closes or {})


def closes(*prices: str) -> list[tuple[datetime, Decimal]]:
    return [(START + MINUTE * (number + 1), Decimal(price)) for number, price in enumerate(prices)]


def worth(found: Curve) -> list[Decimal]:
    return [point.equity for point in found.points]


def test_a_new_book_is_its_deposit() -> None:
    found = drawn(10)
    assert found.points == (Point(START, DEPOSIT),)
    assert found.due == START + MINUTE


def test_coins_count_at_the_close_of_each_candle() -> None:
    found = drawn(180, [fill('buy', '1', '100', '1', after=0)], {1: closes('100', '110', '90')})
    assert worth(found) == [1000, 999, 999, 1009, 989]
    assert [point.at for point in found.points[-2:]] == [START + 2 * MINUTE, START + 3 * MINUTE]


def test_a_fill_is_a_point_of_its_own_and_its_price_counts_until_a_newer_one() -> None:
    found = drawn(120, [fill('buy', '2', '100', after=30), fill('sell', '2', '150', after=90)], {1: closes('120')})
    assert [(point.at - START).seconds for point in found.points] == [0, 30, 60, 90, 120]
    assert worth(found) == [1000, 1000, 1040, 1100, 1100]


def test_a_gap_keeps_the_last_price() -> None:
    assert worth(drawn(240, [fill('buy', '1', '100')], {1: closes('130')}))[-3:] == [1030, 1030, 1030]


def test_a_candle_that_still_runs_does_not_count() -> None:
    assert worth(drawn(90, [fill('buy', '1', '100')], {1: closes('100', '500')}))[-1] == 1000


def test_a_coin_that_is_sold_counts_no_more() -> None:
    trades = [fill('buy', '1', '100', after=1), fill('sell', '1', '100', after=61)]
    assert worth(drawn(180, trades, {1: closes('100', '900', '900')}))[-2:] == [1000, 1000]


@pytest.mark.parametrize(
    ('days', 'interval'),
    [(0.01, '1m'), (0.3, '1m'), (1, '5m'), (4, '15m'), (20, '1h'), (80, '4h'), (400, '1d'), (3000, '1w')],
)
def test_the_interval_fits_the_span(days: float, interval: str) -> None:
    assert interval_for(START, START + timedelta(days=days)) == interval


@given(st.integers(0, 20 * 366 * 86400), st.lists(st.integers(0, 86400), max_size=600))
def test_there_are_at_most_500_points_in_order_and_within_the_span(seconds: int, fills: list[int]) -> None:
    trades = [fill('buy', '1', '1', after=min(after, seconds)) for after in sorted(fills)]
    found = drawn(seconds, trades)
    moments = [point.at for point in found.points]
    assert len(moments) < MOST
    assert moments == sorted(moments)
    assert moments[0] == START
    assert moments[-1] <= START + timedelta(seconds=seconds)
    assert found.points[-1].equity == DEPOSIT


def points(*values: int) -> list[Point]:
    return [Point(START + MINUTE * number, Decimal(value)) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ('values', 'fall'),
    [((), '0'), ((100, 110, 120), '0'), ((100, 90), '10'), ((100, 200, 150, 190, 140, 300, 250), '30')],
)
def test_the_drawdown_is_the_deepest_fall_below_a_peak(values: tuple[int, ...], fall: str) -> None:
    assert drawdown(points(*values)) == Decimal(fall)


def test_the_live_point_counts_in_the_drawdown() -> None:
    found = drawn(120, [fill('buy', '1', '100')], {1: closes('200', '150')})
    assert found.peak == 1100
    assert found.fall == Decimal('4.55')
    assert found.fell(Decimal(1050)) == Decimal('4.55')
    assert found.fell(Decimal(550)) == 50


def test_a_curve_grows_by_the_point_that_is_due_while_there_is_room() -> None:
    found = drawn(120, [fill('buy', '1', '100')], {1: closes('200', '150')})
    due = START + 3 * MINUTE
    assert not found.can_grow(due - timedelta(seconds=1))
    assert found.can_grow(due + timedelta(seconds=59))
    assert not found.can_grow(due + MINUTE)
    grown = found.grown(Point(due, Decimal(1210)))
    assert grown.points == (*found.points, Point(due, Decimal(1210)))
    assert (grown.peak, grown.fall) == (Decimal(1210), found.fall)
    assert grown.due == due + MINUTE
    assert grown.grown(Point(due + MINUTE, Decimal(605))).fall == 50
    assert not drawn(496 * 60).can_grow(START + 498 * MINUTE)
