"""Candles: the same whatever the order of arrival, exact, and folded without inventing anything."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.candles import Candle, Part, floor, gather, merge, overlay, part_of_bar, part_of_tick
from desk.ticks import Bar
from models import CandleOrigin
from tests.unit.reference_candles import assemble, fold

START = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001  (the same)
    timezones=st.just(UTC),
)
prices = st.decimals(min_value='0.01', max_value=10, places=2)
volumes = st.none() | st.decimals(min_value=0, max_value=10, places=18)
seconds = st.integers(0, 3)  # few, so that ties are frequent
ticks = st.lists(st.tuples(prices, seconds, volumes), min_size=1, max_size=12).map(
    lambda drawn: [
        part_of_tick(price, START + timedelta(seconds=second), number, volume)
        for number, (price, second, volume) in enumerate(drawn)
    ]
)
intervals = st.sampled_from([60, 300, 900, 3600, 14400, 86400, 604800])


def first_and_last(parts: list[Part]) -> tuple[Decimal, Decimal]:
    in_order = sorted(parts, key=lambda part: (part.opened, part.opened_seq))
    return in_order[0].open, in_order[-1].close


@given(ticks, st.randoms())
def test_any_order_of_arrival_gives_the_same_candle(parts: list[Part], random: object) -> None:
    shuffled = parts.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis names no type for its Random
    assert reduce(merge, shuffled) == reduce(merge, parts)


@given(ticks, st.integers(0, 12))
def test_any_way_of_batching_gives_the_same_candle(parts: list[Part], cut: int) -> None:
    halves = [half for half in (parts[cut:], parts[:cut]) if half]
    assert reduce(merge, [reduce(merge, half) for half in halves]) == reduce(merge, parts)


@given(ticks)
def test_a_candle_is_what_its_prices_say(parts: list[Part]) -> None:
    whole = reduce(merge, parts)
    known = [part.volume for part in parts if part.volume is not None]
    assert (whole.open, whole.close) == first_and_last(parts)
    assert (whole.high, whole.low) == (max(part.high for part in parts), min(part.low for part in parts))
    assert whole.volume == (sum(known) if known else None)


@given(ticks)
def test_laid_over_itself_a_candle_stays_as_it_is(parts: list[Part]) -> None:
    whole = reduce(merge, parts)
    assert overlay(whole, whole) == whole


@given(moments, intervals)
def test_a_moment_lies_in_its_bucket(moment: datetime, interval: int) -> None:
    start = floor(moment, interval)
    assert start <= moment < start + timedelta(seconds=interval)
    assert floor(start, interval) == start


@given(moments)
def test_buckets_start_on_the_clock_and_weeks_on_monday(moment: datetime) -> None:
    assert floor(moment, 60) == moment.replace(second=0, microsecond=0)
    assert floor(moment, 86400) == moment.replace(hour=0, minute=0, second=0, microsecond=0)
    assert floor(moment, 14400).hour % 4 == 0
    assert floor(moment, 604800).weekday() == 0
    assert floor(moment, 604800) == floor(floor(moment, 604800), 86400)


@given(st.lists(st.tuples(moments, prices), min_size=1, max_size=20))
def test_minutes_folded_to_days_are_the_days_of_the_ticks(drawn: list[tuple[datetime, Decimal]]) -> None:
    parts = [(moment, part_of_tick(price, moment, number, None)) for number, (moment, price) in enumerate(drawn)]
    hours = fold(fold(parts, 60).items(), 3600)
    assert fold(hours.items(), 86400) == fold(parts, 86400)


def test_a_gap_stays_a_gap() -> None:
    late = START + timedelta(minutes=5)
    parts = [(CandleOrigin.HAND, moment, part_of_tick(Decimal(1), moment, 1, None)) for moment in (late, START)]
    assert [candle.start for candle in assemble(parts, 60)] == [START, late]


def test_a_delivered_candle_opens_at_its_start_and_closes_at_its_end() -> None:
    part = part_of_bar(bar(), START + timedelta(hours=1))
    assert (part.opened, part.closed) == (START, START + timedelta(seconds=60) - timedelta(microseconds=1))


def test_a_delivered_candle_that_still_runs_closes_when_it_came() -> None:
    assert part_of_bar(bar(), START + timedelta(seconds=20)).closed == START + timedelta(seconds=20)


@pytest.mark.parametrize(('delivered', 'recorded', 'volume'), [('10', '3', '10'), ('2', '3', '3')])
def test_delivered_and_recorded_volume_of_the_same_trades_counts_once(
    delivered: str, recorded: str, volume: str
) -> None:
    moment = START + timedelta(seconds=30)
    parts = [
        (CandleOrigin.DELIVERED, START, part_of_bar(bar(volume=Decimal(delivered)), START + timedelta(seconds=20))),
        (CandleOrigin.FEED, START, part_of_tick(Decimal(9), moment, 1, Decimal(recorded))),
    ]
    assert assemble(parts, 60) == [Candle(START, Decimal(2), Decimal(9), Decimal(1), Decimal(9), Decimal(volume))]


def test_what_is_recorded_by_hand_and_by_a_feed_adds_up() -> None:
    parts = [
        (origin, START, part_of_tick(Decimal(1), START, number, Decimal(2)))
        for number, origin in enumerate((CandleOrigin.HAND, CandleOrigin.FEED))
    ]
    assert assemble(parts, 60)[0].volume == 4


def test_parts_are_gathered_by_their_key() -> None:
    one, two = (part_of_tick(Decimal(price), START, price, None) for price in (1, 2))
    assert gather([('a', one), ('b', two), ('a', two)]) == {'a': merge(one, two), 'b': two}


def bar(volume: Decimal | None = None) -> Bar:
    return Bar('BTC', 60, START, Decimal(2), Decimal(3), Decimal(1), Decimal(2), volume, 'coinbase')
