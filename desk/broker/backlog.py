"""The newest prices, at least since the oldest decision that is not committed yet: if that fails, they serve again."""

from desk.ticks import Tick

ROOM = 50_000


class Backlog:
    """A bounded log; a price's place in it is a number that never comes again.

    Where it is full the newer prices are left out and counted: orders then see a gap, after prices that are in order.
    """

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.dropped = 0
        self.start = 0
        self._ticks: list[tuple[int, Tick]] = []
        self._left_out = self._left_at = 0

    @property
    def end(self) -> int:
        """The place that the next price gets."""
        return self.start + len(self._ticks)

    def keep(self, coin_id: int, tick: Tick) -> None:
        """Remember a price."""
        if len(self._ticks) < self.room:
            self._ticks.append((coin_id, tick))
        else:
            self._left_out, self._left_at = self._left_out + 1, self.end

    def some(self, place: int, count: int) -> list[tuple[int, Tick]]:
        """Up to so many prices, with their coins, from a place on."""
        return self._ticks[place - self.start : place - self.start + count]

    def strike(self, place: int) -> None:
        """Take one out that nobody can work with: it is lost, and counted."""
        del self._ticks[place - self.start]
        self.dropped += 1

    def forget(self, until: int) -> None:
        """What lies before this place is done with."""
        del self._ticks[: max(0, until - self.start)]
        self.start = max(self.start, until)
        if self.start >= self._left_at:
            self._left_out = 0

    def lose(self) -> None:
        """The log was needed: what was left out of it is lost."""
        self.dropped, self._left_out = self.dropped + self._left_out, 0
