"""How much of the volume of each coin's newest price is taken, fill by fill. Pure."""

from decimal import Decimal

from desk.orders import Fill
from desk.ticks import MONEY

ZERO = Decimal(0)


class Taken:
    """By coin the price that filled last, the sum of what it filled, and each fill of it."""

    def __init__(self) -> None:
        self._coins: dict[int, tuple[int, Decimal, list[Fill]]] = {}

    def of(self, coin_id: int, seq: int) -> Decimal:
        """How much is taken of the price of this number."""
        newest, total, _ = self._coins.get(coin_id, (0, ZERO, []))
        return total if newest == seq else ZERO

    def add(self, fill: Fill) -> None:
        """A fill took its size."""
        seq, total, fills = self._coins.get(fill.coin_id, (0, ZERO, []))
        if seq != fill.seq:
            total, fills = ZERO, []
        fills.append(fill)
        self._coins[fill.coin_id] = (fill.seq, MONEY.add(total, fill.size), fills)

    def forget(self, coin_id: int) -> None:
        """Another price has come, of which nothing is taken."""
        self._coins.pop(coin_id, None)

    def undo(self, last_fill: int) -> None:
        """Fills after this number were not committed: they took nothing."""
        kept = [fill for _, _, fills in self._coins.values() for fill in fills if fill.id <= last_fill]
        self._coins.clear()
        for fill in kept:
            self.add(fill)
