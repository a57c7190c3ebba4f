"""Clients of an ASGI app in the test's own event loop: of the API, and a websocket that can stop reading."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Message

import api
from desk.desk import Desk

WAIT = 5.0


class Socket:
    """The client's end."""

    def __init__(self) -> None:
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.from_app: asyncio.Queue[Message] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.task: asyncio.Task[None] | None = None

    async def write(self, message: Message) -> None:
        """The app's `send`: like a server's it waits while the reader does not read."""
        await self.reading.wait()
        await self.from_app.put(message)

    async def send(self, text: str) -> None:
        """Say something to the app."""
        await self.to_app.put({'type': 'websocket.receive', 'text': text})

    async def ask(self, name: str) -> Any:
        """The article's request; returns the next message."""
        await self.send(json.dumps({'cryptocurrency': name}))
        return await self.next()

    async def next(self) -> Any:
        """The next thing the app says, parsed; a close is returned as the message itself."""
        message = await asyncio.wait_for(self.from_app.get(), WAIT)
        return json.loads(message['text']) if message['type'] == 'websocket.send' else message

    async def ended(self) -> None:
        """Wait until the app has let go of the connection."""
        assert self.task is not None
        await asyncio.wait_for(self.task, WAIT)


@asynccontextmanager
async def connected(app: ASGIApp, path: str, **headers: str) -> AsyncIterator[Socket]:
    """A socket whose handshake was sent; what the app answers is the first `next()`."""
    socket = Socket()
    headers = {'host': '127.0.0.1:8080', **headers}
    scope = {
        'type': 'websocket',
        'asgi': {'version': '3.0'},
        'http_version': '1.1',
        'scheme': 'ws',
        'path': path,
        'raw_path': path.encode(),
        'query_string': b'',
        'root_path': '',
        'subprotocols': [],
        'headers': [(name.encode(), value.encode()) for name, value in headers.items()],
        'client': ('127.0.0.1', 1234),
        'server': ('127.0.0.1', 8080),
        'state': {},
    }
    await socket.to_app.put({'type': 'websocket.connect'})
    socket.task = asyncio.create_task(app(scope, socket.to_app.get, socket.write))  # type: ignore[arg-type]  # a coroutine
    try:
        yield socket
    finally:
        await socket.to_app.put({'type': 'websocket.disconnect', 'code': 1000})
        socket.reading.set()
        await socket.ended()


@asynccontextmanager
async def joined(app: ASGIApp, path: str) -> AsyncIterator[tuple[Socket, Any]]:
    """A socket that was accepted, and its first message."""
    async with connected(app, path) as socket:
        assert (await socket.next())['type'] == 'websocket.accept'
        yield socket, await socket.next()


@asynccontextmanager
async def api_client(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the desk's API, guard included; what fails inside is a 500, as over the wire."""
    app = FastAPI(openapi_url=None)
    api.register(app, desk)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url='http://127.0.0.1:8080') as http:
        yield http
