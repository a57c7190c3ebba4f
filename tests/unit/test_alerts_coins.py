"""The coins that alerts watch: all of them, those of a list, those that stand for others, and their windows."""

from datetime import timedelta
from decimal import Decimal

from desk.alert import Draft, Repeat, Status
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Bar
from tests.unit.alert_desk import NOON, Clock, above, clock, crosses, desk, fired, prices

__all__ = ['clock', 'desk']


async def test_windows_hold_what_was_stored_before_the_alert_was_made(desk: Desk, clock: Clock) -> None:
    numbers = Decimal(100), Decimal(105), Decimal(80), Decimal(100)
    stored = Bar('BTC', 60, NOON - timedelta(minutes=30), *numbers, None, 'binance')
    await desk.submit_candles([stored])
    rise = await desk.alerts.create(Draft('rises', 'BTC', percent=Decimal(20), window=3600))
    high = await desk.alerts.create(Draft('new_high', 'BTC'))
    await prices(desk, '95')
    assert await fired(desk) == []
    await prices(desk, '104')
    assert [(firing.alert_id, firing.reading) for firing in await fired(desk)] == [(rise.id, Decimal(30))]
    await prices(desk, '106')
    assert {firing.alert_id for firing in await fired(desk)} == {rise.id, high.id}


async def test_an_alert_on_all_coins_fires_once_for_each_also_for_new_ones(desk: Desk) -> None:
    alert = await desk.alerts.create(above('110', coin=''))
    await prices(desk, '111', '112')
    await prices(desk, '200', '201', name='ETH')
    assert [desk.alerts.coin_name(firing.coin_id) for firing in await fired(desk)] == ['ETH', 'BTC']
    assert (desk.alerts.get(alert.id).status, len(desk.alerts.get(alert.id).marks)) == (Status.ACTIVE, 2)


async def test_an_alert_on_a_watchlist_follows_the_list(desk: Desk) -> None:
    await prices(desk, '10', name='ETH')
    favourites = await desk.watchlists.create('Favourites')
    await desk.alerts.create(Draft('above', watchlist_id=favourites.id, price=Decimal(110)))
    await prices(desk, '111')
    assert await fired(desk) == []
    await desk.watchlists.add(favourites.id, 'ETH')
    await prices(desk, '112', name='ETH')
    await prices(desk, '112')
    assert [desk.alerts.coin_name(firing.coin_id) for firing in await fired(desk)] == ['ETH']
    await desk.watchlists.add(favourites.id, 'BTC')
    await desk.watchlists.remove(favourites.id, 'ETH')
    await prices(desk, '113')
    assert [desk.alerts.coin_name(firing.coin_id) for firing in await fired(desk)] == ['BTC', 'ETH']


async def test_after_a_merge_its_alerts_watch_the_coin_that_stands_for_both(desk: Desk, settings: Settings) -> None:
    await prices(desk, '90', name='XBT')
    both = await desk.alerts.create(crosses('110', condition='crosses_up', coin='', repeat=Repeat.EVERY))
    own = await desk.alerts.create(crosses('110', condition='crosses_up', coin='XBT', repeat=Repeat.EVERY))
    await prices(desk, '111', '90', name='XBT')
    await desk.merge('XBT', 'BTC')
    assert desk.alerts.get(own.id).coin_id == desk.coin('BTC').id
    await prices(desk, '109', '112')
    assert [(firing.alert_id, firing.nth, str(firing.price)) for firing in await fired(desk)] == [
        (own.id, 2, '112'),
        (both.id, 2, '112'),
        (own.id, 1, '111'),
        (both.id, 1, '111'),
    ]
    await desk.rename('BTC', 'Bitcoin')
    assert desk.alerts.draft(own.id).coin == 'Bitcoin'
    assert [mark.count for mark in desk.alerts.get(both.id).marks] == [2]


async def test_a_coin_that_comes_back_to_a_list_has_come_as_far_as_before(desk: Desk) -> None:
    favourites = await desk.watchlists.create('Favourites', coin_names=['BTC'])
    draft = crosses('110', condition='crosses_up', coin='', watchlist_id=favourites.id, repeat=Repeat.EVERY)
    await desk.alerts.create(draft)
    await prices(desk, '111', '109', '112', '109')
    await desk.watchlists.remove(favourites.id, 'BTC')
    await desk.watchlists.add(favourites.id, 'BTC')
    await prices(desk, '113')
    assert [(firing.nth, str(firing.price)) for firing in await fired(desk)] == [(3, '113'), (2, '112'), (1, '111')]


async def test_a_list_that_changes_does_not_hold_up_the_windows_of_its_coins(desk: Desk) -> None:
    await prices(desk, '10', name='ETH')
    favourites = await desk.watchlists.create('Favourites', coin_names=['BTC'])
    await desk.alerts.create(Draft('new_high', watchlist_id=favourites.id, repeat=Repeat.EVERY, cooldown=60))
    await desk.watchlists.rename(favourites.id, 'Best')
    await desk.watchlists.add(favourites.id, 'ETH')
    await prices(desk, '300')
    assert [str(firing.price) for firing in await fired(desk)] == ['300']


async def test_a_coin_new_on_a_list_waits_for_what_is_stored_of_it(desk: Desk) -> None:
    await prices(desk, '10', name='ETH')
    numbers = Decimal(20), Decimal(20), Decimal(20), Decimal(20)
    await desk.submit_candles([Bar('ETH', 60, NOON - timedelta(minutes=30), *numbers, None, 'binance')])
    favourites = await desk.watchlists.create('Favourites', coin_names=['BTC'])
    await desk.alerts.create(Draft('new_high', watchlist_id=favourites.id))
    await desk.watchlists.add(favourites.id, 'ETH')
    await prices(desk, '15', name='ETH')
    assert await fired(desk) == []
    await desk.alerts.pass_time()
    await prices(desk, '19', '21', name='ETH')
    assert [str(firing.price) for firing in await fired(desk)] == ['21']
