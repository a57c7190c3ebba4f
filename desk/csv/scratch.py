"""What an import must remember of a file of any length, kept on disk in the data dir so that memory stays constant."""

import os
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile

from columns import canonical
from desk.ticks import Bar, Tick, name_key

CACHE_KILOBYTES = 16 * 1024
TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE;
CREATE TABLE seen (key BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE best (key BLOB PRIMARY KEY, line INTEGER NOT NULL, volume TEXT NOT NULL) WITHOUT ROWID;
"""


class Scratch:
    """A temporary SQLite database of 16-byte hashes; it goes with `close` or with the process. One thread at a time."""

    def __init__(self, folder: Path) -> None:
        with NamedTemporaryFile(dir=folder, suffix='.scratch', delete=False) as file:
            self.path = Path(file.name)
        self._database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._database.executescript(TABLES)
        self._database.execute(f'PRAGMA cache_size = -{CACHE_KILOBYTES}')
        if os.name == 'posix':
            self.path.unlink()  # lives on until it is closed, and outlives no crash
        self._database.execute('BEGIN')  # never committed: pages go to disk when the cache is full

    def occurrences(self, ticks: Sequence[Tick]) -> list[int]:
        """For each tick, how many equal ones the file has had so far, itself included."""
        return [
            self._count(_key(tick.name, tick.timestamp.isoformat(), canonical(tick.price), tick.source))
            for tick in ticks
        ]

    def offer(self, bars: Sequence[tuple[int, Bar]]) -> int:
        """Remember for each candle the line that has most volume: it was read last. How many were there already."""
        return sum(self._offer(line, bar) for line, bar in bars)

    def chosen(self, bars: Sequence[tuple[int, Bar]]) -> list[tuple[int, Bar]]:
        """Those whose line is the one remembered for their candle."""
        statement = 'SELECT 1 FROM best WHERE key = ? AND line = ?'
        find = self._database.execute
        return [(line, bar) for line, bar in bars if find(statement, (_bar_key(bar), line)).fetchone()]

    def start_over(self, keep_candles: bool) -> None:
        """Count from zero again; forget the candles too, unless they are to be kept."""
        self._database.execute('DELETE FROM seen')
        if not keep_candles:
            self._database.execute('DELETE FROM best')

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
        self.path.unlink(missing_ok=True)

    def _count(self, key: bytes) -> int:
        statement = 'INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times'
        return int(self._database.execute(statement, (key,)).fetchone()[0])

    def _offer(self, line: int, bar: Bar) -> bool:
        key, volume = _bar_key(bar), bar.volume or Decimal(0)
        if self._database.execute('INSERT OR IGNORE INTO best VALUES (?, ?, ?)', (key, line, str(volume))).rowcount:
            return False
        (known,) = self._database.execute('SELECT volume FROM best WHERE key = ?', (key,)).fetchone()
        if volume > Decimal(known):
            self._database.execute('UPDATE best SET line = ?, volume = ? WHERE key = ?', (line, str(volume), key))
        return True


def _key(name: str, *parts: str) -> bytes:
    return blake2b(repr((name_key(name), *parts)).encode('utf-8', 'surrogatepass'), digest_size=16).digest()


def _bar_key(bar: Bar) -> bytes:
    return _key(bar.name, bar.start.isoformat())
