"""Coins that change while others look at them."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.errors import Conflict, Unavailable
from desk.feeds import Grid
from desk.ticks import Tick
from models import Coin, Origin, Policy


@pytest.fixture
async def coin(desk: Desk) -> Coin:
    await desk.submit(Tick('XBT', Decimal(1), datetime.now(UTC), 'api', Origin.PROGRAM))
    return desk.coin('XBT')


async def test_a_coin_is_found_by_its_own_name_at_every_moment_of_a_renaming_and_by_its_old_one(
    desk: Desk, coin: Coin
) -> None:
    for name in ('BTC', 'XBT', 'BITCOIN', 'BTC', 'XBT'):
        renaming = asyncio.create_task(desk.rename('XBT', name))
        while not renaming.done():
            assert desk.coin(coin.name) is desk.coin('XBT') is coin
            await asyncio.sleep(0)
        assert (await renaming).name == name


async def test_a_change_that_cannot_be_kept_is_not_seen(
    desk: Desk, coin: Coin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable('The disk is full.')

    for method in ('save_coin', 'rename_coin'):
        monkeypatch.setattr(desk.store, method, fail)
    with pytest.raises(Unavailable):
        await desk.rename('XBT', 'BTC')
    with pytest.raises(Unavailable):
        await desk.set_policy('XBT', Policy.MANUAL)
    assert (desk.coin('XBT').name, desk.policy('XBT')) == ('XBT', Policy.LATEST)


async def test_two_coins_that_are_merged_into_each_other_at_once_are_merged_once(desk: Desk, coin: Coin) -> None:
    await desk.submit(Tick('BTC', Decimal(2), datetime.now(UTC), 'api', Origin.PROGRAM))
    ways = (desk.merge('XBT', 'BTC'), desk.merge('BTC', 'XBT'))
    done = await asyncio.gather(*ways, return_exceptions=True)
    assert [type(each) for each in done] == [Coin, Conflict]
    assert [each.name for each in desk.coins()] == ['BTC']


async def test_of_two_changes_at_once_both_are_kept(desk: Desk, coin: Coin) -> None:
    await asyncio.gather(desk.set_policy('XBT', Policy.MANUAL), desk.listed('x', {'XBT': 'XBT/USD'}, {}))
    (stored,) = await desk.store.coins()
    assert (stored.policy, stored.pair) == (Policy.MANUAL, 'XBT/USD')


async def test_a_coin_has_the_steps_of_the_market_it_is_followed_on(desk: Desk, coin: Coin) -> None:
    assert (coin.tick_size, coin.lot_size) == (None, None)
    await desk.listed('x', {'XBT': 'XBT/USD'}, {}, {'XBT': Grid(Decimal('0.01'), Decimal('0.00000001'))})
    (stored,) = await desk.store.coins()
    assert (stored.tick_size, stored.lot_size) == (Decimal('0.01'), Decimal('0.00000001'))
    await desk.listed('y', {'XBT': 'XBT/USD'}, {}, {'XBT': Grid(tick_size=Decimal('0.5'))})
    assert (coin.tick_size, coin.lot_size) == (Decimal('0.5'), None)
    await desk.unfollow('XBT')
    (stored,) = await desk.store.coins()
    assert (stored.tick_size, stored.lot_size) == (None, None)
