"""A desk of a given age, for benches: 100 coins, up to ten million records, the candles that the store makes of them.

Half a million records are a feed's of the last 8 days; people, programs and files told 21,000 a day before and since.
A life can be lived on: what is kept stays, and the feed's old records go, as on a real desk.
"""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import psycopg

from columns import canonical
from desk.candles import STORED
from desk.store import Store
from desk.store.parts import NAMES
from desk.store.tables import COLUMNS
from desk.ticks import Bar
from models import CandleOrigin, Cryptocurrency, Origin, Policy

COINS, DAYS, KEPT_A_DAY, FEED_DAYS, FEED_RECORDS = 100, 450, 21_111, 8, 500_000
RARE = 10  # the last of the coins get a price a week
LEVELS, DAY_MS, CORRECTED, DELIVERED_COINS = 4001, 86_400_000, 200, 10
SECONDS = [f'{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}' for second in range(86_400)]
VOLUMES = [canonical(Decimal(units) / 1000) for units in range(5001)]
Row = tuple[Any, ...]
Told = tuple[int, int, str]  # ms of the day, coin id, origin


def age(records: int) -> int:
    """The days that a desk needs to come to so many records."""
    return max(FEED_DAYS, round((records - FEED_RECORDS) / KEPT_A_DAY))


