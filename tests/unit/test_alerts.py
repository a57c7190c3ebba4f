"""Alerts by the desk's own door: made, changed, fired at a price, announced after the commit, there after a restart."""

from datetime import timedelta
from decimal import Decimal

import pytest

from desk.alert import Draft, News, Repeat, Status
from desk.alerts import alerts
from desk.desk import Desk
from desk.errors import Conflict, Invalid, NotFound
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin
from tests.unit.alert_desk import Clock, above, clock, crosses, desk, fired, prices

__all__ = ['clock', 'desk']


async def test_an_alert_fires_once_and_is_there_after_a_restart(desk: Desk, settings: Settings) -> None:
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    alert = await desk.alerts.create(above('110'))
    assert desk.alerts.all() == [alert] == list(news[0].alerts)
    await prices(desk, '109', '111', '112')
    (firing,) = await fired(desk)
    assert (str(firing.price), firing.nth, firing.message) == ('111', 1, 'BTC is above 110.00, at 111.00.')
    assert [each for told in news for each in told.firings] == [firing]
    assert [each.status for each in news[-1].alerts] == [Status.FIRED] == [desk.alerts.get(alert.id).status]
    assert desk.alerts.unread() == 1
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert (again.alerts.unread(), again.alerts.get(alert.id).status) == (1, Status.FIRED)
    assert again.alerts.get(alert.id).fired == firing.at
    await again.stop()


async def test_what_a_price_fired_is_committed_when_who_entered_it_is_told(desk: Desk) -> None:
    await desk.alerts.create(crosses('110', repeat=Repeat.EVERY))
    for count in range(1, 4):
        await prices(desk, '111' if count % 2 else '109')
        assert [firing.nth for firing in await fired(desk)] == list(range(count, 0, -1))


async def test_a_restart_takes_sides_from_the_live_price_and_marks_from_the_store(
    desk: Desk, settings: Settings
) -> None:
    up = await desk.alerts.create(crosses('110', repeat=Repeat.REARM, rearm=Decimal(5)))
    await prices(desk, '111')
    await desk.stop()
    again = Desk(settings, desk.clock)
    await again.start()
    await prices(again, '109', '112', '104', '113')
    assert [(firing.nth, str(firing.price)) for firing in await fired(again)] == [(2, '113'), (1, '111')]
    (mark,) = again.alerts.get(up.id).marks
    assert (mark.count, mark.armed) == (2, False)
    await again.stop()


async def test_firings_of_a_fired_alert_are_acknowledged_with_it(desk: Desk) -> None:
    first, second = [await desk.alerts.create(above(price)) for price in ('110', '120')]
    await prices(desk, '130')
    one = next(firing for firing in await fired(desk) if firing.alert_id == first.id)
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    await desk.alerts.acknowledge([one.id])
    assert (desk.alerts.unread(), desk.alerts.get(first.id).status) == (1, Status.ACKNOWLEDGED)
    assert desk.alerts.get(second.id).status == Status.FIRED
    assert [[firing.id for firing in told.firings] for told in news] == [[one.id]]
    await desk.alerts.acknowledge()
    assert (desk.alerts.unread(), desk.alerts.get(second.id).status) == (0, Status.ACKNOWLEDGED)
    await desk.alerts.acknowledge()
    assert len(news) == 2


async def test_a_fired_alert_that_is_activated_takes_its_side_anew(desk: Desk) -> None:
    alert = await desk.alerts.create(crosses('110', condition='crosses_up'))
    await prices(desk, '111', '109', '112')
    await desk.alerts.activate(alert.id)
    await prices(desk, '113')
    assert len(await fired(desk)) == 1
    await prices(desk, '109', '114')
    assert [str(firing.price) for firing in await fired(desk)] == ['114', '111']
    assert desk.alerts.get(alert.id).status == Status.FIRED


async def test_another_level_makes_a_fired_alert_active_and_another_name_does_not(desk: Desk) -> None:
    alert = await desk.alerts.create(above('110'))
    await prices(desk, '111')
    assert (await desk.alerts.change(alert.id, name='high')).status == Status.FIRED
    changed = await desk.alerts.change(alert.id, price=Decimal(120))
    assert (changed.status, changed.name, str(changed.price)) == (Status.ACTIVE, 'high', '120')
    await prices(desk, '115', '121')
    assert [str(firing.level) for firing in await fired(desk)] == ['120', '110']


async def test_another_condition_drops_what_only_the_old_one_takes(desk: Desk) -> None:
    alert = await desk.alerts.create(above('110', repeat=Repeat.EVERY, cooldown=60))
    changed = await desk.alerts.change(alert.id, condition='rises', percent=Decimal(5), window=3600, repeat='once')
    assert (changed.price, changed.cooldown, changed.percent, changed.window) == (None, 0, Decimal(5), 3600)
    everywhere = await desk.alerts.change(alert.id, coin='')
    assert everywhere.coin_id is None


async def test_a_paused_or_snoozed_alert_is_silent(desk: Desk, clock: Clock) -> None:
    paused, snoozed = [await desk.alerts.create(above('110')) for _ in range(2)]
    await desk.alerts.pause([paused.id], True)
    await desk.alerts.snooze(snoozed.id, clock.now + timedelta(minutes=5))
    await prices(desk, '111')
    assert await fired(desk) == []
    (resumed,) = await desk.alerts.pause([paused.id], False)
    clock.now += timedelta(minutes=5)
    await prices(desk, '112')
    assert resumed.status == Status.ACTIVE
    assert [firing.alert_id for firing in await fired(desk)] == [snoozed.id, paused.id]
    await desk.alerts.pause([paused.id], True)
    assert desk.alerts.get(paused.id).status == Status.FIRED


