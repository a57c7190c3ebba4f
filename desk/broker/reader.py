"""Paper trading as it is committed: the open book from memory, everything else from the store, coins by their names."""

from collections.abc import Sequence
from datetime import datetime

from desk.acting import whose
from desk.broker.committed import Committed
from desk.errors import NotFound
from desk.matching.account import Account
from desk.orders import Book, Fill, Order
from desk.registry import Registry
from desk.store import Line, Page, Story, TradeStore


class TradeReader:
    """The reading half of the broker. Everything that is awaited raises Unavailable while the database is away."""

    def __init__(self, store: TradeStore, registry: Registry) -> None:
        self.store, self.registry, self.view = store, registry, Committed()

    def account(self, user: str | None = None) -> Account:
        """The open book with its balances and open orders, as committed; raises NotFound before it was opened."""
        if (account := self.view.accounts.get(whose(user))) is None:
            raise NotFound('There is no paper account here yet.')
        return account

    def name(self, coin_id: int) -> str:
        """What the coin of this id is called now."""
        return self.registry.name(coin_id)

    def resting(self, coin: str | None = None, user: str | None = None, limit: int | None = None) -> list[Order]:
        """The open orders of one coin or of all, newest first, at most `limit`."""
        return self.view.resting(whose(user), None if coin is None else self._id(coin), limit)

    def recent_fills(self, user: str | None = None) -> list[Fill]:
        """The newest 50 fills of the open book, newest first."""
        return self.view.recent(whose(user))

    async def story(self, order_id: int, user: str | None = None) -> Story:
        """An order of any book with its events and fills; raises NotFound."""
        story = await self.store.order_story(order_id)
        if story.order.book_id not in {book.id for book in await self.books(user)}:
            raise NotFound(f'There is no order {order_id}.')
        return story

    async def books(self, user: str | None = None) -> list[Book]:
        """All books of a user, oldest first."""
        return await self.store.books(whose(user))

    async def orders(
        self,
        *,
        book: int | None = None,
        open_only: bool = False,
        coins: Sequence[str] | None = None,
        limit: int = 100,
        cursor: str = '',
        user: str | None = None,
    ) -> Page[Order]:
        """Orders newest first; `book` is a book's number (None: the open one), `coins` names (None: all)."""
        number, ids = await self._book(book, user), self._ids(coins)
        return await self.store.orders(number, open_only=open_only, coin_ids=ids, limit=limit, cursor=cursor)

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
        user: str | None = None,
    ) -> Page[Fill]:
        """Fills newest first, `start` ≤ at < `end`."""
        number, ids = await self._book(book, user), self._ids(coins)
        return await self.store.fills(
            number, coin_ids=ids, order_id=order_id, start=start, end=end, limit=limit, cursor=cursor
        )

    async def all_fills(self, book: int | None = None, user: str | None = None) -> list[Fill]:
        """Every fill of a book, oldest first."""
        return await self.store.all_fills(await self._book(book, user))

    async def postings(
        self,
        *,
        book: int | None = None,
        account: str = '',
        quote: bool = False,
        coins: Sequence[str] | None = None,
        limit: int = 100,
        cursor: str = '',
        user: str | None = None,
    ) -> Page[Line]:
        """Lines of the ledger newest first: of one of its accounts ('': all), of the quote currency or of coins."""
        number, ids = await self._book(book, user), self._ids(coins)
        return await self.store.postings(number, account=account, quote=quote, coin_ids=ids, limit=limit, cursor=cursor)

    def _id(self, name: str) -> int:
        return self.registry.get(name).id or 0

    def _ids(self, names: Sequence[str] | None) -> list[int] | None:
        return (
            None
            if names is None
            else [number for name in names for number in self.registry.ids(self.registry.get(name))]
        )

    async def _book(self, number: int | None, user: str | None) -> int:
        if number is None:
            return self.account(user).book.id
        for book in await self.books(user):
            if book.number == number:
                return book.id
        raise NotFound(f'There is no book {number}.', 'book')
