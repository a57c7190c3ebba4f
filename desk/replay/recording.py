"""A file of recorded prices as a replay reads it: sorted by time, on disk, whatever the file's order and size."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple

from columns import canonical
from desk.csv.reading import Reading, Report
from desk.errors import Invalid
from desk.ticks import EARLIEST, MONEY, Bar, Tick, name_key
from models import Origin

SOURCE = 'replay'
BATCH = 2000
MICROSECOND = timedelta(microseconds=1)
VOLUME_QUANTUM = Decimal('0.00000001')
TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
CREATE TABLE coin (number INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, name TEXT NOT NULL, fed INTEGER NOT NULL);
CREATE TABLE price (moment INTEGER, row INTEGER, coin INTEGER, price TEXT, volume TEXT, bid TEXT, ask TEXT,
    author TEXT, note TEXT, fed INTEGER, whole TEXT, PRIMARY KEY (moment, row)) WITHOUT ROWID;
CREATE TABLE facts (told TEXT NOT NULL);
"""
INSERT = f'INSERT OR IGNORE INTO price VALUES ({", ".join("?" * 11)})'
REPLACE = INSERT.replace('IGNORE', 'REPLACE')
NEXT = """
SELECT moment, row, name, price, volume, bid, ask, author, note FROM price JOIN coin ON coin = number
WHERE (moment, row) > (?, ?) ORDER BY moment, row LIMIT ?
"""
# where a feed's prices of a coin are there, what people and programs said beside it did not count
MARKS = 'DELETE FROM price WHERE NOT fed AND coin IN (SELECT number FROM coin WHERE fed)'
Cells = tuple[int, int, int, str, str | None, str | None, str | None, str, str, bool, str]


class Place(NamedTuple):
    """A price's place in the recording: its moment in microseconds since 1970, and a number among those of it."""

    moment: int
    row: int


