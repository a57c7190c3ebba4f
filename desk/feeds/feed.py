"""What a feed is: something that runs under supervision and hands prices to a sink."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from desk.feeds.markets import Grid
from desk.feeds.state import Health
from desk.settings import Settings
from desk.ticks import Bar, Tick


class Sink(Protocol):
    """Where prices go: the desk, or a test."""

    async def submit_many(self, ticks: Sequence[Tick]) -> Sequence[object]:
        """Takes ticks of origin FEED at once, returns an empty list."""

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        """Commits history, returns how many candles were new or changed."""

    async def listed(
        self, exchange: str, pairs: Mapping[str, str], full_names: Mapping[str, str], grids: Mapping[str, Grid]
    ) -> None:
        """The exchange has these coins: their pairs and steps. Names without a pair only get their full name."""


class Feed(Protocol):
    """One source of prices. `run()` works until cancelled; what it raises is reported, and it is started again."""

    health: Health

    async def run(self) -> None: ...


class FeedMaker(Protocol):
    """Makes a feed; `changed` is for its Health."""

    def __call__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> Feed: ...
