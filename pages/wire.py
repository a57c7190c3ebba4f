"""What carries ready messages to a browser: uvicorn's own websocket, or engine.io's queue where that is not ours.

Frames from a server are not masked: the bytes of one websocket message are the same for every browser. So a message
is encoded, and compressed, once and put on each connection by a plain call. All that touches uvicorn, engine.io and
the way from NiceGUI's client to its connection is in this file; `tests/user/test_wire.py` holds it to what is pinned.
"""

import asyncio
import socket
import struct
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol

from engineio.async_socket import AsyncSocket
from engineio.packet import MESSAGE, Packet
from nicegui import Client, client, core
from nicegui.element import Element
from nicegui.outbox import Deleted, Outbox, deleted
from nicegui.server import Server
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.typing import ExtensionParameter

from pages.quiet import Quiet

MARK, PATH, NAMESPACE, GREETING = 'cointape.end', '/_nicegui_ws/', '/', '40'
SEND_BUFFER = 64 * 1024  # the kernel doubles it
LONGEST_QUEUE = 50
STANDSTILL = 30_000  # milliseconds in which a browser takes nothing
PLAIN, COMPRESSED = 0x81, 0xC1  # the only fragment of a text
PING, PONG = b'\x81\x012', b'3'  # engine.io's: a whole message, and what is in one
LEVEL, WINDOW, FLUSHED = 3, 15, b'\x00\x00\xff\xff'


class Message:
    """One engine.io packet, encoded once for all who get it."""

    def __init__(self, packet: bytes) -> None:
        self.packet = packet

    @cached_property
    def framed(self) -> bytes:
        """A whole websocket message: one frame of text, not masked."""
        return _header(len(self.packet), PLAIN) + self.packet

    @cached_property
    def deflated(self) -> bytes:
        """The same, compressed by itself (RFC 7692): no browser needs what came before."""
        deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW)
        data = (deflate.compress(self.packet) + deflate.flush(zlib.Z_SYNC_FLUSH))[: -len(FLUSHED)]
        return _header(len(data), COMPRESSED) + data

    @cached_property
    def queued(self) -> Packet:
        """What engine.io's queue takes; it puts its own first digit, of the same kind, before it."""
        return Packet(MESSAGE, self.packet[1:].decode())


class End(Protocol):
    """A browser's connection. `rooms` are those whose frames it gets; it belongs to whoever sends them."""

    rooms: frozenset[str]

    @property
    def gone(self) -> bool:
        """Whether nothing can reach this browser any more."""

    @property
    def drained(self) -> bool:
        """Whether it has taken all that was written."""

    async def ready(self) -> None:
        """Return when the browser has been greeted; what comes before the greeting is not understood."""

    def size(self, message: Message) -> int:
        """How many bytes that message is on this connection."""

    def write(self, message: Message) -> bool:
        """Send, after all that was written before; False (and nothing sent) if it is gone or too far behind."""


class Inflating(PerMessageDeflate):
    """What a browser sends may be compressed; what is said to it alone is not, which would cost more than it saves."""

    def encode(self, frame: Frame) -> Frame:
        """As it is."""
        return frame


class Deflate(ServerPerMessageDeflateFactory):
    """Agrees with a browser that compressed messages may come, each of which stands for itself."""

    def __init__(self) -> None:
        super().__init__(server_no_context_takeover=True, client_no_context_takeover=True)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """What was agreed."""
        answer, made = super().process_request_params(params, accepted_extensions)
        return answer, Inflating(True, True, made.remote_max_window_bits, made.local_max_window_bits)


