"""A feed: what our own marks server says, every five seconds. `python app.py --plugin examples.office_feed`."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import httpx

from desk.desk import Desk
from desk.feeds import Health, Sink
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin

MARKS = 'http://marks.example/latest'  # [{"name": "ACME", "price": "12.50"}, …]


class OfficeFeed:
    """Is started with the desk, started again when it raises, and shown on /status."""

    def __init__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.sink, self.clock, self.health = sink, clock, Health('office', 'Office', clock, changed)

    async def run(self) -> None:
        async with httpx.AsyncClient() as web:
            while True:
                said = (await web.get(MARKS)).raise_for_status().json()
                ticks = [Tick(one['name'], Decimal(one['price']), self.clock(), 'office', Origin.FEED) for one in said]
                await self.sink.submit_many(ticks)
                self.health.received([tick.name for tick in ticks], len(ticks))
                self.health.become('live')
                await asyncio.sleep(5)


def register(desk: Desk) -> None:
    desk.plugins.add_feed(OfficeFeed)
