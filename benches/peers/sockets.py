"""A websocket that does nothing but take frames: so light that thousands of browsers fit on one core."""

import asyncio
import base64
import os
import time
import zlib
from collections.abc import Callable

Heard = Callable[[bytes, float], None]
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
ROOM, DEFLATED = 65536, b'permessage-deflate'
NO_MASK = b'\0\0\0\0'
TAIL = b'\0\0\xff\xff'


class Socket(asyncio.BufferedProtocol):
    """One connection to a websocket at a path. With `nicegui` it shakes hands and answers pings as socket.io's does.

    `heard(message, at)` gets each whole message; `payload` and `wire` sum up the bytes since they were set to 0, of
    messages and of all there is; `ended` is why it is over.
    """

    def __init__(self, host: str, path: str, cookie: str, nicegui: bool, heard: Heard) -> None:
        self.nicegui, self.heard = nicegui, heard
        self.request = (
            f'GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n'
            f'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n'
            + (f'Cookie: {cookie}\r\n' if cookie else '')
            + '\r\n'
        )
        self.payload, self.wire, self.begun = 0, 0, time.monotonic()
        self.ended = ''
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._room, self._end, self._upgraded = bytearray(ROOM), 0, False
        self._inflate: Callable[[bytes], bytes] = inflate
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a websocket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request.encode())

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        if len(self._room) - self._end < ROOM // 4:
            self._room = self._room + bytearray(len(self._room))
        return memoryview(self._room)[self._end :]

    def buffer_updated(self, count: int) -> None:
        """Some bytes came."""
        self.wire += count
        self._end += count
        start = 0 if self._upgraded else self._upgrade()
        while self._upgraded and (after := self._frame(start)):
            start = after
        if start:
            self._room[: self._end - start] = self._room[start : self._end]
            self._end -= start

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.ended = self.ended or str(exc or 'closed')
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(self.ended))

    def send(self, text: str) -> None:
        """A short text."""
        self._write(TEXT, text.encode())

    def _write(self, kind: int, data: bytes) -> None:
        self.transport.write(bytes((0x80 | kind, 0x80 | len(data))) + NO_MASK + data)

    def _upgrade(self) -> int:
        end = self._room.find(b'\r\n\r\n', 0, self._end)
        if end < 0:
            return 0
        head = bytes(self._room[:end])
        if b' 101 ' not in head.partition(b'\r\n')[0]:
            self.ended = head.decode()
            self.transport.close()
            return 0
        self._upgraded = True
        if DEFLATED in head and b'server_no_context_takeover' not in head:
            self._inflate = _stream()
        if not self.nicegui:
            self.ready.set_result(None)
        return end + 4

    def _frame(self, start: int) -> int:
        """Take the frame that begins here; where the next begins, or 0 while this one is not whole."""
        have, room = self._end - start, self._room
        if have < 2:
            return 0
        size, head = room[start + 1], 2
        if size > 125:
            head = 4 if size == 126 else 10
            if have < head:
                return 0
            size = int.from_bytes(room[start + 2 : start + head], 'big')
        if have < head + size:
            return 0
        self._take(room[start], bytes(memoryview(room)[start + head : start + head + size]))
        return start + head + size

    def _take(self, first: int, data: bytes) -> None:
        kind = first & 0x0F
        if kind in (TEXT, BINARY, CONTINUED):
            data = self._inflate(data) if first & 0x40 else data
            if not first & 0x80 or kind == CONTINUED:
                self._parts.append(data)
                if not first & 0x80:
                    return
                data, self._parts = b''.join(self._parts), []
            self._message(data)
        elif kind == PING:
            self._write(PONG, data)
        elif kind == CLOSE:
            code, age = int.from_bytes(data[:2], 'big'), time.monotonic() - self.begun
            self.ended = f'closed by the server after {age:.0f} s: {code} {data[2:].decode()}'
            self.transport.close()

    def _message(self, data: bytes) -> None:
        if not self.nicegui:
            pass
        elif data[:2] != b'42':
            self._shake(data)
            return
        self.payload += len(data)
        self.heard(data, time.monotonic())

    def _shake(self, data: bytes) -> None:
        if data == b'2':
            self.send('3')
        elif data[:1] == b'0':
            self.send('40')
        elif data[:2] == b'40' and not self.ready.done():
            self.ready.set_result(None)
        elif data[:2] == b'44':
            self.ended = data.decode()
            self.transport.close()


KNOWN: dict[bytes, bytes] = {}


def inflate(data: bytes) -> bytes:
    """A message that was deflated by itself: the same bytes to many browsers are inflated once."""
    if data not in KNOWN:
        if len(KNOWN) > 100:
            KNOWN.clear()
        KNOWN[data] = zlib.decompressobj(-15).decompress(data + TAIL)
    return KNOWN[data]


def _stream() -> Callable[[bytes], bytes]:
    """For a server that deflates each message on top of those before."""
    state = zlib.decompressobj(-15)
    return lambda data: state.decompress(data + TAIL)
