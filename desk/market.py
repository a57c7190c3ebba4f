"""The market now: which price governs each coin, its rolling windows, what it is compared with. Memory only, pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from desk.ticks import MONEY, Tick
from desk.windows import Window
from models import Coin, Origin, Policy

PERIODS = {'1h': timedelta(hours=1), '24h': timedelta(days=1), '7d': timedelta(days=7)}
ONE, HUNDRED, CENT = Decimal(1), Decimal(100), Decimal('0.01')
_divide, _subtract, _multiply, _quantize = MONEY.divide, MONEY.subtract, MONEY.multiply, MONEY.quantize
FEED, LATEST, EXCHANGE, MANUAL = (
    Origin.FEED,
    Policy.LATEST,
    Policy.EXCHANGE,
    Policy.MANUAL,
)  # a look into an enumeration takes its time


@dataclass(frozen=True, slots=True)
class Mark:
    """A price that does not govern, and how far it is from the one that does, in per cent."""

    price: Decimal
    timestamp: datetime
    source: str
    deviation: Decimal


class Quote(NamedTuple):
    """A coin as the board shows it. Changes are per cent to 0.01; None where there was no price then."""

    coin_id: int
    name: str
    full_name: str
    price: Decimal
    timestamp: datetime
    received: datetime
    source: str
    seq: int
    bid: Decimal | None
    ask: Decimal | None
    change_1h: Decimal | None
    change_24h: Decimal | None
    change_7d: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    volume_24h: Decimal | None
    aside: tuple[Mark, ...]
    policy: Policy
    followed: bool
    pair: str


@dataclass(slots=True)
class Standing:
    """What the market remembers of one coin: the newest price of each class, by (timestamp, seq).

    `came` is when `hand` did and `looked` when the newest look at the store began, both by `Market.look`.
    `policy` is the coin's as of the last `Market.standing`: who changes a coin asks for that.
    """

    coin: Coin
    policy: Policy = Policy.LATEST
    feed: Tick | None = None
    hand: Tick | None = None
    came: int = 0
    looked: int = 0
    window: Window = field(default_factory=Window)
    before: dict[str, Decimal] = field(default_factory=dict)

    @property
    def governing(self) -> Tick | None:
        """The price that counts; where the chosen class has none yet, the other's."""
        if self.policy is EXCHANGE:
            return self.feed or self.hand
        if self.policy is MANUAL:
            return self.hand or self.feed
        return newer(self.feed, self.hand)

    def counts(self, origin: str) -> bool:
        """Whether prices of this origin belong to the windows of this coin."""
        if self.policy is EXCHANGE:
            return origin == FEED or self.feed is None
        if self.policy is MANUAL:
            return origin != FEED or self.hand is None
        return True

    def turns(self, origin: str) -> bool:
        """Whether this origin's price is the first of its class beside the other's: from now on others count."""
        own, other = (self.feed, self.hand) if origin == FEED else (self.hand, self.feed)
        return own is None and other is not None and self.policy is not LATEST

    def fed(self, tick: Tick) -> bool:
        """Take a feed's numbered tick; True if the governing price is now this one."""
        feed, hand, moment = self.feed, self.hand, tick.timestamp
        if hand is None or self.policy is not MANUAL:
            self.window.add(moment, tick.seq, tick.price, tick.volume)
        if feed is not None and moment <= feed.timestamp and newer(tick, feed) is feed:
            return False
        self.feed = tick
        return hand is None or self.governing is tick


