"""The one path for every price: checked once, numbered, committed, then on the market."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from desk.errors import Invalid
from desk.market import Market
from desk.registry import Registry
from desk.store import FeedRecord, Store
from desk.ticks import FUTURE_TOLERANCE, Bar, Tick, check_bar, check_price, check_timestamp, parse_name
from models import Coin, Cryptocurrency, Origin

Result = TypeVar('Result')
NOTE_LENGTH, AUTHOR_LENGTH = 500, 100
BIG = 100


class Intake:
    """Takes ticks and bars in.

    `changed` is called with coins whose live price moved, `aged` with those whose past did, `live` with every tick
    that becomes the live price as it comes in: not with what a file brings.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        market: Market,
        clock: Callable[[], datetime],
        changed: Callable[[Iterable[Coin]], None],
        aged: Callable[[Iterable[Coin]], None],
        live: Callable[[Coin, Tick], None],
    ) -> None:
        self.store, self.registry, self.market, self.clock = store, registry, market, clock
        self.changed, self.aged, self.live = changed, aged, live
        self.seq = 0
        self.refused = 0
        self.clamped = 0

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Cryptocurrency]:
        """Commit all ticks or none, then move the market; feed ticks go to the market at once instead.

        `restored`: an export brings them back, so a feed's prices too are committed, each of them.
        """
        if ticks and ticks[0].origin == Origin.FEED and not restored:
            await self._feed(ticks)
            return []
        now = self.clock()
        passed = await _apart(len(ticks), lambda: [checked(tick, now) for tick in ticks])
        return await asyncio.shield(self._commit(passed, restored))

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        """Keep candles that were delivered whole; how many were new or changed."""
        for bar in bars:
            check_bar(bar)
        coins = await self.coins(bar.name for bar in bars)
        named = {bar.name: coin for bar, coin in zip(bars, coins, strict=True)}
        count = await self.store.add_bars([(_id(named[bar.name]), bar) for bar in bars])
        self.aged({_id(coin): coin for coin in named.values()}.values())
        return count

    async def coins(self, names: Iterable[str]) -> list[Coin]:
        """The coins of these names, in their order; those that are new are made."""
        wanted = list(names)
        missing = list(dict.fromkeys(name for name in wanted if self.registry.find(name) is None))
        if missing:
            for coin in await self.store.ensure_coins([parse_name(name) for name in missing]):
                self.registry.put(coin)
        return [self.registry.get(name) for name in wanted]

    def number(self) -> int:
        """The next number in the desk's sequence."""
        self.seq += 1
        return self.seq

    async def _commit(self, ticks: Sequence[Tick], restored: bool) -> list[Cryptocurrency]:
        coins = await self.coins(tick.name for tick in ticks)
        numbered = [(replace(tick, seq=self.number()), coin) for tick, coin in zip(ticks, coins, strict=True)]
        made = await _apart(len(numbered), lambda: [record_of(tick, coin) for tick, coin in numbered])
        records = await self.store.add(made)
        for some in _chunks(numbered, BIG):
            some = [(tick, self.registry.get(coin.name)) for tick, coin in some]  # it may have been merged meanwhile
            self.aged([coin for tick, coin in some if self._ages(coin, tick, restored)])
            self.changed(coin for _, coin in some)
            await asyncio.sleep(0)  # others get their turn
        return records

    def _ages(self, coin: Coin, tick: Tick, restored: bool) -> bool:
        """Put a price on the market; True if what the coin's past looks like must be read anew."""
        turns = self.market.turns(coin, tick)
        if not self.market.apply(coin, tick):
            return True
        if not restored and tick.origin != Origin.FILE:
            self.live(coin, tick)
        return turns

    async def _feed(self, ticks: Sequence[Tick]) -> None:
        if any(self.registry.find(tick.name) is None for tick in ticks):
            await self.coins(tick.name for tick in ticks)
        now, moved = self.clock(), {}
        for tick in ticks:
            coin = self.registry.get(tick.name)
            try:
                fed = self._fed(tick, now)
            except Invalid:
                self.refused += 1
                continue
            self.store.add_later(
                FeedRecord(
                    _id(coin),
                    coin.name,
                    fed.price,
                    fed.timestamp,
                    fed.source,
                    fed.origin,
                    fed.volume,
                    fed.bid,
                    fed.ask,
                    fed.author,
                    fed.note,
                    fed.seq,
                    now,
                )
            )
            if self.market.turns(coin, fed):
                self.aged([coin])
            if self.market.apply(coin, fed):
                moved[coin.name] = coin
                self.live(coin, fed)
        self.changed(moved.values())

    def _fed(self, tick: Tick, now: datetime) -> Tick:
        moment = tick.timestamp
        if moment > now + FUTURE_TOLERANCE:
            moment, self.clamped = now, self.clamped + 1
        return Tick(
            tick.name,
            check_price(tick.price),
            moment,
            tick.source,
            tick.origin,
            _volume(tick.volume),
            _sound(tick.bid),
            _sound(tick.ask),
            tick.author,
            tick.note,
            self.number(),
            now,
        )


def _chunks(items: list[Result], size: int) -> Iterable[list[Result]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def checked(tick: Tick, now: datetime) -> Tick:
    """The tick if it passes every rule, normalised and stamped with its receipt; raises Invalid."""
    if len(tick.note) > NOTE_LENGTH:
        raise Invalid(f'A note has at most {NOTE_LENGTH} characters; this one has {len(tick.note)}.', 'note')
    if len(tick.author) > AUTHOR_LENGTH:
        raise Invalid(f'An author has at most {AUTHOR_LENGTH} characters; this one has {len(tick.author)}.', 'author')
    return replace(
        tick,
        name=parse_name(tick.name),
        price=check_price(tick.price),
        received=now,
        timestamp=check_timestamp(tick.timestamp, now),
        volume=_volume(tick.volume),
        bid=check_price(tick.bid, 'bid') if tick.bid is not None else None,
        ask=check_price(tick.ask, 'ask') if tick.ask is not None else None,
    )


def record_of(tick: Tick, coin: Coin) -> Cryptocurrency:
    """The record that keeps a tick."""
    return Cryptocurrency(
        name=coin.name,
        price=tick.price,
        timestamp=tick.timestamp,
        coin_id=_id(coin),
        seq=tick.seq,
        received=tick.received,
        source=tick.source,
        origin=tick.origin,
        author=tick.author,
        note=tick.note,
        volume=tick.volume,
        bid=tick.bid,
        ask=tick.ask,
    )


def tick_of(record: Cryptocurrency) -> Tick:
    """The tick that a record keeps."""
    return Tick(
        name=record.name,
        price=record.price,
        timestamp=record.timestamp,
        source=record.source,
        origin=Origin(record.origin),
        volume=record.volume,
        bid=record.bid,
        ask=record.ask,
        author=record.author,
        note=record.note,
        seq=record.seq,
        received=record.received,
    )


async def _apart(size: int, work: Callable[[], Result]) -> Result:
    """A big batch is worked on in a thread, where it holds up nobody; a small one is done sooner right here."""
    return await asyncio.to_thread(work) if size > BIG else work()


def _sound(price: Decimal | None) -> Decimal | None:
    """A feed's bid or ask, or None where it is no price: the trade beside it still counts."""
    try:
        return None if price is None else check_price(price)
    except Invalid:
        return None


def _volume(volume: Decimal | None) -> Decimal | None:
    if volume is None or volume == 0:
        return volume
    return check_price(volume, 'volume')


def _id(coin: Coin) -> int:
    assert coin.id is not None
    return coin.id
