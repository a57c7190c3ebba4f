"""Ticks a second through `submit_many` into the market while browsers are served, and how late a price is shown.

Goal: 50,000 ticks a second on one core, aim past 150,000; the cost of a tick depends neither on the records that are
stored nor, but for the send, on the browsers. An exchange in a hurry hands over 100 ticks at a time: the headline.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.served_desk import AS_FEEDS_DO, BIG, BROWSERS, COINS, GOAL, PACE, TICKS, Prices, Run, ServedDesk
from desk.ticks import Tick, check_price

RUNS, AIM = 3, 150_000
BATCHES, SERIES, RECORDS = (1, 10, 20, 100, 1_000), (0, 100, 1_000), (0, 100_000, 1_000_000)


def percentile(values: Sequence[float], share: float) -> float:
    """What this share of the values stays below, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000 if values else 0.0


def alone(work: Callable[[dict[str, tuple[Decimal, datetime, int]], Tick, int], object]) -> float:
    """Ticks a second of a loop that does just this with each."""
    ticks, rates = Prices().ticks(TICKS), []
    for _ in range(RUNS):
        latest: dict[str, tuple[Decimal, datetime, int]] = {}
        start = time.process_time()
        for number, tick in enumerate(ticks):
            work(latest, tick, number)
        rates.append(TICKS / (time.process_time() - start))
    return statistics.median(rates)


def kept(latest: dict[str, tuple[Decimal, datetime, int]], tick: Tick, number: int) -> None:
    """The limit: nothing but a dictionary's entry."""
    latest[tick.name] = tick.price, tick.timestamp, number


def kept_if_sound(latest: dict[str, tuple[Decimal, datetime, int]], tick: Tick, number: int) -> None:
    """The entry, after price, bid, ask and volume were checked as every price is."""
    for price in (tick.price, tick.bid, tick.ask, tick.volume):
        assert price is not None
        check_price(price)
    latest[tick.name] = tick.price, tick.timestamp, number


def fill(database: Path, records: int) -> None:
    """Put as many older records into a store, of the coins that it knows."""
    with closing(sqlite3.connect(database)) as connection, connection:
        last = connection.execute('SELECT coalesce(max(seq), 0) FROM cryptocurrency').fetchone()[0]
        connection.execute(
            'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO cryptocurrency '
            '(name, price, timestamp, coin_id, seq, received, source, origin, author, note) '
            "SELECT 'COIN', '1', datetime('now', ((i - ?) / 10) || ' seconds') || '.000000', 1 + i % ?, ? + i, "
            "datetime('now'), 'bench', 'feed', '', '' FROM n",
            (records, records, COINS, last),
        )


async def measured(folder: Path, browsers: int, batch: int = AS_FEEDS_DO, records: int = 0) -> Run:
    """The median of some runs of a desk of its own."""
    async with ServedDesk(folder, browsers) as world:
        if records:
            await asyncio.to_thread(fill, folder / 'cointape.db', records)
        runs = [await world.run(batch) for _ in range(RUNS)]
    _say(f'{browsers} browsers, {batch} a batch, {records} records')
    return sorted(runs, key=lambda run: run.cpu)[RUNS // 2]


async def in_batches() -> None:
    """Print the rate by size of batch, beside what Python can do at all."""
    limit, sound = alone(kept), alone(kept_if_sound)
    print(
        f'| into the market, {BROWSERS} browsers | ticks/s of one core | by the clock | µs a tick | to the goal ',
        end='',
    )
    print(f'of {GOAL:,} | to {AIM:,} | loop late, p99 | most |\n|---|---|---|---|---|---|---|---|')
    for batch in BATCHES:
        with _folder() as folder:
            run = await measured(folder, BROWSERS, batch)
        mark = '**' if batch == AS_FEEDS_DO else ''
        print(
            f'| {mark}{batch:,} a batch{mark} | {run.rate:,.0f} | {run.ticks / run.wall:,.0f} | {1e6 / run.rate:.1f} '
            f'| {run.rate / GOAL:.2f}× | {run.rate / AIM:.2f}× | {percentile(run.late, 0.99):.1f} ms '
            f'| {percentile(run.late, 1):.1f} ms |',
            flush=True,
        )
    for what, rate in (('a dictionary entry a tick', limit), ('the same, its four numbers checked', sound)):
        print(f'| {what} | {rate:,.0f} | | {1e6 / rate:.1f} | {rate / GOAL:.2f}× | {rate / AIM:.2f}× | | |')


async def growth() -> None:
    """Print what a tick costs as the store and the number of browsers grow."""
    print(f'\n| {AS_FEEDS_DO} a batch | browsers | records before | µs a tick, but for frames | to the first ', end='')
    print('| rendering | sends |\n|---|---|---|---|---|---|---|')
    first: dict[str, float] = {}
    for what, browsers, records in (
        *(('more records', 0, records) for records in RECORDS),
        *(('more browsers', browsers, 0) for browsers in SERIES),
    ):
        with _folder() as folder:
            run = await measured(folder, browsers, records=records)
        to_first = run.cost / first.setdefault(what, run.cost)
        drawn, sent = run.drawing / run.wall, run.sending / run.wall
        print(f'| {what} | {browsers:,} | {records:,} | {run.cost:.1f} | {to_first:.2f}× ', end='')
        print(f'| {drawn:.1%} of a core | {sent:.1%} |', flush=True)


async def lateness() -> None:
    """Print how long a price takes to its frame, and how long a batch of a program holds the loop."""
    with _folder() as folder:
        async with ServedDesk(folder) as world:
            shown, late = await world.at_a_pace()
            spent, held = await world.big()
            frame = world.desk.conflator.interval * 1000
    p50, p99 = percentile(shown, 0.5), percentile(shown, 0.99)
    print(f'\n| {PACE:,} ticks/s, {BROWSERS} browsers | p50 | p99 | most | p99 to a frame of {frame:.0f} ms |')
    print('|---|---|---|---|---|')
    print(f'| submit to the frame that shows it | {p50:.0f} ms | {p99:.0f} ms | {percentile(shown, 1):.0f} ms ', end='')
    print(f'| {p99 / frame:.2f}× |')
    rows = (
        ('the loop late', late),
        (f'the same while {BIG:,} prices of a program are committed ({spent:.1f} s)', held),
    )
    for what, values in rows:
        p50, p99, most = (percentile(values, share) for share in (0.5, 0.99, 1))
        print(f'| {what} | {p50:.1f} ms | {p99:.1f} ms | {most:.1f} ms | {p99 / frame:.2f}× |')


@contextmanager
def _folder() -> Iterator[Path]:
    """On disk: /tmp may be in memory."""
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        yield Path(folder)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    """Print the tables."""
    for part in (in_batches, growth, lateness):
        asyncio.run(part())


if __name__ == '__main__':
    main()
