"""K browsers as protocol clients, in a process of their own. Takes its orders from stdin, a JSON a line.

`{"open", "url", "path"}` opens so many more browsers: with a page of NiceGUI at `path`, or a bare socket there.
`{"get", "url", "path"}` gets so many pages and opens nothing.
`{"begin"}` forgets what was counted, `{"end": submitted}` tells it, with latencies in seconds from those times.
"""

import asyncio
import json
import re
import statistics
import sys
import time
from array import array
from collections.abc import Sequence
from typing import Any

import httpx

from benches.peers.sockets import Socket
from benches.peers.ticking import pinned
from tests.fetching import fetch, visitor

TAG, NUMBER = re.compile(rb'<[^>]*>'), re.compile(rb'(?<![\d.,])5,?0(\d\d),?(\d{3})(?![\d.,])')
AT_ONCE, EVERY, PATIENCE = 10, 0.02, 120
Order = dict[str, Any]


class Load:
    """The browsers, and which tick each of their frames told of."""

    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.numbers, self.times, self.late = array('q'), array('d'), array('d')
        self.pages: list[int] = []
        self._known: dict[bytes, int] = {}
        self._last = b''

    async def obey(self, order: Order) -> Order:
        """Do what a line says."""
        if 'open' in order:
            return await self.open(order['open'], order['url'], order['path'])
        if 'get' in order:
            return await self.get(order['get'], order['url'], order['path'])
        if 'begin' in order:
            return self.begin()
        return self.end({int(number): at for number, at in order['end'].items()})

    async def open(self, count: int, url: str, path: str) -> Order:
        """So many more; a few at a time, as browsers come. Returns the bytes of a page."""
        free = asyncio.Semaphore(AT_ONCE)
        async with visitor(url, PATIENCE) as http, asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._one(http, free, url, path))
        return {'page': statistics.median(self.pages or [0])}

    async def get(self, count: int, url: str, path: str) -> Order:
        """So many pages, one after the other, and no socket."""
        async with visitor(url, PATIENCE) as http:
            return {'page': statistics.median([(await fetch(http, path)).size for _ in range(count)])}

    def begin(self) -> Order:
        """Count from here."""
        del self.numbers[:], self.times[:], self.late[:]
        for socket in self.sockets:
            socket.payload = socket.wire = 0
        self._begun = time.monotonic(), time.process_time()
        return {}

    def end(self, submitted: dict[int, float]) -> Order:
        """What came since, to how many browsers, how late, and how busy this side was."""
        waits = [at - submitted[n] for n, at in zip(self.numbers, self.times, strict=True) if n in submitted]
        sockets = len(self.sockets)
        frames = max(1, len(waits))
        return {
            'payload': sum(socket.payload for socket in self.sockets) / frames,
            'wire': sum(socket.wire for socket in self.sockets) / frames,
            'missing': sockets * len(submitted) - len(waits),
            'p50': percentile(waits, 0.5),
            'p99': percentile(waits, 0.99),
            'lost': [socket.ended for socket in self.sockets if socket.ended],
            'busy': (time.process_time() - self._begun[1]) / (time.monotonic() - self._begun[0]),
            'late': percentile(self.late, 0.99),
        }

    async def watch(self) -> None:
        """How late this side is by itself."""
        while True:
            due = time.monotonic() + EVERY
            await asyncio.sleep(EVERY)
            self.late.append(max(0.0, time.monotonic() - due))

    async def _one(self, http: httpx.AsyncClient, free: asyncio.Semaphore, url: str, path: str) -> None:
        nicegui, cookie = not path.startswith('/ws'), ''
        async with free:
            if nicegui:
                page = await fetch(http, path)
                self.pages.append(page.size)
                path, cookie = page.socket_path, page.cookie
            host, _, port = url.removeprefix('http://').partition(':')
            socket = Socket(f'{host}:{port}', path, cookie, nicegui, self._heard)
            await asyncio.get_running_loop().create_connection(lambda: socket, host, int(port))
            await socket.ready
            self.sockets.append(socket)

    def _heard(self, message: bytes, at: float) -> None:
        number = self._known.get(message)
        if number is None:
            found = NUMBER.search(TAG.sub(b'', message))
            number = int(found[1] + found[2]) if found else -1
            if len(self._known) > 1000:
                self._known.clear()
            self._known[message] = number
        if number >= 0:
            self.numbers.append(number)
            self.times.append(at)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def main() -> None:
    """Until stdin ends."""
    load, lines = Load(), asyncio.StreamReader(limit=2**24)
    pipe = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: pipe, sys.stdin)
    watching = asyncio.create_task(load.watch())
    while line := await lines.readline():
        print(json.dumps(await load.obey(json.loads(line))), flush=True)
    watching.cancel()


if __name__ == '__main__':
    pinned(1)
    asyncio.run(main())
