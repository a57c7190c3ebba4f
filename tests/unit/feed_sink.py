"""A sink that keeps what feeds hand in, and waiting for conditions."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from desk.feeds import Grid
from desk.ticks import Bar, Tick
from models import Cryptocurrency


class CollectingSink:
    """Keeps everything; `wakeups` counts the calls."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.bars: list[Bar] = []
        self.pairs: dict[str, str] = {}
        self.full_names: dict[str, str] = {}
        self.grids: dict[str, Grid] = {}

    async def submit_many(self, ticks: Sequence[Tick]) -> list[Cryptocurrency]:
        self.ticks += ticks
        return []

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        self.bars += bars
        return len(bars)

    async def listed(
        self, exchange: str, pairs: Mapping[str, str], full_names: Mapping[str, str], grids: Mapping[str, Grid]
    ) -> None:
        self.pairs |= pairs
        self.full_names |= full_names
        self.grids |= grids


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Returns once the condition holds; fails when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition will do here, most have no event
            await asyncio.sleep(0.005)
