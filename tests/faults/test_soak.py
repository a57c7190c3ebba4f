"""Many browsers for a long time: no connection ends that nobody ended. `make soak` is 1,000 browser-minutes."""

import asyncio
import os
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.cost import connections, own_port, resident
from tests.faults.tape import Tape, rest
from tests.faults.visitors import Door
from tests.fetching import visitor
from tests.protocol import Browser
from tests.running import Server, running

BROWSERS = int(os.environ.get('COINTAPE_BROWSERS', '60'))  # read before the fixtures bare the environment
SECONDS = int(os.environ.get('COINTAPE_SOAK_SECONDS', '15'))
COINS, FRAME, SEED = 100, 0.2, 4


async def soak(server: Server, leaving: AsyncExitStack) -> list[Browser]:
    """Browsers that just look while prices come, for so long; each is still connected when this returns."""
    http, over = await leaving.enter_async_context(visitor(server.url)), asyncio.Event()
    tape, door = Tape(http, SEED, COINS), Door(http)
    await tape.send()
    crowd = [Browser(http) for _ in range(BROWSERS)]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tape.run(FRAME, over))
        for browser in await asyncio.gather(*(door.enter(browser) for browser in crowd)):
            leaving.push_async_callback(browser.close)
        before = [len(browser.frames) for browser in crowd]
        await rest(asyncio.Event(), SECONDS)
        over.set()
    seen = [len(browser.frames) - had for browser, had in zip(crowd, before, strict=True)]
    print(f'\n{BROWSERS} browsers, {SECONDS} s, {tape.sent:,} prices, {min(seen)} to {max(seen)} frames each')
    assert min(seen) > 0
    return crowd


@pytest.mark.timeout(240 + 2 * SECONDS)
async def test_no_connection_ends_that_nobody_ended(tmp_path: Path) -> None:
    with running(tmp_path / 'data') as server:
        empty = resident(server)
        async with AsyncExitStack() as leaving:
            crowd = await soak(server, leaving)
            full, held = resident(server), connections(server)
            assert Counter(end for browser in crowd for end in browser.lost) == {}
            assert {own_port(browser) for browser in crowd} <= held
            assert not any(browser.reload_wanted for browser in crowd)
        print(f'memory: {empty:,} bytes, {full:,} with all, {resident(server):,} when they had just left')
    assert 'Traceback' not in server.output, server.output
