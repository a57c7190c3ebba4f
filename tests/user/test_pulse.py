"""A browser's pulse: who answers stays, who does not is let go, and none costs a task while nothing happens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from nicegui import Client, core
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pages import pulse, wire
from tests.fetching import SOCKET, fetch
from tests.protocol import PING, PONG
from tests.user import serving
from tests.user.serving import WAIT, served, until

INTERVAL, TIMEOUT = 0.05, 1.0  # a busy machine takes its time between two polls

port = serving.port


@pytest.fixture(autouse=True)
def quick(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pings come twenty times a second here."""
    monkeypatch.setattr(core.sio.eio, 'ping_interval', INTERVAL)
    monkeypatch.setattr(core.sio.eio, 'ping_timeout', TIMEOUT)


@asynccontextmanager
async def opened(
    http: httpx.AsyncClient, port: int, compression: str | None = 'deflate'
) -> AsyncIterator[tuple[Client, ClientConnection]]:
    """A page, and its socket from the greeting on."""
    page = await fetch(http, '/wired')
    query = urlencode({**page.query, 'EIO': '4', 'transport': 'websocket'})
    url = f'ws://127.0.0.1:{port}{SOCKET}?{query}'
    own = {'Cookie': page.cookie}
    async with connect(url, additional_headers=own, compression=compression, ping_interval=None) as socket:
        await socket.recv()
        await socket.send('40')
        assert str(await socket.recv()).startswith('40')
        yield Client.instances[page.query['client_id']], socket


async def pings(socket: ClientConnection, count: int, then: Callable[[], Any] = lambda: None) -> None:
    """Answer so many, and do something before each answer."""
    while count:
        if await socket.recv() == PING:
            then()
            await socket.send(PONG)
            count -= 1


@pytest.mark.parametrize('compression', ['deflate', None])
async def test_who_answers_is_asked_again_and_stays(port: int, compression: str | None) -> None:
    async with (
        served(port) as http,
        opened(http, port, compression) as (client, socket),
        asyncio.timeout(WAIT),
    ):
        await until(lambda: client.has_socket_connection)
        await pings(socket, round(2 * TIMEOUT / INTERVAL))
        assert client.has_socket_connection
        assert len(wire.ends(client)) == 1


async def test_what_a_browser_says_between_its_answers_is_heard(port: int) -> None:
    async with served(port) as http, opened(http, port) as (client, socket), asyncio.timeout(WAIT):
        heard = list[str]()
        client.content.on('pressed', lambda event: heard.append(event.args))
        (number,) = client.content._event_listeners
        for word in ('3', 'two', '3'):
            await pings(socket, 1)
            said = {
                'id': client.content.id,
                'client_id': client.id,
                'listener_id': number,
                'args': [f'"{word}"'],
            }
            await socket.send('42' + orjson.dumps(['event', said]).decode())
        await until(lambda: heard == ['3', 'two', '3'])


async def test_a_pulse_takes_no_task(port: int) -> None:
    async with served(port) as http, opened(http, port) as (client, socket), asyncio.timeout(WAIT):
        await until(lambda: client.has_socket_connection)
        await pings(socket, 1)
        before, during = asyncio.all_tasks(), set[Any]()
        await pings(socket, 5, lambda: during.update(asyncio.all_tasks() - before))
        assert not [task for task in during if 'ping' in repr(task) or 'wait' in repr(task)]


async def test_who_does_not_answer_is_told_and_closed(port: int) -> None:
    async with served(port) as http, opened(http, port) as (client, socket), asyncio.timeout(WAIT):
        (end,) = wire.ends(client)
        assert await socket.recv() == PING
        began = asyncio.get_running_loop().time()
        assert await socket.recv() == '1'  # engine.io's goodbye
        assert asyncio.get_running_loop().time() - began > TIMEOUT / 2
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        await until(lambda: end.gone and not client.has_socket_connection and not core.sio.eio.sockets)


async def test_who_left_is_asked_nothing(port: int) -> None:
    async with served(port) as http:
        async with opened(http, port) as (client, _socket):
            (number,) = client._socket_to_document_id
            pulsed = core.sio.eio.sockets[core.sio.manager.eio_sid_from_sid(number, wire.NAMESPACE)]
            assert isinstance(pulsed, pulse.Pulsed)
            assert pulsed._timer
        await until(lambda: pulsed.closed and not pulsed._timer)


async def test_who_polls_and_falls_silent_is_let_go(port: int) -> None:
    async with served(port) as http:
        page = await fetch(http, '/wired')
        http.headers['Cookie'] = page.cookie
        query = {**page.query, 'EIO': '4', 'transport': 'polling'}
        query['sid'] = orjson.loads((await http.get(SOCKET, params=query)).text[1:])['sid']
        await http.post(SOCKET, params=query, content='40')
        assert (await http.get(SOCKET, params=query)).text.startswith('40')
        assert (await http.get(SOCKET, params=query)).text == PING
        client = Client.instances[page.query['client_id']]
        assert client.has_socket_connection
        await until(lambda: not core.sio.eio.sockets and not client.has_socket_connection)
