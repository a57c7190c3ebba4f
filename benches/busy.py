"""The program on a busy market, for benches: `python benches/busy.py KIND TICKS-A-SECOND flags of app.py …`.

A hundred invented coins, each as often as the others. KIND `plain`: nothing changes but prices, whose every step shows.
KIND `full`: changes, range and volume move with them, as after a week of trading.
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from commands.line import commands
from desk.feeds import FEEDS, Health, Sink
from desk.settings import Settings
from desk.ticks import Bar, Tick
from models import Origin, utc_now
from pages.formats import price_decimals

COINS, STEPS_A_SECOND = 100, 50
SIZES = (-3, -2, -1, 1, 2, 3, 4)
WEEK = [timedelta(hours=hours) for hours in (200, 30, 2)]


class Busy:
    """A feed: prices that swing by 0.05 % around a place of their own between 0.005 and 50,000."""

    kind, rate = 'plain', 1000

    def __init__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.health = Health('busy', 'Busy market', clock, changed)
        self.sink, self.random, self.next, self.trading = sink, Random(4), 0, False
        self.names = [f'COIN{number:02}' for number in range(COINS)]
        self.places = [Decimal(5).scaleb(SIZES[number % len(SIZES)]) for number in range(COINS)]
        self.prices = list(self.places)

    async def run(self) -> None:
        """Make the coins and what is behind them, then trade until cancelled."""
        self.health.expect(self.names)
        await self.sink.submit_many([tick for far in ('0.9', '1.106', '1') for tick in self._all(Decimal(far))])
        if self.kind == 'full':
            bars = [self._bar(number, ago) for number in range(COINS) for ago in WEEK]
            await self.sink.submit_candles(bars)
        self.trading = True
        self.health.become('live')
        loop, step = asyncio.get_running_loop(), 0
        begin = loop.time()
        while self.rate:
            step += 1
            await asyncio.sleep(begin + step / STEPS_A_SECOND - loop.time())
            ticks = [self._tick() for _ in range(self.rate // STEPS_A_SECOND)]
            await self.sink.submit_many(ticks)
            self.health.received({tick.name for tick in ticks}, len(ticks))
        await asyncio.Event().wait()

    def _all(self, factor: Decimal) -> list[Tick]:
        return [self._made(number, place * factor) for number, place in enumerate(self.places)]

    def _tick(self) -> Tick:
        """The next coin's next price, which differs from its last as people see it."""
        number, self.next = self.next, (self.next + 1) % COINS
        place = self.places[number]
        quantum = Decimal(1).scaleb(-price_decimals(place))
        price = self.prices[number]
        while price == self.prices[number]:
            price = (place * (1 + Decimal(self.random.randint(-500, 500)).scaleb(-6))).quantize(quantum)
        self.prices[number] = price
        return self._made(number, price)

    def _made(self, number: int, price: Decimal) -> Tick:
        volume = Decimal(7 if self.trading else 100_000) if self.kind == 'full' else None
        return Tick(self.names[number], price, utc_now(), 'busy', Origin.FEED, volume)

    def _bar(self, number: int, ago: timedelta) -> Bar:
        start = (utc_now() - ago).replace(minute=0, second=0, microsecond=0)
        price = self.places[number]
        return Bar(self.names[number], 3600, start, price, price, price, price, Decimal(100_000), 'busy')


if __name__ == '__main__':
    _, Busy.kind, rate, *flags = sys.argv
    Busy.rate, sys.argv[1:] = int(rate), flags
    FEEDS['busy'] = Busy
    commands()
