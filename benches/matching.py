"""Ticks a second through the matcher at 0, 1,000 and 100,000 open orders. Limit: 10,000 a second on one core."""

import random
import statistics
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk.matching import Matcher
from desk.orders import LOCAL, Kind, Side, Steps, Terms, Ticket
from desk.ticks import Tick
from models import Origin

COINS, TICKS, RUNS, LIMIT = 100, 50_000, 3, 10_000
OPEN = (0, 1_000, 100_000)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CENT, LOT = Decimal('0.01'), Decimal('0.0001')
STEPS = Steps(CENT, LOT)
RESTING = (Kind.LIMIT, Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


class Bench:
    """A matcher with coins whose prices walk, in steps of up to 0.05 %, as of a busy market; the same every time."""

    def __init__(self, orders: int) -> None:
        self.random = random.Random(7)
        self.seq = 0
        self.live: dict[int, Tick] = {}
        self.matcher = Matcher(lambda: NOW, lambda: self.seq, self.live.get)
        self.matcher.open(LOCAL, 'USD', Decimal(10) ** 15)
        for coin in range(1, COINS + 1):
            self.matcher.tick(coin, self.tick(coin))
            self.place(coin, Ticket('COIN', Side.BUY, Kind.MARKET, size=Decimal(10_000)))
        for number in range(orders):
            self.order(number % COINS + 1)

    def tick(self, coin: int) -> Tick:
        """The coin's next price."""
        last = self.live[coin].price if coin in self.live else Decimal(self.random.randint(10_000, 1_000_000)) / 100
        price = (last * Decimal(str(1 + self.random.uniform(-0.0005, 0.0005)))).quantize(CENT)
        self.seq += 1
        tick = Tick('COIN', price, NOW, 'bench', Origin.FEED, bid=price, ask=price, seq=self.seq, received=NOW)
        self.live[coin] = tick
        return tick

    def order(self, coin: int) -> None:
        """One that rests 0.5 to 20 per cent from the price, of any kind and side."""
        side, kind, price = self.random.choice(list(Side)), self.random.choice(RESTING), self.live[coin].price
        below = (side is Side.BUY) == (kind is Kind.LIMIT)
        away = Decimal(str(self.random.uniform(0.005, 0.2)))
        at = (price * (1 - away if below else 1 + away)).quantize(CENT)
        self.place(
            coin,
            Ticket(
                'COIN',
                side,
                kind,
                size=Decimal('0.1'),
                limit_price=at if kind in (Kind.LIMIT, Kind.STOP_LIMIT) else None,
                stop_price=at if kind in (Kind.STOP, Kind.STOP_LIMIT) else None,
                trail_percent=(100 * away).quantize(CENT) if kind is Kind.TRAILING_STOP else None,
            ),
        )

    def place(self, coin: int, ticket: Ticket) -> None:
        """Place it, with the usual terms."""
        self.matcher.place(LOCAL, coin, ticket, STEPS, Terms())

    def run(self) -> tuple[float, int]:
        """Ticks a second, and how many fills they made."""
        spent, fills = 0.0, 0
        for number in range(TICKS):
            coin = number % COINS + 1
            tick = self.tick(coin)
            start = time.perf_counter()
            changes = self.matcher.tick(coin, tick)
            spent += time.perf_counter() - start
            fills += sum(len(change.fills) for change in changes)
        return TICKS / spent, fills


def main() -> None:
    """Print the table."""
    print(f'| open orders | ticks/s, median of {RUNS} | to none | to the limit | fills |\n|---|---|---|---|---|')
    none = 0.0
    for orders in OPEN:
        runs = [Bench(orders).run() for _ in range(RUNS)]
        rate = statistics.median(rate for rate, _ in runs)
        none = none or rate
        print(f'| {orders:,} | {rate:,.0f} | {rate / none:.0%} | {rate / LIMIT:.1f}× | {runs[0][1]:,} |')


if __name__ == '__main__':
    main()
