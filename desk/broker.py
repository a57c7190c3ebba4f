"""Paper trading for pages and the API: decided in memory, committed in order, announced after the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from desk.account import Account, Estimate
from desk.orders import LOCAL, Book, Change, Fill, Order, Steps, Terms, Ticket
from desk.store import Line, Page, Story
from desk.ticks import Tick
from models import Coin

ACCOUNT = '\x00account'
Follower = Callable[[Change], None]


class Broker:
    """What pages and the API talk to. All that it shows is committed; sizes, prices and money are exact.

    Everything that changes something raises Unavailable, in a sentence, while the database does not answer.
    """

    terms: Terms

    async def set_terms(self, terms: Terms) -> None:
        """By what orders are placed from now on; raises Invalid."""
        raise NotImplementedError

    def account(self, user: str = LOCAL) -> Account:
        """The open book with its balances and open orders, as committed."""
        raise NotImplementedError

    def name(self, coin_id: int) -> str:
        """What the coin of this id is called now."""
        raise NotImplementedError

    def steps(self, name: str) -> Steps:
        """The tick and lot size of a coin; raises NotFound."""
        raise NotImplementedError

    def resting(self, coin: str | None = None, user: str = LOCAL) -> list[Order]:
        """The open orders of one coin or of all, newest first."""
        raise NotImplementedError

    def recent_fills(self, user: str = LOCAL) -> list[Fill]:
        """The newest 50 fills of the open book, newest first."""
        raise NotImplementedError

    def estimate(self, ticket: Ticket, user: str = LOCAL) -> Estimate:
        """What would become of this order if it were placed now; raises Invalid, NotFound."""
        raise NotImplementedError

    async def place(self, ticket: Ticket, user: str = LOCAL) -> Order:
        """The order, once it is committed; one that is not covered comes back refused, with the reason.

        A `client_order_id` that is known gives the order that has it; raises Conflict if that one was asked otherwise.
        """
        raise NotImplementedError

    async def cancel(self, order_id: int, user: str = LOCAL) -> Order:
        """Raises NotFound, and Conflict if it has ended."""
        raise NotImplementedError

    async def amend(
        self,
        order_id: int,
        size: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        user: str = LOCAL,
    ) -> Order:
        """Raises NotFound, Invalid, and Conflict if it has ended."""
        raise NotImplementedError

    async def reset(self, user: str = LOCAL) -> Book:
        """Cancel everything, close the book and open the next with a new deposit."""
        raise NotImplementedError

    async def story(self, order_id: int, user: str = LOCAL) -> Story:
        """An order of any book with its events and fills; raises NotFound."""
        raise NotImplementedError

    async def books(self, user: str = LOCAL) -> list[Book]:
        """All books of a user, oldest first."""
        raise NotImplementedError

    async def orders(
        self,
        *,
        book: int | None = None,
        open_only: bool = False,
        coins: Sequence[str] | None = None,
        limit: int = 100,
        cursor: str = '',
        user: str = LOCAL,
    ) -> Page[Order]:
        """Orders newest first; `book` is a book's number (None: the open one), `coins` names (None: all)."""
        raise NotImplementedError

    async def fills(
        self,
        *,
        book: int | None = None,
        coins: Sequence[str] | None = None,
        order_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        cursor: str = '',
        user: str = LOCAL,
    ) -> Page[Fill]:
        """Fills newest first, `start` ≤ at < `end`."""
        raise NotImplementedError

    async def all_fills(self, book: int | None = None, user: str = LOCAL) -> list[Fill]:
        """Every fill of a book, oldest first."""
        raise NotImplementedError

    async def postings(
        self,
        *,
        book: int | None = None,
        account: str = '',
        quote: bool = False,
        coins: Sequence[str] | None = None,
        limit: int = 100,
        cursor: str = '',
        user: str = LOCAL,
    ) -> Page[Line]:
        """Lines of the ledger newest first: of one of its accounts ('': all), of the quote currency or of coins."""
        raise NotImplementedError

    async def set_note(self, fill_id: int, note: str, user: str = LOCAL) -> None:
        """Write (or with '' wipe) the note of a fill; raises NotFound, Invalid."""
        raise NotImplementedError

    def subscribe(self, callback: Follower) -> Callable[[], None]:
        """Call back with each change after its commit, on the event loop; returns how to stop that."""
        raise NotImplementedError

    def tick(self, coin: Coin, tick: Tick) -> None:
        """A price has just become the live one."""
        raise NotImplementedError
