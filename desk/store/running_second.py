"""What one coin cost within one second: each price costs a few comparisons, whatever becomes of all of them."""

from datetime import timedelta
from decimal import Decimal

from desk.candles import STORED, Part, floor
from desk.store.parts import Key
from desk.store.records import Entry, Told
from desk.ticks import MONEY, Tick
from models import CandleOrigin, Origin

Price = Tick | Told
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class RunningSecond:
    """The prices of a coin by one door within the second that begins at `start`, the first of them at its making."""

    __slots__ = ('_feed', '_first', '_high', '_last', '_low', '_until', '_volume', 'coin_id', 'name', 'start')

    def __init__(self, coin_id: int, name: str, price: Price) -> None:
        self.coin_id, self.name = coin_id, name
        self.start = price.timestamp - timedelta(0, 0, price.timestamp.microsecond)  # sooner than to replace it
        self._until = self.start + SECOND
        self._feed = price.origin == Origin.FEED
        self._first = self._last = price
        self._high = self._low = price.price
        self._volume: Decimal | None = price.volume

    def take(self, price: Price) -> bool:
        """One more; False if it does not belong here."""
        moment, number, volume = price.timestamp, price.price, price.volume
        if not self.start <= moment < self._until or price.origin is not self._first.origin:
            return False
        if number > self._high:
            self._high = number
        elif number < self._low:
            self._low = number
        if moment > self._last.timestamp:
            self._last = price
        elif moment == self._last.timestamp or moment <= self._first.timestamp:
            self._order(price)
        if volume is not None:
            self._volume = volume if self._volume is None else MONEY.add(self._volume, volume)
        return True

    @property
    def minute(self) -> Key:
        """The candle that these prices belong to."""
        origin = CandleOrigin.FEED if self._feed else CandleOrigin.HAND
        return Key(self.coin_id, STORED[0], origin, floor(self.start, STORED[0]))

    def within(self, minute: Key) -> bool:
        """Whether it is `minute`."""
        feed = minute.origin is CandleOrigin.FEED
        return feed is self._feed and minute.start <= self.start < minute.start + MINUTE

    @property
    def part(self) -> Part:
        """What they say of it."""
        first, last = self._first, self._last
        return Part(
            first.price,
            self._high,
            self._low,
            last.price,
            self._volume,
            first.timestamp,
            first.seq,
            last.timestamp,
            last.seq,
        )

    @property
    def record(self) -> Told:
        """The newest of them, as it is kept."""
        last = self._last
        if not isinstance(last, Tick):
            return last
        _, price, moment, source, origin, volume, bid, ask, author, note, seq, received = last
        return Entry(
            self.coin_id, self.name, price, moment, source, origin, volume, bid, ask, author, note, seq, received
        )

    def _order(self, price: Price) -> None:
        """The desk's numbers break ties."""
        place = price.timestamp, price.seq
        if place >= (self._last.timestamp, self._last.seq):
            self._last = price
        elif place < (self._first.timestamp, self._first.seq):
            self._first = price
