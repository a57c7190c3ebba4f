"""The last 24 hours of one coin in quarter hours: range, volume and sparkline in constant memory. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import itemgetter

from desk.ticks import MONEY

QUARTER = 900
QUARTERS = 96
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTH = timedelta(seconds=QUARTER)
Range = tuple[Decimal | None, Decimal | None, Decimal | None]  # high, low, volume


@dataclass(slots=True)
class Quarter:
    """One quarter hour. The close is the price with the greatest (timestamp, seq)."""

    high: Decimal
    low: Decimal
    close: Decimal
    closed: datetime
    closed_seq: int
    volume: Decimal | None

    def take(
        self, moment: datetime, seq: int, high: Decimal, low: Decimal, close: Decimal, volume: Decimal | None
    ) -> None:
        """One price or candle more."""
        if high > self.high:
            self.high = high
        if low < self.low:
            self.low = low
        if moment > self.closed or (moment == self.closed and seq >= self.closed_seq):
            self.close, self.closed, self.closed_seq = close, moment, seq
        if volume is not None:
            self.volume = volume if self.volume is None else MONEY.add(volume, self.volume)


class Window:
    """A rolling 24 h: the running quarter hour and the 96 before it; adding is commutative."""

    __slots__ = ('_newest', '_past', '_quarters', '_running', '_start', '_until')

    def __init__(self) -> None:
        self._quarters: dict[int, Quarter] = {}
        self._newest = 0
        self._start = self._until = EPOCH  # of the quarter hour that was met last: the next price is in it, too
        self._running: Quarter | None = None
        self._past: tuple[int, Range] | None = None  # from which quarter hour on, and what all but the running one say

    def add(self, moment: datetime, seq: int, price: Decimal, volume: Decimal | None) -> None:
        """One price; `volume` in coins, None where it is not known."""
        if self._running is not None and self._start <= moment < self._until:
            self._running.take(moment, seq, price, price, price, volume)
        else:
            self.add_bar(moment, seq, price, price, price, volume)

    def add_bar(
        self, moment: datetime, seq: int, high: Decimal, low: Decimal, close: Decimal, volume: Decimal | None
    ) -> None:
        """One candle that closed at `moment` and is not longer than a quarter hour."""
        number = (moment - EPOCH) // LENGTH
        if number < self._newest - QUARTERS:
            return
        self._past = None
        quarter = self._quarters.get(number)
        if quarter is None:
            quarter = self._quarters[number] = Quarter(high, low, close, moment, seq, volume)
            self._advance(number)
        else:
            quarter.take(moment, seq, high, low, close, volume)
        if number == self._newest:
            self._running, self._start = quarter, EPOCH + number * LENGTH
            self._until = self._start + LENGTH

    def summary(self, now: datetime) -> Range:
        """High, low and volume of the last 24 h; None where nothing is known."""
        first = _first(now)
        if self._past is None or self._past[0] != first:
            self._past = first, _range([quarter for _, quarter in self._recent(first) if quarter is not self._running])
        past, running = self._past[1], self._running
        if running is None or self._newest < first:
            return past
        high, low, volume = past
        return (
            running.high if high is None or running.high > high else high,
            running.low if low is None or running.low < low else low,
            volume if running.volume is None else MONEY.add(running.volume, volume or 0),
        )

    def closes(self, now: datetime) -> list[Decimal]:
        """The closes of the quarter hours that had prices, oldest first."""
        return [quarter.close for _, quarter in sorted(self._recent(_first(now)), key=itemgetter(0))]

    def _recent(self, first: int) -> list[tuple[int, Quarter]]:
        return [(number, quarter) for number, quarter in self._quarters.items() if number >= first]

    def _advance(self, number: int) -> None:
        if number <= self._newest:
            return
        self._newest = number
        for old in [known for known in self._quarters if known < number - QUARTERS]:
            del self._quarters[old]


def _first(now: datetime) -> int:
    """The oldest quarter hour that counts."""
    return (now - EPOCH) // LENGTH - QUARTERS


def _range(quarters: list[Quarter]) -> Range:
    if not quarters:
        return None, None, None
    volumes = [quarter.volume for quarter in quarters if quarter.volume is not None]
    return (
        max([quarter.high for quarter in quarters]),
        min([quarter.low for quarter in quarters]),
        reduce(MONEY.add, volumes) if volumes else None,
    )
