"""Paper trading for pages and the API: decided in memory, committed in order, announced after the commit."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from decimal import Decimal

from desk.account import Account, Estimate
from desk.crew import Crew
from desk.dealer import Dealer
from desk.errors import Conflict, NotFound
from desk.followers import Followers
from desk.glance import Glance, glance, share
from desk.market import Market
from desk.orders import LOCAL, LOT, Book, Change, Fill, Order, Side, Steps, Terms, Ticket
from desk.preferences import Preferences
from desk.registry import Registry
from desk.settings import Settings
from desk.store import Line, Page, Store, Story
from desk.terms import check_terms, default_terms, parse_terms, terms_text
from desk.ticket import asked_text, check_good_till, check_ticket
from desk.ticks import Tick
from models import Coin

if TYPE_CHECKING:
    from desk.matching import Matcher

ACCOUNT = '\x00account'
TERMS = 'terms'


class Broker:
    """What pages and the API talk to. All that it shows is committed; sizes, prices and money are exact.

    Everything that changes something raises Unavailable, in a sentence, while the database does not answer.
    `mark` is called with the names of coins whose orders changed, and with ACCOUNT.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry,
        market: Market,
        preferences: Preferences,
        clock: Callable[[], datetime],
        newest: Callable[[], int],
        mark: Callable[[set[str]], None],
    ) -> None:
        self.settings, self.store, self.registry = settings, store.trades, registry
        self.preferences, self.clock, self.mark = preferences, clock, mark
        self.market = market
        self.matcher = Matcher(clock, newest, market.governing)
        self.dealer = Dealer(self.store, registry, self.matcher, clock, self._announce)
        self._followers = Followers[Change]()
        self._placing: dict[tuple[int, str], tuple[Ticket, asyncio.Task[Order]]] = {}

    async def start(self, crew: Crew) -> None:
        """Load the accounts, open the first one, and let the crew do the work that never ends."""
        await self.dealer.load()
        if LOCAL not in self.matcher.accounts:
            await self.store.trade([self.matcher.open(LOCAL, self.settings.quote, self.settings.paper_cash)])
            await self.dealer.load()
        crew.every(0, 'paper trading', self.dealer.work)
        crew.every(1, 'expiry of orders', self.dealer.expire)
        crew.every(1, 'trailing stops', self.dealer.save_bests)

    async def stop(self) -> None:
        """Commit what was decided, and decide nothing more."""
        await self.dealer.stop()

    @property
    def terms(self) -> Terms:
        """By what orders are placed now."""
        return parse_terms(self.preferences.get(TERMS), default_terms(self.settings))

    async def set_terms(self, terms: Terms) -> None:
        """By what orders are placed from now on; raises Invalid."""
        await self.preferences.set(TERMS, terms_text(check_terms(terms)))
        self._announce(())

    @property
    def problem(self) -> str:
        """What went wrong with who follows changes, until it takes one again."""
        return self._followers.problem

    def account(self, user: str = LOCAL) -> Account:
        """The open book with its balances and open orders, as committed."""
        return self.dealer.view.accounts[user]

    def name(self, coin_id: int) -> str:
        """What the coin of this id is called now."""
        return self.registry.name(coin_id)

    def steps(self, name: str) -> Steps:
        """The tick and lot size of a coin; raises NotFound."""
        coin = self.registry.get(name)
        return Steps(coin.tick_size, coin.lot_size or LOT)

    def resting(self, coin: str | None = None, user: str = LOCAL) -> list[Order]:
        """The open orders of one coin or of all, newest first."""
        return self.dealer.view.resting(user, None if coin is None else self._id(coin))

    def recent_fills(self, user: str = LOCAL) -> list[Fill]:
        """The newest 50 fills of the open book, newest first."""
        return self.dealer.view.recent(user)

    def estimate(self, ticket: Ticket, user: str = LOCAL) -> Estimate:
        """What would become of this order if it were placed now; raises Invalid, NotFound."""
        self._check(ticket, user)
        return self.matcher.estimate(user, self._id(ticket.name), ticket, self.steps(ticket.name), self.terms)

    def glance(self, name: str) -> Glance:
        """The quote that orders of this coin meet now, by the account's terms; raises NotFound."""
        coin = self.registry.get(name)
        tick = self.market.standing(coin).governing
        if tick is None:
            raise NotFound(f'{coin.name} has no price yet.', 'name')
        return glance(tick, self.terms, self.steps(coin.name), self.clock())

    def share(self, name: str, side: Side, percent: int, user: str = LOCAL) -> Decimal:
        """So many per cent of what is available: of the money for a buy, of the coins for a sell; raises NotFound."""
        account = self.account(user)
        if side is Side.BUY:
            return share(account.available(None), percent)
        return share(account.available(self._id(name)), percent, self.steps(name).lot_size)

    async def place(self, ticket: Ticket, user: str = LOCAL) -> Order:
        """The order, once it is committed; one that is not covered comes back refused, with the reason.

        A `client_order_id` that is known gives the order that has it; raises Conflict if that one was asked otherwise.
        """
        self._check(ticket, user)
        await self.dealer.ready()
        return await (self._place_once(ticket, user) if ticket.client_order_id else self._place(ticket, user))

    async def cancel(self, order_id: int, user: str = LOCAL) -> Order:
        """Raises NotFound, and Conflict if it has ended."""
        await self.dealer.ready()
        return await self._changed(order_id, self.matcher.cancel(user, order_id))

    async def amend(
        self,
        order_id: int,
        size: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        user: str = LOCAL,
    ) -> Order:
        """Raises NotFound, Invalid, and Conflict if it has ended."""
        await self.dealer.ready()
        return await self._changed(order_id, self.matcher.amend(user, order_id, size, limit_price, stop_price))

    async def reset(self, user: str = LOCAL) -> Book:
        """Cancel everything, close the book and open the next with a new deposit."""
        await self.dealer.ready()
        changes = self.matcher.reset(user, self.settings.quote, self.settings.paper_cash)
        await self.dealer.commit(changes)
        return changes[-1].book

    async def story(self, order_id: int, user: str = LOCAL) -> Story:
        """An order of any book with its events and fills; raises NotFound."""
        story = await self.store.order_story(order_id)
        if story.order.book_id not in {book.id for book in await self.books(user)}:
            raise NotFound(f'There is no order {order_id}.')
        return story

    async def books(self, user: str = LOCAL) -> list[Book]:
        """All books of a user, oldest first."""
        return await self.store.books(user)

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
        user: str = LOCAL,
    ) -> Page[Fill]:
        """Fills newest first, `start` ≤ at < `end`."""
        number, ids = await self._book(book, user), self._ids(coins)
        return await self.store.fills(
            number, coin_ids=ids, order_id=order_id, start=start, end=end, limit=limit, cursor=cursor
        )

    async def all_fills(self, book: int | None = None, user: str = LOCAL) -> list[Fill]:
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
        user: str = LOCAL,
    ) -> Page[Line]:
        """Lines of the ledger newest first: of one of its accounts ('': all), of the quote currency or of coins."""
        number, ids = await self._book(book, user), self._ids(coins)
        return await self.store.postings(number, account=account, quote=quote, coin_ids=ids, limit=limit, cursor=cursor)

    async def set_note(self, fill_id: int, note: str, user: str = LOCAL) -> None:
        """Write (or with '' wipe) the note of a fill; raises NotFound, Invalid."""
        await self.store.set_fill_note(fill_id, note.strip())
        self.dealer.view.note(user, fill_id, note.strip())
        self._announce(())

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back with each change after its commit, on the event loop; returns how to stop that."""
        return self._followers.subscribe(callback)

    def tick(self, coin: Coin, tick: Tick) -> None:
        """A price has just become the live one."""
        self.dealer.tick(coin.id or 0, tick)

    async def _place_once(self, ticket: Ticket, user: str) -> Order:
        key = self.matcher.accounts[user].book.id, ticket.client_order_id
        if key not in self._placing:
            task = asyncio.create_task(self._find_or_place(ticket, user, key[0]), name='place')
            self._placing[key] = ticket, task
            task.add_done_callback(lambda _: self._placing.pop(key))
        first, task = self._placing[key]
        self._check_same(ticket, asked_text(first), self._id(first.name))
        return await asyncio.shield(task)

    async def _find_or_place(self, ticket: Ticket, user: str, book_id: int) -> Order:
        known = await self.store.find_order(book_id, ticket.client_order_id)
        if known is not None:
            self._check_same(ticket, known.asked, self.registry.root(known.coin_id))
            return known
        await self.dealer.ready()
        if self.matcher.accounts[user].book.id != book_id:
            raise Conflict('The account has just been reset; nothing was placed.')
        return await self._place(ticket, user)

    async def _place(self, ticket: Ticket, user: str) -> Order:
        change = self.matcher.place(user, self._id(ticket.name), ticket, self.steps(ticket.name), self.terms)
        await self.dealer.commit([change])
        return change.orders[0]

    async def _changed(self, order_id: int, change: Change) -> Order:
        await self.dealer.commit([change])
        return next(order for order in change.orders if order.id == order_id)

    def _check_same(self, ticket: Ticket, asked: str, coin_id: int) -> None:
        if asked_text(ticket) != asked or self._id(ticket.name) != coin_id:
            raise Conflict(
                f'There is another order with the client_order_id “{ticket.client_order_id}”.', 'client_order_id'
            )

    def _check(self, ticket: Ticket, user: str) -> None:
        check_good_till(check_ticket(ticket), self.clock())
        quote = self.account(user).book.quote
        if quote != self.settings.quote:
            raise Conflict(f'This account is in {quote}, the prices are in {self.settings.quote}: reset the account.')

    def _id(self, name: str) -> int:
        return self.registry.get(name).id or 0

    def _ids(self, names: Sequence[str] | None) -> list[int] | None:
        return (
            None
            if names is None
            else [number for name in names for number in self.registry.ids(self.registry.get(name))]
        )

    async def _book(self, number: int | None, user: str) -> int:
        if number is None:
            return self.account(user).book.id
        for book in await self.books(user):
            if book.number == number:
                return book.id
        raise NotFound(f'There is no book {number}.', 'book')

    def _announce(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._followers.tell(change)
        touched = {order.coin_id for change in changes for order in change.orders}
        self.mark({ACCOUNT, *(self.registry.name(coin_id) for coin_id in touched)})
