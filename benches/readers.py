"""Sockets that a process of its own reads and forgets: what browsers cost a server, but for what they do with it."""

import asyncio
import selectors
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from typing import Self

BUFFER = 1 << 20


class Readers:
    """So many connections over loopback; `send` gives each the same bytes. `seconds` is the CPU time that took."""

    def __init__(self, count: int) -> None:
        self.count, self.seconds, self.frames, self.bytes = count, 0.0, 0, 0
        self._transports: list[asyncio.BaseTransport] = []
        self._all_there = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._process: Process | None = None

    def send(self, frame: bytes) -> None:
        """Hand a frame to every connection; one that does not read fast enough misses it."""
        start = time.thread_time()
        for transport in self._transports:
            assert isinstance(transport, asyncio.WriteTransport)
            if transport.get_write_buffer_size() < BUFFER:
                transport.write(frame)
        self.seconds += time.thread_time() - start
        self.frames, self.bytes = self.frames + 1, self.bytes + len(frame)

    async def __aenter__(self) -> Self:
        if self.count:
            self._server = await asyncio.get_running_loop().create_server(self._protocol, '127.0.0.1', 0, backlog=4096)
            port = self._server.sockets[0].getsockname()[1]
            command = (sys.executable, __file__, str(port), str(self.count))
            self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE)
            await asyncio.wait_for(self._all_there.wait(), 30)
        return self

    async def __aexit__(self, *_: object) -> None:
        for transport in self._transports:
            transport.close()
        if self._server and self._process:
            self._server.close()
            self._process.terminate()
            await self._process.wait()

    def _protocol(self) -> asyncio.Protocol:
        return _Connection(self._transports, self._all_there, self.count)


class _Connection(asyncio.Protocol):
    def __init__(self, transports: list[asyncio.BaseTransport], all_there: asyncio.Event, count: int) -> None:
        self._transports, self._all_there, self._count = transports, all_there, count

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transports.append(transport)
        if len(self._transports) == self._count:
            self._all_there.set()


def read_all(port: int, count: int) -> None:
    """Read from that many connections until they end."""
    selector = selectors.DefaultSelector()
    for _ in range(count):
        selector.register(socket.create_connection(('127.0.0.1', port)), selectors.EVENT_READ)
    while selector.get_map():
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            if not key.fileobj.recv(BUFFER):
                selector.unregister(key.fileobj)


if __name__ == '__main__' and len(sys.argv) > 1:
    read_all(int(sys.argv[1]), int(sys.argv[2]))
