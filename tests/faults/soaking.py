"""A desk under 50 times its usual rate of prices while browsers come and go, and what it looks like meanwhile."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx
import psutil

from tests.faults.cost import resident
from tests.faults.tape import rest
from tests.faults.visitors import Deed, Door, Visitor
from tests.fetching import visitor
from tests.protocol import EVENT, Browser, Line
from tests.running import Server

BUSY = ('--exchange', 'none', '--no-demo', '--plugin', 'benches.busy_feed')
PROBE, LOOKERS, PATIENCE = 'PROBE', 4, 20.0
PRICES = f'{EVENT}["update"'  # without an `_id` it is a frame of live cells, which no page needs to be worked with
LOOK_EVERY, ORDER_EVERY = 1.0, 2.0
FRESH = httpx.Limits(keepalive_expiry=2)  # the server lets go of a connection that was silent for five seconds


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: seconds since the start, bytes of memory, seconds of CPU so far, seconds until a price was seen."""

    at: float
    memory: int
    cpu: float
    seen: float


class Onlooker(Browser):
    """Lets prices pass unread: hundreds that read them would take longer than the desk. `came` is set by `awaited`."""

    awaited = ''

    def __init__(self, http: httpx.AsyncClient, path: str = '/', receive_buffer: int = 0) -> None:
        super().__init__(http, path, receive_buffer)
        self.came = asyncio.Event()

    async def _take(self, line: Line, message: str) -> None:
        if not message.startswith(PRICES) or '"_id"' in message:
            await super()._take(line, message)
        elif self.awaited and self.awaited in message:
            self.came.set()


class Passer(Visitor):
    """Comes, looks on for a while, sorts, turns pages, is cut off, returns; never so slow as to be taken for gone."""

    kind = Onlooker

    def ways(self) -> dict[Deed, int]:
        """What this person does, and how often."""
        return {self.look_on: 8, self.return_soon: 1, self.load_anew: 2, self.sort: 1, self.turn: 1}

    async def look_on(self, until: asyncio.Event) -> None:
        """For up to a minute."""
        await rest(until, self.random.uniform(1, 60))


class Soak:
    """So many browsers for so many seconds. `samples` are taken each second, `wrong` is what nobody caused."""

    def __init__(self, server: Server, browsers: int, seconds: float) -> None:
        self.server, self.browsers, self.seconds = server, browsers, seconds
        self.samples, self.wrong = list[Sample](), Counter[str]()
        self.deeds = Counter[str]()
        self._process = psutil.Process(server.process.pid)
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Let it happen; returns when all have left."""
        self.server.post({'name': PROBE, 'price': '1'})
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(visitor(self.server.url))
            caller = httpx.AsyncClient(base_url=self.server.url, timeout=PATIENCE, limits=FRESH)
            await stack.enter_async_context(caller)
            lookers = [Onlooker(http) for _ in range(LOOKERS)]
            for looker in lookers:
                await stack.enter_async_context(looker)
            door = Door(http)
            people = [Passer(door, '/', seed) for seed in range(self.browsers - LOOKERS)]
            async with asyncio.TaskGroup() as tasks:
                for person in people:
                    tasks.create_task(self._life(person))
                tasks.create_task(self._trade(caller))
                await self._watch(caller, lookers)
                self._over.set()
            for person in people:
                await person.end()
                self.deeds.update(person.story)
            self._lost([*lookers, *(person.browser for person in people)])
            self.wrong.update('told to load anew' for looker in lookers if looker.reload_wanted)

    async def _life(self, person: Passer) -> None:
        await person.enter()
        await person.live(self._over)

    async def _watch(self, caller: httpx.AsyncClient, lookers: list[Onlooker]) -> None:
        start, number = time.monotonic(), 0
        while (at := time.monotonic() - start) < self.seconds:
            number += 1
            seen = await self._price(caller, lookers, number)
            cpu = sum(self._process.cpu_times()[:2])
            self.samples.append(Sample(at, resident(self.server), cpu, seen))
            await self._health(caller)
            await rest(self._over, LOOK_EVERY)

    async def _price(self, caller: httpx.AsyncClient, lookers: list[Onlooker], number: int) -> float:
        """Seconds from the moment that a price is sent to the moment that the last looker has it."""
        text = f'{50_000 + number:,}.00'
        for looker in lookers:
            looker.came.clear()
            looker.awaited = text
        start = time.monotonic()
        answer = await caller.post('/api/prices', json={'name': PROBE, 'price': text.replace(',', '')})
        assert answer.status_code == 201, answer.text
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(looker.came.wait() for looker in lookers))
        return time.monotonic() - start

    async def _health(self, caller: httpx.AsyncClient) -> None:
        for what, why in (await caller.get('/api/health')).json()['problems'].items():
            self.wrong[f'{what}: {why}'] += 1

    async def _trade(self, caller: httpx.AsyncClient) -> None:
        """Buy and sell in turn, each a fill with its postings."""
        while not self._over.is_set():
            side = 'sell' if self.deeds['orders'] % 2 else 'buy'
            order = {'name': 'SOAK001', 'side': side, 'type': 'market', 'size': '1'}
            answer = await caller.post('/api/orders', json=order)
            assert answer.status_code == 201, answer.text
            self.deeds['orders'] += 1
            await rest(self._over, ORDER_EVERY)

    def _lost(self, browsers: list[Any]) -> None:
        self.wrong.update(end for browser in browsers for end in browser.lost)

    def part(self, begin: float, end: float) -> list[Sample]:
        """The samples between these shares of the whole time."""
        return [each for each in self.samples if begin * self.seconds <= each.at <= end * self.seconds]

    def memory(self, begin: float, end: float) -> float:
        """Its median there, in bytes."""
        return median(each.memory for each in self.part(begin, end))

    def seen(self, begin: float, end: float) -> float:
        """The median there of the seconds until a price was seen."""
        return median(each.seen for each in self.part(begin, end))
