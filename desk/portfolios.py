"""Portfolios, the façade: what each book has come to. It reads what is committed and decides nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from desk.broker.broker import Broker
from desk.candles import INTERVALS, Candle
from desk.equity import MOST, Curve, Point, curve, interval_for
from desk.errors import NotFound
from desk.ledger import DEPOSITS, TRADER, sums
from desk.market import Market, effective_policy
from desk.orders import Book, Change, Fill, Leg, Order, Side
from desk.portfolio import ZERO, Portfolio, Tally, portfolio
from desk.registry import Registry
from desk.statement import Statement, entries
from desk.store import Line, Page, Store
from desk.store.records import cursor_at
from desk.trade_export import fills_csv, orders_csv, paged, postings_csv
from models import Coin

LINES, CANDLES = 1000, 600


class Portfolios:
    """An open book is kept in running sums from its first reading on; closed ones are read when they are asked for."""

    def __init__(
        self, broker: Broker, store: Store, registry: Registry, market: Market, clock: Callable[[], datetime]
    ) -> None:
        self.broker, self.store, self.registry, self.market, self.clock = broker, store, registry, market, clock
        self._tallies: dict[int, Tally] = {}
        self._curves: dict[int, Curve] = {}
        self._meanwhile: list[Fill] = []
        self._reading, self._drawing = asyncio.Lock(), asyncio.Lock()
        broker.subscribe(self._take)

    async def read(self, number: int | None = None, user: str | None = None) -> Portfolio:
        """A book by its number (None: the open one) as it is now, or as it was when it was closed; raises NotFound."""
        tally = await self._tally(await self.book(number, user))
        found = await self._curve(tally)
        if tally.book.closed is None:
            return self._live(tally)
        then = await self._prices_at(tally.held(), tally.book.closed)
        return portfolio(tally, then.get, self.registry.name, fell=found.fell)

    def now(self, user: str | None = None) -> Portfolio | None:
        """The open book at this moment, at once; None until `read` has read it (again, after coins became one)."""
        tally = self._tallies.get(self.broker.account(user).book.id)
        if tally is None or not self._is_current(tally):
            return None
        return self._live(tally)

    async def curve(self, number: int | None = None, user: str | None = None) -> Curve:
        """What the book was worth through time, but for the live point; raises NotFound."""
        return await self._curve(await self._tally(await self.book(number, user)))

    async def book(self, number: int | None = None, user: str | None = None) -> Book:
        """A book by its number, the open one without; raises NotFound."""
        if number is None:
            return (await self.broker.opened(user)).book
        for book in await self.broker.books(user):
            if book.number == number:
                return book
        raise NotFound(f'There is no book {number}.', 'book')

    async def fills(
        self,
        number: int | None = None,
        coin: str = '',
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 50,
        cursor: str = '',
        user: str | None = None,
    ) -> Page[Fill]:
        """Fills newest first: at least `limit` of that coin ('': any) and side (None: both), or all that are left."""
        found: list[Fill] = []
        coins = [coin] if coin else None
        while True:
            page = await self.broker.fills(
                book=number, coins=coins, start=start, end=end, limit=limit, cursor=cursor, user=user
            )
            found += [fill for fill in page.items if side is None or fill.side == side]
            cursor = page.cursor
            if len(found) >= limit or not cursor:
                return Page(found, cursor)

    async def legs(self, order: Order) -> list[Order]:
        """The legs of a bracket by its entry; they are placed with it and have the next numbers."""
        ids, after = (
            self.registry.ids(self.registry.coin(order.coin_id)),
            cursor_at((order.placed, order.id + len(Leg))),
        )
        page = await self.store.trades.orders(order.book_id, coin_ids=ids, limit=len(Leg), cursor=after)
        return [each for each in reversed(page.items) if each.parent_id == order.id]

    async def statement(
        self, asset: str, number: int | None = None, limit: int = 50, cursor: str = '', user: str | None = None
    ) -> Statement:
        """What became of a balance: of the book's quote currency or of a coin, by name; raises NotFound."""
        book = await self.book(number, user)
        money = asset.strip().upper() == book.quote
        before = self.broker.account(user).book
        coin = None if money else self.registry.get(asset)
        page = await self.broker.postings(
            book=book.number,
            account=TRADER,
            quote=money,
            coins=[coin.name] if coin else None,
            limit=limit,
            cursor=cursor,
            user=user,
        )
        ids = self.registry.ids(coin) if coin else None
        balance = ZERO
        if page.items:
            known = self._total(page.items[0], before, ids) if before.id == book.id and not cursor else None
            balance = await self.store.trades.balance(book.id, ids, page.items[0].id) if known is None else known
        fills = await self._fills_behind(page.items, book, coin)
        return Statement(
            book, coin.name if coin else book.quote, list(entries(page.items, fills, balance)), page.cursor
        )

    async def orders_csv(self, number: int | None = None, user: str | None = None) -> AsyncIterator[bytes]:
        """The orders of a book as CSV, newest first; raises NotFound before the first line."""
        book, read = await self.book(number, user), self.broker.orders
        pages = paged(lambda cursor: read(book=book.number, limit=LINES, cursor=cursor, user=user))
        return orders_csv(pages, book, self.registry.name)

    async def fills_csv(self, number: int | None = None, user: str | None = None) -> AsyncIterator[bytes]:
        """The fills of a book as CSV, newest first; raises NotFound before the first line."""
        book, read = await self.book(number, user), self.broker.fills
        pages = paged(lambda cursor: read(book=book.number, limit=LINES, cursor=cursor, user=user))
        return fills_csv(pages, book, self.registry.name)

    async def postings_csv(self, number: int | None = None, user: str | None = None) -> AsyncIterator[bytes]:
        """The ledger of a book as CSV, newest first; raises NotFound before the first line."""
        book, read = await self.book(number, user), self.broker.postings
        pages = paged(lambda cursor: read(book=book.number, limit=LINES, cursor=cursor, user=user))
        return postings_csv(pages, book, self.registry.name)

    def _total(self, newest: Line, before: Book, ids: Sequence[int] | None) -> Decimal | None:
        """What the account has, if that is the balance after this posting: nothing was committed while it was read."""
        account, last = self.broker.account(before.user), self.broker.recent_fills(before.user)[:1]
        assets: Sequence[int | None] = ids or [None]
        if account.book != before or (newest.fill_id or 0) > (last[0].id if last else 0):
            return None
        return sum((account.total(asset) for asset in assets), ZERO)

    async def _fills_behind(self, lines: Sequence[Line], book: Book, coin: Coin | None) -> dict[int, Fill]:
        """The fills of a page of postings, by number; they lie within its time."""
        if not lines:
            return {}
        read, start, end = self.broker.fills, lines[-1].at, lines[0].at + timedelta(microseconds=1)
        coins = [coin.name] if coin else None
        pages = paged(
            lambda cursor: read(
                book=book.number, coins=coins, start=start, end=end, limit=LINES, cursor=cursor, user=book.user
            )
        )
        return {fill.id: fill async for page in pages for fill in page}

    def _live(self, tally: Tally) -> Portfolio:
        account, found = self.broker.account(tally.book.user), self._curves.get(tally.book.id)
        fell = found.fell if found else lambda equity: ZERO
        return portfolio(tally, self._price, self.registry.name, account.available(None), fell)

    def _price(self, coin_id: int) -> Decimal | None:
        tick = self.market.standing(self.registry.coin(coin_id)).governing
        return tick.price if tick else None

    def _take(self, change: Change) -> None:
        """What was committed. The first change of a book is its deposit: its sums begin there."""
        book = change.book
        if book.revision == 1:
            postings = [posting for each in change.transactions for posting in each.postings]
            self._tallies[book.id] = Tally(book, -sums(postings, DEPOSITS).get(None, ZERO))
        tally = self._tallies.get(book.id)
        if tally is None:
            self._meanwhile += change.fills if self._reading.locked() else ()
        elif book.closed is not None:
            del self._tallies[book.id]
            self._curves.pop(book.id, None)
        else:
            tally.book = book
            self._count(tally, change.fills)

    async def _tally(self, book: Book) -> Tally:
        """The sums of a book. What is committed while they are read comes last and counts once."""
        async with self._reading:
            known = self._tallies.get(book.id)
            if known is not None and self._is_current(known):
                return known
            self._tallies.pop(book.id, None)
            self._meanwhile.clear()
            tally = Tally(book, await self._deposit(book))
            fills = await self.broker.all_fills(book.number, book.user)
            await asyncio.to_thread(self._count, tally, fills)
            self._count(tally, (fill for fill in self._meanwhile if fill.book_id == book.id))
            if book.closed is None and self.broker.account(book.user).book.id == book.id:
                self._tallies[book.id] = tally
            return tally

    def _count(self, tally: Tally, fills: Iterable[Fill]) -> None:
        for fill in fills:
            tally.add(self._id(fill.coin_id), fill)

    def _of_coins(self, fills: Iterable[Fill]) -> list[tuple[int, Fill]]:
        return [(self._id(fill.coin_id), fill) for fill in fills]

    def _id(self, coin_id: int) -> int:
        return self.registry.coin(coin_id).id or 0

    def _is_current(self, tally: Tally) -> bool:
        return all(self._id(coin_id) == coin_id for coin_id in tally.holdings)

    async def _deposit(self, book: Book) -> Decimal:
        page = await self.broker.postings(book=book.number, account=DEPOSITS, quote=True, user=book.user)
        return -sum((line.amount for line in page.items), ZERO)

    async def _curve(self, tally: Tally) -> Curve:
        """Kept until its next point is due."""
        async with self._drawing:
            known = self._curves.get(tally.book.id)
            if known is None or (tally.book.closed is None and self.clock() >= known.due):
                known = self._curves[tally.book.id] = self._grown(tally, known) or await self._drawn(tally)
            return known

    def _grown(self, tally: Tally, known: Curve | None) -> Curve | None:
        """Where reading many fills again would only add the point of now, that one is put to the others."""
        now = self.clock()
        if known is None or tally.book.closed or tally.count <= MOST or not known.can_grow(now):
            return None
        return known.grown(Point(now, self._live(tally).equity))

    async def _drawn(self, tally: Tally) -> Curve:
        book, end = tally.book, tally.book.closed or self.clock()
        await self.store.flush(everything=False)  # candles lag behind a feed by up to a second
        found = await self.broker.all_fills(book.number, book.user)
        fills = await asyncio.to_thread(self._of_coins, found)
        closes = await self._closes(fills, interval_for(book.opened, end), end)
        return await asyncio.to_thread(curve, tally.deposit, book.opened, end, fills, closes)

    async def _closes(
        self, fills: list[tuple[int, Fill]], interval: str, end: datetime
    ) -> dict[int, list[tuple[datetime, Decimal]]]:
        """Of each coin since it was first traded: when its candles ended, and at what price."""
        firsts: dict[int, datetime] = {}
        for coin_id, fill in fills:
            firsts.setdefault(coin_id, fill.at)
        length = timedelta(seconds=INTERVALS[interval])
        found = await asyncio.gather(*(self._candles(coin_id, interval, at, end) for coin_id, at in firsts.items()))
        return {
            coin_id: [(candle.start + length, candle.close) for candle in candles]
            for coin_id, candles in zip(firsts, found, strict=True)
        }

    async def _candles(self, coin_id: int, interval: str, start: datetime, end: datetime) -> list[Candle]:
        coin = self.registry.coin(coin_id)
        ids, policy = self.registry.ids(coin), effective_policy(coin)
        return await self.store.candles(ids, INTERVALS[interval], start, end, CANDLES, policy)

    async def _prices_at(self, coin_ids: Iterable[int], moment: datetime) -> dict[int, Decimal]:
        """What each coin was last seen at by then."""
        return {coin_id: price for coin_id in coin_ids if (price := await self._price_at(coin_id, moment)) is not None}

    async def _price_at(self, coin_id: int, moment: datetime) -> Decimal | None:
        coin = self.registry.coin(coin_id)
        seen = await self.store.prices_at(self.registry.ids(coin), moment, effective_policy(coin))
        return max(seen.values())[1] if seen else None
