"""How far trailing stops have come, as far as that is not stored yet."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from desk.broker.committed import Committed
from desk.orders import Order
from desk.store import TradeStore

AT_ONCE = 1000  # saved in one transaction


class Bests:
    """Best prices that are to be stored. A stored one holds for the order as it was: for its revision alone.

    `base` is the place in the backlog up to which prices are in them, or in what is stored.
    """

    def __init__(self) -> None:
        self.base = 0
        self._moved: dict[int, Order] = {}

    def take(self, orders: Iterable[Order], base: int) -> None:
        """These are where they stand at a place in the backlog or after it; all others are where they were."""
        self._moved.update((order.id, order) for order in orders)
        self.base = base

    def upon(self, order: Order) -> Order:
        """The order with its best price, if that is not stored yet."""
        known = self._moved.get(order.id)
        return replace(order, best=known.best) if known is not None and known.revision == order.revision else order

    async def save(self, store: TradeStore, view: Committed) -> bool:
        """Store all of them, and show them; whether there were any. Raises Unavailable."""
        shown = False
        while some := list(islice(self._moved.values(), AT_ONCE)):
            await store.save_bests(some)
            for order in some:
                if self._moved.get(order.id) is order:  # it may have moved on meanwhile
                    del self._moved[order.id]
            shown = bool(view.follow(some)) or shown
        return shown
