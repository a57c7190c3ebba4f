"""A coin's trailing stops, grouped by the best price that they share. Pure.

After a new best price all orders that it passed have the same best one, so their groups become one: the price is
compared with one group and one stop, however many orders there are.
"""

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from desk.orders import Order, Side
from desk.ticks import MONEY
from desk.trading import trailing_price

SLACK = 64  # entries that may lie about before they are swept


class Group:
    """Orders with one best price. By amount and by per cent, the tightest triggers first."""

    __slots__ = ('amounts', 'best', 'orders', 'percents', 'signed', 'stamp')

    def __init__(self, best: Decimal, signed: Decimal) -> None:
        self.best, self.signed, self.stamp = best, signed, 0
        self.orders: dict[int, Order] = {}
        self.amounts: list[tuple[Decimal, int]] = []
        self.percents: list[tuple[Decimal, int]] = []

    def put(self, order: Order) -> None:
        """Take an order, whatever its own best price says."""
        self.orders[order.id] = order
        if order.trail_amount is not None:
            heapq.heappush(self._swept(self.amounts), (order.trail_amount, order.id))
        else:
            heapq.heappush(self._swept(self.percents), (order.trail_percent or Decimal(0), order.id))

    def tightest(self) -> Iterator[Order]:
        """The one or two orders whose stops stand nearest."""
        for distances in (self.amounts, self.percents):
            while distances and distances[0][1] not in self.orders:
                heapq.heappop(distances)
            if distances:
                yield self.orders[distances[0][1]]

    def drop(self, order: Order) -> None:
        """Pass over the tightest order of its kind; it stays a member."""
        heapq.heappop(self.percents if order.trail_amount is None else self.amounts)

    def _swept(self, distances: list[tuple[Decimal, int]]) -> list[tuple[Decimal, int]]:
        if len(distances) > SLACK + 2 * len(self.orders):
            distances[:] = sorted({entry for entry in distances if entry[1] in self.orders})
        return distances


