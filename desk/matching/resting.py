"""The open orders of a coin by the price that touches them: a price that touches none costs two comparisons. Pure."""

import heapq
from collections.abc import Callable, Iterator, MutableMapping
from decimal import Decimal
from functools import partial
from typing import TypeVar

from desk.matching.trails import Trails
from desk.orders import Kind, Order, Side, Steps, Terms
from desk.ticks import MONEY, Tick
from desk.trading import LIMITS, quote

NEVER_BELOW, NEVER_ABOVE = Decimal(0), Decimal('Infinity')
SLACK = 64  # entries that may lie about before they are swept
Entry = tuple[Decimal, int, int, int]  # the price that touches, negated where prices fall to it; rank; stamp; number
Touched = tuple[Decimal, int, int]  # the price that touches, the order's rank, its number
Key = TypeVar('Key')
Spent = Callable[[Terms, Steps], bool]  # whether orders of these terms can take no more of a price


class Ladder:
    """Orders in the order in which a price that falls (or rises) touches them, then by rank.

    `at_it`: a price touches that reaches theirs; else only one past it. What left is skipped when met.
    """

    def __init__(self, falling: bool, at_it: bool = True) -> None:
        self._falling, self._at_it = falling, at_it
        self._heap: list[Entry] = []
        self._stamps: dict[int, int] = {}
        self._stamp = 0

    def __len__(self) -> int:
        return len(self._stamps)

    def put(self, order: Order, price: Decimal) -> None:
        """Take an order with the price that touches it."""
        self._stamp += 1
        self._stamps[order.id] = self._stamp
        heapq.heappush(self._heap, (self._signed(price), order.rank, self._stamp, order.id))
        if len(self._heap) > SLACK + 2 * len(self._stamps):
            self._heap = [entry for entry in self._heap if self._stands(entry)]
            heapq.heapify(self._heap)

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        self._stamps.pop(order_id, None)

    def first(self) -> Decimal | None:
        """The price that touches first."""
        while self._heap and not self._stands(self._heap[0]):
            heapq.heappop(self._heap)
        return self._signed(self._heap[0][0]) if self._heap else None

    def pop(self, price: Decimal, enough: Callable[[], bool] = lambda: False) -> Iterator[Touched]:
        """The orders that a price touches, one by one until there is enough; they leave."""
        while self._touched(price) and not enough():
            signed, rank, _, order_id = heapq.heappop(self._heap)
            del self._stamps[order_id]
            yield self._signed(signed), rank, order_id

    def _touched(self, price: Decimal) -> bool:
        first = self.first()
        if first is None or first == price:
            return first is not None and self._at_it
        return price < first if self._falling else price > first

    def _signed(self, price: Decimal) -> Decimal:
        return price.copy_negate() if self._falling else price

    def _stands(self, entry: Entry) -> bool:
        return self._stamps.get(entry[3]) == entry[2]


class Queue:
    """Orders of one side and the same terms that meet every price as takers, by rank."""

    def __init__(self, like: Order) -> None:
        self._like = like
        self._ranks = Ladder(falling=False)
        self._limits = Ladder(falling=like.side is Side.SELL, at_it=False)

    def __len__(self) -> int:
        return len(self._ranks)

    def put(self, order: Order) -> None:
        """Take an order like the others."""
        self._ranks.put(order, Decimal(order.rank))
        if order.kind in LIMITS:
            assert order.limit_price is not None
            self._limits.put(order, order.limit_price)

    def discard(self, order_id: int) -> None:
        """Forget an order, if it is here."""
        self._ranks.discard(order_id)
        self._limits.discard(order_id)

    def pop(self, spent: Spent) -> Iterator[tuple[int, int]]:
        """Rank and number of each while there is something to take; they leave. Post-only orders do not need any."""

        def enough() -> bool:
            return not self._like.post_only and spent(self._like.terms, self._like.steps)

        for _, rank, order_id in self._ranks.pop(NEVER_ABOVE, enough):
            self._limits.discard(order_id)
            yield rank, order_id

    def unreached(self, tick: Tick) -> Iterator[int]:
        """The limits that a price's quote does not reach; they leave."""
        if not self._limits:
            return
        at = quote(tick, self._like.terms, self._like.steps)
        for _, _, order_id in self._limits.pop(at.ask if self._like.side is Side.BUY else at.bid):
            self._ranks.discard(order_id)
            yield order_id


