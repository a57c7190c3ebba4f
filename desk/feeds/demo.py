"""The demo market: invented coins whose prices are a function of time, so that every start continues the last one."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from random import Random

from desk.feeds.demo_coins import DEMO_COINS, DemoCoin
from desk.feeds.feed import Sink
from desk.feeds.state import Health
from desk.settings import Settings
from desk.ticks import MONEY, Bar, Tick
from models import Origin

SEED = 20180
MILLION = 1_000_000
# (period in seconds, swing in parts per million): slow waves carry the week, fast ones the minute
WAVES = ((432_000, 70_000), (86_400, 32_000), (21_600, 14_000), (3_600, 6_000), (600, 2_200), (90, 700), (10, 150))
JUMP_WINDOW, JUMP_ODDS, JUMP_SWING = 2_820, 24, 80_000
# length in seconds → how many, and how often each looks at the price
HISTORY = {3_600: (8 * 24, 4), 86_400: (9, 24), 60: (24 * 60, 1)}
CHUNK = 200
STEPS_PER_SECOND = 20


@dataclass(frozen=True, slots=True)
class DemoMarket:
    """What the invented coins cost at any moment, and what they did before it. Pure but for `random`."""

    coins: Sequence[DemoCoin] = DEMO_COINS
    seed: int = SEED
    random: Random = field(default_factory=lambda: Random(SEED))  # no secrets  # nosec B311

    def price(self, coin: DemoCoin, moment: datetime) -> Decimal:
        """The coin's price at a moment: the same at every call, rounded to the coin's quantum."""
        seconds = moment.timestamp()
        swing = sum(size * self._wave(coin, period, seconds) for period, size in WAVES) + self._jump(coin, seconds)
        factor = MILLION + round(swing * coin.unrest / 100)
        with localcontext(MONEY):
            return max((coin.price * factor / MILLION).quantize(coin.quantum, ROUND_HALF_EVEN), coin.quantum)

    def tick(self, coin: DemoCoin, moment: datetime) -> Tick:
        """One trade at that moment, with best bid and ask beside it."""
        with localcontext(MONEY):
            price = self.price(coin, moment)
            half = max((price * self.random.randint(20, 400) / MILLION).quantize(coin.quantum), coin.quantum)
            volume = self._volume(coin, price, 10 ** self.random.uniform(3, 6.3))
            return Tick(
                coin.name,
                price,
                moment,
                'demo',
                Origin.FEED,
                volume,
                bid=max(price - half, coin.quantum),
                ask=price + half,
            )

    def step(self, count: int, now: datetime) -> list[Tick]:
        """The next `count` trades, of coins by chance; those at the head of the list trade most."""
        weights = [1 / (place + 8) for place in range(len(self.coins))]
        return [self.tick(coin, now) for coin in self.random.choices(self.coins, weights, k=count)]

    def history(self, coin: DemoCoin, now: datetime, interval: int) -> list[Bar]:
        """A day of minutes, or more than a week of hours or of days, with the running one; oldest first."""
        count, parts = HISTORY[interval]
        return list(self._bars(coin, interval, count, parts, now))

    def _bars(self, coin: DemoCoin, interval: int, count: int, parts: int, now: datetime) -> Iterator[Bar]:
        """Bars of which each looks at the price `parts` times and adds a wick."""
        first = (int(now.timestamp()) // interval - count + 1) * interval
        start, opened = datetime.fromtimestamp(first, UTC), None
        while start < now:
            end = min(start + timedelta(seconds=interval), now)
            prices = [opened or self.price(coin, start)]
            prices += [self.price(coin, start + (end - start) * part / parts) for part in range(1, parts + 1)]
            yield self._bar(coin, interval, start, prices, (end - start).total_seconds())
            start, opened = start + timedelta(seconds=interval), prices[-1]

    def _bar(self, coin: DemoCoin, interval: int, start: datetime, prices: list[Decimal], seconds: float) -> Bar:
        chance = self._chance(coin, interval, int(start.timestamp()))
        with localcontext(MONEY):
            wick = (prices[-1] * coin.unrest * round((1 + chance) * 400) / 100 / MILLION).quantize(coin.quantum)
        return Bar(
            coin.name,
            interval,
            start,
            prices[0],
            max(prices) + wick,
            max(min(prices) - wick, coin.quantum),
            prices[-1],
            self._volume(coin, prices[-1], (1.5 + chance) * seconds * coin.turnover),
            'demo',
        )

    def _volume(self, coin: DemoCoin, price: Decimal, cents: float) -> Decimal:
        with localcontext(MONEY):
            return (Decimal(round(cents)) / 100 / price).quantize(Decimal(1).scaleb(-6 if price > 1 else -1))

    def _wave(self, coin: DemoCoin, period: int, seconds: float) -> float:
        """Smooth noise from -1 to 1: chance at every multiple of the period, eased in between."""
        place, rest = divmod(seconds / period, 1)
        before, after = self._chance(coin, period, int(place)), self._chance(coin, period, int(place) + 1)
        return before + (after - before) * rest * rest * (3 - 2 * rest)

    def _jump(self, coin: DemoCoin, seconds: float) -> float:
        """In one window of JUMP_ODDS the price leaps, and drifts back until the window ends."""
        place, rest = divmod(seconds / JUMP_WINDOW + self._chance(coin, 1, 0), 1)
        chance = self._chance(coin, JUMP_WINDOW, int(place))
        return JUMP_SWING * chance * (1 - rest) if abs(chance) > 1 - 1 / JUMP_ODDS else 0.0

    def _chance(self, coin: DemoCoin, *place: int) -> float:
        # a tuple of integers hashes alike in every process, unlike text
        return hash((self.seed, int.from_bytes(coin.name.encode()), *place)) % 2_000_001 / MILLION - 1


class DemoFeed:
    """Runs a DemoMarket at `settings.demo_rate` ticks a second, and back-fills its week."""

    def __init__(
        self,
        settings: Settings,
        sink: Sink,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        market: DemoMarket | None = None,
    ) -> None:
        self.health = Health('demo', 'Demo market', clock, changed)
        self.market = market or DemoMarket()
        self._sink, self._clock, self._rate = sink, clock, settings.demo_rate

    async def run(self) -> None:
        """Trades until cancelled; raises what the sink raises."""
        self.health.expect(coin.name for coin in self.market.coins)
        await self._sink.listed('demo', {}, {coin.name: coin.full_name for coin in self.market.coins}, {})
        async with asyncio.TaskGroup() as group:
            group.create_task(self._trade(), name='demo market: trades')
            group.create_task(self._fill(self._clock()), name='demo market: history')

    async def _trade(self) -> None:
        await self._submit([self.market.tick(coin, self._clock()) for coin in self.market.coins])
        self.health.become('live')
        for count in _shares(self._rate):
            await asyncio.sleep(1 / STEPS_PER_SECOND)
            if count:
                await self._submit(self.market.step(count, self._clock()))

    async def _submit(self, ticks: list[Tick]) -> None:
        await self._sink.submit_many(ticks)
        self.health.received({tick.name for tick in ticks}, len(ticks))

    async def _fill(self, now: datetime) -> None:
        """The hours first, of which all changes are made; and few bars at a time, so that no page waits."""
        for interval in HISTORY:
            for coin in self.market.coins:
                bars = await asyncio.to_thread(self.market.history, coin, now, interval)
                for start in range(0, len(bars), CHUNK):
                    await self._sink.submit_candles(bars[start : start + CHUNK])


def _shares(rate: int) -> Iterator[int]:
    """How many ticks each step makes, so that every second has `rate` of them."""
    owed = 0
    while True:
        owed += rate
        yield owed // STEPS_PER_SECOND
        owed %= STEPS_PER_SECOND
