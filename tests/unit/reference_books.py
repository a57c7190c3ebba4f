"""The books of the reference matcher: orders, trades, postings in plain lists, balances summed whenever asked for."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import ParamSpec, TypeVar

from desk.errors import Conflict, NotFound
from tests.unit.reference_orders import Paper
from tests.unit.reference_rules import EXACT, Trade, hold

P = ParamSpec('P')
R = TypeVar('R')


def exactly(method: Callable[P, R]) -> Callable[P, R]:
    """Decimals with room for every digit."""

    def call(*args: P.args, **named: P.kwargs) -> R:
        with localcontext(EXACT):
            return method(*args, **named)

    return call


class Books:
    """What all users have asked for and what became of it. `books` is the open one of each user."""

    def __init__(self) -> None:
        self.orders: list[Paper] = []
        self.trades: list[Trade] = []
        self.postings: list[tuple[int, str, int | None, Decimal]] = []
        self.books: dict[str, int] = {}

    @exactly
    def total(self, user: str, asset: int | None) -> Decimal:
        """What the trader has: the sum of the postings, and nothing else."""
        mine = self.books[user]
        return sum(
            (a for book, who, what, a in self.postings if (book, who, what) == (mine, 'trader', asset)), Decimal(0)
        )

    @exactly
    def held(self, user: str, asset: int | None) -> Decimal:
        """What open orders hold; the legs of a bracket hold the coin once."""
        orders = [order for order in self.open_orders(user) if (None if order.buys else order.coin) == asset]
        held = sum((hold(order) for order in orders if not order.leg), Decimal(0))
        for entry in {id(order.parent): order.parent for order in orders if order.leg}.values():
            held += max(leg.remaining for leg in orders if leg.parent is entry)
        return held

    @exactly
    def available(self, user: str, asset: int | None) -> Decimal:
        return self.total(user, asset) - self.held(user, asset)

    def open_orders(self, user: str) -> list[Paper]:
        return [order for order in self.orders if order.book == self.books[user] and order.is_open]

    def find(self, user: str, number: int) -> Paper:
        for order in self.orders:
            if order.id == number and order.user == user:
                if not order.is_open:
                    raise Conflict('it has ended')
                return order
        raise NotFound('no such order')

    def post(self, book: int, asset: int | None, amount: Decimal, other: str) -> None:
        self.postings += [(book, 'trader', asset, amount), (book, other, asset, -amount)]