class Candles:
    """The running minute, hour and day of one coin and making; prices are levels, volumes thousandths."""

    def __init__(self, coin_id: int, origin: CandleOrigin, levels: Sequence[str], out: list[Row]) -> None:
        self.coin_id, self.origin, self.levels, self.out = coin_id, origin, levels, out
        self.running: list[list[Any] | None] = [None, None, None]

    def tell(self, ms: int, level: int, volume: int | None, moment: str, seq: int) -> None:
        """One price; each is later than the one before."""
        minute, part = ms // 60_000, self.running[0]
        if part is None or part[0] != minute:
            self._start(0, [minute, level, level, level, level, volume, moment, seq, moment, seq])
            return
        part[2:6] = max(part[2], level), min(part[3], level), level, _sum(part[5], volume)
        part[8:] = moment, seq

    def end(self, date: str) -> None:
        """The day is over."""
        for size in range(3):
            self._close(size, date)

    def _start(self, size: int, part: list[Any]) -> None:
        self._close(size, part[6][:10])
        self.running[size] = part

    def _close(self, size: int, date: str) -> None:
        part, self.running[size] = self.running[size], None
        if part is None:
            return
        length = (60, 3600, 86_400)[size]
        prices = (self.levels[level] for level in part[1:5])
        volume = None if part[5] is None else canonical(Decimal(part[5]) / 1000)
        start = f'{date} {SECONDS[part[0] * length]}.000000'
        self.out.append((self.coin_id, length, self.origin, start, *prices, volume, *part[6:], ''))
        if size < 2:
            self._fold(size + 1, part[0] // (60, 24)[size], part)

    def _fold(self, size: int, number: int, finer: list[Any]) -> None:
        part = self.running[size]
        if part is None or part[0] != number:
            self._start(size, [number, *finer[1:]])
            return
        part[2:6] = max(part[2], finer[2]), min(part[3], finer[3]), finer[4], _sum(part[5], finer[5])
        part[8:] = finer[8:]


class Life:
    """What is told to a desk, day by day, from `born`, a midnight, to `end`. The same seed tells the same."""

    def __init__(self, end: datetime, days: int = DAYS, seed: int = 4) -> None:
        self.end = end.replace(second=0, microsecond=0)
        self.born = self.end.replace(hour=0, minute=0) - timedelta(days=days - 1)
        self.days, self.lived, self.seq = days, 0, 0
        self.random = random.Random(seed)
        self.names = [f'COIN{number:03}' for number in range(1, COINS + 1)]
        self.levels = [_ladder(number) for number in range(COINS)]
        self.at = [LEVELS // 2] * COINS
        often = [1 / number for number in range(1, COINS - RARE + 1)]
        self.shares = [share / sum(often) for share in often] + [1 / 7 / KEPT_A_DAY] * RARE

    def live(self, day: int) -> Iterator[tuple[list[Row], list[Row]]]:
        """The records and the candles of each day up to `day`, a feed's in the last eight alone."""
        last, self.lived = self.lived, day
        for number in range(last, day):
            yield self._day(number, feed=number >= day - FEED_DAYS, until=self._length(number))

    def now(self) -> datetime:
        """The moment up to which it was lived."""
        return min(self.end, self.born + timedelta(days=self.lived))

    def _length(self, number: int) -> int:
        midnight = self.born + timedelta(days=number)
        return min(DAY_MS, int((self.end - midnight) / timedelta(milliseconds=1)))

    def _day(self, number: int, feed: bool, until: int) -> tuple[list[Row], list[Row]]:
        date = f'{self.born + timedelta(days=number):%Y-%m-%d}'
        told = sorted(each for each in self._told(number, feed) if each[0] < until)
        candles: list[Row] = []
        making: dict[tuple[int, bool], Candles] = {}
        records = [self._record(date, *each, making, candles) for each in told]
        for running in making.values():
            running.end(date)
        return records, candles

    def _told(self, number: int, feed: bool) -> Iterator[Told]:
        for coin_id, share in enumerate(self.shares, 1):
            kept = self._about(share * KEPT_A_DAY)
            spread = max(1, kept // 7) if kept else 0
            yield from ((self.random.randrange(DAY_MS), coin_id, Origin.PERSON) for _ in range(spread))
            origin = Origin.FILE if number % 10 == 0 else Origin.PROGRAM  # in sessions, every 5 s
            first = self.random.randrange(max(1, DAY_MS - 5000 * kept))
            yield from ((first + 5000 * step, coin_id, origin) for step in range(kept - spread))
            if feed:
                some = min(80_000, self._about(share * FEED_RECORDS / FEED_DAYS))
                seconds = self.random.sample(range(86_400), some)
                yield from ((1000 * second + self.random.randrange(1000), coin_id, Origin.FEED) for second in seconds)

    def _about(self, count: float) -> int:
        return int(count + self.random.random())

    def _record(
        self, date: str, ms: int, coin_id: int, origin: str, making: dict[tuple[int, bool], Candles], out: list[Row]
    ) -> Row:
        self.seq += 1
        levels, feed = self.levels[coin_id - 1], origin == Origin.FEED
        level = self.at[coin_id - 1] = min(LEVELS - 2, max(1, self.at[coin_id - 1] + self.random.randrange(-3, 4)))
        volume = self.random.randrange(1, 5001) if feed or origin == Origin.FILE else None
        moment = f'{date} {SECONDS[ms // 1000]}.{ms % 1000:03}000'
        if (running := making.get((coin_id, feed))) is None:
            kind = CandleOrigin.FEED if feed else CandleOrigin.HAND
            running = making[coin_id, feed] = Candles(coin_id, kind, levels, out)
        running.tell(ms, level, volume, moment, self.seq)
        source, author = SAID[origin]
        sides = (levels[level - 1], levels[level + 1]) if feed else (None, None)
        bought = None if volume is None else VOLUMES[volume]
        name = self.names[coin_id - 1]
        return (
            *(self.seq, name, levels[level], moment, coin_id, self.seq, moment, source, str(origin)),
            *(author, '', bought, *sides),
        )


SAID: dict[str, tuple[str, str]] = {
    Origin.PERSON: ('form', 'ann'),
    Origin.PROGRAM: ('api', 'pricer'),
    Origin.FILE: ('csv', ''),
    Origin.FEED: ('coinbase', ''),
}


async def prepared(url: str, life: Life) -> None:
    """The tables by the desk's own migrations, and the coins."""
    store = Store(url)
    await store.open()
    assert [coin.id for coin in await store.ensure_coins(life.names)] == list(range(1, COINS + 1))
    await store.close()


def fill_sqlite(path: Path, life: Life, day: int) -> None:
    """Live on to `day`; the database stays in one piece only if this comes to its end."""
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ('journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE', 'cache_size = -400000'):
        database.execute(f'PRAGMA {pragma}')
    database.execute('BEGIN')
    database.execute("DELETE FROM cryptocurrency WHERE origin = 'feed'")
    for records, candles in life.live(day):
        database.executemany(_insert('cryptocurrency', COLUMNS), records)
        database.executemany(_insert('candle', NAMES), candles)
    database.execute('COMMIT')
    database.close()


def fill_postgresql(url: str, life: Life, day: int) -> None:
    """The same by COPY."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET timezone = 'UTC'")
        for records, candles in life.live(day):
            for table, names, rows in (('cryptocurrency', COLUMNS, records), ('candle', NAMES, candles)):
                with cursor.copy(f'COPY {table} ({", ".join(names)}) FROM STDIN'.encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
        cursor.execute("SELECT setval(pg_get_serial_sequence('cryptocurrency', 'id'), %s)", (life.seq,))


async def told_later(url: str, life: Life) -> None:
    """Some records are corrected, and an exchange delivers candles of some coins: through the store itself."""
    now = life.now()
    store = Store(url, clock=lambda: now)
    await store.open()
    for coin_id in range(1, DELIVERED_COINS + 1):
        page = await store.history([coin_id], now - timedelta(days=3), now, 1000)
        kept = [each.record for each in page.records if each.record.origin != Origin.FEED and each.active]
        for record in life.random.sample(kept, min(len(kept), CORRECTED // DELIVERED_COINS)):
            await store.amend(record.id or 0, None, 'a slip of the pen', 'ann')
        await store.add_bars([(coin_id, bar) for bar in _delivered(life, coin_id, now)])
    await store.close()


def _delivered(life: Life, coin_id: int, now: datetime) -> Iterator[Bar]:
    for interval, days in ((60, 1), (3600, 30), (86_400, 365)):
        length = timedelta(seconds=interval)
        start = datetime.fromtimestamp(int(now.timestamp()) // interval * interval, UTC)
        for number in range(1, 86_400 * days // interval + 1):
            low, other, high = (Decimal(life.levels[coin_id - 1][2000 + number % 7 + step]) for step in (0, 2, 4))
            yield Bar('', interval, start - number * length, other, high, low, other, Decimal(number), 'coinbase')


async def as_told(url: str, life: Life, coin_id: int, day: int, scratch: Path) -> tuple[int, bool]:
    """How many records a coin got on a day; whether `Store.add` makes the very candles of them that are there."""
    start = life.born + timedelta(days=day)
    store, other = Store(url), Store(f'sqlite:///{scratch}')
    await store.open()
    await other.open()
    (coin,) = await other.ensure_coins([life.names[coin_id - 1]])
    records: list[Cryptocurrency] = []
    cursor = ''
    while cursor or not records:
        page = await store.history([coin_id], start, start + timedelta(days=1), 1000, cursor)
        records, cursor = records + [each.record for each in page.records], page.cursor
        if not cursor:
            break
    await other.add([Cryptocurrency(**{**each.model_dump(), 'coin_id': coin.id}) for each in reversed(records)])
    same = True
    for interval in STORED:
        for policy in (Policy.EXCHANGE, Policy.MANUAL):
            there, anew = [
                await each.candles([number], interval, start, start + timedelta(days=1), 1500, policy)
                for each, number in ((store, coin_id), (other, coin.id or 0))
            ]
            same = same and there == anew
    await store.close()
    await other.close()
    return len(records), same


def _insert(table: str, names: Sequence[str]) -> str:
    return f'INSERT INTO {table} ({", ".join(names)}) VALUES ({", ".join("?" * len(names))})'


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)


def _ladder(number: int) -> list[str]:
    digits = number % 7 + 2
    first = Decimal(random.Random(number).randrange(10_000, 9_000_000))
    return [canonical(level.scaleb(-digits)) for level in accumulate([Decimal(1)] * (LEVELS - 1), initial=first)]
