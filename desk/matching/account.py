"""An account in memory: the open book, what it has, what its open orders hold. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from desk.ledger import TRADER
from desk.orders import Book, Change, Leg, Order
from desk.ticks import MONEY
from desk.trading import hold

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TradingState:
    """What the store gives at start. `balances`: book id → asset (coin id, None: the quote currency) → amount.

    The `last_…` are the greatest numbers given so far, 0 where there is none.
    """

    books: list[Book]
    balances: dict[int, dict[int | None, Decimal]]
    orders: list[Order]
    last_order: int = 0
    last_fill: int = 0
    last_transaction: int = 0
    last_book: int = 0
    last_rank: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What would become of an order if it were placed now. `total` is the value with the fee (buy) or less it (sell).

    `price` is what it would fill at, else the limit or stop at which it would wait; `holds` is money for a buy, coins
    for a sell, and `available` the same before it; `age` is the price's, in seconds. `refusal` is empty, or the reason.
    """

    size: Decimal | None
    price: Decimal | None
    value: Decimal
    fee: Decimal
    total: Decimal
    at_once: bool
    maker: bool
    holds: Decimal
    available: Decimal
    bid: Decimal | None
    ask: Decimal | None
    age: float | None
    notes: tuple[str, ...] = ()
    refusal: str = ''


class Account:
    """A book with its totals and open orders. `apply` is the only way it changes."""

    def __init__(
        self, book: Book, totals: Mapping[int | None, Decimal] | None = None, orders: Iterable[Order] = ()
    ) -> None:
        self.book = book
        self.totals: dict[int | None, Decimal] = {asset: total for asset, total in (totals or {}).items() if total}
        self.orders: dict[int, Order] = {}
        self._of_coin: dict[int, dict[int, None]] = {}
        self._held: dict[int | None, Decimal] = {}
        self._holders: dict[int | None, int] = {}
        self._holds: dict[int, tuple[int | None, Decimal]] = {}
        self._legs: dict[int, dict[int, Decimal]] = {}
        for order in orders:
            self._put(order)

    def total(self, asset: int | None) -> Decimal:
        """What the trader has of a coin, by its id, or of the quote currency (None)."""
        return self.totals.get(asset, ZERO)

    def held(self, asset: int | None) -> Decimal:
        """What open orders hold of it; kept up with every change, a test proves that it is the sum of the holds."""
        return self._held.get(asset, ZERO)

    def available(self, asset: int | None) -> Decimal:
        """Total less held."""
        return MONEY.subtract(self.total(asset), self.held(asset))

    def holders(self, asset: int | None) -> int:
        """How many open orders hold some of it; the legs of a bracket count as one."""
        return self._holders.get(asset, 0)

    def newest(self, coin_id: int | None = None, limit: int | None = None) -> list[Order]:
        """Open orders of a coin (None: of all), newest first, at most `limit`."""
        numbers = self.orders if coin_id is None else self._of_coin.get(coin_id, {})
        return [self.orders[number] for number in islice(reversed(numbers), limit)]

    def legs(self, parent_id: int) -> list[Order]:
        """The open legs of an entry."""
        return [self.orders[leg] for leg in self._legs.get(parent_id, ())]

    def apply(self, change: Change) -> None:
        """Take what was decided (or committed)."""
        self.book = change.book
        for transaction in change.transactions:
            for posting in transaction.postings:
                if posting.account == TRADER:
                    self._add(self.totals, posting.coin_id, posting.amount)
        for order in change.orders:
            self._put(order)

    def follow(self, order: Order) -> None:
        """Take a trailing stop whose best price moved: nothing else of it did."""
        self.orders[order.id] = order

    def _put(self, order: Order) -> None:
        if order.is_open:
            self.orders[order.id] = order
            self._of_coin.setdefault(order.coin_id, {})[order.id] = None
        elif known := self.orders.pop(order.id, None):
            self._leave(known)
        if order.leg is not Leg.NONE and order.parent_id is not None:
            self._hold_leg(order, order.parent_id)
        else:
            self._hold(order)

    def _leave(self, order: Order) -> None:
        numbers = self._of_coin[order.coin_id]
        del numbers[order.id]
        if not numbers:
            del self._of_coin[order.coin_id]

    def _hold(self, order: Order) -> None:
        asset, before = self._holds.pop(order.id, (None, ZERO))
        if before:
            self._keep(asset, before.copy_negate(), -1)
        if order.is_open:
            asset, amount = self._holds[order.id] = hold(order)
            self._keep(asset, amount, 1 if amount else 0)

    def _hold_leg(self, order: Order, parent_id: int) -> None:
        """Legs sell the same coins: together they hold as much as the one that would sell most."""
        legs = self._legs.setdefault(parent_id, {})
        before = max(legs.values(), default=ZERO)
        legs.pop(order.id, None)
        if order.is_open:
            legs[order.id] = order.remaining
        after = max(legs.values(), default=ZERO)
        if not legs:
            del self._legs[parent_id]
        self._keep(order.coin_id, MONEY.subtract(after, before), bool(after) - bool(before))

    def _keep(self, asset: int | None, amount: Decimal, holders: int) -> None:
        self._add(self._held, asset, amount)
        self._holders[asset] = self._holders.get(asset, 0) + holders

    @staticmethod
    def _add(sums: dict[int | None, Decimal], asset: int | None, amount: Decimal) -> None:
        sums[asset] = MONEY.add(sums.get(asset, ZERO), amount)
        if not sums[asset]:
            del sums[asset]
