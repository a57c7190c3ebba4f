"""Hostile messages on every socket: the desk goes on, says nothing of an error, and holds no more than before.

2,000 messages; `make attack` sends 100,000.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.faults.cost import connections, resident
from tests.faults.hostile import Stranger
from tests.fetching import SOCKET, Page, fetch, visitor
from tests.protocol import Browser
from tests.running import QUIET, Server, running, wait_until

MESSAGES, SEED = int(os.environ.get('COINTAPE_HOSTILE', '2000')), int(os.environ.get('COINTAPE_SEED', '6'))
PAGES = (
    '/',
    '/coin/BTC',
    '/trading?coin=BTC',
    '/alerts',
    '/alerts/new',
    '/lists',
    '/settings',
    '/add',
    '/import',
    '/orders',
)
PLAIN = ('/ws/cryptocurrency/', '/ws/orders', '/ws/alerts')
AT_ONCE, OF_EACH, OF_PAGES, MEGABYTE = 8, 50, 3000, 1_000_000
GONE = (
    ConnectionClosed,
    InvalidHandshake,
    httpx.HTTPStatusError,
    InvalidMessage,
    OSError,
    EOFError,
    asyncio.IncompleteReadError,
)
TROUBLE = ('Traceback', 'ERROR', 'CRITICAL', 'WARNING', 'Exception', 'never retrieved', 'forged')
pytestmark = [pytest.mark.timeout(60 + MESSAGES // 20)]


class Storm:
    """Strangers at their work, AT_ONCE of them, until `sent` messages have been sent."""

    def __init__(self, server: Server, others: list[str]) -> None:
        self.server, self.others, self.pages = server, others, list[Page]()
        self.sent, self.seed = 0, SEED
        self.ways: tuple[Callable[[Stranger], Awaitable[None]], ...] = (
            self.odd, self.shaped, self.pressed, self.broken, self.half, self.plain, self.polled, self.addressed,
        )  # fmt: skip

    async def blow(self, messages: int) -> None:
        """Send so many more; the pages that they know are new ones now and then, as the desk lets go of old ones."""
        until = self.sent + messages
        while self.sent < until:
            with suppress(httpx.HTTPStatusError):  # too many that nobody looks at
                async with visitor(self.server.url) as http:
                    self.pages = [await fetch(http, path) for path in PAGES]
            async with asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(self._go_on(min(until, self.sent + OF_PAGES)))

    async def _go_on(self, until: int) -> None:
        while self.sent < until:
            self.seed += 1
            page = self.pages[self.seed % len(self.pages)]
            with suppress(*GONE):
                await self.ways[self.seed % len(self.ways)](Stranger(page, self.others, self.seed))

    async def odd(self, stranger: Stranger) -> None:
        """A packet that no page sends, often before the greeting: the desk hangs up."""
        for number in range(10):
            with suppress(*GONE, TimeoutError):
                async with self._line(stranger.page.socket_path) as line:
                    if number % 3:
                        await line.send('40')
                    await self._say(line, stranger.packet, 1)
                    await asyncio.wait_for(line.wait_closed(), 0.1)

    async def shaped(self, stranger: Stranger) -> None:
        """Messages of the right shape about what is another's, or nobody's."""
        async with self._line(stranger.page.socket_path) as line:
            await line.send('40')
            await self._say(line, stranger.shaped)

    async def pressed(self, stranger: Stranger) -> None:
        """Everything on one's own page is pressed and written in, with values of any type."""
        async with visitor(self.server.url) as http, Browser(http, stranger.random.choice(PAGES)) as browser:
            own = Stranger(browser.page, self.others, stranger.random.randrange(10**9))
            await self._say(browser.line, own.pressed)

    async def broken(self, stranger: Stranger) -> None:
        """Bytes that are no frames."""
        for path in (stranger.page.socket_path, *PLAIN):
            async with self._line(path) as line:
                line.transport.write(stranger.frame() + stranger.frame())
                self.sent += 2
                await asyncio.wait_for(line.wait_closed(), 0.05)

    async def half(self, stranger: Stranger) -> None:
        """Connections that are begun and left: half a request, half a handshake, no greeting."""
        path = stranger.random.choice((stranger.page.socket_path, *PLAIN))
        request = f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nUpgrade: websocket\r\n'.encode()
        for end in (b'', request[:30], request, request + b'Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n'):
            _, writer = await asyncio.open_connection('127.0.0.1', self.server.port)
            writer.write(end)
            self.sent += 1
            writer.transport.abort()

    async def plain(self, stranger: Stranger) -> None:
        """The API's own sockets."""
        async with self._line(stranger.random.choice(PLAIN)) as line:
            await self._say(line, stranger.asked)

    async def polled(self, stranger: Stranger) -> None:
        """The same packets by long polling, with and without a session."""
        query = {**stranger.page.query, 'EIO': '4', 'transport': 'polling', 'document_id': 'p'}
        async with visitor(self.server.url) as http:
            told = (await http.get(SOCKET, params=query)).text
            sid = told.partition('"sid":"')[2].partition('"')[0]
            for _ in range(8):
                packet = stranger.packet()
                body = packet.encode(errors='replace') if isinstance(packet, str) else packet
                asked = {**query, 'sid': stranger.random.choice((sid, sid, 'x\nERROR forged'))}
                answer = await http.post(SOCKET, params=asked, content=body)
                assert answer.status_code < 500, answer.text
                self.sent += 1

    async def addressed(self, stranger: Stranger) -> None:
        """Addresses of sockets that say wrong things of them."""
        for _ in range(6):
            query = {**stranger.page.query, 'EIO': '4', 'transport': 'websocket'}
            name = stranger.random.choice(list(query))
            query[name] = stranger.random.choice(('', 'x', '-1', '9' * 40, '\n', '\u202e', 'None', '[]'))
            self.sent += 1
            with suppress(*GONE):
                async with self._line(f'{SOCKET}?{urlencode(query)}') as line:
                    await line.send('40')
                    await asyncio.wait_for(line.recv(), 0.2)

    def _line(self, path: str) -> connect:
        return connect(f'ws://127.0.0.1:{self.server.port}{path}', ping_interval=None, close_timeout=0.5, max_size=None)

    async def _say(self, line: ClientConnection, make: Callable[[], str | bytes], times: int = OF_EACH) -> None:
        for _ in range(times):
            said = make()
            self.sent += 1
            await line.send(said if isinstance(said, bytes) else said.encode(errors='replace').decode())


