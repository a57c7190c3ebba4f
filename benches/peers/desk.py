"""The real desk, as `python app.py` serves it, whose prices change on command."""

import argparse
import asyncio
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from nicegui import app, background_tasks

from benches.peers.ticking import name, obey, pinned, price
from commands.preparing import prepare
from commands.serving import serve
from desk.desk import Desk
from desk.settings import load_settings
from desk.ticks import Tick
from models import Origin, utc_now

QUARTERS, LOW, HIGH = 96, Decimal('0.49'), Decimal('1.5')


def ticks(coins: int, number: int, rows: bool) -> list[Tick]:
    """The newest prices of so many coins."""
    now, volume = utc_now(), Decimal(1) if rows else None
    return [
        Tick(name(coin), price(coin, number, rows), now, 'bench', Origin.FEED, volume=volume) for coin in range(coins)
    ]


async def past(desk: Desk, coins: int) -> None:
    """A day of prices, a quarter of an hour apart, with a low and a high that are far away."""
    for quarter in range(QUARTERS, 0, -1):
        share = {50: LOW, 40: HIGH}.get(quarter, Decimal(1))
        moment = utc_now() - timedelta(minutes=15 * quarter)
        await desk.submit_many(
            [
                Tick(name(coin), price(coin, 0) * share, moment, 'bench', Origin.FEED, volume=Decimal(3))
                for coin in range(coins)
            ]
        )
        await asyncio.sleep(0.01)
    await desk.store.flush()
    await desk.memory.compare(desk.coins())


async def work(coins: int) -> None:
    """Fill the desk, then obey. A tick's CPU time, all but the send, is told with each answer."""
    desk: Desk = app.state.desk
    await past(desk, coins)
    taking, showing, flush = list[float](), list[float](), desk.conflator._flush

    def flushed() -> None:
        start = time.thread_time()
        flush()
        showing.append(time.thread_time() - start)

    async def submit(number: int, changed: int, rows: bool) -> None:
        some = ticks(changed, number, rows)
        start = time.thread_time()
        await desk.submit_many(some)  # a feed's prices are not waited for: nobody else has a turn in between
        taking.append(time.thread_time() - start)

    def told() -> dict[str, float]:
        spent = {'taking': sum(taking), 'showing': sum(showing)}
        taking.clear()
        showing.clear()
        return spent

    desk.conflator._flush = flushed  # type: ignore[method-assign]
    await obey(submit, told)


def main() -> None:
    """Serve on a port, with a data dir and so many coins."""
    flags = argparse.ArgumentParser()
    flags.add_argument('--port')
    flags.add_argument('--data-dir', type=Path)
    flags.add_argument('--coins', type=int, default=100)
    given = flags.parse_args()
    settings = load_settings(port=given.port, data_dir=given.data_dir, exchange='none', demo=False)
    app.on_startup(lambda: background_tasks.create(work(given.coins), name='bench'))
    serve(settings, prepare(settings))


if __name__ == '__main__':
    pinned(0)
    main()
