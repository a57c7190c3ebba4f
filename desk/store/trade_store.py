"""The part of the store that keeps paper trading: `store.trades`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from desk.errors import Invalid
from desk.matching.account import TradingState
from desk.orders import Book, Change, Fill, Order
from desk.store import trade_queries, trades
from desk.store.access import Access
from desk.store.records import Line, Page, Story
from models import NOTE_LENGTH


class TradeStore:
    """Books, orders, fills and the ledger. All is exact, times are aware UTC; pages go on where their cursor says.

    Everything raises Unavailable while the database is locked, full or gone, and Invalid for a cursor of somebody else.
    """

    def __init__(self, access: Access) -> None:
        self._write, self._read = access.write, access.read

    async def trade(self, changes: Sequence[Change]) -> None:
        """Commit decisions in their order, all or none.

        Raises Overtaken unless every book is at the revision before its first change, and Invalid for what the
        database cannot hold.
        """
        if changes:
            rows = sum(1 + len(each.orders) + len(each.fills) + 4 * len(each.transactions) for each in changes)
            await self._write(trades.trade, changes, rows=rows)

    async def save_bests(self, orders: Sequence[Order]) -> None:
        """Keep the best prices of trailing stops, of those that have not changed otherwise since."""
        if orders:
            await self._write(trades.save_bests, orders, rows=len(orders))

    async def set_fill_note(self, fill_id: int, note: str, user: str) -> None:
        """Write a note on a fill of one of the user's books; raises NotFound, Invalid."""
        if len(note) > NOTE_LENGTH:
            raise Invalid(f'A note has at most {NOTE_LENGTH} characters; this one has {len(note)}.', 'note')
        await self._write(trades.set_fill_note, fill_id, note, user)

    async def trading_state(self) -> TradingState:
        """The open books with what they have, their open orders, and the greatest numbers given so far."""
        return await self._read(trade_queries.trading_state)

    async def revisions(self) -> dict[int, int]:
        """The open books, by their ids, each with its revision."""
        return await self._read(trade_queries.revisions)

    async def order_story(self, order_id: int) -> Story:
        """An order, its events and its fills; raises NotFound."""
        return await self._read(trade_queries.order_story, order_id)

    async def find_order(self, book_id: int, client_order_id: str) -> Order | None:
        """The order of a book that has this client order id."""
        return await self._read(trade_queries.find_order, book_id, client_order_id)

    async def orders(
        self,
        book_id: int,
        *,
        open_only: bool = False,
        coin_ids: Sequence[int] | None = None,
        limit: int = 100,
        cursor: str = '',
    ) -> Page[Order]:
        """Orders of a book, newest first."""
        return await self._read(trade_queries.orders, book_id, open_only, coin_ids, limit, cursor)

    async def fills(
        self,
        book_id: int,
        *,
        coin_ids: Sequence[int] | None = None,
        order_id: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        cursor: str = '',
    ) -> Page[Fill]:
        """Fills of a book, newest first; `start` ≤ at < `end`."""
        return await self._read(trade_queries.fills, book_id, coin_ids, order_id, start, end, limit, cursor)

    async def all_fills(self, book_id: int) -> list[Fill]:
        """Every fill of a book in the order in which they were decided."""
        return await self._read(trade_queries.all_fills, book_id)

    async def postings(
        self,
        book_id: int,
        *,
        account: str = '',
        quote: bool = False,
        coin_ids: Sequence[int] | None = None,
        limit: int = 100,
        cursor: str = '',
    ) -> Page[Line]:
        """Postings of a book, newest first: of one account or all ('').

        Of the quote currency if `quote`, and of these coins; of every asset if neither is said.
        """
        return await self._read(trade_queries.postings, book_id, account, quote, coin_ids, limit, cursor)

    async def balance(self, book_id: int, coin_ids: Sequence[int] | None, last: int) -> Decimal:
        """What the trader had of these coins, or of the quote currency (None), after the posting of this id."""
        return await self._read(trade_queries.balance, book_id, coin_ids, last)

    async def books(self, user: str) -> list[Book]:
        """The books of a user, oldest first."""
        return await self._read(trade_queries.books, user)