def counted(server: Server) -> dict[str, int]:
    found: dict[str, int] = server.http.get('/counted').json()
    return {**found, 'connections': len(connections(server))}


def heard(server: Server) -> int:
    return int(server.http.get('/heard').json())


async def settled(server: Server, before: dict[str, int]) -> dict[str, int]:
    """What the desk holds when it has let go of what it held for others, or has not within half a minute."""
    with suppress(AssertionError):
        await asyncio.to_thread(wait_until, lambda: counted(server) == before, 30, 'all as it was', 0.1)
    return await asyncio.to_thread(counted, server)


async def test_hostile_messages_leave_no_trace(tmp_path: Path) -> None:
    flags = (*QUIET, '--plugin', 'tests.faults.counted')
    with running(tmp_path / 'data', *flags) as server:
        server.post({'name': 'BTC', 'price': '67000.12'}, {'name': 'ETH', 'price': '3500'})
        async with visitor(server.url) as http, Browser(http, '/') as witness:
            before = counted(server)
            storm = Storm(server, [witness.page.query['client_id']])
            await storm.blow(MESSAGES // 4)
            await settled(server, before)
            memory = resident(server)
            began = monotonic()
            await storm.blow(MESSAGES)
            took = monotonic() - began
            after = await settled(server, before)
            grown = resident(server) - memory
            print(
                f'{storm.sent:,} hostile messages, {MESSAGES / took:,.0f} a second (seed {SEED}), '
                f'of which NiceGUI’s door heard {heard(server):,} until it hung up; '
                f'before {before}, after {after}; memory {memory / MEGABYTE:.1f} MB, then {grown / MEGABYTE:+.1f} MB'
            )
            assert after == before
            assert grown < 0.05 * memory
            server.post({'name': 'BTC', 'price': '67001'})
            await asyncio.to_thread(wait_until, lambda: '67,001' in str(witness.shown()), 5, 'the price on the screen')
            assert witness.lost == []
    assert not [line for line in server.log if any(word in line for word in TROUBLE)], server.output