START = Place(-1, -1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recording holds. `first` and `last` are ISO 8601, `bad` are rows left out, the first few with `why`."""

    file: str
    words: str
    prices: int
    coins: int
    bad: int
    why: list[str]
    first: str
    last: str

    @property
    def start(self) -> datetime:
        """The moment of the first price."""
        return datetime.fromisoformat(self.first)

    @property
    def end(self) -> datetime:
        """The moment of the last price."""
        return datetime.fromisoformat(self.last)


class Recording:
    """A recording that `Recorder` has made; raises Invalid where there is none. Blocking."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Invalid(f'There is no recording in {path.parent}.', 'replay')
        self._path = path
        try:
            ((told,),) = self._ask('SELECT told FROM facts')
            self.facts = Facts(**json.loads(told))
        except (sqlite3.Error, ValueError):
            raise Invalid(f'{path} is no recording of this program.', 'replay') from None

    def after(self, place: Place, limit: int = 1000) -> list[tuple[Place, Tick]]:
        """The next prices after a place, oldest first; [] at the end."""
        return [_price(*cells) for cells in self._ask(NEXT, *place, limit)]

    def _ask(self, query: str, *given: int) -> list[Any]:
        with closing(sqlite3.connect(f'{self._path.resolve().as_uri()}?mode=ro', uri=True)) as database:
            return database.execute(query, given).fetchall()


class Recorder:
    """Makes a recording of a file that the import reads. `report` is live meanwhile, `stop()` ends it early."""

    def __init__(
        self, source: Path, filename: str, quote: str, name: str = '', mapping: Mapping[str, str] | None = None
    ) -> None:
        self.source, self.filename, self.quote = source, filename, quote
        self.name, self.mapping = name, dict(mapping or {})
        self.report = Report()
        self._stop = False
        self._coins: dict[str, int] = {}

    def stop(self) -> None:
        """End soon; the recording is not made."""
        self._stop = True

    def make(self, path: Path, now: datetime) -> Facts:
        """Write it to `path`, which is there only when all is done. Blocking; raises Invalid."""
        unfinished = path.with_suffix('.part')
        unfinished.unlink(missing_ok=True)
        database = sqlite3.connect(unfinished, isolation_level=None)
        try:
            database.executescript(TABLES)
            database.execute('BEGIN')
            words = self._fill(database, now)
            facts = self._finish(database, words)
            database.execute('COMMIT')
        except BaseException:
            database.close()
            unfinished.unlink()
            raise
        database.close()
        unfinished.rename(path)
        return facts

    def _fill(self, database: sqlite3.Connection, now: datetime) -> str:
        reading = Reading(self.source, self.quote, self.name, self.mapping, self.report)
        try:
            while not reading.ended:
                if self._stop:
                    raise Invalid('Stopped; there is no recording.', 'file')
                found = reading.batch(BATCH, now)
                database.executemany(INSERT, self._ticks(database, found))
                for _, row in found:
                    if isinstance(row, Bar):
                        self._keep_bar(database, row)
        finally:
            reading.close()
        return reading.layout.format.words

    def _ticks(self, database: sqlite3.Connection, found: Iterable[tuple[int, Tick | Bar]]) -> Iterator[Cells]:
        for line, row in found:
            if isinstance(row, Tick):
                yield self._cells(database, row, line, row.origin == Origin.FEED)

    def _keep_bar(self, database: sqlite3.Connection, bar: Bar) -> None:
        """Its four prices; of two candles of one minute the one with more volume counts, as in an import."""
        coin, whole = self._coin(database, bar.name, True), canonical(bar.volume or Decimal(0))
        cells = [self._cells(database, tick, coin, True, whole) for tick in four_prices(bar)]
        if not database.executemany(INSERT, cells).rowcount:
            self.report.repeated += 1
            ((known,),) = database.execute('SELECT whole FROM price WHERE (moment, row) = (?, ?)', cells[0][:2])
            if Decimal(whole) > Decimal(known):
                database.executemany(REPLACE, cells)

    def _cells(self, database: sqlite3.Connection, tick: Tick, row: int, fed: bool, whole: str = '') -> Cells:
        coin = self._coin(database, tick.name, fed)
        volume, bid, ask = (None if value is None else canonical(value) for value in (tick.volume, tick.bid, tick.ask))
        moment = (tick.timestamp - EARLIEST) // MICROSECOND
        return moment, row, coin, canonical(tick.price), volume, bid, ask, tick.author, tick.note, fed, whole

    def _coin(self, database: sqlite3.Connection, name: str, fed: bool) -> int:
        key = name_key(name)
        number = self._coins.get(f'{key}\0{fed:d}')
        if number is None:
            statement = 'INSERT INTO coin (key, name, fed) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fed = max(fed, ?)'
            database.execute(statement, (key, name, fed, fed))
            ((number,),) = database.execute('SELECT number FROM coin WHERE key = ?', (key,))
            self._coins[f'{key}\0{fed:d}'] = number
        return int(number)

    def _finish(self, database: sqlite3.Connection, words: str) -> Facts:
        database.execute(MARKS)
        ((prices, first, last),) = database.execute('SELECT count(*), min(moment), max(moment) FROM price')
        if not prices:
            raise Invalid(self._nothing(), 'file')
        ((coins,),) = database.execute('SELECT count(*) FROM coin')
        why = [f'line {row.line}: {row.reason}' for row in self.report.bad_rows[:3]]
        ends = (moment_of(first).isoformat(), moment_of(last).isoformat())
        facts = Facts(self.filename, words, prices, coins, self.report.bad, why, *ends)
        database.execute('INSERT INTO facts VALUES (?)', (json.dumps(asdict(facts)),))
        return facts

    def _nothing(self) -> str:
        if not self.report.bad_rows:
            return f'{self.filename} has no rows to replay.'
        bad = self.report.bad_rows[0]
        return f'{self.filename} has no good row to replay; line {bad.line}: {bad.reason}'


def four_prices(bar: Bar) -> list[Tick]:
    """A candle as a replay plays it: open, low, high, close within its interval, the volume split over the four."""
    third, last = timedelta(seconds=bar.interval // 3), timedelta(seconds=bar.interval - 1)
    moments = (bar.start, bar.start + third, bar.start + 2 * third, bar.start + last)
    prices = (bar.open, bar.low, bar.high, bar.close)
    return [
        Tick(bar.name, price, moment, SOURCE, Origin.FEED, volume)
        for price, moment, volume in zip(prices, moments, quarters(bar.volume), strict=True)
    ]


def quarters(volume: Decimal | None) -> list[Decimal | None]:
    """Four shares that make the whole; what does not divide goes to the last."""
    if volume is None:
        return [None] * 4
    with localcontext(MONEY):
        share = (volume / 4).quantize(VOLUME_QUANTUM, ROUND_DOWN)
        return [share, share, share, volume - 3 * share]


def moment_of(microseconds: int) -> datetime:
    """A moment of the recording as aware UTC."""
    return (EARLIEST + microseconds * MICROSECOND).astimezone(UTC)


def _price(
    moment: int, row: int, name: str, price: str, volume: str | None, bid: str | None, ask: str | None,
    author: str, note: str,
) -> tuple[Place, Tick]:  # fmt: skip
    tick = Tick(
        name, Decimal(price), moment_of(moment), SOURCE, Origin.FEED, _number(volume), _number(bid), _number(ask),
        author, note,
    )  # fmt: skip
    return Place(moment, row), tick


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
