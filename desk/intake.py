"""The one path for every price: checked once, numbered, committed, then on the market."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from desk.acting import Right, acting, need
from desk.errors import Invalid, TooMany
from desk.market import Market, Standing
from desk.registry import Registry
from desk.store import Entry, Store
from desk.ticks import FUTURE_TOLERANCE, Bar, Tick, check_bar, check_price, check_timestamp, name_look, parse_name
from models import Coin, Cryptocurrency, Origin

NOTE_LENGTH, AUTHOR_LENGTH = 500, 100
AT_ONCE = 100  # ticks that are worked on before others get their turn
MOST_LANES = 10_000
MOST_COINS = 10_000
FEED = Origin.FEED  # a look into an enumeration takes its time
Lane = tuple[int, str, Standing]  # a coin as its ticks meet it: id, name, what the market knows of it


class Intake:
    """Takes ticks and bars in.

    `changed` is called with the names of coins whose live price moved, `aged` with the coins whose past did, `live`
    with a coin's id and every tick that becomes its live price as it comes in: not with what a file brings. `then` is
    called after `live`; two calls here cost less than one that calls both.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        market: Market,
        clock: Callable[[], datetime],
        changed: Callable[[Iterable[str]], None],
        aged: Callable[[Iterable[Coin]], None],
        live: Callable[[int, Tick], None],
        then: Callable[[int, Tick], None],
    ) -> None:
        self.store, self.registry, self.market, self.clock = store, registry, market, clock
        self.changed, self.aged, self.live, self.then = changed, aged, live, then
        self.seq = 0
        self.refused = 0
        self.clamped = 0
        self.taken = dict.fromkeys(Origin, 0)  # prices that were taken, by the door they came in
        self._lanes: dict[str, Lane] = {}
        self._lanes_as_of = -1

    async def submit_many(self, ticks: Sequence[Tick], restored: bool = False) -> list[Entry]:
        """Commit all ticks or none, then move the market; feed ticks go to the market at once instead.

        `restored`: an export brings them back, so a feed's prices too are committed, each of them.
        """
        if ticks and ticks[0].origin == FEED and not restored:
            await self._feed(ticks)
            return []
        now, passed = self.clock(), list[Tick]()
        for some in _chunks(ticks):
            passed += [checked(tick, now) for tick in some]
            await _turn(some)
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
        missing = [parse_name(name) for name in dict.fromkeys(wanted) if self.registry.find(name) is None]
        if missing:
            if len(self.registry) + len(missing) > MOST_COINS:
                raise TooMany(
                    f'There are {len(self.registry):,} coins; this desk has room for {MOST_COINS:,}.', 0, 'name'
                )
            looks = {name_look(name): name for name in reversed(missing)}  # two that look the same are one coin
            for coin in await self.store.ensure_coins(list(reversed(looks.values()))):
                self.registry.put(coin)
        return [self.registry.get(name) for name in wanted]

    def number(self) -> int:
        """The next number in the desk's sequence."""
        self.seq += 1
        return self.seq

    async def _commit(self, ticks: Sequence[Tick], restored: bool) -> list[Entry]:
        await self.coins(dict.fromkeys(tick.name for tick in ticks))
        numbered, made = list[Tick](), list[Entry]()
        for some in _chunks(ticks):
            lanes = await self._lanes_of(some)
            new = [tick._replace(seq=self.number()) for tick in some]
            made += [_entry(tick, coin_id, name) for tick, (coin_id, name, _) in zip(new, lanes, strict=True)]
            numbered += new
            await _turn(some)
        entries = await self.store.add(made)
        for some in _chunks(numbered):
            lanes = await self._lanes_of(some)  # anew: a coin may have been merged meanwhile
            aging = [lane for tick, lane in zip(some, lanes, strict=True) if self._ages(tick, lane, restored)]
            self.aged(standing.coin for _, _, standing in aging)
            self.changed(name for _, name, _ in lanes)
            for tick in some:
                self.taken[Origin.FILE if restored else tick.origin] += 1
            await _turn(some)
        return entries

    def _ages(self, tick: Tick, lane: Lane, restored: bool) -> bool:
        """Put a price on the market; True if what the coin's past looks like must be read anew."""
        coin_id, _, standing = lane
        turns = standing.turns(tick.origin)
        if not self.market.take(standing, tick):
            return True
        if not restored and tick.origin != Origin.FILE:
            self.live(coin_id, tick)
            self.then(coin_id, tick)
        return turns

    async def _feed(self, ticks: Sequence[Tick]) -> None:
        lanes, now = await self._lanes_of(ticks), self.clock()
        told: list[tuple[int, str, Tick]] = []
        moved: dict[str, None] = {}
        try:
            for tick, (coin_id, name, standing) in zip(ticks, lanes, strict=True):
                try:
                    fed = self._fed(tick, now)
                except Invalid:
                    self.refused += 1
                    continue
                told.append((coin_id, name, fed))
                if (standing.feed is None or fed.origin is not FEED) and standing.turns(fed.origin):
                    self.aged([standing.coin])
                if self.market.take(standing, fed):
                    moved[name] = None
                    self.live(coin_id, fed)
                    self.then(coin_id, fed)
        finally:
            self.taken[FEED] += len(told)
            self.store.add_all_later(told)
            self.changed(moved)

    def _fed(self, tick: Tick, now: datetime) -> Tick:
        name, price, moment, source, origin, volume, bid, ask, author, note, _, _ = tick
        if moment > now and moment > now + FUTURE_TOLERANCE:
            moment, self.clamped = now, self.clamped + 1
        price = check_price(price)
        volume = check_price(volume, 'volume') if volume else volume
        bid = None if bid is None else _sound(bid)
        ask = None if ask is None else _sound(ask)
        self.seq = seq = self.seq + 1
        return Tick._make((name, price, moment, source, origin, volume, bid, ask, author, note, seq, now))

    async def _lanes_of(self, ticks: Sequence[Tick]) -> list[Lane]:
        """What is known of each tick's coin; coins that are new are made."""
        names = [tick.name for tick in ticks]
        if self._lanes_as_of != self.registry.version or not self._lanes.keys() >= set(names):
            await self.coins(names)
            if self._lanes_as_of != self.registry.version or len(self._lanes) > MOST_LANES:
                self._lanes, self._lanes_as_of = {}, self.registry.version
            for name in names:
                if name not in self._lanes:
                    coin = self.registry.get(name)
                    self._lanes[name] = _id(coin), coin.name, self.market.standing(coin)
        return [self._lanes[name] for name in names]


