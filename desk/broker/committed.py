"""Paper accounts as they are committed: what pages and the API see. Memory only, pure."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from desk.matching.account import Account, TradingState
from desk.matching.decision import Numbers
from desk.orders import Change, Fill, Order
from desk.registry import Registry
from desk.ticks import MONEY

RECENT = 50


class Committed:
    """The open book of each user with its newest fills; `apply` is given each change after its commit."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self._fills: dict[str, deque[Fill]] = {}
        self._numbers = Numbers()

    @property
    def revisions(self) -> dict[int, int]:
        """The open books, by their ids, each with its revision."""
        return {account.book.id: account.book.revision for account in self.accounts.values()}

    @property
    def state(self) -> TradingState:
        """All of it, as the store would give it."""
        accounts, numbers = self.accounts.values(), self._numbers
        return TradingState(
            books=[account.book for account in accounts],
            balances={account.book.id: dict(account.totals) for account in accounts},
            orders=[order for account in accounts for order in account.orders.values()],
            last_order=numbers.order,
            last_fill=numbers.fill,
            last_transaction=numbers.transaction,
            last_book=numbers.book,
            last_rank=numbers.rank,
        )

    def load(self, state: TradingState, fills: Mapping[int, Iterable[Fill]]) -> None:
        """What the store has; `fills` by book, newest first."""
        orders: dict[int, list[Order]] = {book.id: [] for book in state.books}
        for order in sorted(state.orders, key=lambda order: order.id):
            orders[order.book_id].append(order)
        self.accounts = {book.user: Account(book, state.balances.get(book.id), orders[book.id]) for book in state.books}
        self._fills = {book.user: deque(fills.get(book.id, ()), RECENT) for book in state.books}
        self._numbers = Numbers(
            state.last_order, state.last_fill, state.last_transaction, state.last_book, state.last_rank
        )

    def rekey(self, registry: Registry) -> None:
        """Take coins that were merged for the one that they are now."""
        fills = {account.book.id: self._fills[user] for user, account in self.accounts.items()}
        self.load(through_merges(self.state, registry), fills)

    def apply(self, change: Change) -> None:
        """Take a change; a new book takes the place of the one before."""
        user = change.book.user
        if change.book.revision == 1:
            self.accounts[user], self._fills[user] = Account(change.book), deque(maxlen=RECENT)
        self.accounts[user].apply(change)
        self._fills[user].extendleft(change.fills)
        self._count(change)

    def follow(self, orders: Iterable[Order]) -> list[Order]:
        """Take trailing stops whose best price moved; those that are still as they were."""
        taken = []
        for order in orders:
            for account in self.accounts.values():
                known = account.orders.get(order.id)
                if known is not None and known.revision == order.revision:
                    account.follow(order)
                    taken.append(order)
        return taken

    def resting(self, user: str, coin_id: int | None, limit: int | None = None) -> list[Order]:
        """Open orders of a coin or of all, newest first, at most `limit`."""
        account = self.accounts.get(user)
        return account.newest(coin_id, limit) if account else []

    def recent(self, user: str) -> list[Fill]:
        """The newest fills, newest first."""
        return list(self._fills.get(user, ()))

    def note(self, user: str, fill_id: int, note: str) -> None:
        """A fill has another note now."""
        fills = (replace(fill, note=note) if fill.id == fill_id else fill for fill in self._fills[user])
        self._fills[user] = deque(fills, RECENT)

    def _count(self, change: Change) -> None:
        last = self._numbers
        last.book = max(last.book, change.book.id)
        for order in change.orders:
            last.order, last.rank = max(last.order, order.id), max(last.rank, order.rank)
        last.fill = max([last.fill, *(fill.id for fill in change.fills)])
        last.transaction = max([last.transaction, *(each.id for each in change.transactions)])


def through_merges(state: TradingState, registry: Registry) -> TradingState:
    """The same, where a coin that was merged into another is that other one."""
    return replace(
        state,
        balances={book: _summed(totals, registry) for book, totals in state.balances.items()},
        orders=[_stands(order, registry) for order in state.orders],
    )


def _stands(order: Order, registry: Registry) -> Order:
    root = registry.root(order.coin_id)
    return order if root == order.coin_id else replace(order, coin_id=root)


def _summed(totals: Mapping[int | None, Decimal], registry: Registry) -> dict[int | None, Decimal]:
    summed: dict[int | None, Decimal] = {}
    for coin_id, amount in totals.items():
        asset = None if coin_id is None else registry.root(coin_id)
        summed[asset] = MONEY.add(summed.get(asset, Decimal(0)), amount)
    return summed
