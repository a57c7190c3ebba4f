"""Any ccxt exchange, in a process of its own: this is the desk's side of it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from desk.errors import Unavailable
from desk.feeds.feed import Sink
from desk.feeds.state import Health
from desk.settings import Settings


class ExchangeFeed:
    """One exchange. `loaded` is set once its library is (or cannot be), `spoke` once it has given a price."""

    def __init__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.health = Health(settings.exchange, settings.exchange.capitalize(), clock, changed)
        self.loaded, self.spoke = asyncio.Event(), asyncio.Event()
        self._settings, self._sink = settings, sink

    def want(self, followed: Mapping[str, str]) -> None:
        """The coins to follow from the next start on: name → pair where it is known, else ''."""

    async def run(self) -> None:
        self.loaded.set()
        if self._settings.exchange == 'none':
            return
        self.health.become('loading')
        await asyncio.Event().wait()

    async def follow(self, name: str, pair: str = '') -> None:
        raise Unavailable('No exchange is connected yet.')

    async def unfollow(self, name: str) -> None:
        raise Unavailable('No exchange is connected yet.')

    async def knows(self, name: str) -> bool:
        return False
