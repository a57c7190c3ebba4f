"""Fills the market from the store: after a start, a correction, a merge, a new policy, and as time passes."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from desk.candles import Candle
from desk.intake import tick_of
from desk.market import PERIODS, Market, effective_policy
from desk.registry import Registry
from desk.store import Store
from desk.ticks import Tick
from desk.windows import QUARTER, Window
from models import Coin, Origin, Policy

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
FINEST_FIRST = (60, 3600, 86400)


class Memory:
    """What the store knows, brought into the market."""

    def __init__(self, store: Store, registry: Registry, market: Market, clock: Callable[[], datetime]) -> None:
        self.store, self.registry, self.market, self.clock = store, registry, market, clock

    async def load(self) -> None:
        """The newest prices of every coin: enough for the first page."""
        coins, since = self.registry.all(), self.market.look()
        newest = await self._newest(coins)
        for coin in coins:
            self.market.reset(coin, newest.get(coin.id or 0, []), Window(), since)

    async def recall(self, coins: Iterable[Coin]) -> None:
        """Newest prices, windows and changes of these coins, anew."""
        if not (wanted := list(coins)):
            return
        await self.store.flush(everything=False)  # candles lag behind a feed by up to a second
        since = self.market.look()
        newest = await self._newest(wanted)
        for coin in wanted:
            ticks = newest.get(coin.id or 0) or await self._from_candles(coin)
            self.market.reset(coin, ticks, await self._window(coin), since)
        await self.compare(wanted)

    async def compare(self, coins: Iterable[Coin]) -> None:
        """What each price is compared with: the last one at or before 1 h, 24 h and 7 d ago."""
        by_policy: dict[Policy, list[Coin]] = {}
        for coin in coins:
            by_policy.setdefault(effective_policy(coin), []).append(coin)
        for policy, same in by_policy.items():
            for period, length in PERIODS.items():
                await self._compare(same, policy, period, self.clock() - length)

    async def _compare(self, coins: list[Coin], policy: Policy, period: str, moment: datetime) -> None:
        ids = {number: coin for coin in coins for number in self.registry.ids(coin)}
        found: dict[int, tuple[datetime, Decimal]] = {}
        for number, seen in (await self.store.prices_at(list(ids), moment, policy)).items():
            own = ids[number].id or 0
            found[own] = max(found.get(own, seen), seen)
        for coin in coins:
            before = self.market.standing(coin).before
            before.pop(period, None)
            if coin.id in found:
                before[period] = found[coin.id][1]

    async def _newest(self, coins: list[Coin]) -> dict[int, list[Tick]]:
        owners = {number: coin.id or 0 for coin in coins for number in self.registry.ids(coin)}
        newest: dict[int, list[Tick]] = {}
        for record in await self.store.latest(list(owners)):
            newest.setdefault(owners[record.coin_id], []).append(tick_of(record))
        return newest

    async def _window(self, coin: Coin) -> Window:
        now = self.clock()
        window = Window()
        for candle in await self.store.candles(
            self.registry.ids(coin), QUARTER, now - DAY, now, 100, effective_policy(coin)
        ):
            closed = min(candle.start + timedelta(seconds=QUARTER) - INSTANT, now)
            window.add_bar(closed, 0, candle.high, candle.low, candle.close, candle.volume)
        return window

    async def _from_candles(self, coin: Coin) -> list[Tick]:
        """A coin that has candles and no record shows the close of its last candle."""
        now = self.clock()
        lasts = await asyncio.gather(
            *(
                self.store.candles(self.registry.ids(coin), seconds, None, now, 1, effective_policy(coin))
                for seconds in FINEST_FIRST
            )
        )
        ends = [
            _close(coin, candles[-1], seconds, now)
            for candles, seconds in zip(lasts, FINEST_FIRST, strict=True)
            if candles
        ]
        return sorted(ends, key=lambda tick: tick.timestamp)[-1:]


def _close(coin: Coin, candle: Candle, seconds: int, now: datetime) -> Tick:
    moment = min(candle.start + timedelta(seconds=seconds) - INSTANT, now)
    return Tick(coin.name, candle.close, moment, 'candles', Origin.FILE, received=moment)