async def test_an_alert_expires_and_is_active_again_with_a_later_end(desk: Desk, clock: Clock) -> None:
    alert = await desk.alerts.create(above('110', expires=clock.now + timedelta(minutes=1)))
    clock.now += timedelta(minutes=2)
    await prices(desk, '111')
    assert (await fired(desk), desk.alerts.get(alert.id).status) == ([], Status.EXPIRED)
    copy = await desk.alerts.duplicate(alert.id)
    assert (copy.status, copy.expires) == (Status.ACTIVE, None)
    assert (await desk.alerts.change(alert.id, note='late')).status == Status.EXPIRED
    later = clock.now + timedelta(minutes=1)
    assert (await desk.alerts.change(alert.id, expires=later)).status == Status.ACTIVE
    await prices(desk, '112')
    assert {firing.alert_id for firing in await fired(desk)} == {alert.id, copy.id}


async def test_silence_fires_once_for_each_silence(desk: Desk, clock: Clock) -> None:
    await desk.alerts.create(Draft('silent', 'BTC', minutes=5, repeat=Repeat.EVERY))
    for _ in range(2):
        clock.now += timedelta(minutes=6)
        await desk.alerts.pass_time()
        await desk.alerts.pass_time()
        await desk.alerts.settled()
        await prices(desk, '100')
    assert [(firing.nth, firing.reading) for firing in await fired(desk)] == [(2, Decimal(6)), (1, Decimal(6))]


async def test_prices_that_came_while_there_was_no_alert_count_for_the_next(desk: Desk, clock: Clock) -> None:
    await desk.alerts.delete((await desk.alerts.create(above('110'))).id)
    clock.now += timedelta(minutes=6)
    await prices(desk, '105')
    await desk.alerts.create(Draft('silent', 'BTC', minutes=5))
    await desk.alerts.create(crosses('103', condition='crosses_down'))
    await desk.alerts.pass_time()
    await prices(desk, '102')
    assert [firing.condition for firing in await fired(desk)] == ['crosses_down']


async def test_a_deleted_alert_is_gone_and_its_firings_stay(desk: Desk) -> None:
    alert = await desk.alerts.create(above('110'))
    await prices(desk, '111')
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    await desk.alerts.delete(alert.id)
    assert (desk.alerts.all(), [each.status for each in news[0].alerts]) == ([], [Status.DELETED])
    assert len((await desk.alerts.firings(alert.id)).items) == 1
    with pytest.raises(NotFound, match='no alert'):
        desk.alerts.get(alert.id)


async def test_late_imported_and_withdrawn_prices_fire_nothing(desk: Desk, clock: Clock) -> None:
    await desk.alerts.create(above('110'))
    late = Tick('BTC', Decimal(150), clock.now - timedelta(hours=1), 'form', Origin.PERSON)
    await desk.submit(late)
    await desk.submit_many([late._replace(timestamp=clock.now, origin=Origin.FILE, source='csv')])
    assert await fired(desk) == []


async def test_feeds_and_the_api_fire_alerts_too(desk: Desk) -> None:
    await desk.alerts.create(crosses('110', repeat=Repeat.EVERY))
    await desk.submit(Tick('BTC', Decimal(111), desk.clock(), 'api', Origin.PROGRAM))
    feed = Tick('BTC', Decimal(109), desk.clock(), 'binance', Origin.FEED)
    await desk.submit_many([feed, feed._replace(price=Decimal(112)), feed._replace(price=Decimal(109))])
    await desk.alerts.settled()
    assert [firing.tick_source for firing in await fired(desk)] == ['binance', 'binance', 'binance', 'api']


async def test_a_draft_is_checked_with_its_coin_and_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[tuple[Draft, type[Exception]]] = [
        (above('110', coin='NIX'), NotFound),
        (Draft('above', watchlist_id=99, price=Decimal(1)), NotFound),
        (Draft('above', 'BTC'), Invalid),
        (above('110', message='{nonsense}'), Invalid),
    ]
    for draft, why in refused:
        with pytest.raises(why):
            await desk.alerts.create(draft)
    monkeypatch.setattr(alerts, 'MOST', 1)
    first = await desk.alerts.create(above('110'))
    with pytest.raises(Conflict, match='delete some'):
        await desk.alerts.duplicate(first.id)
    with pytest.raises(NotFound):
        await desk.alerts.create(above('110'), 'somebody') and desk.alerts.get(first.id, 'somebody')


async def test_firings_come_in_pages_newest_first(desk: Desk) -> None:
    alert = await desk.alerts.create(crosses('110', repeat=Repeat.EVERY))
    await prices(desk, '111', '109', '111', '109', '111')
    page = await desk.alerts.firings(alert.id, limit=2)
    rest = await desk.alerts.firings(alert.id, limit=3, cursor=page.cursor)
    assert [firing.nth for firing in [*page.items, *rest.items]] == [5, 4, 3, 2, 1]
    assert rest.cursor == ''
    assert await desk.alerts.deliveries([firing.id for firing in page.items]) == {each.id: [] for each in page.items}


async def test_a_price_comes_in_whatever_alerts_make_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(coin_id: int, tick: Tick) -> None:
        raise RuntimeError('astray')

    await desk.alerts.create(above('110'))
    monkeypatch.setattr(desk.alerts.lookout.watch, 'tick', fail)
    await prices(desk, '111')
    assert str(desk.quote('BTC').price) == '111'
    assert 'astray' in desk.status().problems['alerts']
