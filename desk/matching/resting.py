"""The open orders of a coin by the price that touches them: a price that touches none costs two comparisons. Pure."""

import heapq
from collections.abc import Iterator
from decimal import Decimal

from desk.matching.trails import Trails
from desk.orders import Kind, Order, Side

NEVER_BELOW, NEVER_ABOVE = Decimal(0), Decimal('Infinity')
Entry = tuple[Decimal, int, int, int]  # the price that touches, negated where prices fall to it; 1: at it is not enough


class Ladder:
    """Orders in the order in which a price that falls (or rises) touches them. What left is skipped when met."""

    def __init__(self, falling: bool) -> None:
        self._falling = falling
        self._heap: list[Entry] = []
        self._stamps: dict[int, int] = {}
        self._stamp = 0

    def put(self, order: Order, price: Decimal, at_it: bool) -> None:
        """Take an order that is touched past a price, or at it."""
        self._stamp += 1
        self._stamps[order.id] = self._stamp
        heapq.heappush(self._heap, (self._signed(price), 0 if at_it else 1, self._stamp, order.id))
        if len(self._heap) > 64 + 2 * len(self._stamps):
            self._heap = [entry for entry in self._heap if self._stands(entry)]
            heapq.heapify(self._heap)

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        self._stamps.pop(order_id, None)

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._stamps

    def first(self) -> Decimal | None:
        """The price that touches first."""
        while self._heap and not self._stands(self._heap[0]):
            heapq.heappop(self._heap)
        return self._signed(self._heap[0][0]) if self._heap else None

    def pop(self, price: Decimal) -> Iterator[int]:
        """The numbers of the orders that a price touches; they leave."""
        bar = (self._signed(price), 1)
        while self._heap and self._heap[0] < bar:
            entry = heapq.heappop(self._heap)
            if self._stands(entry):
                del self._stamps[entry[3]]
                yield entry[3]

    def _signed(self, price: Decimal) -> Decimal:
        return price.copy_negate() if self._falling else price

    def _stands(self, entry: Entry) -> bool:
        return self._stamps.get(entry[3]) == entry[2]


class Resting:
    """One coin's open orders. `put` an order as it stands; what cannot be touched by a price is not kept."""

    def __init__(self) -> None:
        self.arrivals: dict[int, None] = {}
        self.trails = Trails()
        self._limits = {Side.BUY: Ladder(falling=True), Side.SELL: Ladder(falling=False)}
        self._stops = {Side.BUY: Ladder(falling=False), Side.SELL: Ladder(falling=True)}
        self._floor, self._ceiling, self._known = NEVER_BELOW, NEVER_ABOVE, True

    def quiet(self, price: Decimal) -> bool:
        """Whether a price touches nothing."""
        if not self._known:
            self._look()
        return self._floor < price < self._ceiling

    def put(self, order: Order) -> None:
        """Take an order in place of what it was; one that has ended, or sleeps, goes."""
        self._discard(order.id)
        if not order.is_open or (order.size is not None and not order.remaining):
            return
        if order.kind is Kind.MARKET or (order.triggered and not (order.kind is Kind.STOP_LIMIT and order.arrived)):
            self.arrivals[order.id] = None
        elif order.kind is Kind.TRAILING_STOP:
            self.trails.put(order)
        elif order.kind is Kind.STOP or (order.kind is Kind.STOP_LIMIT and not order.triggered):
            assert order.stop_price is not None
            self._stops[order.side].put(order, order.stop_price, at_it=True)
        elif order.arrived:
            assert order.limit_price is not None
            self._limits[order.side].put(order, order.limit_price, at_it=order.terms.touch)
        else:
            self.arrivals[order.id] = None

    def has(self, order_id: int) -> bool:
        """Whether a price can still touch this order."""
        ladders = (*self._limits.values(), *self._stops.values())
        return order_id in self.arrivals or order_id in self.trails or any(order_id in ladder for ladder in ladders)

    def pop(self, price: Decimal, seq: int) -> tuple[list[int], list[int], list[int]]:
        """What a price of this number touches: stops to trigger, orders that wait for any price, limits. They leave."""
        stops = [*self._stops[Side.BUY].pop(price), *self._stops[Side.SELL].pop(price), *self.trails.pop(price, seq)]
        waiting, self.arrivals = list(self.arrivals), {}
        limits = [*self._limits[Side.BUY].pop(price), *self._limits[Side.SELL].pop(price)]
        self._known = False
        return stops, waiting, limits

    def follow(self, price: Decimal, seq: int) -> None:
        """The trailing stops that are left move after a new best price."""
        self.trails.follow(price, seq)
        self._known = False

    def _discard(self, order_id: int) -> None:
        self._known = False
        self.arrivals.pop(order_id, None)
        self.trails.discard(order_id)
        for side in Side:
            self._limits[side].discard(order_id)
            self._stops[side].discard(order_id)

    def _look(self) -> None:
        below = [self._limits[Side.BUY].first(), self._stops[Side.SELL].first(), *self.trails.below()]
        above = [self._limits[Side.SELL].first(), self._stops[Side.BUY].first(), *self.trails.above()]
        self._floor = max((price for price in below if price is not None), default=NEVER_BELOW)
        self._ceiling = min((price for price in above if price is not None), default=NEVER_ABOVE)
        if self.arrivals:
            self._floor = NEVER_ABOVE
        self._known = True
