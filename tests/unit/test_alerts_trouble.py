"""Alerts and a database that fails: nothing is said before its commit, and what fired meanwhile is not lost."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from desk.alert import News, Repeat, Status
from desk.alerting.hits import Hit
from desk.alerts.pump import Pump
from desk.desk import Desk
from desk.errors import Invalid, Unavailable
from desk.settings import Settings
from desk.store.alert_claims import Claims
from tests.unit.alert_desk import above, crosses, fired
from tests.unit.paper_desk import told
from tests.unit.test_broker_commits import out_of_reach
from tests.unit.test_store_faults import locked
from tests.waiting import until


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """A desk with a fresh price of BTC."""
    await told(desk, '100')
    return desk


async def test_nothing_is_announced_before_its_commit(desk: Desk, settings: Settings) -> None:
    alert = await desk.alerts.create(above('110'))
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    with locked(settings.database):
        await told(desk, '111')
        assert desk.alerts.pump.busy
        assert (news, desk.alerts.unread(), desk.alerts.get(alert.id).status) == ([], 0, Status.ACTIVE)
    await until(lambda: desk.alerts.unread() == 1)
    assert [len(each.firings) for each in news] == [1]


async def test_while_the_database_is_away_firings_are_kept_and_afterwards_committed_in_order(desk: Desk) -> None:
    alert = await desk.alerts.create(crosses('110', repeat=Repeat.EVERY))
    with out_of_reach():
        await told(desk, '111', '109', '112')
        await until(lambda: '3 steps of alerts wait' in desk.status().problems.get('alerts', ''))
        with pytest.raises(Unavailable):
            await desk.alerts.change(alert.id, name='x')
        await told(desk, '108')
    await until(lambda: desk.alerts.unread() == 4)
    assert [(firing.nth, str(firing.price)) for firing in reversed(await fired(desk))] == [
        (1, '111'),
        (2, '109'),
        (3, '112'),
        (4, '108'),
    ]
    await until(lambda: not desk.status().problems)


async def test_what_the_database_committed_without_saying_so_is_told_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.alerts.create(crosses('110', repeat=Repeat.EVERY))
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    claim, tries = desk.alerts.store.claim, 0

    async def cut_off(hits: list[Hit]) -> Claims:
        nonlocal tries
        tries += 1
        claims = await claim(hits)
        if tries == 1:
            raise Unavailable('the cable is out')
        return claims

    monkeypatch.setattr(desk.alerts.store, 'claim', cut_off)
    await told(desk, '111')
    await until(lambda: tries == 2 and desk.alerts.unread() == 1)
    await told(desk, '109')
    await until(lambda: desk.alerts.unread() == 2)
    assert [firing.nth for each in news for firing in each.firings] == [1, 2]
    assert [firing.nth for firing in await fired(desk)] == [2, 1]


async def test_only_what_the_database_refuses_by_itself_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = [await desk.alerts.create(above('110', note=str(number))) for number in range(3)]
    claim = desk.alerts.store.claim

    async def refusing(hits: list[Hit]) -> Claims:
        if any(hit.firing.alert_id == alerts[1].id for hit in hits if hasattr(hit, 'firing')):
            raise Invalid('no such number')
        return await claim(hits)

    monkeypatch.setattr(desk.alerts.store, 'claim', refusing)
    await told(desk, '111')
    await until(lambda: desk.alerts.unread() == 2 and not desk.alerts.pump.busy)
    assert {firing.alert_id for firing in await fired(desk)} == {alerts[0].id, alerts[2].id}
    assert f'alert {alerts[1].id} did: no such number' in desk.alerts.problem


async def test_what_cannot_be_claimed_at_all_holds_up_no_other_alert(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, sound = [await desk.alerts.create(above('110', note=str(number))) for number in range(2)]
    claim = desk.alerts.store.claim

    async def failing(hits: list[Hit]) -> Claims:
        if any(hit.firing.alert_id == odd.id for hit in hits if hasattr(hit, 'firing')):
            raise KeyError('odd')
        return await claim(hits)

    monkeypatch.setattr(desk.alerts.store, 'claim', failing)
    await told(desk, '111')
    await until(lambda: desk.alerts.unread() == 1 and not desk.alerts.pump.busy)
    assert [firing.alert_id for firing in await fired(desk)] == [sound.id]
    assert f'alert {odd.id} did' in desk.alerts.problem


async def test_what_waits_for_the_database_is_committed_at_the_end(desk: Desk, settings: Settings) -> None:
    await desk.alerts.create(crosses('110'))
    with out_of_reach():
        await told(desk, '111')
        await until(lambda: 'wait' in desk.status().problems.get('alerts', ''))
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert [str(firing.price) for firing in await fired(again)] == ['111']
    await again.stop()


async def test_what_there_is_no_room_for_is_counted(desk: Desk) -> None:
    desk.alerts.pump.room = 2
    for _ in range(3):
        await desk.alerts.create(above('110'))
    with out_of_reach():
        await told(desk, '111')
        assert desk.alerts.pump.dropped == 1
    await until(lambda: desk.alerts.unread() == 2)
    assert '1 firings were lost' in desk.alerts.problem


async def test_what_was_decided_is_committed_by_a_stop(desk: Desk, settings: Settings) -> None:
    await desk.alerts.create(above('110'))
    await told(desk, '111')
    await desk.stop()
    again = Desk(settings)
    await again.start()
    assert again.alerts.unread() == 1
    await again.stop()


async def test_an_alert_that_was_changed_before_the_commit_has_not_fired(desk: Desk, settings: Settings) -> None:
    moved, paused = [await desk.alerts.create(above('110')) for _ in range(2)]
    with locked(settings.database):
        changing = asyncio.gather(
            desk.alerts.change(moved.id, price=Decimal(200)), desk.alerts.pause([paused.id], True)
        )
        await until(lambda: desk.store.queue_length >= 2 or desk.store.rows_written > 0)
        await told(desk, '111')
    await changing
    await desk.alerts.settled()
    assert await fired(desk) == []
    await told(desk, '201')
    await until(lambda: desk.alerts.unread() == 1)
    assert [firing.alert_id for firing in await fired(desk)] == [moved.id]


@pytest.mark.parametrize(
    'repeats',
    [
        {'repeat': Repeat.ONCE},
        {'repeat': Repeat.REARM, 'rearm': Decimal(50)},
        {'repeat': Repeat.EVERY, 'cooldown': 3600},
    ],
)
async def test_an_alert_that_was_paused_before_the_commit_fires_when_it_goes_on(
    desk: Desk, settings: Settings, repeats: dict[str, Any]
) -> None:
    alert = await desk.alerts.create(above('110', **repeats))
    with locked(settings.database):
        pausing = asyncio.create_task(desk.alerts.pause([alert.id], True))
        await until(lambda: desk.store.queue_length >= 1 or desk.store.rows_written > 0)
        await told(desk, '111')
    await pausing
    await desk.alerts.settled()
    assert await fired(desk) == []
    await desk.alerts.pause([alert.id], False)
    await told(desk, '112', '113')
    await desk.alerts.settled()
    assert [(firing.nth, str(firing.price)) for firing in await fired(desk)] == [(1, '112')]


async def test_a_pump_without_work_is_not_waited_for(desk: Desk) -> None:
    pump = Pump(desk.store.alerts, lambda claims: None)
    await pump.settled(60)
    assert (pump.busy, pump.problem) == (False, '')


@pytest.mark.parametrize('part', ['watchlists', 'coins'])
async def test_who_fails_to_follow_lists_and_coins_is_told(desk: Desk, part: str) -> None:
    def astray(_: int) -> None:
        raise RuntimeError('astray')

    (desk.watchlists.subscribe if part == 'watchlists' else desk.registry.moved.subscribe)(astray)
    await desk.watchlists.create('Favourites')
    await desk.rename('BTC', 'Bitcoin')
    assert desk.status().problems[part] == 'RuntimeError: astray'


async def test_a_step_that_fails_is_told_while_alerts_say_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def astray(hits: list[Hit]) -> Claims:
        raise RuntimeError('astray')

    await desk.alerts.create(above('110'))
    monkeypatch.setattr(desk.alerts.store, 'claim', astray)
    await told(desk, '111')
    await until(lambda: 'astray' in desk.status().problems.get('alerts', ''))