class Market:
    """Standings by coin id. `apply` is the only way a price moves."""

    def __init__(self) -> None:
        self._standings: dict[int, Standing] = {}
        self._moment = 0

    def look(self) -> int:
        """The moment, for a look at the store that begins now: it will see every hand price that came before."""
        self._moment += 1
        return self._moment

    def apply(self, coin: Coin, tick: Tick) -> bool:
        """Take a numbered tick; True if the governing price is now this one (late and non-governing ticks: False)."""
        return self.take(self.standing(coin), tick)

    def take(self, standing: Standing, tick: Tick) -> bool:
        """`apply` to a coin whose standing is known."""
        if tick.origin == FEED:
            return standing.fed(tick)
        if standing.counts(tick.origin):
            standing.window.add(tick.timestamp, tick.seq, tick.price, tick.volume)
        standing.hand = newer(tick, standing.hand)
        standing.came = self.look() if standing.hand is tick else standing.came
        return standing.governing is tick

    def standing(self, coin: Coin) -> Standing:
        """The coin's standing, made when first asked for."""
        assert coin.id is not None
        standing = self._standings.get(coin.id)
        if standing is None:
            standing = self._standings[coin.id] = Standing(coin)
        standing.coin, standing.policy = coin, effective_policy(coin)
        return standing

    def reset(self, coin: Coin, newest: Iterable[Tick], window: Window, since: int) -> None:
        """Remember anew what a look at the store gave that began at `since`: after a start, a correction, a merge.

        Feed ticks are sampled on their way to the store, so the newest one in memory stays; other ticks stay only if
        they came after the look began. What a later look has given stays, too: a withdrawn price does not come back.
        """
        standing = self.standing(coin)
        if since < standing.looked:
            return
        standing.window, standing.looked = window, since
        if standing.came <= since:
            standing.hand = None
        for tick in newest:
            if tick.origin == Origin.FEED:
                standing.feed = newer(tick, standing.feed)
            else:
                standing.hand = newer(tick, standing.hand)

    def forget(self, coin_id: int) -> None:
        """The coin is gone: merged into another."""
        self._standings.pop(coin_id, None)

    def quote(self, coin: Coin, now: datetime) -> Quote | None:
        """The coin as of `now`, or None while it has no price."""
        coin_id = coin.id
        assert coin_id is not None
        standing = self._standings.get(coin_id)
        tick = standing.governing if standing else None
        if standing is None or tick is None:
            return None
        high, low, volume = standing.window.summary(now)
        price, before = tick.price, standing.before.get
        return Quote(  # in the order of its fields: to name them takes longer than all the rest
            coin_id,
            coin.name,
            coin.full_name,
            price,
            tick.timestamp,
            tick.received,
            tick.source,
            tick.seq,
            tick.bid,
            tick.ask,
            per_cent(price, before('1h')),
            per_cent(price, before('24h')),
            per_cent(price, before('7d')),
            high,
            low,
            volume,
            _aside(standing, tick),
            standing.policy,
            coin.followed,
            coin.pair,
        )

    def source(self, coin: Coin) -> str | None:
        """Where the coin's governing price is from; None while it has none."""
        tick = self.governing(coin.id or 0)
        return tick.source if tick else None

    def governing(self, coin_id: int) -> Tick | None:
        """The tick that governs a coin now, whether it came in live or is from the store."""
        standing = self._standings.get(coin_id)
        return standing.governing if standing else None

    def spark(self, coin: Coin, now: datetime) -> list[Decimal]:
        """Up to 97 quarter-hourly closes of the last 24 h, oldest first."""
        return self.standing(coin).window.closes(now)


def effective_policy(coin: Coin) -> Policy:
    """The policy that was set, else `exchange` once an exchange lists the coin, else `latest`."""
    return Policy(coin.policy) if coin.policy else Policy.EXCHANGE if coin.pair else Policy.LATEST


def newer(one: Tick | None, other: Tick | None) -> Tick | None:
    """The tick with the greater timestamp; ties are broken by arrival."""
    if one is None or other is None:
        return one or other
    return one if (one.timestamp, one.seq) > (other.timestamp, other.seq) else other


def _aside(standing: Standing, governing: Tick) -> tuple[Mark, ...]:
    if standing.policy is LATEST:
        return ()
    others = [tick for tick in (standing.feed, standing.hand) if tick and tick is not governing]
    return tuple(
        Mark(tick.price, tick.timestamp, tick.source, per_cent(tick.price, governing.price) or Decimal(0))
        for tick in others
    )


def per_cent(price: Decimal, before: Decimal | None) -> Decimal | None:
    """How far a price is from one before it, in per cent to 0.01; None where there is none."""
    if before is None:
        return None
    return _quantize(_multiply(_subtract(_divide(price, before), ONE), HUNDRED), CENT)
