"""Ticks a second through up to 100,000 alerts over 100 coins: such as no price touches, and such as prices do touch.

Limit: 10,000 ticks a second on one core.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk.alert import Alert, Condition, Repeat
from desk.alerting.conditions import LEVELS, MOVES, Conditions
from desk.alerting.watch import Watch
from desk.ticks import Tick
from models import Origin
from tests.plain_alert import PLAIN

COINS, TICKS, RUNS, LIMIT = 100, 50_000, 5, 10_000
ALERTS = (0, 1_000, 100_000)
MEASURED = (0, 10_000, 100_000)  # with rises and falls: at 100 alerts a coin all six windows are kept
START = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=1) / LIMIT  # of the desk's time: ticks as fast as the limit
CENT = Decimal('0.01')
Away = Callable[[random.Random], float]


class Bench:
    """A Watch with coins whose prices walk, in steps of up to 0.05 %, as of a busy market; the same every time."""

    def __init__(self, alerts: int, away: Away, conditions: frozenset[Condition]) -> None:
        self.random, self.now, self.away = random.Random(7), START, away
        self.live: dict[int, Tick] = {}
        self.conditions = sorted(conditions)
        self.watch = Watch(self.live.get, lambda: self.now, Conditions())
        for coin in range(1, COINS + 1):
            self.tick(coin, Decimal(self.random.randint(10_000, 1_000_000)) / 100)
        self.watch.meet(range(1, COINS + 1))
        for number in range(alerts):
            self.watch.put(self.alert(number, number % COINS + 1), [number % COINS + 1])
        for coin in self.watch.needs_history():
            self.watch.seed(coin, [])

    def tick(self, coin: int, price: Decimal) -> Tick:
        """The coin's next price."""
        self.now += BETWEEN
        tick = self.live[coin] = Tick('COIN', price, self.now, 'bench', Origin.FEED, received=self.now)
        return tick

    def alert(self, number: int, coin: int) -> Alert:
        """One of any condition, as far from the price as is asked for."""
        condition, away = self.random.choice(self.conditions), self.away(self.random)
        price = self.live[coin].price
        falls = condition in (Condition.BELOW, Condition.CROSSES_DOWN) or self.random.random() < 0.5
        up = condition in (Condition.ABOVE, Condition.CROSSES_UP) or not falls
        level = (price * Decimal(str(1 + away if up else 1 - away))).quantize(CENT)
        moves = condition in MOVES
        return replace(
            PLAIN,
            id=number,
            coin_id=coin,
            condition=condition,
            price=None if moves else level,
            percent=Decimal(str(100 * away)).quantize(CENT) if moves else None,
            window=self.random.choice((300, 3600, 86400)) if moves else None,
            repeat=Repeat.EVERY,
            cooldown=60,
            created=START,
            changed=START,
        )

    def run(self) -> tuple[float, int]:
        """Ticks a second of processor time, and how many firings they made."""
        spent, hits = 0.0, 0
        for number in range(TICKS):
            coin = number % COINS + 1
            step = Decimal(str(1 + self.random.uniform(-0.0005, 0.0005)))
            tick = self.tick(coin, (self.live[coin].price * step).quantize(CENT))
            begun = time.process_time_ns()
            hits += len(self.watch.tick(coin, tick))
            spent += time.process_time_ns() - begun
        return TICKS / spent * 1e9, hits


def far(source: random.Random) -> float:
    """Further than any price walks here: 30 to 90 per cent."""
    return source.uniform(0.3, 0.9)


def near(source: random.Random) -> float:
    """Up to 20 per cent."""
    return source.uniform(0.0005, 0.2)


def main() -> None:
    """Print the tables."""
    columns = f'ticks/s, median of {RUNS} | to none | to the limit | firings |'
    print(f'| alerts that are not touched | {columns}')
    print('|---|---|---|---|---|')
    table(ALERTS, far, LEVELS, 'above, below, crosses')
    table(MEASURED, far, LEVELS | MOVES, 'above, below, crosses, rises, falls')
    print(f'\n| alerts within 20 % of the price | {columns}')
    print('|---|---|---|---|---|')
    table(MEASURED, near, LEVELS | MOVES, 'above, below, crosses, rises, falls')


def table(counts: tuple[int, ...], away: Away, conditions: frozenset[Condition], words: str) -> None:
    """Print the rows of some conditions."""
    none = 0.0
    for alerts in counts:
        bench = Bench(alerts, away, conditions)
        runs = [bench.run() for _ in range(RUNS)]
        rate = statistics.median(rate for rate, _ in runs)
        none = none or rate
        firings = sum(hits for _, hits in runs)
        print(f'| {alerts:,}: {words} | {rate:,.0f} | {rate / none:.0%} | {rate / LIMIT:.1f}× | {firings:,} |')


if __name__ == '__main__':
    main()
