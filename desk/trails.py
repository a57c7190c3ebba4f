"""A coin's trailing stops, grouped by the best price that they share. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from desk.orders import Order, Side
from desk.trading import reached, stop_of


class Trails:
    """Trailing stops that wait: each by itself."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._moved: set[int] = set()

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._orders

    def put(self, order: Order) -> None:
        """Take an order that waits, with its best price so far."""
        self._orders[order.id] = order

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        self._orders.pop(order_id, None)
        self._moved.discard(order_id)

    def best(self, order_id: int) -> Decimal | None:
        """The best price so far of an order that is here."""
        order = self._orders.get(order_id)
        return order.best if order else None

    def moved(self) -> Iterable[int]:
        """The orders whose best price has moved since the last call."""
        moved, self._moved = self._moved, set()
        return moved

    def pop(self, price: Decimal, seq: int) -> Iterator[int]:
        """The orders that a price of this number triggers. They stay until they are discarded."""
        for order in self._orders.values():
            if order.seq < seq and reached(order.side, stop_of(order), price):
                yield order.id

    def follow(self, price: Decimal, seq: int) -> None:
        """A price of this number, where it is a new best one."""
        for order in self._orders.values():
            assert order.best is not None
            if order.seq < seq and (price < order.best if order.side is Side.BUY else price > order.best):
                self._orders[order.id] = replace(order, best=price)
                self._moved.add(order.id)

    def floor(self) -> Decimal | None:
        """At or under which price something happens."""
        return Decimal('Infinity') if self._orders else None

    def ceiling(self) -> Decimal | None:
        """At or above which price something happens."""
        return None
