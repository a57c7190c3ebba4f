"""The lowest or highest price of a rolling window, in bounded memory. Pure."""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal

STEPS = {300: 1, 3600: 10, 86400: 60}  # seconds of a window → of a step


class Extreme:
    """Keeps, for each step of time, the price that is the extreme from there on, where it is one: a step at most once.

    `window` is in seconds, a key of STEPS.
    """

    __slots__ = ('_highest', '_prices', '_step', '_steps', 'newest')

    def __init__(self, window: int, highest: bool) -> None:
        self._step, self._steps, self._highest = STEPS[window], window // STEPS[window], highest
        self._prices: deque[tuple[int, Decimal]] = deque()
        self.newest = 0

    def __len__(self) -> int:
        """How many prices are kept: at most as many as the window has steps."""
        return len(self._prices)

    @property
    def value(self) -> Decimal | None:
        """The lowest (highest) price as of the last `advance`; None: there is none."""
        return self._prices[0][1] if self._prices else None

    def advance(self, second: int) -> None:
        """Go on to a second since 1970; one in the past is nothing."""
        step = second // self._step
        if step > self.newest:
            self.newest = step
            self._forget()

    def add(self, price: Decimal) -> None:
        """A price of the second that was gone on to."""
        self._put(self.newest, price)

    def seed(self, points: Iterable[tuple[int, Decimal]]) -> None:
        """Prices of past seconds, in any order, beside those that came in meanwhile."""
        seeds = [(second // self._step, price) for second, price in points]
        known = sorted([*self._prices, *seeds], key=lambda point: point[0])
        self._prices.clear()
        for step, price in known:
            self._put(step, price)
        self.newest = max(self.newest, *(step for step, _ in known)) if known else self.newest
        self._forget()

    def _put(self, step: int, price: Decimal) -> None:
        prices = self._prices
        while prices and (prices[-1][1] <= price if self._highest else prices[-1][1] >= price):
            prices.pop()
        if not prices or prices[-1][0] != step:
            prices.append((step, price))

    def _forget(self) -> None:
        oldest = self.newest - self._steps
        while self._prices and self._prices[0][0] <= oldest:
            self._prices.popleft()
