"""What every measured server has in common: prices that change on command, and when each change was submitted."""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

Submit = Callable[[int, int, bool], Awaitable[None]]
MARKED = 5_000_000
BASES = [Decimal(text) for text in ('67012.34', '3456.78', '0.812345', '0.01234567', '912.34')]


def name(coin: int) -> str:
    """The first sorts first."""
    return f'C{coin:04}'


def price(coin: int, number: int, rows: bool = False) -> Decimal:
    """The price of a coin at tick `number` ≥ 1: another one each time. That of coin 0 tells the number.

    Others move by their last digit or two, which changes nothing else in their row; with `rows` by up to 1 %.
    """
    if coin == 0:
        return Decimal(MARKED + number)
    base = BASES[coin % len(BASES)]
    step = Decimal(1).scaleb(int(base.as_tuple().exponent))
    own = (base * (1 + Decimal(coin) / 1000)).quantize(step)
    if rows:
        return (own * (1 + Decimal((number * 37 + coin * 11) % 200 - 100) / 10_000)).quantize(step)
    return own + step * ((number + coin) % 3)


async def obey(submit: Submit, told: Callable[[], dict[str, Any]] = dict) -> None:
    """Take orders from stdin, a JSON a line: `{"ticks", "rate", "coins", "rows"}`; answers with what it did, then.

    `submit(number, coins, rows)` changes the prices of so many coins; `told()` is added to the answer.
    """
    lines, number = asyncio.StreamReader(), 0
    pipe = asyncio.StreamReaderProtocol(lines)
    await asyncio.get_running_loop().connect_read_pipe(lambda: pipe, sys.stdin)
    print(json.dumps({'ready': True}), flush=True)
    try:
        while line := await lines.readline():
            order = json.loads(line)
            submitted: dict[int, float] = {}
            start = time.monotonic()
            for turn in range(order['ticks']):
                await asyncio.sleep(max(0.0, start + turn / order['rate'] - time.monotonic()))
                number += 1
                submitted[number] = time.monotonic()
                await submit(number, order['coins'], order['rows'])
            await asyncio.sleep(max(0.0, start + order['ticks'] / order['rate'] - time.monotonic()))
            print(json.dumps({'submitted': submitted, **told()}), flush=True)
    finally:
        signal.raise_signal(signal.SIGTERM)  # who gave the orders is gone


def pinned(core: int) -> None:
    """Stay on this core, where there is more than one; and have many files open."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