class Wire(Quiet):
    """A websocket of uvicorn's with a way past the queues, for messages that are the same for all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rooms: frozenset[str] = frozenset()
        self.answered: Callable[[], None] | None = None  # takes the answers to `ping`
        self._greeted, self._deflates = asyncio.Event(), False

    def handle_connect(self, event: Request) -> None:
        """The browser asks for a websocket: leave word for `ends` where it asks for NiceGUI's."""
        ours = PATH in event.path.partition('?')[0]
        self.conn.available_extensions = [Deflate()] if ours else self.conn.available_extensions
        super().handle_connect(event)
        if ours and hasattr(self, 'scope'):
            agreed = (made for made in self.conn.extensions if isinstance(made, Inflating))
            self._deflates = any(made.local_max_window_bits == WINDOW for made in agreed)
            extensions: Any = self.scope['extensions']
            extensions[MARK] = self
            self.ping_interval = None  # engine.io sends its own
            if line := self.transport.get_extra_info('socket'):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
                if hasattr(socket, 'TCP_USER_TIMEOUT'):  # else who stands still holds its buffers as long as it likes
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STANDSTILL)

    def handle_text(self, event: Frame) -> None:
        """A message, or the beginning of one."""
        if self.answered and event.fin and event.data == PONG:
            self.answered()
        else:
            super().handle_text(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end: nobody waits for it any longer."""
        super().connection_lost(exc)
        self._greeted.set()

    async def send(self, message: Any) -> None:
        """What the application says by itself; socket.io's greeting is the first of it that matters here."""
        await super().send(message)
        if not self._greeted.is_set() and (message.get('text') or '').startswith(GREETING):
            self._greeted.set()

    @property
    def gone(self) -> bool:
        """Whether it is closed, or closing."""
        return self.disconnected or self.close_sent or self.transport.is_closing()

    @property
    def drained(self) -> bool:
        """Whether the kernel has all that was written."""
        return self.transport.get_write_buffer_size() == 0

    async def ready(self) -> None:
        """Return when socket.io has greeted, or the connection is lost."""
        await self._greeted.wait()

    def size(self, message: Message) -> int:
        """As it is framed, compressed or not."""
        return len(message.deflated if self._deflates else message.framed)

    def write(self, message: Message) -> bool:
        """Put it on the connection now; not while NiceGUI's own messages must wait: they would never have a turn."""
        if self.gone or not self.writable.is_set():
            return False
        self.transport.write(message.deflated if self._deflates else message.framed)
        return True

    def ping(self) -> None:
        """Ask for a sign of life."""
        if not self.gone:
            self.transport.write(PING)


class Post:
    """A browser whose packets go through engine.io's queue: long polling, or a server that does not use `Wire`."""

    def __init__(self, socket: AsyncSocket) -> None:
        self.socket, self.rooms = socket, frozenset[str]()

    @property
    def gone(self) -> bool:
        """Whether it is closed, or closing."""
        return bool(self.socket.closed or self.socket.closing)

    @property
    def drained(self) -> bool:
        """Whether the queue is empty."""
        return bool(self.socket.queue.empty())

    async def ready(self) -> None:
        """At once: the greeting is in the queue before."""

    def size(self, message: Message) -> int:
        """Without what engine.io and HTTP add."""
        return len(message.packet)

    def write(self, message: Message) -> bool:
        """Put it at the end of the queue, up to a bound."""
        if self.gone or self.socket.queue.qsize() > LONGEST_QUEUE:
            return False
        self.socket.queue.put_nowait(message.queued)
        return True


class Asleep(Outbox):
    """NiceGUI's outbox, which sends what is one browser's own. That wakes each second; this, when it has something."""

    _ended = False
    _something: asyncio.Event | None = None

    @property
    def _should_stop(self) -> bool:
        """NiceGUI's loop ends when it has sent all."""
        return self._ended or not (self.updates or self.messages)

    @_should_stop.setter
    def _should_stop(self, ended: bool) -> None:
        self._ended = ended

    def try_rewind(self, target_message_id: int) -> None:
        """What a browser missed comes as it is now: NiceGUI would send what was after what is."""
        super().try_rewind(target_message_id)
        missed, self.messages = self.messages, deque()
        for receiver, kind, data in missed:
            if kind == 'update':
                self.updates.update({number: self._now(number) for number in data if number != '_id'})
            elif kind == 'load_js_components':
                self._loaded_components.clear()  # they come once more, before what needs them
            else:
                self.messages.append((receiver, kind, data))

    def enqueue_delete(self, element: Element) -> None:
        """A live cell stays in the browser, unseen: it may come back, past this queue and before its turn."""
        if element.id in self.client.elements:
            super().enqueue_delete(element)

    def _now(self, number: int) -> Element | Deleted:
        return self.client.elements.get(number, deleted)

    def _set_enqueue_event(self) -> None:
        super()._set_enqueue_event()
        if self._something:
            self._something.set()

    async def loop(self) -> None:
        """NiceGUI's loop, again and again."""
        own = asyncio.current_task()
        something = self._something = asyncio.Event()
        something.set()
        while not self._ended and not (own and own.cancelling()):  # a loop that was cancelled just returns
            await something.wait()
            something.clear()
            await super().loop()


def install() -> None:
    """From now on websockets are wires, where the server is NiceGUI's own, and outboxes sleep."""
    client.Outbox = Asleep  # type: ignore[attr-defined]
    if server := getattr(Server, 'instance', None):
        server.config.ws_protocol_class = Wire


def ends(of: Client) -> list[End]:
    """The browser's connections, most often one; a simulated user has none."""
    found = (_end(sid) for sid in of._socket_to_document_id if core.sio.manager.is_connected(sid, NAMESPACE))
    return [end for end in found if end and not end.gone]


def _end(sid: str) -> End | None:
    scope = (core.sio.get_environ(sid) or {}).get('asgi.scope', {})
    wire: Wire | None = (scope.get('extensions') or {}).get(MARK)
    if wire:
        return wire
    queued = core.sio.eio.sockets.get(core.sio.manager.eio_sid_from_sid(sid, NAMESPACE))
    post: Post | None = queued.session.setdefault(MARK, Post(queued)) if queued else None
    return post


def _header(length: int, kind: int) -> bytes:
    """RFC 6455: what kind of frame, no mask, the length in 7, 16 or 64 bits."""
    if length < 126:
        return struct.pack('!BB', kind, length)
    return struct.pack('!BBH', kind, 126, length) if length < 65536 else struct.pack('!BBQ', kind, 127, length)
