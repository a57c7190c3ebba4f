"""Readers that stand still or read at 1 Mbit/s: bounded memory each, and the others get every frame meanwhile."""

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import monotonic

import pytest

from tests.faults.cost import connections, kernel_bytes, own_port, resident
from tests.faults.visitors import Door
from tests.fetching import visitor
from tests.protocol import Browser
from tests.running import Server, running

COINS, OF_EACH, MEGABIT, MEGABYTE, PATIENCE = 100, 10, 125_000, 1_000_000, 30.0
WARM, UNREAD = 20, 3 * MEGABYTE
LIMIT = MEGABYTE  # what a reader may cost, kernel buffers included
SMALL = 8192  # a receive buffer: else the reader's own machine reads for it
TAG = re.compile('<[^>]+>')


@dataclass
class Pace:
    """How one price after the other reached those who read: seconds to the last of them, and between first and last."""

    late: list[float] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        late, apart = (quantiles(each, n=100) for each in (self.late, self.apart))
        return (
            f'{len(self.late)} frames, seconds from price to last reader p50 {late[49]:.3f} p99 {late[98]:.3f}, '
            f'from first to last reader p50 {apart[49]:.4f} p99 {apart[98]:.4f}'
        )


class Desk:
    """A server on which all prices move together, to the next whole number."""

    def __init__(self, server: Server, readers: list[Browser]) -> None:
        self.server, self.readers, self.number = server, readers, 0

    @property
    def text(self) -> str:
        """What every row says now."""
        return f'{self.number:,}.00'

    def is_right(self, browser: Browser) -> bool:
        """Whether all prices that it shows are the newest; asked often, so it does not draw the page for it."""
        elements = browser.elements
        around = [each for each in elements.values() if each.get('props', {}).get('data-field') == 'price']
        prices = [elements[str(child)]['props']['innerHTML'] for each in around for child in each['children']]
        return len(prices) == COINS and all(TAG.sub('', price) == self.text for price in prices)

    async def move(self) -> None:
        """The next price of all coins."""
        self.number += 1
        prices = [{'name': f'C{coin:02}', 'price': str(self.number)} for coin in range(COINS)]
        await asyncio.to_thread(self.server.post, *prices)

    async def frame(self, pace: Pace) -> None:
        """The next price of all coins; returns when every reader shows it."""
        began = monotonic()
        await self.move()
        await eventually(lambda: all(self.is_right(browser) for browser in self.readers), 'every reader has the frame')
        came = [browser.frames[-1].at for browser in self.readers]
        pace.late.append(max(came) - began)
        pace.apart.append(max(came) - min(came))


async def eventually(condition: Callable[[], object], what: str) -> None:
    """Return when it is so; fails when that takes too long."""
    left = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < left, f'not within {PATIENCE} s: {what}'
        await asyncio.sleep(0.01)


def reads_on(desk: Desk, browser: Browser) -> bool:
    """Whether it shows the newest, or knows that its connection has ended."""
    return desk.is_right(browser) or bool(browser.lost)


async def crowd(leaving: AsyncExitStack, door: Door, receive_buffer: int = 0) -> list[Browser]:
    """Browsers of one kind. Without deflate: what is unread is as long as it is counted."""
    found = [Browser(door.http, receive_buffer=receive_buffer, deflate=False) for _ in range(OF_EACH)]
    for browser in await asyncio.gather(*(door.enter(browser) for browser in found)):
        leaving.push_async_callback(browser.close)
    return found


@pytest.mark.timeout(300)
async def test_who_does_not_read_costs_little_and_delays_nobody(tmp_path: Path) -> None:
    with running(tmp_path / 'data') as server:
        async with visitor(server.url) as http, AsyncExitStack() as leaving:
            door, desk = Door(http), Desk(server, [])
            await desk.move()
            desk.readers += await crowd(leaving, door)
            stalled, slow = await crowd(leaving, door, SMALL), await crowd(leaving, door, SMALL)
            alone, beside = Pace(), Pace()
            for _ in range(WARM):
                await desk.frame(alone)
            before, most, reading = resident(server), dict[int, int](), desk.readers[0].payload
            for browser in stalled:
                browser.stall()
            for browser in slow:
                browser.read_at(MEGABIT)
            while desk.readers[0].payload < reading + UNREAD:
                await desk.frame(beside)
                for port, held in kernel_bytes(server).items():
                    most[port] = max(most.get(port, 0), held)
            grown = (resident(server) - before) / (2 * OF_EACH)
            kernel = [max(most.get(own_port(each), 0) for each in who) for who in (stalled, slow)]
            print(f'\nwithout: {alone}\nbeside:  {beside}\nbytes per reader: {grown:,.0f}; in the kernel: {kernel}')
            assert grown + max(kernel) <= LIMIT
            assert all(len(browser.frames) > WARM for browser in slow), 'who reads slowly sees new prices all the same'
            had = [browser.wire for browser in stalled]
            for browser in slow + stalled:
                browser.read_at(0)
                browser.go_on()
            for browser in stalled:
                await eventually(partial(reads_on, desk, browser), 'it goes on')
                if browser.lost:  # on a busy machine it stood still for so long that it was given up
                    await browser.come_back()
            everybody = [*desk.readers, *slow, *stalled]
            await eventually(lambda: all(desk.is_right(browser) for browser in everybody), 'all show the newest')
            assert [browser.lost for browser in desk.readers + slow if browser.lost] == []
            assert max(browser.wire - before for browser, before in zip(stalled, had, strict=True)) <= LIMIT, (
                'no frame is kept'
            )


@pytest.mark.skipif(not hasattr(socket, 'TCP_USER_TIMEOUT'), reason='this system cannot be told to give a reader up')
@pytest.mark.timeout(180)
async def test_who_stands_still_for_good_is_let_go(tmp_path: Path) -> None:
    with running(tmp_path / 'data') as server:
        async with visitor(server.url) as http, Browser(http) as reader, Browser(http, receive_buffer=SMALL) as gone:
            desk, port = Desk(server, [reader]), own_port(gone)
            gone.stall()
            while port in connections(server):
                await desk.frame(Pace())
            print(f'\nlet go after {desk.number} frames; the kernel still holds {kernel_bytes(server).get(port, 0)}')
            await gone.come_back()
            await eventually(lambda: desk.is_right(gone), 'it shows the newest')
