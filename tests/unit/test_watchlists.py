"""Watchlists: what is committed is shown and told, coins stay right through merges, and nothing grows without bound."""

import asyncio

import pytest

from desk.crew import Crew
from desk.errors import Conflict, Invalid, NotFound
from desk.registry import Registry
from desk.store import Store
from desk.watchlist import MOST_COINS, MOST_LISTS
from desk.watchlists import Watchlists
from models import Coin, utc_now

COINS = ('BTC', 'ETH', 'XBT', 'SOL')


async def opened(store: Store) -> Watchlists:
    """As another process with this database has them."""
    lists = Watchlists(store, Registry(await store.coins()), utc_now)
    crew = Crew()
    await lists.start(crew)
    await crew.stop()
    return lists


@pytest.fixture
async def lists(store: Store) -> Watchlists:
    """On a desk of four coins, without a list."""
    await store.ensure_coins(COINS)
    return await opened(store)


def names(lists: Watchlists, list_id: int) -> list[str]:
    return [lists.registry.name(number) for number in lists.get(list_id).coin_ids]


async def merge(store: Store, lists: Watchlists, name: str, into: str) -> None:
    coin, other = lists.registry.get(name), lists.registry.get(into)
    coin.merged_into = other.id
    await store.save_coin(coin)
    lists.registry.put(Coin(**coin.model_dump()))


async def test_a_list_is_there_after_a_restart_in_its_own_order(store: Store, lists: Watchlists) -> None:
    made = await lists.create(' Mine ', coin_names=['SOL', 'btc'])
    await lists.add(made.id, 'ETH')
    await lists.arrange(made.id, ['ETH', 'SOL'])
    again = await opened(store)
    assert [each.name for each in again.all()] == ['Mine']
    assert names(again, made.id) == names(lists, made.id) == ['ETH', 'SOL', 'BTC']


async def test_each_change_is_told_once_after_its_commit(store: Store, lists: Watchlists) -> None:
    told: list[int] = []
    lists.subscribe(told.append)
    made = await lists.create('Mine')
    await lists.add(made.id, 'BTC')
    await lists.add(made.id, 'btc')
    await lists.remove(made.id, 'ETH')
    await lists.remove(made.id, 'BTC')
    await lists.rename(made.id, 'Ours')
    await lists.delete(made.id)
    assert told == [made.id] * 5
    assert lists.members(made.id) == frozenset()
    assert (await opened(store)).all() == []


async def test_what_fails_to_commit_is_not_shown(store: Store, lists: Watchlists) -> None:
    made = await lists.create('Mine')
    told: list[int] = []
    lists.subscribe(told.append)
    await lists.create('Other')
    with pytest.raises(Conflict, match='called “Mine” already'):
        await lists.rename(told[0], 'MINE')
    assert [each.name for each in lists.all()] == ['Mine', 'Other']
    assert len(told) == 1
    assert (await lists.rename(made.id, 'mine')).name == 'mine'


async def test_the_star_makes_the_first_list_and_moves_with_it(lists: Watchlists) -> None:
    await asyncio.gather(*(lists.star(name, on=True) for name in COINS))
    (first,) = lists.all()
    assert (first.name, lists.starred()) == ('Favourites', lists.members(first.id))
    assert len(lists.starred()) == len(COINS)
    await lists.star('btc', on=False)
    assert 'BTC' not in names(lists, first.id)
    other = await lists.create('Other')
    await lists.arrange_lists([other.id])
    assert lists.starred() == frozenset()
    assert [each.name for each in lists.all()] == ['Other', 'Favourites']


async def test_a_star_that_goes_makes_no_list(lists: Watchlists) -> None:
    await lists.star('BTC', on=False)
    assert lists.all() == []


async def test_a_merged_coin_is_its_root_once_and_is_told(store: Store, lists: Watchlists) -> None:
    made = await lists.create('Mine', coin_names=['XBT', 'ETH', 'BTC'])
    told: list[int] = []
    lists.subscribe(told.append)
    await merge(store, lists, 'XBT', 'BTC')
    assert told == [made.id]
    assert names(lists, made.id) == ['BTC', 'ETH']
    assert lists.members(made.id) == {lists.registry.get('BTC').id, lists.registry.get('ETH').id}
    await lists.add(made.id, 'XBT')
    await lists.arrange(made.id, ['ETH', 'XBT'])
    await lists.remove(made.id, 'xbt')
    again = await opened(store)
    assert names(again, made.id) == names(lists, made.id) == ['ETH']


