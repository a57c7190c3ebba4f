"""Clients that listen at a websocket, and the end of those that have stopped reading: what all sockets share."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import orjson
from nicegui.server import Server
from pydantic import TypeAdapter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from desk.acting import LOCAL, REFUSALS, Right, may, whose
from desk.desk import Desk
from desk.errors import DeskError, Invalid
from gate.gate import PEER

MESSAGE_LIMIT = 65_536
PATIENCE = 10.0
READERS, WAITING = 1000, 1000
FORBIDDEN, TOO_BIG, TRY_LATER = 1008, 1009, 1013


class Stalled(Exception):
    """A reader has taken nothing for too long, or too little of what waits."""


class Reader:
    """One connection: whose it is, the coins it asked for, and the messages not taken yet, each under a key.

    A newer message of a key replaces the older one in its place.
    """

    def __init__(self, socket: WebSocket, patience: float, user: str = LOCAL) -> None:
        self.socket, self.patience, self.user = socket, patience, user
        self.asked: set[str] = set()
        self.waiting: dict[str, str] = {}
        self._woken, self._lock, self._lost = asyncio.Event(), asyncio.Lock(), False

    def offer(self, changes: dict[str, str], most: int | None = None) -> None:
        """Send these when the reader can take them; one for whom more than `most` then wait is let go."""
        if changes and not self._lost:
            self.waiting.update(changes)
            self._lost = most is not None and len(self.waiting) > most
            self._woken.set()

    async def answer(self, make: Callable[[], tuple[str, str]]) -> None:
        """Send what `make` says, a key and a text, before what waits; what waits of that key is not newer."""
        async with self._lock:
            key, text = make()
            self.waiting.pop(key, None)
            await self._send(text)

    async def deliver(self) -> None:
        """Send what waits until the reader goes away; raises Stalled when it stops reading."""
        while await self._woken.wait():
            self._woken.clear()
            while self.waiting:
                async with self._lock:
                    if self._lost:
                        raise Stalled
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


class Hub(ABC):
    """All readers of one address, from accepting them to letting them go."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.readers: set[Reader] = set()
        self._leave: Callable[[], None] = lambda: None

    @abstractmethod
    def follow(self) -> Callable[[], None]:
        """Begin to hear of changes, as there is a reader now; returns how to stop that."""

    @abstractmethod
    async def hear(self, reader: Reader, text: str | None) -> None:
        """Answer a message; one of bytes is None."""

    def join(self, reader: Reader) -> None:
        """From now on the reader hears of changes."""
        if not self.readers:
            self._leave = self.follow()
        self.readers.add(reader)

    def part(self, reader: Reader) -> None:
        """The reader is gone."""
        self.readers.discard(reader)
        if not self.readers:
            self._leave()

    async def serve(self, socket: WebSocket) -> None:
        """One connection from its beginning to its end."""
        await socket.accept()
        if not may(Right.READ):
            await socket.close(FORBIDDEN, REFUSALS[Right.READ])
            return
        if len(self.readers) >= READERS:
            await socket.close(TRY_LATER, 'too many readers')
            return
        reader = Reader(socket, self.patience, whose())
        self.join(reader)
        try:
            await self._attend(reader)
        except* (WebSocketDisconnect, WebSocketDisconnected):  # the latter where two sends found it so
            pass  # it is gone
        except* (Stalled, TimeoutError):
            _hang_up(socket)
        finally:
            self.part(reader)

    async def _attend(self, reader: Reader) -> None:
        async with asyncio.TaskGroup() as tasks:
            delivery = tasks.create_task(reader.deliver())
            obeyed = await self._listen(reader)
            delivery.cancel()
        if not obeyed:
            await reader.close(TOO_BIG, 'message too big')

    async def _listen(self, reader: Reader) -> bool:
        """Answer until the reader leaves (True) or sends what is too big (False)."""
        while (message := await reader.socket.receive())['type'] == 'websocket.receive':
            text = message.get('text')
            if len(text or message.get('bytes') or '') > MESSAGE_LIMIT:
                await reader.answer(lambda: ('', refusal(f'A message has at most {MESSAGE_LIMIT} characters.')))
                return False
            await self.hear(reader, text)
        return True


class CoinHub(Hub):
    """Readers who first get a snapshot and then every change, of all coins or of the one that they name.

    One for whom more than WAITING messages then wait is let go.
    """

    def __init__(self, desk: Desk, patience: float = PATIENCE) -> None:
        super().__init__(patience)
        self.desk = desk
        self._answers = 0

    @abstractmethod
    def snapshot(self, reader: Reader) -> str:
        """All that there is of what the reader asked for, as a message."""

    def join(self, reader: Reader) -> None:
        """The snapshot first, then changes: nothing comes between."""
        super().join(reader)
        self._offer_snapshot(reader)

    async def hear(self, reader: Reader, text: str | None) -> None:
        """Narrow or widen what a reader hears of."""
        try:
            name = asked_coin(text)
            reader.asked = {self.desk.coin(name).name} if name else set()
        except DeskError as error:
            self._answers += 1
            reader.offer({f'error {self._answers}': refusal(str(error))}, WAITING)
        else:
            self._offer_snapshot(reader)

    def _offer_snapshot(self, reader: Reader) -> None:
        """A snapshot that still waits is given up for this one, which comes after the changes that it holds."""
        snapshot = self.snapshot(reader)
        reader.waiting.pop('snapshot', None)
        reader.offer({'snapshot': snapshot}, WAITING)


def asked_coin(text: str | None) -> str | None:
    """The coin that a message names, None for all; raises Invalid."""
    try:
        name = orjson.loads(text or '')['name']
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        name = 7
    if name is not None and not isinstance(name, str):
        raise Invalid('Name a coin like this: {"name": "BTC"}; or all: {"name": null}.')
    return name


def text_of(adapter: TypeAdapter[Any], value: dict[str, Any]) -> str:
    """A message in its shape, as JSON."""
    return adapter.dump_json(adapter.validate_python(value)).decode()


def refusal(sentence: str) -> str:
    """What cannot be answered, in the form of all errors."""
    return orjson.dumps({'error': sentence}).decode()


def _hang_up(socket: WebSocket) -> None:
    """Abort the connection: an orderly end would wait for the reader to take what is left, which it does not."""
    server, peer = getattr(Server, 'instance', None), socket.scope.get(PEER, socket.client)
    for protocol in list(server.server_state.connections) if server else ():
        if peer and protocol.client == tuple(peer):
            protocol.transport.abort()
