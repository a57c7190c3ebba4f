"""The chart's arithmetic: where candles stand, how the running one moves, what stays in sight."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.candles import Candle
from desk.market import Quote
from models import Policy
from pages.chart_options import KINDS, Drawing
from pages.chart_slots import LONGEST_GAP, held, slot_label, slots
from pages.chart_source import moved

START = datetime(2026, 1, 31, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def candle(minute: int, *prices: str, volume: str | None = None) -> Candle:
    opening, high, low, close = (Decimal(price) for price in prices)
    return Candle(START + minute * MINUTE, opening, high, low, close, None if volume is None else Decimal(volume))


def quote(minute: float, price: str) -> Quote:
    moment = START + minute * MINUTE
    return Quote(
        1,
        'BTC',
        '',
        Decimal(price),
        moment,
        moment,
        'api',
        1,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        (),
        Policy.LATEST,
        False,
        '',
    )


def starts(*minutes: int) -> list[datetime]:
    return [START + minute * MINUTE for minute in minutes]


def test_a_price_moves_the_running_candle() -> None:
    last = candle(0, '10', '12', '9', '11', volume='3')
    assert moved(last, quote(0.5, '13'), '1m') == candle(0, '10', '13', '9', '13', volume='3')
    assert moved(last, quote(0.9, '8.5'), '1m') == candle(0, '10', '12', '8.5', '8.5', volume='3')


def test_a_price_of_the_next_minute_begins_a_candle_and_one_of_the_past_none() -> None:
    last = candle(1, '10', '12', '9', '11')
    assert moved(last, quote(2, '13'), '1m') == candle(2, '13', '13', '13', '13')
    assert moved(last, quote(0.9, '13'), '1m') is None
    assert moved(None, quote(2, '13'), '1m') == candle(2, '13', '13', '13', '13')


def test_gaps_take_empty_places_but_not_without_end() -> None:
    first, later, much_later = starts(0, 3, 100_000)
    places = slots([first, later, much_later], '1m')
    assert places == [first, None, None, later, *[None] * LONGEST_GAP, much_later]


def test_labels_are_in_the_zone_of_the_desk_except_for_days() -> None:
    assert slot_label(START, '1m', 'Europe/Berlin') == '31 Jan 15:00'
    assert slot_label(datetime(2026, 1, 1, tzinfo=UTC), '1d', 'America/New_York') == '1 Jan 2026'
    assert slot_label(None, '1m', 'UTC') == ''


@given(st.integers(2, 60), st.integers(0, 20), st.integers(0, 20), st.data())
def test_what_is_in_sight_stays_in_sight_when_candles_come_and_go(
    count: int, come: int, go: int, data: st.DataObject
) -> None:
    before, after = starts(*range(count)), starts(*range(min(go, count - 1), count + come))
    seen = data.draw(st.integers(min(go, count - 1), count - 1))
    window = (100 * seen / (count - 1), 100.0)
    start, _ = held(window, before, after)
    if len(after) > 1:
        assert after[round(start / 100 * (len(after) - 1))] == before[seen]


def test_prices_go_out_as_text_and_as_people_read_them() -> None:
    drawing = Drawing('PEPE', [candle(0, '0.0000001', '0.00000012', '0.00000009', '0.00000011')], '1m', 'UTC')
    row = drawing.options()['series'][2]['data'][0]
    assert row == [
        0,
        '0.0000001',
        '0.00000011',
        '0.00000009',
        '0.00000012',
        '0.000000100000',
        '0.000000120000',
        '0.000000090000',
        '0.000000110000',
        '—',
    ]
    assert not re.search(r'\d[eE][-+]?\d', json.dumps(drawing.options()))


@pytest.mark.parametrize('count', [0, 1, 2, 500])
def test_every_drawing_has_the_same_series(count: int) -> None:
    """ECharts keeps zoom and pan only while their number stays the same."""
    drawing = Drawing('BTC', [candle(minute, '1', '2', '1', '2') for minute in range(count)], '1m', 'UTC')
    for series in (
        drawing.options()['series'],
        drawing.contents()['series'],
        drawing.running(),
        drawing.marked(),
    ):
        assert [each['id'] for each in series] == list(KINDS)
    assert 'dataZoom' not in drawing.contents()
    assert sum(len(series['data']) for series in drawing.contents()['series']) == 2 * count