class Resting:
    """One coin's open orders. `put` an order as it stands; what cannot be touched by a price is not kept.

    What a price touches leaves, and is put back as it then stands: it must be, before the next price.
    """

    def __init__(self) -> None:
        self.trails = Trails()
        self._queues: dict[tuple[object, ...], Queue] = {}
        self._limits: dict[tuple[Side, Terms, Steps], Ladder] = {}
        self._stops = {Side.BUY: Ladder(falling=False), Side.SELL: Ladder(falling=True)}
        self._homes: dict[int, Ladder | Queue | Trails] = {}
        self._floor, self._ceiling, self._known = NEVER_BELOW, NEVER_ABOVE, True

    def quiet(self, price: Decimal) -> bool:
        """Whether a price touches nothing."""
        if not self._known:
            self._look()
        return self._floor < price < self._ceiling

    def put(self, order: Order) -> None:
        """Take an order in place of what it was; one that has ended, or sleeps, goes."""
        self._known = False
        if home := self._homes.pop(order.id, None):
            home.discard(order.id)
        if order.is_open and (order.size is None or order.remaining):
            self._homes[order.id] = self._put(order)

    def has(self, order_id: int) -> bool:
        """Whether a price can still touch this order."""
        return order_id in self._homes

    def takers(self, tick: Tick, spent: Spent) -> Iterator[int]:
        """What meets a price as a taker, by rank: stops that it triggers, orders that wait for any price.

        Of these only as many as find something to take, and the limits that the quote does not reach.
        """
        self._known = False
        stops = [touched[1:] for stops in self._stops.values() for touched in stops.pop(tick.price)]
        stops += self.trails.pop(tick.price, tick.seq)
        queues = [queue.pop(spent) for queue in self._queues.values()]
        yield from (order_id for _, order_id in heapq.merge(sorted(stops), *queues))
        for queue in self._queues.values():
            yield from queue.unreached(tick)

    def limits(self, price: Decimal, spent: Spent) -> Iterator[int]:
        """The limits that a price goes through, the furthest first, while there is something to take."""
        self._known = False
        ladders = (
            ladder.pop(price, partial(spent, terms, steps)) for (_, terms, steps), ladder in self._limits.items()
        )
        for _, _, order_id in heapq.merge(*ladders, key=lambda touched: _nearness(touched, price)):
            yield order_id

    def follow(self, price: Decimal, seq: int) -> None:
        """The trailing stops that are left move after a new best price."""
        self.trails.follow(price, seq)
        self._known = False

    def _put(self, order: Order) -> Ladder | Queue | Trails:
        limit = order.kind is Kind.LIMIT or (order.kind is Kind.STOP_LIMIT and order.triggered)
        if limit and order.arrived:
            assert order.limit_price is not None
            key = (order.side, order.terms, order.steps)
            if key not in self._limits:
                self._limits[key] = Ladder(falling=order.side is Side.BUY, at_it=order.terms.touch)
            self._limits[key].put(order, order.limit_price)
            return self._limits[key]
        if limit or order.triggered or order.kind is Kind.MARKET:
            alike = (order.side, order.terms, order.steps, limit, order.post_only)
            if alike not in self._queues:
                self._queues[alike] = Queue(order)
            self._queues[alike].put(order)
            return self._queues[alike]
        if order.kind is Kind.TRAILING_STOP:
            self.trails.put(order)
            return self.trails
        assert order.stop_price is not None
        self._stops[order.side].put(order, order.stop_price)
        return self._stops[order.side]

    def _look(self) -> None:
        _sweep(self._queues)
        _sweep(self._limits)
        limits = [(key[0], ladder.first()) for key, ladder in self._limits.items()]
        buys, sells = ([price for of, price in limits if of is side] for side in Side)
        below = [*buys, self._stops[Side.SELL].first(), *self.trails.below()]
        above = [*sells, self._stops[Side.BUY].first(), *self.trails.above()]
        self._floor = max((price for price in below if price is not None), default=NEVER_BELOW)
        self._ceiling = min((price for price in above if price is not None), default=NEVER_ABOVE)
        if self._queues:
            self._floor = NEVER_ABOVE
        self._known = True


def _sweep(groups: MutableMapping[Key, Ladder] | MutableMapping[Key, Queue]) -> None:
    """Without those that are empty; their terms take long to look up, so only these are."""
    for key in [key for key, group in groups.items() if not group]:
        del groups[key]


def _nearness(touched: Touched, price: Decimal) -> tuple[Decimal, int]:
    return MONEY.subtract(touched[0], price).copy_abs().copy_negate(), touched[1]
