"""Feeds' ticks, whatever they are like: the desk makes of them what one would work out by hand, tick by tick."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, Policy

NOW = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)
TOLERANCE = timedelta(seconds=5)
NAMES = {'BTC': 'BTC', ' btc': 'BTC', 'eth': 'ETH', 'ETH': 'ETH', 'ADA': 'ADA'}
NO_PRICES = ('0', '-1', 'NaN', 'sNaN', 'Infinity', '1E+21', '1E-19')


@dataclass
class ByHand:
    """The rules, applied to one tick after the other."""

    policy: dict[str, Policy]
    seq: int = 0
    refused: int = 0
    clamped: int = 0
    live: list[tuple[str, int]] = field(default_factory=list)
    feed: dict[str, Tick] = field(default_factory=dict)
    hand: dict[str, Tick] = field(default_factory=dict)
    taken: list[tuple[str, Tick]] = field(default_factory=list)

    def fed(self, tick: Tick) -> None:
        """A feed's tick."""
        name, late = NAMES[tick.name], tick.timestamp > NOW + TOLERANCE
        self.clamped += late
        if is_no_price(tick.price) or (tick.volume is not None and is_no_price(tick.volume) and tick.volume != 0):
            self.refused += 1
            return
        self.seq += 1
        bid, ask = (None if price is None or is_no_price(price) else price for price in (tick.bid, tick.ask))
        moment = NOW if late else tick.timestamp
        new = tick._replace(timestamp=moment, bid=bid, ask=ask, seq=self.seq, received=NOW)
        self.taken.append((name, new))
        known = self.feed.get(name)
        if known is None or (moment, self.seq) > (known.timestamp, known.seq):
            self.feed[name] = new
            if self.governing(name) is new:
                self.live.append((name, self.seq))

    def governing(self, name: str) -> Tick:
        """The price that counts."""
        feed, hand = self.feed.get(name), self.hand.get(name)
        if self.policy[name] is not Policy.LATEST and feed and hand:
            return hand if self.policy[name] is Policy.MANUAL else feed
        return max((tick for tick in (feed, hand) if tick), key=lambda tick: (tick.timestamp, tick.seq))


def is_no_price(number: Decimal) -> bool:
    """All others here are prices."""
    return not number.is_finite() or not Decimal('1E-18') <= number < 10**20


def ticks(chance: random.Random) -> Iterable[Tick]:
    """A batch of a feed that is not to be trusted."""
    for _ in range(chance.choice([1, 3, 20])):
        price = Decimal(chance.randint(1, 500)).scaleb(-2)
        yield Tick(
            chance.choice(list(NAMES)),
            Decimal(chance.choice(NO_PRICES)) if chance.random() < 0.1 else price,
            NOW + timedelta(seconds=chance.choice([-90, -2, -1, -0.5, 0, 0, 0, 4.5, 5.5, 3600])),
            'x',
            Origin.FEED,
            volume=chance.choice([None, Decimal(0), Decimal('0.10'), Decimal(2), Decimal(-1)]),
            bid=chance.choice([None, price, Decimal('0.00'), Decimal('NaN')]),
            ask=chance.choice([None, price + 1, Decimal('-1')]),
            seq=chance.choice([0, 10**9]),
            received=chance.choice([NOW, NOW + timedelta(days=900)]),
        )


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('policy', Policy)
async def test_every_tick_counts_as_it_would_by_hand(settings: Settings, policy: Policy, seed: int) -> None:
    chance, desk = random.Random(seed), Desk(settings, lambda: NOW)
    rules, live = ByHand(dict.fromkeys(NAMES.values(), policy)), list[tuple[str, int]]()
    await desk.start()
    try:
        real = desk.intake.live

        def seen(coin_id: int, tick: Tick) -> None:
            assert desk.market.governing(coin_id) is tick
            assert desk.intake.seq == tick.seq
            live.append((desk.registry.name(coin_id), tick.seq))
            real(coin_id, tick)

        for name in ('BTC', 'ETH', 'ADA'):
            record = await desk.submit(Tick(name, Decimal(7), NOW - timedelta(seconds=1), 'form', Origin.PERSON))
            rules.hand[name], rules.seq = desk.market.governing(record.coin_id) or pytest.fail('no price'), record.seq
            await desk.set_policy(name, policy)
        desk.intake.live = seen
        for _ in range(40):
            batch = list(ticks(chance))
            assert await desk.submit_many(batch) == []
            for tick in batch:
                rules.fed(tick)
        assert live == rules.live
        assert (desk.status().refused, desk.status().clamped) == (rules.refused, rules.clamped)
        await desk.store.flush()
        for name in ('BTC', 'ETH', 'ADA'):
            await agrees(desk, rules, name)
    finally:
        await desk.stop()


async def agrees(desk: Desk, rules: ByHand, name: str) -> None:
    """The coin's quote, its minutes and its records."""
    quote, tick = desk.quote(name), rules.governing(name)
    assert quote.seq == tick.seq
    assert (quote.price, quote.timestamp, quote.received) == (tick.price, tick.timestamp, tick.received)
    assert (quote.bid, quote.ask) == (tick.bid, tick.ask)
    own = sorted((each for of, each in rules.taken if of == name), key=lambda each: (each.timestamp, each.seq))
    seconds = {each.timestamp.replace(microsecond=0): each.seq for each in own}
    records = [item.record for item in (await desk.history(name, limit=500)).records]
    assert {record.seq for record in records if record.origin == Origin.FEED} == set(seconds.values())
    await desk.set_policy(name, Policy.EXCHANGE)
    minutes: dict[datetime, list[Tick]] = {}
    for each in own:
        minutes.setdefault(each.timestamp.replace(second=0, microsecond=0), []).append(each)
    for candle in await desk.candles(name, '1m'):
        prices = [each.price for each in minutes[candle.start]]
        assert (candle.open, candle.close) == (prices[0], prices[-1])
        assert (candle.high, candle.low) == (max(prices), min(prices))
        assert candle.volume == sum(each.volume for each in minutes[candle.start] if each.volume is not None)
    assert len(await desk.candles(name, '1m')) == len(minutes)
