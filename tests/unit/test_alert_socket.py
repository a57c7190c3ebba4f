"""The websocket of alerts, spoken to as a program does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI

from api import alert_socket
from desk.alert import Alert, Draft
from desk.desk import Desk
from desk.ticks import Tick
from models import Origin
from tests.asgi import Socket, joined


async def price(desk: Desk, name: str, price: str) -> None:
    await desk.submit(Tick(name, Decimal(price), datetime.now(UTC), 'api', Origin.PROGRAM))
    await desk.alerts.settled()


async def alert(desk: Desk, coin: str = 'BTC', level: str = '20', **fields: Any) -> Alert:
    return await desk.alerts.create(Draft('above', coin, price=Decimal(level), **fields))


@pytest.fixture
async def app(desk: Desk) -> FastAPI:
    for name in ('BTC', 'ETH'):
        await price(desk, name, '10')
    app = FastAPI()
    app.include_router(alert_socket.router(desk))
    return app


@pytest.fixture
async def socket(app: FastAPI) -> AsyncIterator[Socket]:
    async with joined(app, '/ws/alerts') as (socket, snapshot):
        assert snapshot == {'alerts': [], 'more': False, 'unread': 0}
        yield socket


async def told(socket: Socket, count: int) -> dict[str, Any]:
    """So many messages, by what they are of."""
    found: dict[str, Any] = {}
    for _ in range(count):
        found |= await socket.next()
    return found


async def test_the_alerts_come_first_newest_on_top(desk: Desk, app: FastAPI) -> None:
    first, second = await alert(desk), await alert(desk, 'ETH')
    await desk.alerts.delete((await alert(desk)).id)
    for path in ('/ws/alerts', '/ws/alerts/'):
        async with joined(app, path) as (_, snapshot):
            assert [(one['id'], one['name']) for one in snapshot['alerts']] == [(second.id, 'ETH'), (first.id, 'BTC')]
            assert (snapshot['alerts'][0]['price'], snapshot['alerts'][0]['status']) == ('20', 'active')


async def test_a_firing_is_told_once_it_is_committed_with_its_alert(desk: Desk, socket: Socket) -> None:
    made = await alert(desk)
    assert (await socket.next())['alert']['id'] == made.id
    await price(desk, 'BTC', '20.5')
    news = await told(socket, 2)
    assert (news['firing']['alert'], news['firing']['price'], news['firing']['level']) == (made.id, '20.5', '20')
    assert news['alert']['status'] == 'fired'
    assert [firing.id for firing in (await desk.alerts.firings()).items] == [news['firing']['id']]
    await desk.alerts.acknowledge()
    news = await told(socket, 2)
    assert (news['alert']['status'], news['firing']['acknowledged'] is None) == ('acknowledged', False)


async def test_every_change_is_told_the_last_one_too(desk: Desk, socket: Socket) -> None:
    made = await alert(desk)
    assert (await socket.next())['alert']['status'] == 'active'
    await desk.alerts.pause([made.id], True)
    assert (await socket.next())['alert']['status'] == 'paused'
    await desk.alerts.delete(made.id)
    assert (await socket.next())['alert']['status'] == 'deleted'


async def test_one_coin_alone_and_all_again(desk: Desk, socket: Socket) -> None:
    favourites = await desk.watchlists.create('Favourites', coin_names=['ETH'])
    ours, other = await alert(desk), await alert(desk, 'ETH')
    everywhere = await alert(desk, '', '1000')
    of_list = await alert(desk, '', '1000', watchlist_id=favourites.id)
    await told(socket, 4)
    await socket.send('{"name": "btc"}')
    assert [one['id'] for one in (await socket.next())['alerts']] == [everywhere.id, ours.id]
    await price(desk, 'ETH', '21')
    await desk.alerts.pause([of_list.id, other.id], True)
    await price(desk, 'BTC', '21')
    news = await told(socket, 2)
    assert (news['alert']['id'], news['firing']['name']) == (ours.id, 'BTC')
    await socket.send('{"name": null}')
    assert len((await socket.next())['alerts']) == 4


@pytest.mark.parametrize('message', ['', 'BTC', '{"name": 7}', '[' * 5000])
async def test_nonsense_is_answered_and_the_connection_stays(desk: Desk, socket: Socket, message: str) -> None:
    await socket.send(message)
    assert (await socket.next())['error'] == 'Name a coin like this: {"name": "BTC"}; or all: {"name": null}.'
    await socket.send('{"name": "NOPE"}')
    assert 'NOPE' in (await socket.next())['error']
    await alert(desk)
    assert (await socket.next())['alert']['name'] == 'BTC'


async def test_a_snapshot_is_bounded_and_says_that_there_is_more(
    desk: Desk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_socket, 'SHOWN', 2)
    for _ in range(3):
        newest = await alert(desk)
    async with joined(app, '/ws/alerts') as (_, snapshot):
        assert (len(snapshot['alerts']), snapshot['alerts'][0]['id'], snapshot['more']) == (2, newest.id, True)


async def test_one_that_reads_too_slowly_is_cut_at_a_bound(
    desk: Desk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_socket, 'WAITING', 5)
    async with joined(app, '/ws/alerts') as (socket, _):
        socket.reading.clear()
        for _ in range(8):
            await alert(desk)
        socket.reading.set()
        await socket.ended()
        assert socket.from_app.qsize() <= 2
