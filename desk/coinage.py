"""Coins while the desk runs: listed, unfollowed, renamed, merged, governed. No record is rewritten for it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from desk.acting import Right, needing
from desk.errors import Conflict, Invalid
from desk.feeds import Feeds, Grid
from desk.market import Market
from desk.memory import Memory
from desk.registry import Registry
from desk.store import Store
from desk.ticks import name_key, parse_name
from models import Coin, Policy


class Coinage:
    """Changes to the `coin` table, one at a time, carried over into registry, market and feeds."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        market: Market,
        memory: Memory,
        feeds: Feeds,
        changed: Callable[[Iterable[Coin]], None],
    ) -> None:
        self.store, self.registry, self.market, self.memory = store, registry, market, memory
        self.feeds, self.changed = feeds, changed
        self._turn = asyncio.Lock()

    def to_follow(self, names: Iterable[str]) -> dict[str, str]:
        """Coins to follow from a start on → their pairs: those followed already, and of `names` what nobody gave up."""
        followed = {coin.name: coin.pair for coin in self.registry.all() if coin.followed}
        found = {name: self.registry.find(name) for name in names}
        new = [name for name, coin in found.items() if coin is None or not (coin.followed or coin.unfollowed)]
        return {**dict.fromkeys(new, ''), **followed}

    async def listed(
        self,
        exchange: str,
        pairs: Mapping[str, str],
        full_names: Mapping[str, str],
        grids: Mapping[str, Grid],
        coins: Mapping[str, Coin],
    ) -> None:
        """The exchange has these pairs, by coin name; a name without a pair only gets its full name."""
        for name, coin in coins.items():
            known: dict[str, Any] = {'full_name': coin.full_name or full_names.get(name, '')[:100]}
            if name in pairs:
                known |= {'exchange': exchange, 'pair': pairs[name], 'followed': True, 'unfollowed': False}
                known |= grids.get(name, Grid())._asdict()
            if any(getattr(coin, field) != value for field, value in known.items()):
                async with self._turn:
                    await self._save(coin, **known)
                await self._recall(coin)

    @needing(Right.ADMINISTER)
    async def unfollow(self, coin: Coin) -> Coin:
        """Take no more prices from the exchange."""
        for name in self._names(coin):
            await self.feeds.unfollow(name)
        async with self._turn:
            await self._save(coin, followed=False, unfollowed=True, exchange='', pair='', **Grid()._asdict())
        return await self._recall(coin)

    @needing(Right.ADMINISTER)
    async def rename(self, coin: Coin, new: str) -> Coin:
        """Give a coin another name; the old one stays as a way to it."""
        name = parse_name(new)
        async with self._turn:
            taken = self.registry.find(name)
            if taken is not None and taken is not coin:
                raise Conflict(f'There is a coin called {taken.name} already; merge the two instead.', 'name')
            renamed = coin.model_copy(update={'name': name, 'key': name_key(name)})
            stubs = await self.store.rename_coin(renamed, coin.name)
            coin.name, coin.key = renamed.name, renamed.key
            for each in (*stubs, coin):
                self.registry.put(each)
        self.changed([coin])
        return coin

    @needing(Right.ADMINISTER)
    async def merge(self, coin: Coin, into: Coin) -> Coin:
        """Let `into` stand for both."""
        async with self._turn:
            if coin is into:
                raise Invalid(f'{coin.name} cannot be merged with itself.', 'into')
            if coin.merged_into is not None or into.merged_into is not None:
                raise Conflict('One of the two has just been merged; look again.', 'into')
            await self._save(coin, merged_into=into.id)
        self.market.forget(coin.id or 0)
        self.changed([coin])
        return await self._recall(into)

    @needing(Right.ADMINISTER)
    async def set_policy(self, coin: Coin, policy: Policy) -> Coin:
        """Say whose price governs."""
        async with self._turn:
            await self._save(coin, policy=policy)
        return await self._recall(coin)

    def _names(self, coin: Coin) -> list[str]:
        return [coin.name, *(other.name for other in self.registry.merged(coin))]

    async def _save(self, coin: Coin, **changes: Any) -> None:
        """Commit first: until then, and if that fails, everybody sees the coin as it was, under the name it had."""
        await self.store.save_coin(coin.model_copy(update=changes))
        for field, value in changes.items():
            setattr(coin, field, value)
        self.registry.put(coin)
        self.market.standing(coin)  # whose price governs may be another now

    async def _recall(self, coin: Coin) -> Coin:
        await self.memory.recall([coin])
        self.changed([coin])
        return coin
