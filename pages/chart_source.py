"""The candles of one coin that charts are drawn of: read once for all who look, moved by the live price, read again."""

import asyncio
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from desk.candles import INTERVALS, Candle, floor
from desk.desk import Desk
from desk.market import Quote

FIRST_DEPTH, MOST = 500, 8000
EARLY, LATE = 15.0, 85.0  # per cent of the candles: who comes so near to an end gets more of them
ROOM, HALF = 20.0, 50.0  # per cent: what stays beside what is in sight when candles are left out, how many are at most
TAIL = 60  # the newest candles that late prices may still change; older ones are read again every few minutes
READ_EVERY, READ_REPLAY_EVERY, READ_ALL_EVERY = 10.0, 1.5, 300.0


class SourceKey(NamedTuple):
    """Which candles: the newest `depth` of those that start before `end`; without it they go on to now."""

    name: str
    interval: str
    depth: int = FIRST_DEPTH
    end: datetime | None = None


class Source:
    """Candles, oldest first. `whole` says that there is none before them."""

    def __init__(self, desk: Desk, key: SourceKey) -> None:
        self.desk, self.key = desk, key
        self.candles: list[Candle] = []
        self.whole, self.stale = False, False
        self._read_at = 0.0
        self._read_all_at: float | None = None
        self._ids: list[int] = []
        self._lock = asyncio.Lock()

    async def ready(self) -> None:
        """Read them unless they are there; raises DeskError."""
        async with self._lock:
            if self._read_all_at is None:
                await self.read_all()

    @property
    def overdue(self) -> bool:
        """Whether a change waits to be read."""
        pause = READ_REPLAY_EVERY if self.desk.replay else READ_EVERY
        return self.stale and monotonic() - self._read_at > pause

    async def read(self) -> bool:
        """Let the desk's candles correct these; whether more than the running one is another."""
        self._read_at, self.stale = monotonic(), False
        try:
            return await self._corrected()
        except BaseException:
            self.stale = True  # what has changed is still to be read
            raise

    async def _corrected(self) -> bool:
        before = self.candles
        if self._read_all_at is None or monotonic() - self._read_all_at > READ_ALL_EVERY or len(before) < TAIL:
            await self.read_all()
            return self.candles[:-1] != before[:-1]
        since = before[-TAIL].start
        tail = await self.desk.candles(self.key.name, self.key.interval, start=since, limit=2 * TAIL)
        known = (
            self.candles[-TAIL:] if self.candles is before else [each for each in self.candles if each.start >= since]
        )
        if not tail or tail[0].start != since:
            await self.read_all()
            return True
        self.candles = [*self.candles[: len(self.candles) - len(known)], *tail]
        return tail[:-1] != known[:-1] or tail[-1].start != known[-1].start

    async def read_all(self) -> None:
        """Read all of them anew; raises DeskError."""
        name, interval, depth, end = self.key
        begun, ids, self.stale = monotonic(), self._coins(), False
        try:
            self.candles = await self.desk.candles(name, interval, end=end, limit=depth)
        except BaseException:
            self.stale = True
            raise
        self._read_at = self._read_all_at = begun
        self._ids, self.whole = ids, len(self.candles) < depth

    @property
    def called(self) -> str:
        """What the coin is called now, through renames and merges."""
        return self.desk.coin(self.key.name).name

    def notice_merge(self) -> None:
        """If its coin has become part of another, or another part of it, all is to be read again."""
        if self._read_all_at is not None and self._coins() != self._ids:
            self._read_at, self._read_all_at, self.stale = 0.0, None, True

    def _coins(self) -> list[int]:
        return sorted(self.desk.registry.ids(self.desk.coin(self.key.name)))

    def move(self, quote: Quote) -> bool:
        """The live price moved; whether the running candle did."""
        last = self.candles[-1] if self.candles else None
        candle = moved(last, quote, self.key.interval) if self.key.end is None else None
        if candle is None or candle == last:
            return False
        done = self.candles[:-1] if last and candle.start == last.start else self.candles
        self.candles = [*done, candle]
        return True


def moved(last: Candle | None, quote: Quote, interval: str) -> Candle | None:
    """The running candle after a live price: `last` with the price in it, or a new one; None for one of the past."""
    start, price = floor(quote.timestamp, INTERVALS[interval]), quote.price
    if last is None or start > last.start:
        return Candle(start, price, price, price, price, None)
    if start < last.start:
        return None
    return Candle(start, last.open, max(last.high, price), min(last.low, price), price, last.volume)


def further(source: Source, window: tuple[float, float]) -> SourceKey:
    """Which candles to show instead when this part of them is in sight, in per cent: more, or those beside them."""
    key, candles, length = source.key, source.candles, timedelta(seconds=INTERVALS[source.key.interval])
    if window[0] < EARLY and not source.whole:
        if key.depth < MOST:
            return key._replace(depth=min(2 * key.depth, MOST))
        if moves := _passed(100 - window[1], len(candles)):
            return key._replace(end=candles[-1 - moves].start + length)
    if key.end and window[1] > LATE and (moves := _passed(window[0], len(candles))):
        later = key.end + moves * length  # so many at most: what is in sight stays, gaps or not
        return key._replace(end=None if later >= source.desk.clock() else later)
    return key


def _passed(beside: float, count: int) -> int:
    """How many of the candles to leave out of `beside` per cent of them that are not in sight; 0: too few for that."""
    free = min(HALF, beside - ROOM)
    return int(count * free / 100) if free >= ROOM else 0
