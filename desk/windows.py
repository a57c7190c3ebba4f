"""The last 24 hours of one coin in quarter hours: range, volume and sparkline in constant memory. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

QUARTER = 900
QUARTERS = 96


@dataclass(slots=True)
class Quarter:
    """One quarter hour. The close is the price with the greatest (timestamp, seq)."""

    high: Decimal
    low: Decimal
    close: Decimal
    closed: tuple[datetime, int]
    volume: Decimal | None


class Window:
    """A rolling 24 h: the running quarter hour and the 96 before it; adding is commutative."""

    __slots__ = ('_newest', '_quarters')

    def __init__(self) -> None:
        self._quarters: dict[int, Quarter] = {}
        self._newest = 0

    def add(self, moment: datetime, seq: int, price: Decimal, volume: Decimal | None) -> None:
        """One price; `volume` in coins, None where it is not known."""
        self.add_bar(moment, seq, price, price, price, volume)

    def add_bar(
        self, moment: datetime, seq: int, high: Decimal, low: Decimal, close: Decimal, volume: Decimal | None
    ) -> None:
        """One candle that closed at `moment` and is not longer than a quarter hour."""
        number = int(moment.timestamp()) // QUARTER
        if number < self._newest - QUARTERS:
            return
        quarter = self._quarters.get(number)
        if quarter is None:
            self._quarters[number] = Quarter(high, low, close, (moment, seq), volume)
            self._advance(number)
            return
        quarter.high = max(quarter.high, high)
        quarter.low = min(quarter.low, low)
        if (moment, seq) >= quarter.closed:
            quarter.close, quarter.closed = close, (moment, seq)
        if volume is not None:
            quarter.volume = volume + (quarter.volume or 0)

    def summary(self, now: datetime) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """High, low and volume of the last 24 h; None where nothing is known."""
        quarters = [quarter for _, quarter in self._recent(now)]
        if not quarters:
            return None, None, None
        volumes = [quarter.volume for quarter in quarters if quarter.volume is not None]
        return (
            max(quarter.high for quarter in quarters),
            min(quarter.low for quarter in quarters),
            sum(volumes, Decimal(0)) if volumes else None,
        )

    def closes(self, now: datetime) -> list[Decimal]:
        """The closes of the quarter hours that had prices, oldest first."""
        return [quarter.close for _, quarter in sorted(self._recent(now))]

    def _recent(self, now: datetime) -> list[tuple[int, Quarter]]:
        first = int(now.timestamp()) // QUARTER - QUARTERS
        return [(number, quarter) for number, quarter in self._quarters.items() if number >= first]

    def _advance(self, number: int) -> None:
        if number <= self._newest:
            return
        self._newest = number
        for old in [known for known in self._quarters if known < number - QUARTERS]:
            del self._quarters[old]
