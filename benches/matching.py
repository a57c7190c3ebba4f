"""Ticks a second through the matcher at 0, 1,000 and 100,000 open orders, and fills a second committed to SQLite.

Limit: 10,000 ticks a second on one core.
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk.acting import LOCAL
from desk.desk import Desk
from desk.matching.matcher import Matcher
from desk.orders import Change, Kind, Side, Steps, Terms, Ticket
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, utc_now

Follower = Callable[[Sequence[Change]], None]
COINS, TICKS, RUNS, LIMIT = 100, 50_000, 3, 10_000
FILLS, FILLS_A_TICK = 5_000, 10
ROWS_OF_FILLS = {
    'fill': 'SELECT * FROM fill ORDER BY id',
    'ledger_transaction': "SELECT * FROM ledger_transaction WHERE kind = 'fill' ORDER BY id",
    'posting': 'SELECT posting.* FROM posting JOIN ledger_transaction AS t ON t.id = transaction_id '
    "WHERE t.kind = 'fill' ORDER BY posting.id",
    'order_event': "SELECT * FROM order_event WHERE what = 'filled' ORDER BY id",
}
OPEN = (0, 1_000, 100_000)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CENT, LOT = Decimal('0.01'), Decimal('0.0001')
STEPS = Steps(CENT, LOT)
RESTING = (Kind.LIMIT, Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


class Bench:
    """A matcher with coins whose prices walk, in steps of up to 0.05 %, as of a busy market; the same every time."""

    def __init__(self, orders: int) -> None:
        self.random = random.Random(7)
        self.seq = 0
        self.live: dict[int, Tick] = {}
        self.matcher = Matcher(lambda: NOW, lambda: self.seq, self.live.get)
        self.matcher.open(LOCAL, 'USD', Decimal(10) ** 15)
        for coin in range(1, COINS + 1):
            self.matcher.tick(coin, self.tick(coin))
            self.place(coin, Ticket('COIN', Side.BUY, Kind.MARKET, size=Decimal(10_000)))
        for number in range(orders):
            self.order(number % COINS + 1)

    def tick(self, coin: int) -> Tick:
        """The coin's next price."""
        last = self.live[coin].price if coin in self.live else Decimal(self.random.randint(10_000, 1_000_000)) / 100
        price = (last * Decimal(str(1 + self.random.uniform(-0.0005, 0.0005)))).quantize(CENT)
        self.seq += 1
        tick = Tick('COIN', price, NOW, 'bench', Origin.FEED, bid=price, ask=price, seq=self.seq, received=NOW)
        self.live[coin] = tick
        return tick

    def order(self, coin: int) -> None:
        """One that rests 0.5 to 20 per cent from the price, of any kind and side."""
        side, kind, price = self.random.choice(list(Side)), self.random.choice(RESTING), self.live[coin].price
        below = (side is Side.BUY) == (kind is Kind.LIMIT)
        away = Decimal(str(self.random.uniform(0.005, 0.2)))
        at = (price * (1 - away if below else 1 + away)).quantize(CENT)
        self.place(
            coin,
            Ticket(
                'COIN',
                side,
                kind,
                size=Decimal('0.1'),
                limit_price=at if kind in (Kind.LIMIT, Kind.STOP_LIMIT) else None,
                stop_price=at if kind in (Kind.STOP, Kind.STOP_LIMIT) else None,
                trail_percent=(100 * away).quantize(CENT) if kind is Kind.TRAILING_STOP else None,
            ),
        )

    def place(self, coin: int, ticket: Ticket) -> None:
        """Place it, with the usual terms."""
        self.matcher.place(LOCAL, coin, ticket, STEPS, Terms())

    def run(self) -> tuple[float, int]:
        """Ticks a second, and how many fills they made."""
        spent, fills = 0.0, 0
        for number in range(TICKS):
            coin = number % COINS + 1
            tick = self.tick(coin)
            start = time.perf_counter()
            changes = self.matcher.tick(coin, tick)
            spent += time.perf_counter() - start
            fills += sum(len(change.fills) for change in changes)
        return TICKS / spent, fills


