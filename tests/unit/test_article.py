"""The article's websocket, spoken to as its own clients do."""

import asyncio
import socket as socket_module
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import uvicorn
from fastapi import FastAPI
from nicegui.server import Server

from api import article
from api.reader import Reader
from desk.desk import Desk
from desk.ticks import Tick
from models import Origin
from tests.asgi import Socket, connected

HANDSHAKE = (
    b'GET /ws/cryptocurrency/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
)
MOMENT = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)


def tick(name: str, price: str, at: datetime | None = None) -> Tick:
    return Tick(name, Decimal(price), at or datetime.now(UTC), 'api', Origin.PROGRAM)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    app = FastAPI()
    app.include_router(article.router(desk))
    return app


@pytest.fixture
async def socket(app: FastAPI) -> AsyncIterator[Socket]:
    async with connected(app, '/ws/cryptocurrency/') as socket:
        assert (await socket.next())['type'] == 'websocket.accept'
        yield socket


async def test_the_latest_price_is_answered_at_once_in_strings(desk: Desk, socket: Socket) -> None:
    await desk.submit(tick('BTC', '67000.120', MOMENT))
    assert await socket.next()  # it had asked for nothing: it hears of every coin
    assert await socket.ask('BTC') == {'name': 'BTC', 'price': '67000.12', 'timestamp': '2026-01-31 14:30:00+00:00'}


async def test_each_change_of_the_coin_asked_for_follows(desk: Desk, socket: Socket) -> None:
    await desk.submit_many([tick('BTC', '1'), tick('ETH', '5')])
    assert {(await socket.next())['name'] for _ in range(2)} == {'BTC', 'ETH'}
    await socket.ask('btc')
    await desk.submit(tick('ETH', '6'))
    await desk.submit(tick('BTC', '2'))
    assert (await socket.next())['price'] == '2'
    assert socket.from_app.empty()


async def test_it_works_without_the_last_slash(desk: Desk, app: FastAPI) -> None:
    await desk.submit(tick('BTC', '1'))
    async with connected(app, '/ws/cryptocurrency') as socket:
        assert (await socket.next())['type'] == 'websocket.accept'
        assert (await socket.ask('BTC'))['price'] == '1'


async def test_a_late_record_tells_nothing(desk: Desk, socket: Socket) -> None:
    await desk.submit(tick('BTC', '2'))
    assert (await socket.next())['price'] == '2'
    await desk.submit(tick('BTC', '1', MOMENT))
    await desk.submit(tick('BTC', '3'))
    assert (await socket.next())['price'] == '3'


async def test_a_subscription_survives_a_rename(desk: Desk, socket: Socket) -> None:
    await desk.submit(tick('OLD', '1'))
    assert (await socket.next())['name'] == 'OLD'
    await socket.ask('OLD')
    await desk.rename('OLD', 'NEW')
    await desk.submit(tick('NEW', '2'))
    heard = [await socket.next()]
    while heard[-1]['price'] != '2':
        heard.append(await socket.next())
    assert heard[-1]['name'] == 'NEW'


@pytest.mark.parametrize(
    'message',
    [
        '',
        'BTC',
        '[]',
        '7',
        'null',
        '{}',
        '{"cryptocurrency": 7}',
        '{"cryptocurrency": null}',
        '{"cryptocurrency": NaN}',
        '{"cryptocurrency": "\\ud800"}',
        '[' * 5000,
        '["cryptocurrency"]',
    ],
)
async def test_nonsense_is_answered_with_an_error_and_the_connection_stays(
    desk: Desk, socket: Socket, message: str
) -> None:
    await socket.send(message)
    assert (await socket.next())['error'] == 'Ask for a coin like this: {"cryptocurrency": "BTC"}.'
    assert 'error' in await socket.ask('BTC')


async def test_an_unknown_coin_is_an_error_that_names_it(socket: Socket) -> None:
    assert 'NOPE' in (await socket.ask('NOPE'))['error']


async def test_bytes_are_not_understood_but_forgiven(socket: Socket) -> None:
    await socket.to_app.put({'type': 'websocket.receive', 'bytes': b'\xff\xfe'})
    assert 'error' in await socket.next()


async def test_a_huge_message_is_answered_and_closed_as_too_big(desk: Desk, app: FastAPI, socket: Socket) -> None:
    await socket.send('x' * 2_000_000)
    assert 'at most' in (await socket.next())['error']
    assert (await socket.next())['code'] == 1009
    await socket.ended()
    async with connected(app, '/ws/cryptocurrency/') as other:
        assert (await other.next())['type'] == 'websocket.accept'


async def test_a_reader_that_stops_reading_is_cut_and_costs_one_message_a_coin(desk: Desk) -> None:
    app = FastAPI()
    app.include_router(article.router(desk, patience=0.2))
    async with connected(app, '/ws/cryptocurrency/') as socket:
        assert (await socket.next())['type'] == 'websocket.accept'
        socket.reading.clear()
        await desk.submit(tick('BTC', '1'))
        await socket.ended()
        assert socket.from_app.empty()


async def test_what_waits_for_a_slow_reader_is_the_newest_of_each_coin() -> None:
    socket = Socket()
    reader = Reader(socket, patience=5)  # type: ignore[arg-type]  # the two methods it uses are enough
    for price in range(1000):
        reader.offer({'BTC': str(price), 'ETH': str(-price)})
    assert reader.waiting == {'BTC': '999', 'ETH': '-999'}


async def test_an_answer_is_never_followed_by_an_older_price(desk: Desk, socket: Socket) -> None:
    async def post() -> None:
        for price in range(1, 41):
            await desk.submit(tick('BTC', str(price)))

    await desk.submit(tick('BTC', '0.5'))
    posting, prices = asyncio.create_task(post()), [Decimal(0)]
    while prices[-1] < 40:
        prices.append(Decimal((await socket.ask('BTC'))['price']))
    await posting
    assert prices == sorted(prices)


async def test_a_reader_that_stops_reading_is_cut_off_its_socket(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    app.include_router(article.router(desk, patience=0.2))
    server = uvicorn.Server(uvicorn.Config(app, '127.0.0.1', 0, ws='wsproto', log_level='error'))
    monkeypatch.setattr(Server, 'instance', server, raising=False)
    with socket_module.create_server(('127.0.0.1', 0)) as listener, socket_module.socket() as deaf:
        listener.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_SNDBUF, 4096)
        deaf.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_RCVBUF, 4096)
        serving = asyncio.create_task(server.serve([listener]))
        async with asyncio.timeout(20):
            await asyncio.to_thread(deaf.connect, listener.getsockname())
            await asyncio.to_thread(deaf.sendall, HANDSHAKE)
            assert b'101' in await asyncio.to_thread(deaf.recv, 1000)
            for price in range(1, 10_000):
                await desk.submit_many([tick(f'{number:050}', str(price)) for number in range(100)])
                if not server.server_state.connections:
                    break
        assert not server.server_state.connections
        server.should_exit = True
        await serving