def _chunks(ticks: Sequence[Tick]) -> Iterator[Sequence[Tick]]:
    return (ticks[start : start + AT_ONCE] for start in range(0, len(ticks), AT_ONCE))


async def _turn(some: Sequence[Tick]) -> None:
    """After as many ticks as are done at once, others get their turn."""
    if len(some) == AT_ONCE:
        await asyncio.sleep(0)


def brought(ticks: Sequence[Tick], restored: bool) -> Sequence[Tick]:
    """Ticks of somebody who may bring prices, signed with the name of their account, else as they sign themselves.

    What an administrator restores keeps its authors. Raises Forbidden.
    """
    need(Right.PRICES)
    if not (actor := acting()).via or (restored and actor.may(Right.ADMINISTER)):
        return ticks
    return [tick._replace(author=actor.name) for tick in ticks]


def checked(tick: Tick, now: datetime) -> Tick:
    """The tick if it passes every rule, normalised and stamped with its receipt; raises Invalid."""
    if len(tick.note) > NOTE_LENGTH:
        raise Invalid(f'A note has at most {NOTE_LENGTH} characters; this one has {len(tick.note)}.', 'note')
    if len(tick.author) > AUTHOR_LENGTH:
        raise Invalid(f'An author has at most {AUTHOR_LENGTH} characters; this one has {len(tick.author)}.', 'author')
    return tick._replace(
        name=parse_name(tick.name),
        price=check_price(tick.price),
        received=now,
        timestamp=check_timestamp(tick.timestamp, now),
        volume=_volume(tick.volume),
        bid=check_price(tick.bid, 'bid') if tick.bid is not None else None,
        ask=check_price(tick.ask, 'ask') if tick.ask is not None else None,
    )


def record_of(tick: Tick, coin: Coin) -> Entry:
    """The record that keeps a tick."""
    return _entry(tick, _id(coin), coin.name)


def _entry(tick: Tick, coin_id: int, name: str) -> Entry:
    _, price, moment, source, origin, volume, bid, ask, author, note, seq, received = tick
    return Entry(coin_id, name, price, moment, source, origin, volume, bid, ask, author, note, seq, received)


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


def _sound(price: Decimal) -> Decimal | None:
    """A feed's bid or ask, or None where it is no price: the trade beside it still counts."""
    try:
        return check_price(price)
    except Invalid:
        return None


def _volume(volume: Decimal | None) -> Decimal | None:
    if volume is None or volume == 0:
        return volume
    return check_price(volume, 'volume')


def _id(coin: Coin) -> int:
    assert coin.id is not None
    return coin.id
