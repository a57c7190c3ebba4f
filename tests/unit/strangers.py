"""Who comes to the gate in tests: accounts that know two people or nobody, a desk of a few addresses, and callers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from desk.acting import NOBODY, Actor, Role, acting
from desk.settings import Settings
from gate import cookies
from gate.gate import Gate
from gate.visitors import Visitors
from gate.who import Ask

PROXY, FAR, LAN = '10.0.0.2', '203.0.113.7', 'http://192.168.1.5:8080'


class Accounts:
    """Two people: a session 'anna', a token 'key'. `end` ends the session."""

    def __init__(self) -> None:
        self.empty, self.ended, self.listeners = False, False, list[Callable[[str], None]]()
        self.addresses: list[str] = []

    def code(self) -> str:
        return '1234-5678'

    def session(self, secret: str, address: str) -> Callable[[], Actor] | None:
        self.addresses.append(address)
        anna = Actor('anna', 'Anna', Role.TRADER.rights, 'session:1', address)
        return (lambda: NOBODY if self.ended else anna) if secret == 'anna' and not self.ended else None

    def bearer(self, secret: str, address: str) -> Callable[[], Actor] | None:
        ben = Actor('ben', 'Ben', Role.VIEWER.rights, 'token:1', address)
        return (lambda: ben) if secret == 'key' else None

    def on_end(self, ended: Callable[[str], None]) -> None:
        self.listeners.append(ended)

    def end(self) -> None:
        self.ended = True
        for listener in self.listeners:
            listener('session:1')


async def who(request: Request) -> Response:
    client = request.client.host if request.client else ''
    return PlainTextResponse(f'{acting().user}|{client}|{request.url.scheme}')


async def page(request: Request) -> Response:
    return HTMLResponse('<p>x')


async def enter(request: Request) -> Response:
    response = PlainTextResponse('in')
    cookies.put(response, 'anna', request, request.app.state.settings)
    return response


async def leave(request: Request) -> Response:
    response = PlainTextResponse('out')
    cookies.forget(response, request, request.app.state.settings)
    return response


async def ask(socket: WebSocket) -> None:
    await socket.accept()
    async for _ in socket.iter_text():
        await socket.send_json(acting().user)


def built(accounts: Accounts, **settings: Any) -> Gate:
    """The gate of a desk with these settings; it listens on all addresses unless told otherwise."""
    routes = [
        Route('/login', enter, methods=['POST']),
        Route('/login', page),
        Route('/logout', leave, methods=['POST']),
        Route('/page', page),
        Route('/api/health', who),
        WebSocketRoute('/ws/orders', ask),
        Route('/{path:path}', who, methods=['GET', 'POST']),
    ]
    app = Starlette(routes=routes)
    app.state.settings = Settings(**{'host': '0.0.0.0', **settings})
    return Gate(app, app.state.settings, accounts, Visitors({}))


@asynccontextmanager
async def calling(gate: Gate, peer: str = FAR, base: str = LAN, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client at this address."""
    named = {name.replace('_', '-'): value for name, value in headers.items()}
    transport = httpx.ASGITransport(gate, client=(peer, 5))
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=named) as http:
        yield http


class NoAccounts:
    """Knows nobody."""

    empty = True

    def code(self) -> str:
        """None that is good for anything."""
        return '–'

    def session(self, secret: str, address: str) -> Ask | None:
        """Nobody's."""

    def bearer(self, secret: str, address: str) -> Ask | None:
        """Nobody's."""

    def on_end(self, ended: Callable[[str], None]) -> None:
        """Nothing ends."""
