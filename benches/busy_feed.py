"""A feed for the soak: 100 coins, 1,000 ticks a second. `python app.py --plugin benches.busy_feed`."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random

from desk.desk import Desk
from desk.feeds import Health, Sink
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin

COINS, TICKS, BATCHES = 100, 1000, 20  # the demo market's usual rate is 20 ticks a second


class BusyFeed:
    """Walks at random, so many batches a second."""

    def __init__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.sink, self.clock, self.health, self.random = sink, clock, Health('busy', 'Busy', clock, changed), Random(6)
        self.prices = {f'SOAK{number:03}': 100_000 for number in range(COINS)}

    async def run(self) -> None:
        """Until it is ended."""
        now = asyncio.get_running_loop().time
        due = now()
        while True:
            ticks = [self._tick(name) for name in self.random.choices(list(self.prices), k=TICKS // BATCHES)]
            await self.sink.submit_many(ticks)
            self.health.received([tick.name for tick in ticks], len(ticks))
            self.health.become('live')
            due = max(due + 1 / BATCHES, now())
            await asyncio.sleep(due - now())

    def _tick(self, name: str) -> Tick:
        self.prices[name] = max(1000, self.prices[name] + self.random.randint(-50, 50))
        return Tick(name, Decimal(self.prices[name]).scaleb(-2), self.clock(), 'busy', Origin.FEED, volume=Decimal(1))


def register(desk: Desk) -> None:
    """Add it."""
    desk.plugins.add_feed(BusyFeed)
