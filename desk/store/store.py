"""The façade: asks in threads, writes through the one writer, and says in a sentence what failed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from desk.audit_entry import Entry as Line
from desk.candles import Candle
from desk.errors import DeskError
from desk.store import parts, queries, retention, trade_queries, writes
from desk.store.access import Access, told
from desk.store.account_store import AccountStore
from desk.store.alert_store import AlertStore
from desk.store.audit_store import AuditStore
from desk.store.channel_store import ChannelStore
from desk.store.database import connect
from desk.store.queries import Sighting
from desk.store.records import Entry, HistoryPage, Position, Record, Told
from desk.store.schema import migrate
from desk.store.trade_store import TradeStore
from desk.store.watchlist_store import WatchlistStore
from desk.store.writer import Writer
from desk.ticks import Bar, Tick
from models import Amendment, Coin, Cryptocurrency, Policy, utc_now

EXPORT_CHUNK = 2_000
READING = 1.0  # seconds that the end waits for whoever still reads
New = TypeVar('New', Cryptocurrency, Entry)


class Store:
    """The desk's memory at a SQLAlchemy URL, SQLite or PostgreSQL.

    Everything raises Unavailable while the database is locked, full or gone, and works again by itself.
    `trades` keeps paper trading, `watchlists` the lists of coins, `alerts` these and their firings, `channels` where
    firings are sent, `accounts` who may come in, `audit` what they did. `patience` is how many seconds a writer waits
    for another program's lock.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now, patience: float = 5.0) -> None:
        self._engine = connect(url, patience)
        self._clock = clock
        self._writer = Writer(self._engine, clock)
        self._access = access = Access(self._engine, self._writer)
        self._write, self._read = access.write, access.read
        self.trades, self.watchlists = TradeStore(access), WatchlistStore(access)
        self.alerts, self.channels = AlertStore(access, clock), ChannelStore(access)
        self.accounts, self.audit = AccountStore(access), AuditStore(access)
        self.kind = 'SQLite' if self._engine.dialect.name == 'sqlite' else 'PostgreSQL'

    async def open(self) -> None:
        """Bring the tables to the newest revision and start to write."""
        try:
            await asyncio.to_thread(told, migrate, self._engine)
        except DeskError:
            self._engine.dispose()
            raise
        self._writer.start()

    async def close(self) -> None:
        """Commit what was accepted and let go of the database."""
        self._writer.close()
        await asyncio.to_thread(self._writer.join)
        await self._access.finish(READING)
        await asyncio.to_thread(self._engine.dispose)

    async def ensure_coins(self, names: Sequence[str]) -> list[Coin]:
        """The coins of these names, known or new, in the same order; case makes no difference."""
        return await self._write(writes.ensure_coins, names, self._clock())

    async def save_coin(self, coin: Coin) -> None:
        """Update a coin by its id; raises Conflict if its name is taken, NotFound."""
        await self._write(writes.save_coin, coin)

    async def rename_coin(self, coin: Coin, old: str) -> list[Coin]:
        """Update a coin that has another name now and leave the old one as a way to it; the stubs that changed."""
        return await self._write(writes.rename_coin, coin, old, self._clock())

    async def add(self, records: Sequence[New]) -> list[New]:
        """Store records and their candles, all or none; returns them with their ids, after the commit."""
        if not records:
            return []
        return _with_ids(records, await asyncio.wrap_future(self._writer.add(records)))

    def add_later(self, record: Told) -> None:
        """Take a feed's tick: its candles are made of every tick, of records one per coin and second is kept."""
        self._writer.feed.put(record)

    def add_all_later(self, prices: Iterable[tuple[int, str, Tick]]) -> None:
        """The same for the ticks of a batch, each with its coin's id and name."""
        self._writer.feed.put_all(prices)

    async def flush(self, everything: bool = True) -> None:
        """Write at once what feeds told so far: all of it, or all but the records of seconds that still run."""
        await asyncio.wrap_future(self._writer.flush(everything))

    async def add_bars(self, bars: Sequence[tuple[int, Bar]]) -> int:
        """Store delivered candles of (coin id, bar); how many were new or changed."""
        return await self._write(parts.add_bars, bars, self._clock(), rows=len(bars))

    async def amend(
        self, record_id: int, replacement: New | None, reason: str, author: str, note: Line | None = None
    ) -> New | None:
        """Replace a record or, without a replacement, withdraw it; its candles follow, the audit log has a `note`.

        Raises NotFound, and Conflict if it was amended already or came from a feed.
        """
        said = Amendment(record_id=record_id, reason=reason, author=author, at=self._clock())
        ids = await self._write(writes.amend, record_id, replacement, said, note)
        return _with_ids([replacement], ids)[0] if replacement else None

    async def set_preference(self, key: str, value: str) -> None:
        """Keep a setting."""
        await self._write(writes.set_preference, key, value)

    async def prune(self, before: datetime, limit: int = 1000) -> int:
        """Forget up to `limit` feed records from before a moment; how many went. Their candles stay."""
        return await self._write(writes.prune, before, limit)

    async def drop(self, rule: retention.Rule, before: datetime) -> int:
        """Forget up to retention.STEP rows that a rule lets go, from before a moment; how many went."""
        keys = await self._read(retention.due, rule, before)
        return await self._write(retention.drop, rule, before, keys, rows=len(keys)) if keys else 0

    async def coins(self) -> list[Coin]:
        """Every coin, merged ones included."""
        return await self._read(queries.coins)

    async def preferences(self) -> dict[str, str]:
        """Every setting."""
        return await self._read(queries.preferences)

    async def last_seq(self) -> int:
        """The greatest number that a record, a paper order or a fill carries; 0 without any."""
        return max(await self._read(queries.last_seq), await self._read(trade_queries.last_seq))

    async def record(self, record_id: int) -> Record:
        """One record; raises NotFound."""
        return await self._read(queries.record, record_id)

    async def latest(self, coin_ids: Sequence[int]) -> list[Cryptocurrency]:
        """Of each coin the newest active feed record and the newest other one, by (timestamp, seq)."""
        return await self._read(queries.latest, coin_ids)

    async def prices_at(
        self, coin_ids: Sequence[int], moment: datetime, policy: Policy = Policy.LATEST
    ) -> dict[int, tuple[datetime, Decimal]]:
        """Per coin when and at what price it was last seen at or before the moment, by what its policy counts."""
        return await self._read(queries.prices_at, coin_ids, moment, policy)

    async def history(
        self,
        coin_ids: Sequence[int],
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        cursor: str = '',
    ) -> HistoryPage:
        """Records newest first, amended ones included; `start` ≤ timestamp < `end`."""
        return await self._read(queries.history, coin_ids, start, end, limit, cursor)

    async def candles(
        self,
        coin_ids: Sequence[int],
        interval: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 1000,
        policy: Policy = Policy.LATEST,
    ) -> list[Candle]:
        """The newest `limit` candles of `interval` seconds, oldest first, of what the policy counts."""
        return await self._read(queries.candles, coin_ids, interval, start, end, limit, policy)

    async def export(self, coin_ids: Sequence[int] | None = None) -> AsyncIterator[list[Cryptocurrency]]:
        """The active records by (coin, timestamp, seq), in lists of bounded length; of every coin for None."""
        ids = [coin.id or 0 for coin in await self.coins()] if coin_ids is None else coin_ids
        for coin_id in ids:
            after: Position | None = None
            while chunk := await self._read(queries.export, coin_id, after, EXPORT_CHUNK):
                yield chunk
                after = chunk[-1].timestamp, chunk[-1].seq

    async def counts(self, coin_id: int, keys: Sequence[Sighting]) -> dict[Sighting, int]:
        """How many records of a coin, amended ones included, have each (timestamp, price, source)."""
        return await self._read(queries.counts, coin_id, keys)

    @property
    def writer(self) -> Writer:
        """Who writes, for those who look at how that goes."""
        return self._writer

    async def answers(self) -> None:
        """Read something, however little; raises Unavailable where the database does not give it."""
        await self._read(queries.answers)

    @property
    def queue_length(self) -> int:
        """Rows that wait to be written."""
        return self._writer.queue_length

    @property
    def rows_written(self) -> int:
        """Records, candles and changes written since the start."""
        return self._writer.rows_written

    @property
    def rows_per_second(self) -> float:
        """The mean of the last ten seconds."""
        return self._writer.rows_per_second

    @property
    def last_commit(self) -> datetime | None:
        """When something was last written."""
        return self._writer.last_commit

    @property
    def conflated(self) -> int:
        """Feed records that were given up because the database could not follow."""
        return self._writer.feed.conflated

    @property
    def refused(self) -> int:
        """Feed records that the database did not take; they are lost."""
        return self._writer.refused

    @property
    def last_error(self) -> str:
        """Why the last write failed; '' once one succeeds again."""
        return self._writer.last_error

    def size_bytes(self) -> int:
        """What the database takes on disk; of PostgreSQL as it was within the last minute."""
        if self.kind == 'PostgreSQL':
            return self._writer.size
        files = (Path(f'{self._engine.url.database}{suffix}') for suffix in ('', '-wal', '-shm'))
        return sum(file.stat().st_size for file in files if file.exists())


def _with_ids(records: Sequence[New], ids: list[int]) -> list[New]:
    for record, number in zip(records, ids, strict=True):
        record.id = number
    return list(records)
