"""Levels and trades in a chart: at their candles, in sight where they are near, and nothing that changes zoom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desk.candles import Candle
from pages.chart_marks import Level, Marks, Spot, stacked
from pages.chart_options import Drawing

BEGIN = datetime(2026, 1, 31, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def candle(minute: int, price: str) -> Candle:
    amount = Decimal(price)
    return Candle(BEGIN + minute * MINUTE, amount, amount, amount, amount, None)


def series(marks: Marks | None, *minutes: int) -> dict[str, Any]:
    candles = [candle(minute, '100') for minute in minutes]
    drawn = Drawing('ACME', candles, '1m', 'UTC', marks).options()['series']
    return {each.get('id'): each for each in drawn}


def test_a_chart_without_marks_draws_none() -> None:
    drawn = series(None, 0, 1)
    assert drawn['levels']['data'] == drawn['levels']['markLine']['data'] == drawn['trades']['data'] == []


def test_a_level_is_a_line_with_its_name_and_price() -> None:
    drawn = series(Marks(levels=(Level(Decimal('99.5'), 'Buy 2', 'up'),)), 0, 1)['levels']['markLine']['data']
    assert drawn[0]['yAxis'] == '99.5'
    assert drawn[0]['label']['formatter'] == 'Buy 2 · 99.50'
    assert drawn[0]['lineStyle'] == {'color': 'var(--up)', 'type': 'dashed', 'width': 1}


def test_near_levels_are_brought_into_sight_and_far_ones_are_not() -> None:
    levels = (Level(Decimal('98'), 'near', 'up'), Level(Decimal('50'), 'far', 'up'))
    drawn = series(Marks(levels=levels), 0, 1)['levels']
    assert drawn['data'] == [[1, '98']]
    assert len(drawn['markLine']['data']) == 2


def labels(*levels: tuple[str, str]) -> list[str]:
    """What is written at the lines of these prices, from below."""
    marks = Marks(levels=tuple(Level(Decimal(price), name, 'up') for price, name in levels))
    drawn = series(marks, 0, 1)['levels']['markLine']['data']
    return [line['label'].get('formatter', '') for line in sorted(drawn, key=lambda line: Decimal(line['yAxis']))]


def test_names_of_lines_near_each_other_stand_in_one_stack() -> None:
    assert labels(('98', 'Buy 1'), ('99.9', 'Buy 3'), ('100', 'Average cost')) == [
        'Buy 1 · 98.00',
        '',
        '{up|Average cost · 100.00}\n{up|Buy 3 · 99.90}',
    ]


def test_a_stack_takes_in_what_its_names_would_reach_and_no_more() -> None:
    names = labels(('98', 'a'), ('98.1', 'b'), ('98.2', 'c'), ('98.3', 'd'), ('99', 'e'))
    assert names == ['', '', '', '{up|d · 98.30}\n{up|c · 98.20}\n{up|b · 98.10}\n{up|a · 98.00}', 'e · 99.00']


@given(st.lists(st.decimals('90', '110', places=2), min_size=1, max_size=20))
def test_no_name_overlaps_another(prices: list[Decimal]) -> None:
    stacks = stacked([Level(price, 'x', 'up') for price in prices], Decimal('0.7'))
    assert sorted(level.price for stack in stacks for level in stack.levels) == sorted(prices)
    assert all(below.top <= above.bottom + Decimal('0.1') for below, above in pairwise(stacks))


def test_two_orders_at_one_price_are_both_named() -> None:
    assert labels(('100', 'Buy 1'), ('100', 'Buy 2'))[1] == '{up|Buy 2 · 100.00}\n{up|Buy 1 · 100.00}'


def test_of_very_many_names_the_uppermost_are_written_and_the_others_counted() -> None:
    names = labels(*((f'99.{hundredth:02}', f'Buy {hundredth}') for hundredth in range(9)))
    assert names[:-1] == [''] * 8
    assert names[-1].split('\n')[-2:] == ['{up|Buy 4 · 99.04}', '{muted|and 4 more}']


def test_the_uppermost_name_is_brought_into_sight_too() -> None:
    drawn = series(Marks(levels=(Level(Decimal('102'), 'Sell 1', 'down'),)), 0, 1)['levels']
    assert [Decimal(price) for _, price in drawn['data']] == [Decimal('102'), Decimal('102.14')]


def test_a_trade_stands_at_the_candle_that_it_fell_into() -> None:
    spots = [
        Spot(BEGIN + minutes * MINUTE + timedelta(seconds=30), Decimal(100), 'Bought', 'up')
        for minutes in (-1, 0, 1, 9)
    ]
    drawn = series(Marks(spots=tuple(spots)), 0, 1, 3)['trades']['data']
    assert [each['value'][0] for each in drawn] == [0, 1, 3]  # what was before the first candle is not drawn


def test_a_sale_points_down_and_a_purchase_up() -> None:
    spots = tuple(Spot(BEGIN, Decimal(100), way, way) for way in ('up', 'down'))
    drawn = series(Marks(spots=spots), 0)['trades']['data']
    assert [each['symbolRotate'] for each in drawn] == [0, 180]
    assert [each['itemStyle']['color'] for each in drawn] == ['var(--up)', 'var(--down)']


def test_other_marks_are_told_without_the_candles() -> None:
    before = Drawing('ACME', [candle(0, '100')], '1m', 'UTC', Marks())
    told = replace(before, marks=Marks(levels=(Level(Decimal(99), 'x', 'up'),))).marked()
    assert {each['id'] for each in told if 'data' in each} == {'firings', 'levels', 'trades'}
    assert [line['yAxis'] for line in told[-2]['markLine']['data']] == ['99']


def test_a_firing_is_a_diamond_with_its_words_at_its_candle() -> None:
    marks = Marks(firings=(Spot(BEGIN + 1.5 * MINUTE, Decimal('100.5'), 'BTC rose above 100.', 'alert'),))
    drawn = series(marks, 0, 1, 3)['firings']
    assert drawn['data'][0]['value'] == [1, '100.5', 'BTC rose above 100.']
    assert drawn['data'][0]['symbol'] == 'diamond'
    assert drawn['dimensions'][2]['name'] == 'Alert'


def test_a_name_begins_beyond_the_prices_of_the_axis() -> None:
    marks = Marks(levels=(Level(Decimal('99.5'), 'Buy 2', 'up'), Level(Decimal(50), 'far', 'up')))
    drawn = series(marks, 0, 1)['levels']['markLine']['data']
    assert all(line['label']['distance'][0] > 7 * len('100.00') for line in drawn)
