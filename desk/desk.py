"""Desk, the façade: pages, the API and feeds talk to this and to nothing behind it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from decimal import Decimal
from functools import partial

from desk.accounts.accounts import Accounts
from desk.acting import Right, need, needing
from desk.alerts.alerts import Alerts
from desk.audit import Audit
from desk.broker.broker import Broker
from desk.candles import INTERVALS, Candle
from desk.coinage import Coinage
from desk.conflator import Conflator, Subscriber
from desk.corrections import Corrections
from desk.crew import Crew
from desk.csv.exporting import export_csv
from desk.errors import Invalid, NotFound
from desk.feeds import Feeds, Grid
from desk.figures import figures
from desk.intake import Intake, brought
from desk.lag import Lag
from desk.market import Market, Quote, effective_policy
from desk.memory import Memory
from desk.metrics import Metrics
from desk.plugins import Plugins
from desk.portfolios import Portfolios
from desk.preferences import Preferences
from desk.registry import Registry
from desk.replay.feed import Replay
from desk.replay.sessions import Replays
from desk.retention import forget_outcomes, forget_prices
from desk.settings import Settings
from desk.status import Status, look
from desk.store import Entry, HistoryPage, Store
from desk.ticks import Bar, Tick
from desk.watchlists import Watchlists
from models import Coin, Cryptocurrency, Origin, Policy, utc_now

DEMO = 'demo'
COMPARE_EVERY, PRUNE_EVERY, RETIRE_EVERY = 10.0, 30.0, 3600.0


class Desk:
    """One desk in one process. Prices come in by `submit`, `submit_many` and `submit_candles` alone."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self.replay = Replay(settings.replay, settings.speed) if settings.replay else None
        wall, clock = clock, self.replay.clock if self.replay else clock
        self.settings, self.clock, self.replays = settings, clock, Replays(settings, clock)
        self.store = Store(settings.database, clock=clock)
        self.registry, self.market, self.lag, self.metrics = Registry(), Market(), Lag(), Metrics()
        self.crew, self.conflator = Crew(), Conflator(settings.frame_rate)
        self.trades = self.conflator.beside()  # what an order does is shown at once, however busy the prices are
        self.preferences = Preferences(self.store)
        self.audit, self.accounts = Audit(self.store, wall), Accounts(settings, self.store, wall)
        store, registry, market = self.store, self.registry, self.market
        self.watchlists = Watchlists(store, registry, clock)
        self.broker = Broker(
            settings, store, registry, market, self.preferences, clock, self._newest, self.trades.mark, self.audit
        )
        self.alerts = Alerts(settings, store, registry, market, self.watchlists, clock)
        self.alerts.channels.administers = self.accounts.directory.administers
        self.alerts.deliverer.replay = settings.replay.name if settings.replay else ''
        self.portfolio = Portfolios(self.broker, store, registry, market, clock)
        self.intake = Intake(
            store, registry, market, clock, self.conflator.mark, self._aged, self.broker.tick, self.alerts.tick
        )
        self.memory = Memory(store, registry, market, clock)
        self.corrections = Corrections(store, registry, self.intake, self.memory, clock, self._changed, self._aged)
        more = [self.replay.feed(self.store.flush)] if self.replay else []
        self.feeds = Feeds(settings, self, clock, more=more)
        self.coinage = Coinage(store, registry, market, self.memory, self.feeds, self._changed)
        self.plugins = Plugins(self.feeds, self.alerts.conditions, clock, with_feeds=self.replay is None)
        self.started: datetime | None = None
        self._aged_coins: dict[int, Coin] = {}
        self.metrics.add(lambda: figures(self))
        self.plugins.load(settings.plugin, self)

    async def start(self) -> None:
        """Open the store, load the newest prices, start the feeds; does nothing when started already."""
        if self.started is not None:
            return
        self.started = self.clock()
        await self.store.open()
        for coin in await self.store.coins():
            self.registry.put(coin)
        await self.preferences.load()
        await self.accounts.start(self.crew)
        await self.watchlists.start(self.crew)
        self.intake.seq = await self.store.last_seq()
        await self.memory.load()
        await self.broker.start(self.crew)
        await self.alerts.start(self.crew)
        if self.replay:
            await self.portfolio.read()
            self.replay.resume(self._moments(), self.portfolio.now)
        self._aged(self.registry.all())
        self.crew.every(0, 'lag', self.lag.watch)
        self.crew.every(0.2, 'windows', self._recall, rest=4)  # an import ages the same coins again and again
        self.crew.every(COMPARE_EVERY / 10 if self.replay else COMPARE_EVERY, 'changes', self._compare)
        self.crew.every(PRUNE_EVERY, 'retention', partial(forget_prices, self.store, self.clock, self.settings))
        self.crew.every(RETIRE_EVERY, 'old outcomes', partial(forget_outcomes, self.store, self.clock, self.settings))
        await self.feeds.start(self.coinage.to_follow(self.settings.coins), not self.quotes())

    async def stop(self) -> None:
        """End the feeds and the background work; everything accepted is committed."""
        if self.started is None:
            return
        self.started = None
        async with AsyncExitStack() as ends:  # backwards, and each of them whatever the others do
            ends.push_async_callback(self.store.close)
            ends.callback(self.conflator.close)
            ends.callback(self.trades.close)
            ends.push_async_callback(self.accounts.stop)
            ends.push_async_callback(self.crew.stop)
            ends.push_async_callback(self.broker.stop)
            ends.push_async_callback(self.alerts.stop)
            ends.push_async_callback(self.feeds.stop)
            ends.push_async_callback(self.replays.stop)

    async def submit(self, tick: Tick) -> Cryptocurrency:
        """Commit one price and put it on the market; returns the record, raises DeskError."""
        return (await self.submit_many([tick]))[0].model()

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Entry]:
        """All or none. Feed ticks return [] at once and are sampled into history, unless a file restores them."""
        if ticks and (restored or ticks[0].origin != Origin.FEED):
            ticks = brought(ticks, restored)
        records = await self.intake.submit_many(ticks, restored)
        if records:
            self.feeds.desk_is_empty = False
            await self.broker.settled()
            await self.alerts.settled()
        return records

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        """Keep history that exists only as candles; how many were new or changed."""
        need(Right.PRICES)
        return await self.intake.submit_candles(bars)

    async def listed(
        self, exchange: str, pairs: Mapping[str, str], full_names: Mapping[str, str], grids: Mapping[str, Grid] = {}
    ) -> None:
        """An exchange says which coins it has: name → its pair; those are followed from now on."""
        names = list(dict.fromkeys([*pairs, *full_names]))
        coins = dict(zip(names, await self.intake.coins(names), strict=True))
        await self.coinage.listed(exchange, pairs, full_names, grids, coins)

    def quotes(self) -> list[Quote]:
        """Every coin that has a price to show, by name."""
        now = self.clock()
        found = (self.market.quote(coin, now) for coin in self.registry.all() if self.is_shown(coin))
        return [quote for quote in found if quote is not None]

    def quote(self, name: str) -> Quote:
        """One coin now; raises NotFound."""
        coin = self.registry.get(name)
        quote = self.market.quote(coin, self.clock())
        if quote is None:
            raise NotFound(f'{coin.name} has no price yet.', 'name')
        return quote

    def is_shown(self, coin: Coin) -> bool:
        """Whether a coin has a price to show: an invented one only while the demo market runs."""
        return (source := self.market.source(coin)) is not None and (source != DEMO or self.feeds.demo_running)

    def coin(self, name: str) -> Coin:
        """The coin of this name, whatever its case, through renames and merges; raises NotFound."""
        return self.registry.get(name)

    def coins(self) -> list[Coin]:
        """All coins, with a price or without, by name."""
        return self.registry.all()

    def policy(self, name: str) -> Policy:
        """Whose price governs this coin; `latest` for a coin that is not there yet."""
        coin = self.registry.find(name)
        return effective_policy(coin) if coin else Policy.LATEST

    def spark(self, name: str) -> list[Decimal]:
        """Up to 97 quarter-hourly closes of the last 24 h, oldest first."""
        return self.market.spark(self.registry.get(name), self.clock())

    async def history(
        self, name: str, start: datetime | None = None, end: datetime | None = None, limit: int = 100, cursor: str = ''
    ) -> HistoryPage:
        """Records of a coin, newest first, amended ones included and marked; `start` ≤ timestamp < `end`."""
        return await self.store.history(self.registry.ids(self.registry.get(name)), start, end, limit, cursor)

    async def candles(
        self, name: str, interval: str, start: datetime | None = None, end: datetime | None = None, limit: int = 1000
    ) -> list[Candle]:
        """The newest `limit` candles, oldest first; `interval` is one of 1m 5m 15m 1h 4h 1d 1w."""
        coin = self.registry.get(name)
        if interval not in INTERVALS:
            raise Invalid(f'“{interval[:10]}” is not an interval; take one of {", ".join(INTERVALS)}.', 'interval')
        return await self.store.candles(
            self.registry.ids(coin), INTERVALS[interval], start, end, limit, effective_policy(coin)
        )

    def export(self, name: str | None = None) -> AsyncIterator[bytes]:
        """The active records of one coin or of all as CSV, streamed; raises NotFound at once."""
        ids = None if name is None else self.registry.ids(self.registry.get(name))
        return export_csv(self.store.export(ids), lambda record: self.registry.name(record.coin_id))

    async def counts(
        self, name: str, keys: Sequence[tuple[datetime, Decimal, str]]
    ) -> dict[tuple[datetime, Decimal, str], int]:
        """How many records of a coin have this (timestamp, price, source); a new coin has none."""
        coin = self.registry.find(name)
        found: dict[tuple[datetime, Decimal, str], int] = {}
        for number in self.registry.ids(coin) if coin else []:
            for key, count in (await self.store.counts(number, keys)).items():
                found[key] = found.get(key, 0) + count
        return found

    async def correct(self, record_id: int, price: Decimal, reason: str, author: str = '') -> Cryptocurrency:
        """Replace a record by a new one of the same moment; the old one stays readable. Not for feed records."""
        return await self.corrections.correct(record_id, price, reason, author)

    async def withdraw(self, record_id: int, reason: str, author: str = '') -> None:
        """Take a record back, with a reason; it stays readable. Not for feed records."""
        await self.corrections.withdraw(record_id, reason, author)

    async def follow(self, name: str) -> Coin:
        """Follow a coin on the exchange; raises DeskError where there is none or it lacks the coin."""
        await self.feeds.follow(name.strip().upper())
        return self.registry.get(name)

    async def unfollow(self, name: str) -> Coin:
        """Stop following; what is recorded stays, and the policy goes back to `latest` unless it was set."""
        return await self.coinage.unfollow(self.registry.get(name))

    async def rename(self, name: str, new: str) -> Coin:
        """Another name; the old one leads to it from now on."""
        return await self.coinage.rename(self.registry.get(name), new)

    @needing(Right.ADMINISTER)
    async def merge(self, name: str, into: str) -> Coin:
        """Make one coin of two: the records of `name` count for `into`."""
        coin, other = self.registry.get(name), self.registry.get(into)
        async with self.broker.paused():
            merged = await self.coinage.merge(coin, other)
        await self.alerts.merged()
        return merged

    async def set_policy(self, name: str, policy: Policy) -> Coin:
        """Say whose price governs a coin."""
        return await self.coinage.set_policy(self.registry.get(name), policy)

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call back with the names of the coins that changed, once per frame; returns how to stop that."""
        return self.conflator.subscribe(callback)

    def preference(self, key: str, default: str = '') -> str:
        """A setting that was made in the browser."""
        return self.preferences.get(key, default)

    async def set_preference(self, key: str, value: str) -> None:
        """Keep a setting."""
        await self.preferences.set(key, value)

    def status(self) -> Status:
        """One look at the whole desk."""
        return look(self, self.started)

    def _newest(self) -> int:
        return self.intake.seq

    def _moments(self) -> Iterable[datetime]:
        yield from (quote.timestamp for quote in self.quotes())
        yield from (order.updated for order in self.broker.resting())
        yield from (fill.at for fill in self.broker.recent_fills())

    def _changed(self, coins: Iterable[Coin]) -> None:
        self.conflator.mark(coin.name for coin in coins)

    def _aged(self, coins: Iterable[Coin]) -> None:
        self._aged_coins.update((coin.id or 0, coin) for coin in coins)

    async def _recall(self) -> None:
        coins, self._aged_coins = self._aged_coins, {}
        try:
            await self.memory.recall(coins.values())
        except Exception:  # raised again: the crew tells it, and these coins are still due
            self._aged_coins = {**coins, **self._aged_coins}
            raise
        self._changed(coins.values())

    async def _compare(self) -> None:
        await self.memory.compare(self.registry.all())
