"""Stored candles follow records, corrections, feeds and deliveries. On both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.candles import Candle, part_of_bar
from desk.store import Store
from desk.store.parts import key_of, part_of
from models import Cryptocurrency, Origin, Policy
from tests.unit.reference_candles import assemble
from tests.unit.store_records import NOON, bar, coin, feed, number, record

INTERVALS = (60, 300, 3600, 14400, 86400, 604800)
spans = st.sampled_from([0.0, 1.0, 59.0, 60.0, 61.0, 3599.0, 3600.0, 43199.0, 43200.0, 86400.0, -1.0, -43200.0])
volumes = st.none() | st.sampled_from(['0', '1.5'])
drawn_ticks = st.lists(st.tuples(st.integers(1, 9), spans, volumes, st.booleans()), max_size=12)
PRICES = ['9', '10', '0.5', '12.25', '100', '99.5', '0.000000000000000001', '12345678901234567890']


def candle(price: str, start: datetime = NOON, volume: str | None = None) -> Candle:
    value = Decimal(price)
    return Candle(start, value, value, value, value, None if volume is None else Decimal(volume))


def expected(records: Sequence[Cryptocurrency], interval: int) -> list[Candle]:
    return assemble([(key_of(each).origin, key_of(each).start, part_of(each)) for each in records], interval)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(drawn_ticks, st.data())
async def test_candles_are_what_the_active_records_say(
    store: Store, drawn: list[tuple[int, float, str | None, bool]], data: st.DataObject
) -> None:
    """In whatever batches they come, from people and feeds, and whatever is corrected or withdrawn afterwards."""
    btc = number(await store.ensure_coins([f'COIN{store.rows_written}']))
    records = [(feed if fed else record)(btc, str(price), after, volume=volume) for price, after, volume, fed in drawn]
    cut = data.draw(st.integers(0, len(records)))
    for batch in (records[cut:], records[:cut]):
        await store.add([each for each in batch if each.origin != Origin.FEED])
        for each in batch:
            if each.origin == Origin.FEED:
                store.add_later(each)
        await store.flush()
    mine = [each for each in records if each.origin != Origin.FEED]
    for wrong in data.draw(st.lists(st.sampled_from(mine), unique_by=id) if mine else st.just([])):
        new = record(btc, '7', data.draw(spans)) if data.draw(st.booleans()) else None
        await store.amend(wrong.id or 0, new, 'wrong', '')
        records = [each for each in records if each is not wrong] + ([new] if new else [])
    for interval in INTERVALS:
        assert await store.candles([btc], interval) == expected(records, interval)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PRICES), st.integers(0, 3), st.sampled_from([None, *PRICES])), max_size=6))
async def test_the_database_merges_candles_as_the_desk_does(
    store: Store, drawn: list[tuple[str, int, str | None]]
) -> None:
    """A commit each: numbers of any length, moments in any order, several at the same moment."""
    btc = number(await store.ensure_coins([f'COIN{store.rows_written}']))
    records = [record(btc, price, after, volume=volume) for price, after, volume in drawn]
    for each in sorted(records, key=lambda each: (each.price, each.seq)):
        await store.add([each])
    for interval in (60, 3600, 86400):
        assert await store.candles([btc], interval) == expected(records, interval)


async def test_every_tick_of_a_feed_counts_but_one_record_a_second_is_kept(store: Store) -> None:
    btc = await coin(store)
    for price, after in (('2', 0.1), ('9', 0.2), ('1', 0.3), ('4', 0.9), ('3', 0.8), ('5', 1.0)):
        store.add_later(feed(btc, price, after, '1'))
    await store.flush()
    assert [each.record.price for each in (await store.history([btc])).records] == [5, 4]
    assert await store.candles([btc], 60) == [Candle(NOON, Decimal(2), Decimal(9), Decimal(1), Decimal(5), Decimal(6))]


async def test_a_second_that_was_written_gets_no_second_record(store: Store) -> None:
    btc = await coin(store)
    store.add_later(feed(btc, '1', 5.5))
    await store.flush()
    store.add_later(feed(btc, '2', 5.9))
    store.add_later(feed(btc, '3', 4))
    await store.flush()
    assert len((await store.history([btc])).records) == 1
    assert (await store.candles([btc], 60))[0].high == 3


async def test_many_coins_at_many_times_each_keep_their_own(store: Store) -> None:
    ids = [each.id or 0 for each in await store.ensure_coins([f'C{number}' for number in range(30)])]
    for price in ('1', '2'):
        await store.add([record(coin_id, price, coin_id * 60) for coin_id in ids])
    found = [await store.candles([coin_id], 60) for coin_id in ids]
    assert [[(each.start, each.low, each.high) for each in candles] for candles in found] == [
        [(NOON + timedelta(minutes=coin_id), Decimal(1), Decimal(2))] for coin_id in ids
    ]


async def test_merged_coins_have_candles_together(store: Store) -> None:
    btc, xbt = [each.id or 0 for each in await store.ensure_coins(['BTC', 'XBT'])]
    await store.add([record(btc, '1', 0, volume='1'), record(xbt, '2', 1, volume='2')])
    assert await store.candles([btc, xbt], 3600) == [
        Candle(NOON, Decimal(1), Decimal(2), Decimal(1), Decimal(2), Decimal(3))
    ]


async def test_the_newest_candles_come_oldest_first_and_gaps_stay(store: Store) -> None:
    btc = await coin(store)
    await store.add([record(btc, str(minute + 1), minute * 120) for minute in range(10)])
    assert [each.close for each in await store.candles([btc], 60, limit=3)] == [8, 9, 10]
    assert [each.close for each in await store.candles([btc], 300, limit=2)] == [8, 10]


async def test_candles_keep_to_the_buckets_that_their_bounds_touch(store: Store) -> None:
    btc = await coin(store)
    await store.add([record(btc, str(minute + 1), minute * 60) for minute in range(20)])
    start, end = NOON + timedelta(minutes=7), NOON + timedelta(minutes=13)
    assert [each.start.minute for each in await store.candles([btc], 300, start, end)] == [5, 10]
    assert [each.start.minute for each in await store.candles([btc], 60, start, end)] == list(range(7, 13))


async def test_delivered_minutes_make_hours_days_and_weeks(store: Store) -> None:
    btc = await coin(store)
    bars = [
        (btc, bar(NOON + timedelta(minutes=minute), price=str(minute + 1), volume='1')) for minute in range(0, 90, 2)
    ]
    assert await store.add_bars(bars) == 45
    day = await store.candles([btc], 86400)
    assert day == [Candle(NOON.replace(hour=0), Decimal(1), Decimal(89), Decimal(1), Decimal(89), Decimal(45))]
    assert [each.volume for each in await store.candles([btc], 3600)] == [30, 15]
    assert (await store.candles([btc], 604800))[0].start == datetime(2026, 1, 26, tzinfo=UTC)


async def test_delivered_again_nothing_is_new_and_what_changed_is_replaced(store: Store) -> None:
    btc = await coin(store)
    bars = [(btc, bar(NOON + timedelta(minutes=minute), volume='1')) for minute in range(3)]
    assert await store.add_bars(bars) == 3
    assert await store.add_bars(bars) == 0
    assert await store.add_bars([*bars[:2], (btc, bar(NOON + timedelta(minutes=2), price='5', volume='2'))]) == 1
    assert (await store.candles([btc], 3600))[0] == Candle(
        NOON, Decimal(1), Decimal(5), Decimal(1), Decimal(5), Decimal(4)
    )


async def test_an_hour_delivered_whole_and_in_minutes_counts_once(store: Store) -> None:
    btc = await coin(store)
    await store.add_bars([(btc, bar(NOON, 3600, '2', '60'))])
    await store.add_bars([(btc, bar(NOON + timedelta(minutes=minute), price='3', volume='1')) for minute in range(30)])
    assert await store.candles([btc], 3600) == [
        Candle(NOON, Decimal(2), Decimal(3), Decimal(2), Decimal(2), Decimal(60))
    ]
    assert (await store.candles([btc], 86400))[0].volume == 60


async def test_a_delivered_candle_and_the_ticks_it_saw_count_once(store: Store) -> None:
    btc = await coin(store)
    store.add_later(feed(btc, '2', 1, '3'))
    await store.flush()
    await store.add_bars([(btc, bar(price='1', volume='10'))])
    assert await store.candles([btc], 60) == [Candle(NOON, Decimal(1), Decimal(2), Decimal(1), Decimal(1), Decimal(10))]


@pytest.mark.parametrize(('policy', 'high'), [(Policy.LATEST, 5), (Policy.EXCHANGE, 5), (Policy.MANUAL, 4)])
async def test_the_policy_says_which_candles_count(store: Store, policy: Policy, high: int) -> None:
    btc = await coin(store)
    await store.add([record(btc, '3'), feed(btc, '2')])
    await store.add_bars([(btc, bar(price='5')), (btc, bar(price='4', origin=Origin.FILE))])
    assert (await store.candles([btc], 60, policy=policy))[0].high == high
    low = {Policy.LATEST: 2, Policy.EXCHANGE: 2, Policy.MANUAL: 3}[policy]
    assert (await store.candles([btc], 86400, policy=policy))[0].low == low


async def test_a_files_candles_and_an_exchanges_do_not_overwrite_each_other(store: Store) -> None:
    btc = await coin(store)
    await store.add_bars([(btc, bar(price='4', origin=Origin.FILE))])
    await store.add_bars([(btc, bar(price='5', source='csvexchange'))])
    assert await store.candles([btc], 60, policy=Policy.MANUAL) == [candle('4')]


async def test_the_price_at_a_moment_is_the_last_that_was_known(store: Store) -> None:
    btc, eth = [each.id or 0 for each in await store.ensure_coins(['BTC', 'ETH'])]
    await store.add([record(btc, '1', -7200), record(btc, '2', 60)])
    await store.add_bars([(btc, bar(NOON - timedelta(hours=1), 3600, '3'))])
    at = {
        after: (await store.prices_at([btc, eth], NOON + timedelta(seconds=after))).get(btc)
        for after in (-7201, -7200, -1, 0, 59, 60)
    }
    one, two, three = Decimal(1), Decimal(2), Decimal(3)
    closed = part_of_bar(bar(NOON - timedelta(hours=1), 3600), NOON).closed
    before, delivered, after = (NOON - timedelta(hours=2), one), (closed, three), (NOON + timedelta(minutes=1), two)
    assert at == {-7201: None, -7200: before, -1: before, 0: delivered, 59: delivered, 60: after}


@pytest.mark.parametrize(('policy', 'after'), [(Policy.LATEST, 1), (Policy.EXCHANGE, 0), (Policy.MANUAL, 1)])
async def test_the_policy_says_whose_price_counts_at_a_moment(store: Store, policy: Policy, after: int) -> None:
    btc = await coin(store)
    await store.add([feed(btc, '3', 0), record(btc, '4', 1)])
    assert await store.prices_at([btc], NOON + timedelta(seconds=2), policy) == {
        btc: (NOON + timedelta(seconds=after), Decimal(3 + after))
    }


async def test_a_pruned_price_is_still_known_from_its_candle(store: Store) -> None:
    btc = await coin(store)
    await store.add([feed(btc, '1', 0), feed(btc, '2', 30), record(btc, '9', 100_000)])
    assert await store.prune(NOON + timedelta(minutes=1)) == 2
    assert await store.prices_at([btc], NOON + timedelta(hours=1)) == {btc: (NOON + timedelta(seconds=30), Decimal(2))}
