"""The façade, on a real SQLite file: what goes in, what comes out, what survives."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.errors import Conflict, Invalid, NotFound, Unavailable
from desk.settings import Settings
from desk.ticks import Bar, Tick
from models import Cryptocurrency, Origin, Policy, utc_now

HOUR = timedelta(hours=1)


def tick(
    name: str, price: str, ago: timedelta = timedelta(), origin: Origin = Origin.PROGRAM, source: str = 'api'
) -> Tick:
    return Tick(name, Decimal(price), utc_now() - ago, source, origin)


async def changed(desk: Desk, name: str) -> None:
    """Return at the next frame in which the coin changes."""
    frame = asyncio.Event()
    stop = desk.subscribe(lambda names: frame.set() if name in names else None)
    await asyncio.wait_for(frame.wait(), 5)
    stop()


async def until_change(desk: Desk, name: str, period: str, value: str) -> None:
    while getattr(desk.quote(name), period) != Decimal(value):
        await changed(desk, name)


async def test_what_is_submitted_is_quoted_recorded_and_announced(desk: Desk) -> None:
    frame = asyncio.create_task(changed(desk, 'BTC'))
    await asyncio.sleep(0)
    record = await desk.submit(tick(' BTC ', '67000.120'))
    await frame
    assert (record.name, record.price, str(record)) == ('BTC', Decimal('67000.12'), 'BTC')
    assert desk.quote('btc').price == Decimal('67000.12')
    assert [item.record.id for item in (await desk.history('BTC')).records] == [record.id]


async def test_a_batch_with_one_bad_price_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(Invalid, match='greater than zero'):
        await desk.submit_many([tick('BTC', '1'), tick('ETH', '-1')])
    assert desk.coins() == []


async def test_the_past_does_not_move_the_price_and_is_what_changes_are_measured_from(desk: Desk) -> None:
    await desk.submit(tick('BTC', '110'))
    await desk.submit(tick('BTC', '100', 2 * HOUR))
    assert desk.quote('BTC').price == 110
    await asyncio.wait_for(until_change(desk, 'BTC', 'change_1h', '10.00'), 5)
    assert desk.quote('BTC').change_24h is None
    assert desk.quote('BTC').low_24h == 100


async def test_everything_is_there_after_a_restart(settings: Settings) -> None:
    first = Desk(settings)
    await first.start()
    await first.submit_many([tick('BTC', '100', 2 * HOUR), tick('BTC', '110'), tick('ETH', '0.000000000000000001')])
    await first.set_preference('timezone', 'Asia/Tokyo')
    await first.stop()
    second = Desk(settings)
    await second.start()
    try:
        assert [(quote.name, quote.price) for quote in second.quotes()] == [
            ('BTC', Decimal(110)),
            ('ETH', Decimal('0.000000000000000001')),
        ]
        assert second.preference('timezone') == 'Asia/Tokyo'
        await asyncio.wait_for(until_change(second, 'BTC', 'change_1h', '10.00'), 5)
        assert (await second.submit(tick('BTC', '120'))).seq > 3
    finally:
        await second.stop()


async def test_a_correction_replaces_the_price_and_keeps_the_old_record(desk: Desk) -> None:
    wrong = await desk.submit(tick('BTC', '6700'))
    assert wrong.id is not None
    right = await desk.correct(wrong.id, Decimal(67_000), 'a digit was missing')
    assert desk.quote('BTC').price == 67_000
    records = (await desk.history('BTC')).records
    assert {(item.record.id, item.active) for item in records} == {(wrong.id, False), (right.id, True)}
    with pytest.raises(Conflict):
        await desk.correct(wrong.id, Decimal(1), 'again')
    (candle,) = await desk.candles('BTC', '1d')
    assert (candle.open, candle.high, candle.low, candle.close) == (Decimal(67_000),) * 4


async def test_a_withdrawal_brings_the_price_before_back(desk: Desk) -> None:
    await desk.submit(tick('BTC', '100', HOUR / 2))
    wrong = await desk.submit(tick('BTC', '900'))
    assert wrong.id is not None
    with pytest.raises(Invalid, match='Say why'):
        await desk.withdraw(wrong.id, ' ')
    await desk.withdraw(wrong.id, 'typed into the wrong coin')
    quote = desk.quote('BTC')
    assert (quote.price, quote.high_24h) == (Decimal(100), Decimal(100))


async def test_a_price_that_is_committed_while_the_desk_reads_up_on_its_coin_is_not_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await desk.submit(tick('BTC', '100', HOUR))
    assert record.id is not None
    add, latest = desk.store.add, desk.store.latest
    numbered, read = asyncio.Event(), asyncio.Event()

    async def add_later(records: Sequence[Cryptocurrency]) -> list[Cryptocurrency]:
        numbered.set()
        await read.wait()
        return await add(records)

    async def read_first(coin_ids: Sequence[int]) -> list[Cryptocurrency]:
        found = await latest(coin_ids)
        read.set()
        await adding
        return found

    monkeypatch.setattr(desk.store, 'add', add_later)
    adding = asyncio.create_task(desk.submit(tick('BTC', '120')))
    await asyncio.wait_for(numbered.wait(), 5)
    monkeypatch.setattr(desk.store, 'latest', read_first)
    await desk.correct(record.id, Decimal(99), 'a slip')
    assert desk.quote('BTC').price == 120


async def test_a_price_that_is_committed_while_its_coin_is_merged_counts_for_the_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.submit_many([tick('BTC', '100', HOUR), tick('XBT', '101', HOUR)])
    add = desk.store.add

    async def merge_first(records: Sequence[Cryptocurrency]) -> list[Cryptocurrency]:
        await desk.merge('XBT', 'BTC')
        return await add(records)

    monkeypatch.setattr(desk.store, 'add', merge_first)
    await desk.submit(tick('XBT', '120'))
    assert desk.quote('BTC').price == 120


async def test_a_withdrawal_counts_although_the_database_fails_right_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.submit(tick('BTC', '100', HOUR))
    wrong = await desk.submit(tick('BTC', '900'))
    assert wrong.id is not None
    latest = desk.store.latest

    async def fail_once(coin_ids: Sequence[int]) -> list[Cryptocurrency]:
        monkeypatch.setattr(desk.store, 'latest', latest)
        raise Unavailable('The database is locked.')

    monkeypatch.setattr(desk.store, 'latest', fail_once)
    await desk.withdraw(wrong.id, 'a slip')
    while desk.quote('BTC').price != 100:
        await changed(desk, 'BTC')


async def test_withdrawing_the_only_record_leaves_a_coin_without_a_price(desk: Desk) -> None:
    record = await desk.submit(tick('BTC', '100'))
    assert record.id is not None
    await desk.withdraw(record.id, 'a test')
    with pytest.raises(NotFound, match='BTC has no price yet'):
        desk.quote('BTC')


async def test_feed_ticks_move_the_market_without_waiting_and_a_record_of_each_second_is_kept(desk: Desk) -> None:
    moment = utc_now().replace(microsecond=0) - HOUR
    ticks = [
        Tick(
            'BTC',
            Decimal(100 + number),
            moment + timedelta(milliseconds=number),
            'coinbase',
            Origin.FEED,
            volume=Decimal(1),
        )
        for number in range(50)
    ]
    assert await desk.submit_many(ticks) == []
    assert desk.quote('BTC').price == 149
    await desk.store.flush()
    assert [item.record.price for item in (await desk.history('BTC')).records] == [149]
    (candle,) = await desk.candles('BTC', '1m')
    assert (candle.open, candle.high, candle.close, candle.volume) == tuple(map(Decimal, (100, 149, 149, 50)))


async def test_a_feed_with_a_fast_clock_is_clamped_and_bad_ticks_are_counted(desk: Desk) -> None:
    ahead = Tick('BTC', Decimal(100), utc_now() + HOUR, 'x', Origin.FEED)
    await desk.submit_many([ahead, Tick('BTC', Decimal(-1), utc_now(), 'x', Origin.FEED)])
    assert desk.quote('BTC').timestamp <= utc_now()
    status = desk.status()
    assert (status.clamped, status.refused) == (1, 1)


async def test_candles_alone_give_a_coin_its_last_close(desk: Desk) -> None:
    day = utc_now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    bars = [
        Bar(
            'ADA',
            86400,
            day + timedelta(days=number),
            Decimal(1),
            Decimal(3),
            Decimal(1),
            Decimal(2 + number),
            Decimal(5),
            'csv',
        )
        for number in range(2)
    ]
    assert await desk.submit_candles([bars[0]]) == 1
    with pytest.raises(Invalid, match='between its low and high'):
        await desk.submit_candles([Bar('ADA', 86400, day, Decimal(1), Decimal(3), Decimal(2), Decimal(2), None, 'csv')])
    await changed(desk, 'ADA')
    assert desk.quote('ADA').price == 2
    assert await desk.submit_candles([bars[0]]) == 0


async def test_a_renamed_coin_is_found_by_both_names_and_keeps_its_records(desk: Desk) -> None:
    await desk.submit(tick('XBT', '100'))
    await desk.rename('XBT', 'BTC')
    assert desk.quote('xbt').name == 'BTC'
    await desk.submit(tick('XBT', '101'))
    assert [item.record.price for item in (await desk.history('BTC')).records] == [101, 100]
    await desk.rename('BTC', 'XBT')
    assert desk.quote('btc').name == 'XBT'
    assert [coin.name for coin in desk.coins()] == ['XBT']


async def test_an_export_calls_a_renamed_coin_by_its_name_of_today(desk: Desk) -> None:
    await desk.submit(tick('XBT', '100'))
    await desk.rename('XBT', 'BTC')
    await desk.submit(tick('BTC', '101'))
    text = b''.join([part async for part in desk.export()]).decode()
    assert [line.split(',')[:2] for line in text.splitlines()[1:]] == [['BTC', '100'], ['BTC', '101']]


async def test_merged_coins_are_one(desk: Desk) -> None:
    await desk.submit_many([tick('BTC', '100', HOUR), tick('XBT', '101')])
    await desk.merge('XBT', 'BTC')
    assert [(quote.name, quote.price) for quote in desk.quotes()] == [('BTC', Decimal(101))]
    assert len((await desk.history('XBT')).records) == 2
    await desk.submit(tick('ETH', '1'))
    with pytest.raises(Conflict, match='merge the two'):
        await desk.rename('ETH', 'btc')


async def test_a_policy_decides_and_is_kept(desk: Desk) -> None:
    await desk.submit_many([Tick('BTC', Decimal(100), utc_now(), 'coinbase', Origin.FEED)])
    await desk.listed('coinbase', {'BTC': 'BTC/USD'}, {'BTC': 'Bitcoin'})
    await desk.submit(tick('BTC', '90'))
    quote = desk.quote('BTC')
    assert (quote.price, quote.full_name, quote.aside[0].deviation) == (Decimal(100), 'Bitcoin', Decimal('-10.00'))
    await desk.set_policy('BTC', Policy.MANUAL)
    assert desk.quote('BTC').price == 90


async def test_a_hand_price_leaves_the_range_once_the_exchange_has_spoken(desk: Desk) -> None:
    await desk.listed('coinbase', {'BTC': 'BTC/USD'}, {})
    await desk.submit(tick('BTC', '1'))
    async with asyncio.timeout(5):
        while desk.quote('BTC').low_24h != 100:
            await desk.submit_many([Tick('BTC', Decimal(100), utc_now(), 'coinbase', Origin.FEED)])
            await changed(desk, 'BTC')


async def test_what_a_feed_has_just_told_survives_a_look_at_the_store(desk: Desk) -> None:
    for price in ('100', '900', '100'):
        await desk.submit_many([Tick('BTC', Decimal(price), utc_now(), 'x', Origin.FEED, volume=Decimal(1))])
    record = await desk.submit(tick('BTC', '50', HOUR))
    assert record.id is not None
    await desk.withdraw(record.id, 'a test')
    quote = desk.quote('BTC')
    assert (quote.high_24h, quote.low_24h, quote.volume_24h) == (Decimal(900), Decimal(100), Decimal(3))


async def test_starting_twice_is_starting_once(desk: Desk) -> None:
    await desk.start()
    await desk.submit(tick('BTC', '1'))
    assert len((await desk.history('BTC')).records) == 1
