"""What feeds told since the last write, folded as it comes: a minute a coin, and one record per coin and second."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from desk.candles import Part, merge
from desk.store.parts import Key
from desk.store.records import Told
from desk.store.running_second import Price, RunningSecond

Second = tuple[int, datetime]


@dataclass(slots=True)
class Harvest:
    """Minutes and records to be written together."""

    minutes: dict[Key, Part] = field(default_factory=dict)
    samples: dict[Second, Told] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.minutes or self.samples)

    def by_coin(self) -> 'list[Harvest]':
        """The same, a coin each."""
        coins: defaultdict[int, Harvest] = defaultdict(Harvest)
        for key, part in self.minutes.items():
            coins[key.coin_id].minutes[key] = part
        for second, record in self.samples.items():
            coins[second[0]].samples[second] = record
        return list(coins.values())


class FeedBuffer:
    """Bounded: beyond `limit` records only the newest of each coin stays, and `conflated` counts the others."""

    def __init__(self, limit: int = 20_000) -> None:
        self.limit, self.conflated = limit, 0
        self._held = Harvest()
        self._running: dict[int, RunningSecond] = {}
        self._newest: dict[int, datetime] = {}
        self._written: dict[int, datetime] = {}
        self._minutes: dict[int, Key] = {}  # the last of each coin: to make one anew takes longer than all the rest
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Records and minutes that wait for the next write."""
        return len(self._held.samples) + len(self._held.minutes) + len(self._running)

    def put(self, record: Told) -> None:
        """Take one record in; never waits for the database."""
        self.put_all([(record.coin_id, record.name, record)])

    def put_all(self, prices: Iterable[tuple[int, str, Price]]) -> None:
        """Take prices in, each with its coin's id and name."""
        with self._lock:
            running = self._running
            for coin_id, name, price in prices:
                second = running.get(coin_id)
                if second is None or not second.take(price):
                    if second is not None:
                        self._settle(second)
                    running[coin_id] = RunningSecond(coin_id, name, price)

    def take(self, everything: bool = False) -> Harvest:
        """What is due: all minutes, and the records whose second is over (or `everything`)."""
        self._settle_all()
        with self._lock:
            held = self._held
            due = {
                key: record for key, record in held.samples.items() if everything or self._newest.get(key[0]) != key[1]
            }
            self._held = Harvest({}, {key: record for key, record in held.samples.items() if key not in due})
            self._newest = {}
            return Harvest(held.minutes, due)

    def done(self, harvest: Harvest) -> None:
        """It is written: these seconds get no second record."""
        with self._lock:
            for coin_id, second in harvest.samples:
                self._written[coin_id] = max(second, self._written.get(coin_id, second))
                self._held.samples.pop((coin_id, second), None)

    def put_back(self, harvest: Harvest) -> None:
        """It could not be written: keep it for the next attempt."""
        with self._lock:
            for key, part in harvest.minutes.items():
                _merge_into(self._held.minutes, key, part)
            for (_, second), record in harvest.samples.items():
                self._keep_newer(record, second)
            self._bound()

    def _settle_all(self) -> None:
        """Coin by coin, so that no price waits for all of them."""
        for coin_id in list(self._running):
            with self._lock:
                second = self._running.pop(coin_id, None)
                if second is not None:
                    self._settle(second)

    def _settle(self, second: RunningSecond) -> None:
        minute = self._minutes.get(second.coin_id)
        if minute is None or not second.within(minute):
            minute = self._minutes[second.coin_id] = second.minute
        _merge_into(self._held.minutes, minute, second.part)
        written = self._written.get(second.coin_id)
        if written is None or second.start > written:
            self._keep_newer(second.record, second.start)
            self._newest[second.coin_id] = max(second.start, self._newest.get(second.coin_id, second.start))
        self._bound()

    def _keep_newer(self, record: Told, second: datetime) -> None:
        known = self._held.samples.get((record.coin_id, second))
        if known is None or (known.timestamp, known.seq) <= (record.timestamp, record.seq):
            self._held.samples[record.coin_id, second] = record

    def _bound(self) -> None:
        if len(self._held.samples) > self.limit:
            newest = {coin_id: (coin_id, second) for coin_id, second in sorted(self._held.samples)}
            self.conflated += len(self._held.samples) - len(newest)
            self._held.samples = {key: self._held.samples[key] for key in newest.values()}
            self.limit = max(self.limit, 2 * len(newest))
        if len(self._held.minutes) > self.limit:
            oldest = sorted(self._held.minutes, key=lambda key: key.start)[: self.limit // 2]
            self.conflated += len(oldest)
            for key in oldest:
                del self._held.minutes[key]


def _merge_into(parts: dict[Key, Part], key: Key, part: Part) -> None:
    known = parts.get(key)
    parts[key] = part if known is None else merge(known, part)