async def test_a_renamed_coin_keeps_its_place_and_is_told(store: Store, lists: Watchlists) -> None:
    made = await lists.create('Mine', coin_names=['BTC', 'ETH'])
    told: list[int] = []
    lists.subscribe(told.append)
    coin = lists.registry.get('BTC')
    coin.name, coin.key = 'BITCOIN', 'bitcoin'
    lists.registry.put(coin)
    assert (told, names(lists, made.id)) == ([made.id], ['BITCOIN', 'ETH'])
    lists.registry.put(coin)
    assert told == [made.id]


async def test_two_processes_change_one_list(store: Store, lists: Watchlists) -> None:
    made = await lists.create('Mine')
    other = await opened(store)
    await lists.add(made.id, 'BTC')
    told: list[int] = []
    other.subscribe(told.append)
    await other.add(made.id, 'ETH')
    assert names(other, made.id) == ['BTC', 'ETH']
    assert set(told) == {made.id}


async def test_another_process_sees_it_by_itself(store: Store, lists: Watchlists) -> None:
    crew, other, seen = Crew(), await opened(store), asyncio.Event()
    other.subscribe(lambda _: seen.set())
    made = await lists.create('Mine', coin_names=['BTC'])
    await other.start(crew)
    assert names(other, made.id) == ['BTC']
    await crew.stop()


async def test_a_list_is_there_for_its_user_alone(lists: Watchlists) -> None:
    made = await lists.create('Mine', user='ann')
    for change in (lists.rename(made.id, 'x'), lists.add(made.id, 'BTC'), lists.delete(made.id)):
        with pytest.raises(NotFound, match='no watchlist'):
            await change
    for look in (lists.get, lists.export_csv):
        with pytest.raises(NotFound, match='no watchlist'):
            look(made.id)
    assert (lists.all(), lists.get(made.id, 'ann').name) == ([], 'Mine')
    assert (await lists.create('Mine')).user == 'local'


async def test_the_bounds_are_said(store: Store, lists: Watchlists) -> None:
    many = [coin.name for coin in await store.ensure_coins([f'C{number}' for number in range(MOST_COINS + 1)])]
    for coin in await store.coins():
        lists.registry.put(coin)
    with pytest.raises(Conflict, match='at most 1,000 coins, and this one would have 1,001'):
        await lists.create('Many', coin_names=many)
    full = await lists.create('Full', coin_names=many[:MOST_COINS])
    with pytest.raises(Conflict, match='at most 1,000 coins'):
        await lists.add(full.id, 'BTC')
    for number in range(MOST_LISTS - 1):
        await lists.create(f'List {number}')
    with pytest.raises(Conflict, match='100 lists already'):
        await lists.create('One more')


@pytest.mark.parametrize(
    ('name', 'said'), [(' ', 'Give the list a name'), ('x' * 51, 'at most 50'), ('a\x00', 'print')]
)
async def test_a_name_is_checked(lists: Watchlists, name: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        await lists.create(name)


async def test_an_order_names_what_is_on_the_list(lists: Watchlists) -> None:
    made = await lists.create('Mine', coin_names=['BTC'])
    with pytest.raises(Conflict, match='ETH is not on the list “Mine”'):
        await lists.arrange(made.id, ['ETH', 'BTC'])


async def test_what_is_exported_is_imported(lists: Watchlists) -> None:
    made = await lists.create('Mine', coin_names=['SOL', 'BTC'])
    text = lists.export_csv(made.id)
    assert text == 'name\r\nSOL\r\nBTC\r\n'
    copy = await lists.import_csv('Copy', text)
    assert names(lists, copy.id) == ['SOL', 'BTC']


async def test_what_is_not_known_is_told_and_can_be_left_out(lists: Watchlists) -> None:
    text = '\ufeffrank;Symbol\n1;btc\n2;NOPE\n3;BTC\n\n4;eth\n'
    assert lists.look_up(text) == (['BTC', 'ETH'], ['NOPE'])
    with pytest.raises(Invalid, match='no coin called “NOPE”'):
        await lists.import_csv('Mine', text)
    assert lists.all() == []
    assert names(lists, (await lists.import_csv('Mine', text, known_only=True)).id) == ['BTC', 'ETH']
