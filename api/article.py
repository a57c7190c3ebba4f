"""The websocket of the article that Cointape grew from, /ws/cryptocurrency/, with the push that it promises.

A client sends {"cryptocurrency": "BTC"} and gets {"name", "price", "timestamp"}, all strings, at once and then at each
change. One that has asked for nothing gets every coin's changes. What cannot be answered gets {"error": sentence}.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import orjson
from fastapi import APIRouter
from nicegui.server import Server
from starlette.websockets import WebSocket, WebSocketDisconnect

from desk.desk import Desk
from desk.errors import DeskError, Invalid, NotFound
from desk.market import Quote
from models import canonical

PATH = '/ws/cryptocurrency'
MESSAGE_LIMIT = 65_536
PATIENCE = 10.0
READERS = 1000
TOO_BIG, TRY_LATER = 1009, 1013


class Stalled(Exception):
    """A reader has taken nothing for too long."""


class Reader:
    """One connection: what it asked for, and the newest unsent change of each coin, so never more than coins."""

    def __init__(self, socket: WebSocket, patience: float) -> None:
        self.socket, self.patience = socket, patience
        self.asked: set[str] = set()
        self.waiting: dict[str, str] = {}
        self._woken, self._lock = asyncio.Event(), asyncio.Lock()

    def offer(self, changes: dict[str, str]) -> None:
        """Send these when the reader can take them; a newer change of a coin replaces an older one."""
        if changes:
            self.waiting.update(changes)
            self._woken.set()

    async def answer(self, make: Callable[[], tuple[str, str]]) -> None:
        """Send what `make` says of a coin, before its changes that wait: those are not newer."""
        async with self._lock:
            name, text = make()
            self.waiting.pop(name, None)
            await self._send(text)

    async def deliver(self) -> None:
        """Send changes until the reader goes away; raises Stalled when it stops reading."""
        while await self._woken.wait():
            self._woken.clear()
            while self.waiting:
                async with self._lock:
                    if self.waiting:
                        await self._send(self.waiting.pop(next(iter(self.waiting))))

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; nothing may be sent afterwards."""
        async with asyncio.timeout(self.patience):
            await self.socket.close(code, reason)

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await self.socket.send_text(text)
        except TimeoutError:
            raise Stalled from None


class Hub:
    """All readers of a desk. A change is made into text once, whoever gets it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.readers: set[Reader] = set()
        self._told: dict[str, str] = {}
        self._leave: Callable[[], None] = lambda: None

    def join(self, reader: Reader) -> None:
        """From now on the reader hears of changes."""
        if not self.readers:
            self._told = {quote.name: rendered(quote) for quote in self.desk.quotes()}
            self._leave = self.desk.subscribe(self._announce)
        self.readers.add(reader)

    def part(self, reader: Reader) -> None:
        """The reader is gone."""
        self.readers.discard(reader)
        if not self.readers:
            self._leave()

    def find(self, name: str) -> tuple[str, str]:
        """A coin's name as it is now and its latest price as text; raises NotFound."""
        quote = self.desk.quote(name)
        return quote.name, rendered(quote)

    def _announce(self, names: Iterable[str]) -> None:
        changes = dict(filter(None, map(self._change, names)))
        self._told.update(changes)
        for reader in self.readers:
            reader.offer(self._wanted(reader, changes) if reader.asked else changes)

    def _change(self, name: str) -> tuple[str, str] | None:
        """A flush may name a coin whose price is as it was (a late record came in), or one that was merged away."""
        try:
            name, text = self.find(name)
        except NotFound:
            return None
        return (name, text) if self._told.get(name) != text else None

    def _wanted(self, reader: Reader, changes: dict[str, str]) -> dict[str, str]:
        names = {self.desk.coin(asked).name for asked in reader.asked}
        return {name: changes[name] for name in names & changes.keys()}


def router(desk: Desk, patience: float = PATIENCE) -> APIRouter:
    """The websocket, with and without its last slash. A message that cannot be sent for `patience` seconds ends it."""
    routes, hub = APIRouter(), Hub(desk)

    @routes.websocket(PATH)
    @routes.websocket(PATH + '/')
    async def cryptocurrency(socket: WebSocket) -> None:
        await socket.accept()
        if len(hub.readers) >= READERS:
            await socket.close(TRY_LATER, 'too many readers')
            return
        await _serve(hub, Reader(socket, patience))

    return routes


def rendered(quote: Quote) -> str:
    """A price in the article's own form."""
    return orjson.dumps(
        {'name': quote.name, 'price': canonical(quote.price), 'timestamp': str(quote.timestamp)}
    ).decode()


async def _serve(hub: Hub, reader: Reader) -> None:
    hub.join(reader)
    try:
        async with asyncio.TaskGroup() as tasks:
            delivery = tasks.create_task(reader.deliver())
            obeyed = await _listen(hub, reader)
            delivery.cancel()
        if not obeyed:
            await reader.close(TOO_BIG, 'message too big')
    except* WebSocketDisconnect:
        pass  # it is gone
    except* (Stalled, TimeoutError):
        _hang_up(reader.socket)
    finally:
        hub.part(reader)


def _hang_up(socket: WebSocket) -> None:
    """Abort the connection: an orderly end would wait for the reader to take what is left, which it does not."""
    server = getattr(Server, 'instance', None)
    for protocol in list(server.server_state.connections) if server else ():
        if socket.client and protocol.client == tuple(socket.client):
            protocol.transport.abort()


async def _listen(hub: Hub, reader: Reader) -> bool:
    """Answer until the reader leaves (True) or sends what is too big (False)."""
    while (message := await reader.socket.receive())['type'] == 'websocket.receive':
        text = message.get('text')
        if len(text or message.get('bytes') or '') > MESSAGE_LIMIT:
            await reader.answer(lambda: ('', _error(f'A message has at most {MESSAGE_LIMIT} characters.')))
            return False
        await reader.answer(partial(_reply, hub, reader, text))
    return True


def _reply(hub: Hub, reader: Reader, text: str | None) -> tuple[str, str]:
    try:
        name, answer = hub.find(_asked(text))
    except DeskError as error:
        return '', _error(str(error))
    reader.asked.add(name)
    return name, answer


def _asked(text: str | None) -> str:
    """The coin a message asks for; raises Invalid."""
    try:
        name = orjson.loads(text or '')['cryptocurrency']
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        name = None
    if not isinstance(name, str):
        raise Invalid('Ask for a coin like this: {"cryptocurrency": "BTC"}.')
    return name


def _error(sentence: str) -> str:
    return orjson.dumps({'error': sentence}).decode()
