"""Coins that change while others look at them."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.errors import Unavailable
from desk.ticks import Tick
from models import Coin, Origin, Policy


@pytest.fixture
async def coin(desk: Desk) -> Coin:
    await desk.submit(Tick('XBT', Decimal(1), datetime.now(UTC), 'api', Origin.PROGRAM))
    return desk.coin('XBT')


async def test_a_coin_is_found_by_its_own_name_at_every_moment_of_a_renaming(desk: Desk, coin: Coin) -> None:
    for name in ('BTC', 'XBT', 'BITCOIN', 'BTC', 'XBT'):
        renaming = asyncio.create_task(desk.rename('XBT', name))
        while not renaming.done():
            assert desk.coin(coin.name) is coin
            await asyncio.sleep(0)
        assert (await renaming).name == name


async def test_a_change_that_cannot_be_kept_is_not_seen(
    desk: Desk, coin: Coin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(coin: Coin) -> None:
        raise Unavailable('The disk is full.')

    monkeypatch.setattr(desk.store, 'save_coin', fail)
    with pytest.raises(Unavailable):
        await desk.rename('XBT', 'BTC')
    with pytest.raises(Unavailable):
        await desk.set_policy('XBT', Policy.MANUAL)
    assert (desk.coin('XBT').name, desk.policy('XBT')) == ('XBT', Policy.LATEST)
