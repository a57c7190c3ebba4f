"""What is measured of a coin's rolling window, and the posts that wait for it. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from desk.alert import Alert, Condition
from desk.alerting.conditions import HIGHS, MOVES
from desk.alerting.extreme import Extreme
from desk.alerting.levels import Levels
from desk.alerting.post import Post
from desk.ticks import MONEY, Tick

DAY, HUNDRED, ZERO, READING = 86400, Decimal(100), Decimal(0), Decimal('0.0001')
HIGHEST = frozenset({Condition.FALLS, Condition.NEW_HIGH})


class Measure(NamedTuple):
    """What a gauge measures; alerts of the same one share it."""

    condition: str
    window: int


class Gauge:
    """One measure of one coin. `members` counts the posts that need it, waiting or not.

    `whole`: it knows of the past what there is to know; before that it follows prices, and touches nothing.
    """

    def __init__(self, measure: Measure) -> None:
        self.measure, self.members, self.whole = measure, 0, False
        self._moves, self._highest = measure.condition in MOVES, measure.condition in HIGHEST
        self._extreme = Extreme(measure.window, self._highest)
        self._waiting = Levels()
        self._known: tuple[Decimal | None, Decimal | None] = None, None
        self._line = ZERO

    def start(self, tick: Tick) -> None:
        """The coin's live price as the window begins."""
        self._extreme.advance(int(tick.timestamp.timestamp()))
        self._extreme.add(tick.price)

    def seed(self, points: Iterable[tuple[datetime, Decimal, Decimal]]) -> None:
        """Time, low and high of what is stored."""
        self._extreme.seed((int(moment.timestamp()), high if self._highest else low) for moment, low, high in points)
        self.whole = True

    def wait(self, post: Post) -> None:
        """Take a post that may fire."""
        self._waiting.put(post, post.alert.percent or ZERO, strict=False)

    def take(self, price: Decimal, second: int) -> list[Post]:
        """Follow a price of a second since 1970; the posts that it touches leave."""
        extreme = self._extreme
        extreme.advance(second)
        before = extreme.value
        extreme.add(price)
        if not self.whole:
            return []
        if self._moves:
            return self._moved(price)
        if before is None or not (price > before if self._highest else price < before):
            return []
        return self._waiting.pop(ZERO)

    def reading(self, price: Decimal) -> Decimal | None:
        """How far a price is from the window's extreme, in per cent, cut to 4 digits; None for highs and lows."""
        extreme = self._extreme.value
        if extreme is None or not self._moves:
            return None
        part = MONEY.divide(MONEY.multiply(MONEY.subtract(price, extreme).copy_abs(), HUNDRED), extreme)
        return part.quantize(READING, ROUND_DOWN, MONEY)

    def _moved(self, price: Decimal) -> list[Post]:
        first, extreme = self._waiting.first(), self._extreme.value
        if first is None or extreme is None:
            return []
        if self._known != (first, extreme):
            self._known = first, extreme
            away = MONEY.subtract(HUNDRED, first) if self._highest else MONEY.add(HUNDRED, first)
            self._line = MONEY.divide(MONEY.multiply(extreme, away), HUNDRED)
        if price > self._line if self._highest else price < self._line:
            return []
        change = MONEY.multiply(MONEY.subtract(price, extreme).copy_abs(), HUNDRED)
        return self._waiting.pop(_floor(MONEY.divide(change, extreme)))


def measure_of(alert: Alert) -> Measure | None:
    """What an alert needs to have measured; None: nothing."""
    if alert.condition in MOVES:
        return Measure(alert.condition, alert.window or DAY)
    return Measure(alert.condition, DAY) if alert.condition in HIGHS else None


def _floor(per_cent: Decimal) -> Decimal:
    return per_cent.quantize(READING, ROUND_DOWN, MONEY)
