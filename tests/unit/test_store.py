"""The store keeps what it was given: records, what was said of them, coins and settings. On both databases."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event

from columns import canonical
from desk.errors import Conflict, Invalid, NotFound, Unavailable
from desk.store import Store
from desk.store.bulk import COPIED
from models import Coin, Origin, Policy, utc_now
from tests.unit.store_records import NOON, coin, feed, record

same_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


async def test_a_stored_record_has_an_id_and_is_the_latest(store: Store) -> None:
    btc = await coin(store)
    stored = await store.add([record(btc, '67000.12', 1), record(btc, '67001', 0)])
    assert [each.id for each in stored] == [1, 2]
    assert [each.price for each in await store.latest([btc])] == [Decimal('67000.12')]


async def test_it_is_still_there_after_a_restart(database: str) -> None:
    store = Store(database)
    await store.open()
    btc = await coin(store)
    waiting = [asyncio.ensure_future(store.add([record(btc, str(price))])) for price in range(1, 100)]
    await asyncio.sleep(0)
    store.add_later(feed(btc, '100', 1))
    await store.close()
    again = Store(database)
    await again.open()
    page = await again.history([btc], limit=200)
    assert [each.record.price for each in page.records] == list(range(100, 0, -1))
    assert len(await asyncio.gather(*waiting)) == 99
    await again.close()


@same_store
@given(price=st.integers(1, 10**28 - 1).map(lambda digits: Decimal(digits).scaleb(-18)))
async def test_a_price_comes_back_to_the_last_digit(store: Store, price: Decimal) -> None:
    btc = await coin(store)
    stored = (await store.add([record(btc, price)]))[0]
    assert canonical((await store.record(stored.id or 0)).record.price) == canonical(price)


@settings(same_store, max_examples=10)
@given(
    st.lists(st.integers(1, 10**28 - 1).map(lambda digits: Decimal(digits).scaleb(-18)), min_size=1, max_size=4),
    st.lists(st.text(st.characters(exclude_categories=['Cs'], exclude_characters='\0'), max_size=9), min_size=1),
)
async def test_so_many_that_they_are_copied_come_back_as_they_are(
    store: Store, prices: list[Decimal], notes: list[str]
) -> None:
    """PostgreSQL takes them in by COPY, whose text has signs of its own: tabs, line ends, backslashes, a null."""
    btc = await coin(store)
    given = [record(btc, prices[place % len(prices)], volume='0.10' if place % 2 else None) for place in range(COPIED)]
    for place, each in enumerate(given):
        each.note = ['\\N', 'a\tb\\', 'c\r\nd\\.\n', *notes][place % (len(notes) + 3)]
    await store.add(given)
    found = {each.record.id: each.record for each in (await store.history([btc], limit=COPIED)).records}
    for each in given:
        kept = found[each.id]
        assert (kept.price, kept.note, kept.volume) == (each.price, each.note, each.volume)
        assert (kept.timestamp, kept.seq, kept.origin) == (each.timestamp, each.seq, each.origin)


async def test_many_with_one_bad_record_leave_nothing(store: Store) -> None:
    btc = await coin(store)
    with pytest.raises(Conflict):
        await store.add([*(record(btc) for _ in range(COPIED)), record(999)])
    assert await store.latest([btc]) == []
    await store.add([record(btc) for _ in range(COPIED)])
    assert len((await store.history([btc])).records) == COPIED


async def test_what_comes_together_is_committed_together(store: Store) -> None:
    btc = await coin(store)
    commits: list[Connection] = []
    hear = commits.append
    event.listen(Engine, 'commit', hear)
    await asyncio.gather(*(store.add([record(btc)]) for _ in range(100)))
    event.remove(Engine, 'commit', hear)
    assert len(commits) < 20


async def test_a_batch_with_one_bad_record_leaves_nothing(store: Store) -> None:
    btc = await coin(store)
    with pytest.raises(Conflict):
        await store.add([record(btc, '1'), record(999, '2')])
    assert await store.latest([btc]) == []
    assert await store.candles([btc], 60) == []


async def test_one_bad_batch_does_not_spoil_those_committed_with_it(store: Store) -> None:
    btc = await coin(store)
    batches = [[record(btc)], [record(999)], [record(btc), record(btc)]]
    results = await asyncio.gather(*(store.add(batch) for batch in batches), return_exceptions=True)
    assert isinstance(results[1], Conflict)
    assert len((await store.history([btc])).records) == 3


async def test_a_number_is_given_once(store: Store) -> None:
    btc = await coin(store)
    first = record(btc)
    await store.add([first])
    twin = record(btc)
    twin.seq = first.seq
    with pytest.raises(Conflict):
        await store.add([twin])
    assert await store.last_seq() == first.seq


async def test_a_note_too_long_or_unstorable_is_refused_and_the_store_lives_on(store: Store) -> None:
    btc = await coin(store)
    odd = record(btc)
    odd.note = 'a\x00b' * 400
    if store.kind == 'PostgreSQL':
        with pytest.raises(Invalid):
            await store.add([odd])
    await store.add([record(btc)])
    assert store.last_error == ''


async def test_latest_tells_the_newest_of_feeds_and_of_others(store: Store) -> None:
    btc, eth = [each.id or 0 for each in await store.ensure_coins(['BTC', 'ETH'])]
    await store.add([record(btc, '1', 5), record(btc, '2', 5), record(btc, '3', 4), record(eth, '6', 0)])
    await store.add([feed(btc, '4', 1), feed(btc, '5', 0)])
    found = {(each.coin_id, each.origin): each.price for each in await store.latest([btc, eth])}
    assert found == {(btc, Origin.FEED): 4, (btc, Origin.PERSON): 2, (eth, Origin.PERSON): 6}


async def test_history_goes_back_page_by_page_over_both_kinds_and_merged_coins(store: Store) -> None:
    btc, xbt = [each.id or 0 for each in await store.ensure_coins(['BTC', 'XBT'])]
    await store.add(
        [
            (feed if number % 2 else record)(xbt if number % 3 else btc, str(number + 1), number // 4)
            for number in range(40)
        ]
    )
    prices, cursor = [], ''
    for _ in range(6):
        page = await store.history([btc, xbt], limit=7, cursor=cursor)
        prices += [each.record.price for each in page.records]
        cursor = page.cursor
    assert prices == list(range(40, 0, -1))
    assert cursor == ''


async def test_history_keeps_to_its_bounds(store: Store) -> None:
    btc = await coin(store)
    await store.add([record(btc, str(second + 1), second) for second in range(10)])
    page = await store.history([btc], NOON + timedelta(seconds=3), NOON + timedelta(seconds=6))
    assert [each.record.price for each in page.records] == [6, 5, 4]


@pytest.mark.parametrize('cursor', ['x', 'é', '====', 'MjAyNg', 'MjAyNi0wMS0wMVQwMDowMDowMC8x'])
async def test_a_cursor_of_somebody_else_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(Invalid, match='cursor'):
        await store.history([1], cursor=cursor)


async def test_a_correction_replaces_and_both_stay_readable(store: Store) -> None:
    btc = await coin(store)
    old = (await store.add([record(btc, '670')]))[0]
    new = await store.amend(old.id or 0, record(btc, '67000'), 'two digits were missing', 'ada')
    assert new is not None
    assert [(each.record.id, each.active) for each in (await store.history([btc])).records] == [
        (new.id, True),
        (old.id, False),
    ]
    said = (await store.record(old.id or 0)).amendment
    assert said is not None
    assert (said.replacement_id, said.reason, said.author) == (new.id, 'two digits were missing', 'ada')
    assert [each.price for each in await store.latest([btc])] == [67000]


async def test_a_withdrawn_record_no_longer_counts(store: Store) -> None:
    btc = await coin(store)
    kept, wrong = await store.add([record(btc, '1', 0), record(btc, '2', 1)])
    assert await store.amend(wrong.id or 0, None, 'wrong coin', '') is None
    assert [each.id for each in await store.latest([btc])] == [kept.id]
    assert await store.prices_at([btc], NOON + timedelta(days=1)) == {btc: (NOON, Decimal(1))}
    assert [[each.id for each in chunk] async for chunk in store.export()] == [[kept.id]]


async def test_a_record_is_amended_once_and_a_feeds_never(store: Store) -> None:
    btc = await coin(store)
    mine, its = await store.add([record(btc), feed(btc)])
    await store.amend(mine.id or 0, None, 'wrong', '')
    for number in (mine.id, its.id):
        with pytest.raises(Conflict):
            await store.amend(number or 0, None, 'again', '')
    with pytest.raises(NotFound, match='no record 999'):
        await store.amend(999, None, 'nothing there', '')
    with pytest.raises(NotFound, match='no record 999'):
        await store.record(999)


async def test_two_who_correct_at_the_same_time_cannot_both_win(store: Store) -> None:
    btc = await coin(store)
    old = (await store.add([record(btc)]))[0]
    results = await asyncio.gather(
        *(store.amend(old.id or 0, record(btc, price), 'typo', '') for price in '23'), return_exceptions=True
    )
    assert [type(result) for result in results].count(Conflict) == 1
    assert len((await store.history([btc])).records) == 2


async def test_an_export_gives_every_active_record_in_order_and_in_pieces(store: Store) -> None:
    btc, eth = [each.id or 0 for each in await store.ensure_coins(['BTC', 'ETH'])]
    await store.add([(feed if second % 2 else record)(btc, '1', second // 2) for second in range(4500)])
    await store.add([record(eth)])
    chunks = [chunk async for chunk in store.export()]
    places = [(each.coin_id, each.timestamp, each.seq) for chunk in chunks for each in chunk]
    assert places == sorted(places)
    assert [len(chunk) for chunk in chunks] == [2000, 2000, 500, 1]
    assert [len(chunk) async for chunk in store.export([eth])] == [1]


async def test_counts_know_how_often_a_price_came_in(store: Store) -> None:
    btc = await coin(store)
    twice = [record(btc, '1.50'), record(btc, '1.5')]
    await store.add([*twice, record(btc, '1.5', source='csv'), feed(btc, '2')])
    await store.amend(twice[0].id or 0, None, 'wrong', '')
    keys = [(NOON, Decimal('1.5'), 'form'), (NOON, Decimal('2.0'), 'coinbase'), (NOON, Decimal(9), 'form')]
    assert list((await store.counts(btc, keys)).values()) == [2, 1, 0]


async def test_coins_are_one_whatever_their_case_and_keep_their_first_spelling(store: Store) -> None:
    coins = await store.ensure_coins(['Btc', 'eth', 'BTC', 'ETH', 'Straße'])
    assert [each.name for each in coins] == ['Btc', 'eth', 'Btc', 'eth', 'Straße']
    assert [each.id for each in await store.ensure_coins(['STRASSE', 'btc'])] == [coins[4].id, coins[0].id]
    assert len(await store.coins()) == 3


async def test_a_coin_is_saved_by_its_id(store: Store) -> None:
    btc, eth = await store.ensure_coins(['BTC', 'ETH'])
    btc.policy, btc.followed, btc.merged_into = Policy.MANUAL, True, eth.id
    await store.save_coin(btc)
    kept = (await store.coins())[0]
    assert (kept.policy, kept.followed, kept.merged_into, kept.created) == ('manual', True, eth.id, btc.created)
    btc.key = 'eth'
    with pytest.raises(Conflict):
        await store.save_coin(btc)
    with pytest.raises(NotFound):
        await store.save_coin(Coin(id=999, name='X', key='x'))


async def test_a_setting_is_kept_and_changed(store: Store) -> None:
    await store.set_preference('timezone', 'UTC')
    await store.set_preference('timezone', 'Europe/Berlin')
    assert await store.preferences() == {'timezone': 'Europe/Berlin'}


async def test_pruning_takes_old_feed_records_in_small_steps_and_nothing_else(store: Store) -> None:
    btc = await coin(store)
    await store.add([record(btc, '1'), *(feed(btc, '1', second) for second in range(10)), feed(btc, '1', 100)])
    before = NOON + timedelta(seconds=10)
    assert [await store.prune(before, 4) for _ in range(4)] == [4, 4, 2, 0]
    assert [each.record.origin for each in (await store.history([btc])).records] == [Origin.FEED, Origin.PERSON]


async def test_pruning_gives_no_number_and_no_id_a_second_time(store: Store) -> None:
    btc = await coin(store)
    last = (await store.add([feed(btc), feed(btc)]))[-1]
    await store.prune(NOON + timedelta(days=1))
    assert await store.last_seq() == last.seq
    assert (await store.add([record(btc)]))[0].id == (last.id or 0) + 1


async def test_the_figures_say_what_was_done(store: Store) -> None:
    before = utc_now()
    await store.add([record(await coin(store)) for _ in range(10)])
    assert store.rows_written >= 10
    assert store.rows_per_second > 0
    assert store.last_commit is not None
    assert store.last_commit >= before
    assert store.size_bytes() > 10_000
    assert (store.queue_length, store.conflated, store.last_error) == (0, 0, '')


async def test_a_closed_store_accepts_nothing(database: str) -> None:
    store = Store(database)
    await store.open()
    await store.close()
    with pytest.raises(Unavailable, match='stopping'):
        await store.set_preference('a', 'b')