class Trail:
    """One side's trailing stops. Inside, prices are signed: a lower one is worse to buy at, a better one to sell at.

    `_groups` lie so that the last is the first that a new best price passes; `_stops` has each group's nearest stop.
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._groups: list[Group] = []
        self._of: dict[int, Group] = {}
        self._moved: set[Group] = set()
        self._stops: list[tuple[Decimal, int, Group]] = []
        self._stamp = 0
        self._newest = 0

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._of

    def put(self, order: Order) -> None:
        """Take an order that waits, with its best price so far."""
        assert order.best is not None
        signed = self._signed(order.best)
        place = bisect_left(self._groups, signed, key=lambda group: group.signed)
        if place == len(self._groups) or self._groups[place].signed != signed:
            self._groups.insert(place, Group(order.best, signed))
        group = self._of[order.id] = self._groups[place]
        group.put(order)
        self._newest = max(self._newest, order.seq)
        self._renew(group)

    def discard(self, order_id: int) -> None:
        """Forget an order that is here."""
        group = self._of.pop(order_id)
        del group.orders[order_id]
        if not group.orders:
            del self._groups[bisect_left(self._groups, group.signed, key=lambda group: group.signed)]
            self._gone(group)

    def best(self, order_id: int) -> Decimal:
        """The best price so far of an order that is here."""
        return self._of[order_id].best

    def moved(self) -> list[int]:
        """The orders whose best price has moved since the last call."""
        moved, self._moved = self._moved, set()
        return [order_id for group in moved for order_id in group.orders]

    def pop(self, price: Decimal, seq: int) -> list[tuple[int, int]]:
        """Rank and number of the orders that a price of this number triggers; members until they are discarded."""
        older, bar = self._without(seq), self._signed(price)
        popped: list[tuple[int, int]] = []
        while (stop := self.stop()) is not None and self._signed(stop) <= bar:
            group = self._stops[0][2]
            reached = [order for order in group.tightest() if self._stop(order, group) <= bar]
            for order in reached:
                group.drop(order)
                popped.append((order.rank, order.id))
            self._renew(group)
        self._back(older)
        return list(dict.fromkeys(popped))

    def follow(self, price: Decimal, seq: int) -> None:
        """A price of this number, where it is a new best one: the groups that it passes become one."""
        older, signed = self._without(seq), self._signed(price)
        passed = None
        while self._groups and (signed < self._groups[-1].signed or (passed and signed == self._groups[-1].signed)):
            passed = self._merged(passed, self._groups.pop())
        if passed:
            passed.best, passed.signed = price, signed
            self._groups.append(passed)
            self._moved.add(passed)
            self._renew(passed)
        self._back(older)

    def stop(self) -> Decimal | None:
        """The nearest stop, or one that was nearer and has gone."""
        while self._stops and self._stops[0][1] != self._stops[0][2].stamp:
            heapq.heappop(self._stops)
        return self._signed(self._stops[0][0]) if self._stops else None

    def next_best(self) -> Decimal | None:
        """The least price that moves a best one."""
        if not self._groups:
            return None
        best = self._groups[-1].best
        return MONEY.next_minus(best) if self._side is Side.BUY else MONEY.next_plus(best)

    def _signed(self, price: Decimal) -> Decimal:
        return price if self._side is Side.BUY else price.copy_negate()

    def _stop(self, order: Order, group: Group) -> Decimal:
        stop = trailing_price(self._side, group.best, order.trail_amount, order.trail_percent, order.steps)
        return self._signed(stop)

    def _merged(self, one: Group | None, other: Group) -> Group:
        """Both in the larger one."""
        if one is None:
            return other
        small, large = (one, other) if len(one.orders) < len(other.orders) else (other, one)
        for order in small.orders.values():
            self._of[order.id] = large
            large.put(order)
        self._gone(small)
        return large

    def _renew(self, group: Group) -> None:
        """Write down anew where the group's nearest stop stands."""
        self._stamp += 1
        group.stamp = self._stamp
        stops = [self._stop(order, group) for order in group.tightest()]
        if stops:
            heapq.heappush(self._stops, (min(stops), group.stamp, group))
        if len(self._stops) > SLACK + 2 * len(self._groups):
            self._stops = [entry for entry in self._stops if entry[1] == entry[2].stamp]
            heapq.heapify(self._stops)

    def _gone(self, group: Group) -> None:
        group.stamp = 0
        self._moved.discard(group)

    def _without(self, seq: int) -> list[Order]:
        """Take out the orders to which a price of this number is not newer: seldom are there any."""
        if seq > self._newest:
            return []
        older = [
            replace(order, best=group.best)
            for group in self._groups
            for order in group.orders.values()
            if order.seq >= seq
        ]
        for order in older:
            self.discard(order.id)
        return older

    def _back(self, orders: list[Order]) -> None:
        for order in orders:
            self.put(order)
            self._moved.add(self._of[order.id])


class Trails:
    """All trailing stops of a coin: a Trail for each side and tick size; within one the nearer distance is first."""

    def __init__(self) -> None:
        self._trails: dict[tuple[Side, Decimal | None], Trail] = {}

    def __contains__(self, order_id: int) -> bool:
        return self._trail_of(order_id) is not None

    def put(self, order: Order) -> None:
        """Take an order that waits, with its best price so far."""
        key = (order.side, order.steps.tick_size)
        if key not in self._trails:
            self._trails[key] = Trail(order.side)
        self._trails[key].put(order)

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        if trail := self._trail_of(order_id):
            trail.discard(order_id)

    def best(self, order_id: int) -> Decimal | None:
        """The best price so far of an order, if it is here."""
        trail = self._trail_of(order_id)
        return trail.best(order_id) if trail else None

    def moved(self) -> list[int]:
        """The orders whose best price has moved since the last call."""
        return [order_id for trail in self._trails.values() for order_id in trail.moved()]

    def pop(self, price: Decimal, seq: int) -> list[tuple[int, int]]:
        """Rank and number of the orders that a price of this number triggers; members until they are discarded."""
        return [popped for trail in self._trails.values() for popped in trail.pop(price, seq)]

    def follow(self, price: Decimal, seq: int) -> None:
        """A price of this number, where it is a new best one."""
        for trail in self._trails.values():
            trail.follow(price, seq)

    def below(self) -> Iterable[Decimal | None]:
        """The prices at or under which something happens."""
        return (trail.stop() if side is Side.SELL else trail.next_best() for (side, _), trail in self._trails.items())

    def above(self) -> Iterable[Decimal | None]:
        """The prices at or above which something happens."""
        return (trail.stop() if side is Side.BUY else trail.next_best() for (side, _), trail in self._trails.items())

    def _trail_of(self, order_id: int) -> Trail | None:
        return next((trail for trail in self._trails.values() if order_id in trail), None)
