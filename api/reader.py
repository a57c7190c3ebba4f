"""Clients that listen at a websocket, and the end of those that have stopped reading: what all sockets share."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

import orjson
from nicegui.server import Server
from starlette.websockets import WebSocket, WebSocketDisconnect

MESSAGE_LIMIT = 65_536
PATIENCE = 10.0
READERS = 1000
TOO_BIG, TRY_LATER = 1009, 1013


class Stalled(Exception):
    """A reader has taken nothing for too long, or too little of what waits."""


class Reader:
    """One connection: the coins it asked for, and the messages that it has not taken yet, each under a key.

    A newer message of a key replaces the older one in its place.
    """

    def __init__(self, socket: WebSocket, patience: float) -> None:
        self.socket, self.patience = socket, patience
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
        if len(self.readers) >= READERS:
            await socket.close(TRY_LATER, 'too many readers')
            return
        reader = Reader(socket, self.patience)
        self.join(reader)
        try:
            await self._attend(reader)
        except* WebSocketDisconnect:
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


def refusal(sentence: str) -> str:
    """What cannot be answered, in the form of all errors."""
    return orjson.dumps({'error': sentence}).decode()


def _hang_up(socket: WebSocket) -> None:
    """Abort the connection: an orderly end would wait for the reader to take what is left, which it does not."""
    server = getattr(Server, 'instance', None)
    for protocol in list(server.server_state.connections) if server else ():
        if socket.client and protocol.client == tuple(socket.client):
            protocol.transport.abort()
