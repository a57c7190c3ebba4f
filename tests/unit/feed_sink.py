"""A sink that keeps what feeds hand in, and waiting for conditions."""

from collections.abc import Mapping, Sequence

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
