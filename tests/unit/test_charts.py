"""Charts that many look at: drawn once for all, compared in per cent, what was chosen kept and checked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.candles import Candle
from pages.chart_choice import PLAIN, Choice, Refused, parameters, read_choice, written
from pages.chart_layout import MOST_TICKS, bottoms, log_ticks
from pages.chart_options import KINDS, Drawing
from pages.chart_slots import interval_for, left_edge, since, slots
from pages.chart_table import table_html

START = datetime(2026, 1, 31, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FULL = Choice('line', True, (2, 3), (2,), (2, 2.0), True, 2, (2, 3, 2))


def candles(*closes: int, first: int = 0) -> list[Candle]:
    numbers = enumerate(map(Decimal, closes), first)
    return [
        Candle(START + number * MINUTE, close, close + 1, close - 1, close, Decimal(1)) for number, close in numbers
    ]


def drawing(found: Sequence[Candle], choice: Choice = PLAIN, **more: Any) -> Drawing:
    return Drawing('BTC', found, '1m', 'UTC', choice=choice, **more)


def series(drawn: Drawing) -> dict[str, Any]:
    return {each['id']: each for each in drawn.options()['series']}


def test_whatever_was_chosen_the_series_are_the_same() -> None:
    for choice in (PLAIN, FULL):
        drawn = drawing(candles(5, 6, 7, 8), choice)
        assert [each['id'] for each in drawn.contents()['series']] == list(KINDS)
        assert [each['id'] for each in drawn.running()] == list(KINDS)


def test_an_indicator_is_a_line_to_the_last_done_candle_and_a_piece_to_the_running_one() -> None:
    found = series(drawing(candles(5, 7, 9, 13), replace(PLAIN, sma=(2,))))
    assert found['sma-1']['data'] == [[1, 6.0], [2, 8.0]]
    assert found['sma-1-now']['data'] == [[2, 8.0], [3, 11.0]]
    assert found['running']['data'][0][-1] == '11.00'
    assert found['running']['dimensions'][-1] == {'name': 'SMA 2', 'type': 'ordinal'}


def test_an_indicator_moves_with_the_running_candle_as_if_all_had_been_drawn_anew() -> None:
    before = drawing(candles(5, 7, 9, 13), FULL)
    assert before.running()
    moved = before.moved_to(candles(5, 7, 9, 20)[-1], ())
    anew = drawing(candles(5, 7, 9, 20), FULL)
    assert moved.running() == anew.running()
    assert moved.contents() == anew.contents()


def test_gaps_take_places_but_no_part_in_an_indicator() -> None:
    found = [*candles(5, 7), *candles(9, 11, first=4)]
    assert series(drawing(found, replace(PLAIN, sma=(2,))))['sma-1']['data'] == [[1, 6.0], [4, 8.0]]


def test_other_coins_are_in_per_cent_from_the_base() -> None:
    other = candles(50, 100, 150, 75)
    drawn = drawing(
        candles(10, 20, 30, 10), replace(PLAIN, others=('ETH',)), others=(('ETH', other),), base=START + MINUTE
    )
    found = series(drawn)
    assert found['closes']['data'] == [[0, -50.0], [1, 0.0], [2, 50.0]]
    assert found['other-1-now']['data'] == [[2, 50.0], [3, -25.0]]
    assert found['running']['data'][0][-2:] == ['−50.00 %', '−25.00 %']
    assert found['running']['markLine']['data'][0]['label']['formatter'] == '−50.00 %'


def test_a_coin_without_a_candle_there_has_no_value_there() -> None:
    drawn = drawing(candles(10, 20, 30), replace(PLAIN, others=('ETH',)), others=(('ETH', candles(50, first=1)),))
    assert series(drawn)['other-1']['data'] == [[1, 0.0]]
    assert series(drawn)['running']['data'][0][-1] == '—'


def test_no_option_is_a_function_or_a_number_that_is_none() -> None:
    said = json.dumps(drawing(candles(5, 7, 9, 13), FULL).options(), allow_nan=False)
    assert '=>' not in said
    assert '":' not in said.replace('": ', '')


@pytest.mark.parametrize(
    ('name', 'text', 'found'),
    [
        ('sma', '20, 50,200', (20, 50, 200)),
        ('ema', ' 9 ', (9,)),
        ('bollinger', '20, 2.5', (20, 2.5)),
        ('rsi', '14', 14),
        ('macd', '12, 26, 9', (12, 26, 9)),
        ('sma', '', ()),
        ('macd', '', None),
    ],
)
def test_parameters_are_read(name: str, text: str, found: object) -> None:
    assert parameters(name, text) == found


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('sma', 'x'),
        ('sma', '1'),
        ('sma', '1001'),
        ('sma', '5, 6, 7, 8'),
        ('bollinger', '20'),
        ('bollinger', '20, nan'),
        ('bollinger', '20, 11'),
        ('rsi', '14, 15'),
        ('macd', '26, 12, 9'),
        ('macd', '12, 26'),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_a_sentence(name: str, text: str) -> None:
    with pytest.raises(Refused, match=r'\.$'):
        parameters(name, text)


def test_what_was_chosen_is_kept_as_json_but_for_other_coins() -> None:
    kept = json.loads(json.dumps(replace(FULL, others=('ETH',)).kept()))
    assert read_choice(kept) == FULL
    assert written('macd', FULL) == '2, 3, 2'


@pytest.mark.parametrize('kept', [None, 'x', [], {'sma': 'x'}, {'macd': [3, 2, 1]}, {'rsi': True, 'log': 1, 'kind': 5}])
def test_what_is_not_understood_is_as_if_it_were_not_there(kept: object) -> None:
    assert read_choice(kept) == PLAIN


@given(st.decimals('0.00000001', '1000000'), st.decimals('1.0001', '100000'))
def test_a_logarithmic_axis_has_a_few_prices_within_its_range(low: Decimal, factor: Decimal) -> None:
    ticks = log_ticks(low, low * factor)
    assert ticks == sorted(ticks)
    assert 1 <= len(ticks) <= 2 * MOST_TICKS
    assert all(float(low) * 0.999999 <= tick <= float(low * factor) * 1.000001 for tick in ticks)


def test_the_panes_stand_one_above_the_other() -> None:
    assert bottoms(())['price'] < bottoms(('rsi',))['price'] < bottoms(('rsi', 'macd'))['price']
    begin = bottoms(('rsi', 'macd'))
    assert begin['macd'] < begin['rsi'] < begin['volume'] < begin['price']


def test_a_range_has_the_shortest_candles_that_are_not_too_many() -> None:
    days = {1: '5m', 7: '1h', 30: '4h', 365: '1d', 5000: '1w'}
    assert {number: interval_for(number * 86_400) for number in days} == days


def test_a_range_begins_at_its_moment_and_the_left_edge_is_its_first_candle() -> None:
    places = slots([START + number * MINUTE for number in range(101)], '1m')
    window = since(places, START + 40 * MINUTE)
    assert window == (40, 100)
    assert left_edge(places, window) == START + 40 * MINUTE


def test_the_table_has_the_newest_candles_and_their_lines() -> None:
    html = table_html(drawing(candles(*range(10, 50)), replace(PLAIN, sma=(2,))))
    assert html.count('<tr>') == 21
    first = html.index('<th scope="row">31 Jan 14:39</th>')
    assert first < html.index('<th scope="row">31 Jan 14:38</th>')
    assert '<th scope="col">SMA 2</th>' in html
    assert '<td class="number">48.50</td>' in html
