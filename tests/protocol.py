"""A browser as the server sees one: it gets a page, opens its socket and keeps what it is told, without a screen.

It does what NiceGUI's own `nicegui.js` does, so that hundreds of browsers fit in one test. `Browser.shown()` is what a
person would read on it. It can stall, read slowly, vanish without a word and return with what it knew.
"""

import asyncio
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.fetching import PATIENCE, Page, fetch
from tests.reading import Elements, Fields, read_fields

PING, PONG, CONNECT, CONNECTED, EVENT = '2', '3', '40', '40', '42'
ACK_EVERY = 3.0


@dataclass(frozen=True, slots=True)
class Frame:
    """One `update` message: when its last byte came (`time.monotonic`), its payload in bytes, the elements in it."""

    at: float
    payload: int
    ids: tuple[str, ...]


class Refused(Exception):
    """The server knows this page no longer: a browser loads it anew."""


class Line(ClientConnection):
    """The connection: counts the bytes on the wire, notes when they came, and can be slow or stand still."""

    wire, arrived, rate, stalled = 0, 0.0, 0.0, False

    def data_received(self, data: bytes) -> None:
        """What the network brings."""
        self.wire += len(data)
        self.arrived = time.monotonic()
        super().data_received(data)
        if self.rate and not self.transport.is_closing():
            self.transport.pause_reading()
            self.loop.call_later(len(data) / self.rate, self.go_on)

    def go_on(self) -> None:
        """Read again, unless it stands still."""
        if not self.stalled and not self.transport.is_closing():
            self.transport.resume_reading()


async def dial(url: str, page: Page, kind: type[Line] = Line, receive_buffer: int = 0, deflate: bool = True) -> Line:
    """Open the page's socket and shake hands; `receive_buffer` in bytes, the system's own if 0; raises Refused."""
    host, _, port = url.removeprefix('http://').partition(':')
    own = socket.socket()
    if receive_buffer:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, (host, int(port)))
    line = await connect(
        f'ws://{host}:{port}{page.socket_path}',
        sock=own,
        create_connection=kind,
        additional_headers={'Cookie': page.cookie} if page.cookie else {},
        compression='deflate' if deflate else None,
        open_timeout=PATIENCE,
        ping_interval=None,
        max_size=None,
    )
    assert isinstance(line, Line)
    await line.recv()
    await line.send(CONNECT)
    answer = str(await line.recv())
    if not answer.startswith(CONNECTED):
        await line.close()
        raise Refused(answer)
    return line


class Browser:
    """One open page. Use it in an `async with`, or `open` and `close` it.

    `frames` are the updates so far, `payload` and `wire` their bytes without and all bytes with what carries them,
    `lost` what ended a connection that this side did not, `reload_wanted` whether a browser would load the page anew,
    `sent_to` the address that it would open instead.
    """

    def __init__(self, http: httpx.AsyncClient, path: str = '/', receive_buffer: int = 0, deflate: bool = True) -> None:
        self.http, self.path, self.receive_buffer, self.deflate = http, path, receive_buffer, deflate
        self.elements: Elements = {}
        self.frames: list[Frame] = []
        self.lost: list[str] = []
        self.payload, self.next_message, self._acked = 0, 0, -1
        self.reload_wanted, self.sent_to = False, ''
        self.page = Page({}, {}, '', 0)
        self._lines: list[Line] = []
        self._leaving = False
        self._going = asyncio.Event()
        self._going.set()

    async def __aenter__(self) -> 'Browser':
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Load the page (anew, too) and open its socket."""
        self.page = await fetch(self.http, self.path, self.page.cookie)
        self.elements = dict(self.page.elements)
        self.next_message, self._acked = int(self.page.query['next_message_id']), -1
        self.reload_wanted, self.sent_to = False, ''
        await self._connect()

    async def close(self) -> None:
        """Leave, as one closes a tab."""
        self.go_on()
        self._leaving = True
        await self.line.close()
        await self._reader

    async def vanish(self) -> None:
        """The connection is cut without a word of the websocket; what came before may be unread."""
        self._leaving = True
        self.line.transport.abort()
        self.go_on()
        await self._reader

    async def come_back(self) -> None:
        """Connect again as a browser does: the same page with all that it shows; loaded anew only if it must be."""
        if not self._reader.done():
            await self.vanish()
        self.page.query['next_message_id'] = str(self.next_message)
        try:
            await self._connect()
        except Refused:
            await self.open()

    def stall(self) -> None:
        """Stop reading; the connection stays."""
        self._going.clear()
        self.line.stalled = True
        self.line.transport.pause_reading()

    def go_on(self) -> None:
        """Read again after `stall`."""
        self._going.set()
        self.line.stalled = False
        self.line.go_on()

    def read_at(self, rate: float) -> None:
        """Read so many bytes a second; 0: as they come. Give `receive_buffer`, else the kernel reads ahead."""
        self.line.rate = rate

    def shown(self, field: str = 'price') -> Fields:
        """Coin → the text of its `data-field`, as a person reads it."""
        return read_fields(self.elements, field)

    @property
    def wire(self) -> int:
        """All bytes that the sockets brought: handshakes, headers and pings, too."""
        return sum(line.wire for line in self._lines)

    @property
    def line(self) -> Line:
        """The newest connection."""
        return self._lines[-1]

    async def _connect(self) -> None:
        self._leaving = False
        self._going.set()
        url = str(self.http.base_url).rstrip('/')
        self._lines.append(await dial(url, self.page, receive_buffer=self.receive_buffer, deflate=self.deflate))
        self._reader = asyncio.create_task(self._read(self.line))

    async def _read(self, line: Line) -> None:
        acked = time.monotonic()
        try:
            while True:
                message = await line.recv()
                await self._going.wait()
                await self._take(line, message if isinstance(message, str) else message.decode())
                if time.monotonic() - acked > ACK_EVERY:
                    acked = time.monotonic()
                    await self._ack(line)
        except ConnectionClosed as closed:
            if not self._leaving:
                self.lost.append(f'{type(closed).__name__}: {closed}')

    async def _take(self, line: Line, message: str) -> None:
        if message == PING:
            await line.send(PONG)
        elif message.startswith(EVENT):
            name, *said = orjson.loads(message[len(EVENT) :])
            self._hear(line, name, said[0] if said else {}, len(message.encode()))

    def _hear(self, line: Line, name: str, said: dict[str, Any], size: int) -> None:
        number = said.pop('_id', None)
        if number is not None:
            if number < self.next_message:
                return
            self.next_message = number + 1
        if name == 'update':
            self.frames.append(Frame(line.arrived, size, tuple(said)))
            self.payload += size
            for ident, element in said.items():
                self._update(ident, element)
        elif name == 'try_reconnect' or 'location.reload' in str(said.get('code', '')):
            self.reload_wanted = True
        elif name == 'open':
            self.sent_to = said['path']

    def _update(self, ident: str, element: dict[str, Any] | None) -> None:
        if element is None:
            self.elements.pop(ident, None)
            return
        before = self.elements.get(ident, {}).get('props', {})
        kept = {prop: before[prop] for prop in element.pop('preserved_props', ()) if prop in before}
        self.elements[ident] = {**element, 'props': {**element.get('props', {}), **kept}} if kept else element

    async def _ack(self, line: Line) -> None:
        if self._acked < self.next_message:
            self._acked = self.next_message
            told = {'client_id': self.page.query['client_id'], 'next_message_id': self.next_message}
            await line.send(f'{EVENT}{orjson.dumps(["ack", told]).decode()}')
