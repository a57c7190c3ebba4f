"""What the tests of deliveries share: a desk by a clock of the test's, with channels; what it says is waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from desk.alert import Delivery, News
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin
from tests.unit.alert_desk import Clock, above


class Sender:
    """A desk with channels, and what it says of its deliveries."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self.channels = desk.alerts.channels
        self.said: asyncio.Queue[Delivery] = asyncio.Queue()
        desk.alerts.subscribe(self._take)

    def _take(self, news: News) -> None:
        for delivery in news.deliveries:
            self.said.put_nowait(delivery)

    async def fire(self, *channels: int, name: str = 'BTC', **fields: Any) -> None:
        """An alert on a coin that costs 100 fires at 111.5."""
        await self.desk.alerts.create(above('110', name, channels=channels, **fields))
        await price(self.desk, '111.5', name)

    async def next(self) -> Delivery:
        """What is said next."""
        return await asyncio.wait_for(self.said.get(), 20)

    def later(self, by: timedelta) -> None:
        """So much time goes by."""
        self.clock.now += by
        self.desk.alerts.deliverer.wake()


async def price(desk: Desk, amount: str, name: str = 'BTC') -> None:
    await desk.submit(Tick(name, Decimal(amount), desk.clock(), 'form', Origin.PERSON))


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[Sender]:
    """A desk where BTC costs 100, at noon."""
    clock = Clock()
    desk = Desk(settings, clock)
    await desk.start()
    await price(desk, '100')
    yield Sender(desk, clock)
    await desk.stop()