async def committed(folder: Path) -> tuple[float, list[int]]:
    """Fills a second of a desk whose prices fall through resting orders, and how many each commit had."""
    desk, batches = Desk(Settings(data_dir=folder, exchange='none', demo=False, paper_cash=Decimal(10) ** 9)), [0]
    await desk.start()
    try:
        await desk.submit_many([_price(Decimal(1000))])
        for start in range(0, FILLS, 500):
            user = f'trader {start}'  # one may have 500 orders open
            await asyncio.gather(*(desk.broker.place(_below(number), user) for number in range(start, start + 500)))
        batches.clear()
        desk.broker.dealer.announce = _counted(desk.broker.dealer.announce, batches)
        begun = time.perf_counter()
        for number in range(0, FILLS, FILLS_A_TICK):
            await desk.submit_many([_price(_at(number + FILLS_A_TICK))])
            await asyncio.sleep(0)
        await desk.broker.dealer.commit(())
        return sum(batches) / (time.perf_counter() - begun), batches
    finally:
        await desk.stop()


def raw(source: Path, batches: list[int], target: Path) -> float:
    """Fills a second of sqlite3 by itself that commits the same rows in as many commits."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
        rows = _copied(old, new)
        places = {name: ', '.join('?' * len(some[0])) for name, some in rows.items()}
        update = 'UPDATE paper_order SET status = ?, filled_size = ?, filled_value = ?, fees = ? WHERE id = ?'
        done, begun = 0, time.perf_counter()
        for size in batches:
            new.execute('BEGIN IMMEDIATE')
            new.executemany(update, [('filled', '1', '900', '0.9', row[1]) for row in rows['fill'][done : done + size]])
            for name, some in rows.items():
                each = len(some) // FILLS
                new.executemany(f'INSERT INTO {name} VALUES ({places[name]})', some[done * each : (done + size) * each])
            new.execute('COMMIT')
            done += size
        return done / (time.perf_counter() - begun)


def _copied(old: sqlite3.Connection, new: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """The same tables with the orders alone; the rows of fills by table."""
    for pragma in ('journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = OFF'):
        new.execute(f'PRAGMA {pragma}')
    for (sql,) in old.execute("SELECT sql FROM sqlite_master WHERE sql <> '' AND name NOT LIKE 'sqlite_%'"):
        new.execute(sql)
    orders = old.execute('SELECT * FROM paper_order').fetchall()
    new.execute('BEGIN')
    new.executemany(f'INSERT INTO paper_order VALUES ({", ".join("?" * len(orders[0]))})', orders)
    new.execute('COMMIT')
    return {table: old.execute(select).fetchall() for table, select in ROWS_OF_FILLS.items()}


def _counted(announce: Follower, batches: list[int]) -> Follower:
    def counting(changes: Sequence[Change]) -> None:
        batches.append(sum(len(change.fills) for change in changes))
        announce(changes)

    return counting


def _below(number: int) -> Ticket:
    price = 900 - number * CENT
    return Ticket('BTC', Side.BUY, Kind.LIMIT, size=Decimal(1), limit_price=price)


def _price(price: Decimal) -> Tick:
    return Tick('BTC', price, utc_now(), 'bench', Origin.FEED)


def _at(fallen: int) -> Decimal:
    """Just below as many limits."""
    return 900 - fallen * CENT + CENT / 2


def main() -> None:
    """Print the tables."""
    matched()
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:  # on disk: /tmp may be in memory
        rate, batches = asyncio.run(committed(Path(folder)))
        alone = raw(Path(folder) / 'cointape.db', batches, Path(folder) / 'raw.db')
    print('\n| committed to SQLite on disk | fills/s | to sqlite3 alone | fills a commit |\n|---|---|---|---|')
    print(f'| through the desk | {rate:,.0f} | {rate / alone:.0%} | {sum(batches) / len(batches):.0f} |')
    print(f'| sqlite3 alone | {alone:,.0f} | 100% | {sum(batches) / len(batches):.0f} |')


def matched() -> None:
    """Print the table of ticks."""
    print(f'| open orders | ticks/s, median of {RUNS} | to none | to the limit | fills |\n|---|---|---|---|---|')
    none = 0.0
    for orders in OPEN:
        runs = [Bench(orders).run() for _ in range(RUNS)]
        rate = statistics.median(rate for rate, _ in runs)
        none = none or rate
        print(f'| {orders:,} | {rate:,.0f} | {rate / none:.0%} | {rate / LIMIT:.1f}× | {runs[0][1]:,} |')


if __name__ == '__main__':
    main()
