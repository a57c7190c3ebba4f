"""The websocket of paper orders, spoken to as a program does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI

from api import order_socket
from api.order_shapes import event_shape
from desk.desk import Desk
from desk.orders import Event, Order
from desk.ticket import parse_ticket
from desk.ticks import Tick
from models import Origin
from tests.asgi import Socket, joined


async def price(desk: Desk, name: str, price: str) -> None:
    number = Decimal(price)
    await desk.submit(Tick(name, number, datetime.now(UTC), 'api', Origin.PROGRAM, bid=number, ask=number))


async def place(desk: Desk, name: str = 'BTC', **changes: str) -> Order:
    asked = {'name': name, 'side': 'buy', 'type': 'limit', 'size': '1', 'limit_price': '5', **changes}
    return await desk.broker.place(parse_ticket(asked))


@pytest.fixture
async def app(desk: Desk) -> FastAPI:
    for name in ('BTC', 'ETH'):
        await price(desk, name, '10')
    app = FastAPI()
    app.include_router(order_socket.router(desk))
    return app


@pytest.fixture
async def socket(app: FastAPI) -> AsyncIterator[Socket]:
    async with joined(app, '/ws/orders') as (socket, snapshot):
        assert snapshot == {'orders': [], 'more': False}
        yield socket


async def test_the_open_orders_come_first_newest_on_top(desk: Desk, app: FastAPI) -> None:
    first, second = await place(desk), await place(desk, 'ETH', size='2.50')
    await desk.broker.cancel((await place(desk)).id)
    for path in ('/ws/orders', '/ws/orders/'):
        async with joined(app, path) as (_, snapshot):
            assert [(order['id'], order['name']) for order in snapshot['orders']] == [
                (second.id, 'ETH'),
                (first.id, 'BTC'),
            ]
            told = snapshot['orders'][0]
            assert (told['size'], told['limit_price'], told['status'], told['type']) == ('2.5', '5', 'open', 'limit')


async def test_every_change_follows_with_its_events_and_fills(desk: Desk, socket: Socket) -> None:
    order = await place(desk)
    await desk.broker.amend(order.id, limit_price=Decimal(6))
    await price(desk, 'BTC', '5.9')
    placed, amended, filled = [await socket.next() for _ in range(3)]
    assert {message['order']['id'] for message in (placed, amended, filled)} == {order.id}
    assert [event['what'] for event in placed['events']] == ['placed']
    assert (amended['order']['limit_price'], amended['fills']) == ('6', [])
    assert (filled['order']['status'], filled['order']['average_price']) == ('filled', '6')
    (fill,) = filled['fills']
    assert (fill['order'], fill['rule'], fill['price'], fill['tick_price']) == (order.id, 'resting limit', '6', '5.9')


async def test_what_is_told_is_committed(desk: Desk, socket: Socket) -> None:
    await place(desk)
    told = (await socket.next())['order']
    story = await desk.broker.story(told['id'])
    assert (story.order.id, story.order.status) == (told['id'], told['status'])


async def test_a_refused_order_is_told_too(desk: Desk, socket: Socket) -> None:
    await place(desk, size='100000')
    told = await socket.next()
    assert (told['order']['status'], told['events'][-1]['what']) == ('refused', 'refused')
    assert told['order']['reason']


async def test_a_reset_tells_what_it_cancels(desk: Desk, socket: Socket) -> None:
    await place(desk)
    await socket.next()
    await desk.broker.reset()
    assert (await socket.next())['order']['status'] == 'cancelled'


async def test_one_coin_alone_and_all_again(desk: Desk, socket: Socket) -> None:
    ours, other = await place(desk, 'BTC'), await place(desk, 'ETH')
    for _ in range(2):
        await socket.next()
    await socket.send('{"name": "btc"}')
    assert [order['id'] for order in (await socket.next())['orders']] == [ours.id]
    await desk.broker.cancel(other.id)
    await desk.broker.cancel(ours.id)
    assert (await socket.next())['order']['id'] == ours.id
    await socket.send('{"name": null}')
    assert (await socket.next())['orders'] == []
    await place(desk, 'ETH')
    assert (await socket.next())['order']['name'] == 'ETH'


async def test_a_filter_survives_a_rename(desk: Desk, socket: Socket) -> None:
    await socket.send('{"name": "BTC"}')
    await socket.next()
    await desk.rename('BTC', 'XBT')
    await place(desk, 'ETH')
    await place(desk, 'XBT')
    assert (await socket.next())['order']['name'] == 'XBT'


@pytest.mark.parametrize(
    'message', ['', 'BTC', '[]', '7', 'null', '{}', '{"name": 7}', '{"name": ["BTC"]}', '[' * 5000]
)
async def test_nonsense_is_answered_and_the_connection_stays(desk: Desk, socket: Socket, message: str) -> None:
    await socket.send(message)
    assert (await socket.next())['error'] == 'Name a coin like this: {"name": "BTC"}; or all: {"name": null}.'
    await socket.send('{"name": "NOPE"}')
    assert 'NOPE' in (await socket.next())['error']
    await place(desk)
    assert (await socket.next())['order']['name'] == 'BTC'


async def test_a_huge_message_is_answered_and_closed_as_too_big(socket: Socket) -> None:
    await socket.send('x' * 2_000_000)
    assert 'at most' in (await socket.next())['error']
    assert (await socket.next())['code'] == 1009
    await socket.ended()


async def test_a_snapshot_is_bounded_and_says_that_there_is_more(
    desk: Desk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_socket, 'SHOWN', 2)
    for _ in range(3):
        newest = await place(desk)
    async with joined(app, '/ws/orders') as (_, snapshot):
        assert (len(snapshot['orders']), snapshot['orders'][0]['id'], snapshot['more']) == (2, newest.id, True)


async def test_a_reader_that_stops_reading_is_cut(desk: Desk, app: FastAPI) -> None:
    app = FastAPI()
    app.include_router(order_socket.router(desk, patience=0.2))
    async with joined(app, '/ws/orders') as (socket, _):
        socket.reading.clear()
        await place(desk)
        await socket.ended()
        assert socket.from_app.empty()


async def test_one_that_reads_too_slowly_is_cut_at_a_bound(
    desk: Desk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_socket, 'WAITING', 5)
    async with joined(app, '/ws/orders') as (socket, _):
        socket.reading.clear()
        for _ in range(8):
            await place(desk)
        socket.reading.set()
        await socket.ended()
        assert socket.from_app.qsize() <= 2


async def test_a_reset_of_very_many_orders_is_told_in_bounds_and_to_nobody_for_nothing(
    desk: Desk, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    shape = event_shape

    def count(event: Event) -> dict[str, Any]:
        made.append(event.order_id)
        return shape(event)

    monkeypatch.setattr(order_socket, 'event_shape', count)
    monkeypatch.setattr(order_socket, 'WAITING', 5)
    for _ in range(20):
        await place(desk)
    async with joined(app, '/ws/orders') as (socket, _), joined(app, '/ws/orders') as (other, _):
        await other.send('{"name": "ETH"}')
        assert (await other.next())['orders'] == []
        made.clear()
        await desk.broker.reset()
        await socket.ended()
        assert len(made) == 6
        await place(desk, 'ETH')
        assert (await other.next())['order']['name'] == 'ETH'
