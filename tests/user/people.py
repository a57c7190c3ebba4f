"""A desk where everybody needs a login, on a real server in this process, and people who have come in."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from nicegui import app, core
from nicegui.testing.user_simulation import user_simulation
from websockets.asyncio.client import ClientConnection, connect

from desk.acting import OWNER, Role, acting_as
from desk.desk import Desk
from gate.cookies import NAME
from tests.fetching import SOCKET, Page, fetch
from tests.running import QUIET, ROOT, free_port
from tests.user.serving import served

PASSWORD = 'a password that is long enough'


class Person:
    """Somebody with a session: `cookie` is what the browser sends, pages' own cookie included once it has one."""

    def __init__(self, http: httpx.AsyncClient, secret: str) -> None:
        self.http, self.session = http, f'{NAME}={secret}'
        self.cookie = self.session

    async def open(self, path: str) -> Page:
        """Get a page."""
        page = await fetch(self.http, path, self.cookie)
        self.cookie = '; '.join(dict.fromkeys([self.session, page.cookie.rpartition('; ')[2]]))
        return page

    @asynccontextmanager
    async def line(self, page: Page, **changed: str) -> AsyncIterator[ClientConnection]:
        """The page's socket, greeted or refused: `greeting(line)` says which."""
        async with dialled(self.http, page, self.cookie, **changed) as line:
            await line.recv()
            await line.send('40')
            yield line


@asynccontextmanager
async def dialled(http: httpx.AsyncClient, page: Page, cookie: str, **changed: str) -> AsyncIterator[ClientConnection]:
    """A socket with this cookie for that page."""
    own = str(http.base_url).rstrip('/')
    query = httpx.QueryParams({**page.query, 'EIO': '4', 'transport': 'websocket', **changed})
    url = f'{own.replace("http", "ws", 1)}{SOCKET}?{query}'
    headers = {'Cookie': cookie, 'Origin': own}
    async with connect(url, additional_headers=headers, ping_interval=None, open_timeout=5) as line:
        yield line


def event(client_id: Any, element: Any, listener: Any, *args: Any) -> str:
    """What a page says when somebody clicks."""
    said = {'id': element, 'client_id': client_id, 'listener_id': listener, 'args': [*args]}
    return '42' + orjson.dumps(['event', said]).decode()


class Town:
    """The desk, its address, and the people."""

    def __init__(self, desk: Desk, http: httpx.AsyncClient) -> None:
        self.desk, self.http = desk, http

    async def first(self) -> Person:
        """The administrator, Anna, whose user is 'local'."""
        accounts = self.desk.accounts
        return Person(self.http, await accounts.welcome(accounts.code(), 'Anna', PASSWORD, '127.0.0.1', 'test'))

    async def another(self, name: str, role: Role = Role.CONTRIBUTOR) -> Person:
        """Somebody else."""
        with acting_as(lambda: OWNER):
            password = await self.desk.accounts.add(name, role)
        return Person(self.http, await self.desk.accounts.login(name, password, '', '127.0.0.1', 'test'))


@asynccontextmanager
async def town(folder: Path, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[], None]) -> AsyncIterator[Town]:
    """Call `prepare` to define pages; then serve."""
    port = free_port()
    proxied = ('--trusted-proxies', '127.0.0.1')  # which is what makes a login needed on loopback
    flags = ['app.py', '--port', str(port), '--data-dir', str(folder / 'data'), *QUIET, *proxied]
    monkeypatch.setattr(sys, 'argv', flags)
    async with user_simulation(main_file=ROOT / 'app.py'):
        assert core.app is app
        prepare()
        async with served(port) as http:
            yield Town(app.state.desk, http)
