"""Paper trading for pages and the API: decided in memory, committed in order, announced after the commit."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from time import monotonic

from desk.acting import LOCAL, Right, need, needing, whose
from desk.audit import Audit
from desk.audit_entry import Action
from desk.broker.dealer import Dealer
from desk.broker.glance import Glance, glance, share
from desk.broker.reader import TradeReader
from desk.crew import Crew
from desk.errors import Conflict, DeskError, NotFound, TooMany, Unavailable
from desk.followers import Followers
from desk.market import Market
from desk.matching.account import Account, Estimate
from desk.matching.matcher import Matcher
from desk.metrics import histogram
from desk.orders import LOT, Book, Change, Order, Side, Steps, Terms, Ticket
from desk.preferences import Preferences
from desk.registry import Registry
from desk.settings import Settings
from desk.store import Store
from desk.terms import check_terms, default_terms, parse_terms, terms_text
from desk.ticket import asked_text, check_good_till, check_ticket

ACCOUNT = '\x00account'
TERMS = 'terms'
SETTLE = 1.0
MOST_OPEN = 500  # orders of one account


class Broker(TradeReader):
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
        audit: Audit,
    ) -> None:
        super().__init__(store.trades, registry)
        self.settings, self.preferences, self.clock, self.mark = settings, preferences, clock, mark
        self.market, self.audit = market, audit
        self.matcher = Matcher(clock, newest, market.governing, settings.quote)
        probe = partial(store.flush, everything=False)
        self.dealer = Dealer(self.store, self.registry, self.view, self.matcher, clock, self._announce, probe)
        self.tick = self.dealer.tick  # no call more than needs be: every price takes this way
        self._followers = Followers[Change]()
        self.latency = histogram('order_seconds', 'From placing a paper order to its commit.')
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

    @needing(Right.ADMINISTER)
    async def set_terms(self, terms: Terms) -> None:
        """By what orders are placed from now on; raises Invalid."""
        await self.preferences.set(TERMS, terms_text(check_terms(terms)))
        self._announce(())

    @property
    def problem(self) -> str:
        """What goes wrong with an order, or with who follows changes, until it takes one again."""
        return self.dealer.refusals.problem or self._followers.problem

    @property
    def unseen(self) -> int:
        """Prices that no order saw: too many came while the database was away, or they could not be worked with."""
        return self.dealer.backlog.dropped

    def paused(self) -> AbstractAsyncContextManager[None]:
        """Nothing is decided within; afterwards coins are taken for what they are then: for when they are merged."""
        return self.dealer.paused()

    def steps(self, name: str) -> Steps:
        """The tick and lot size of a coin; raises NotFound."""
        coin = self.registry.get(name)
        return Steps(coin.tick_size, coin.lot_size or LOT)

    def estimate(self, ticket: Ticket, user: str | None = None) -> Estimate:
        """What would become of this order if it were placed now; raises Invalid, NotFound."""
        user = whose(user)
        ticket = self._checked(ticket, user)
        check_good_till(ticket, self.clock())
        name, terms = ticket.name, self.terms
        estimate = self.matcher.estimate(user, self._id(name), ticket, self.steps(name), terms)
        return replace(estimate, refusal=self.dealer.trouble or estimate.refusal)

    def glance(self, name: str) -> Glance:
        """The quote that orders of this coin meet now, by the account's terms; raises NotFound."""
        coin = self.registry.get(name)
        tick = self.market.standing(coin).governing
        if tick is None:
            raise NotFound(f'{coin.name} has no price yet.', 'name')
        return glance(tick, self.terms, self.steps(coin.name))

    def share(self, name: str, side: Side, percent: int, user: str | None = None) -> Decimal:
        """So many per cent of what is available: of the money for a buy, of the coins for a sell; raises NotFound."""
        account = self.account(user)
        if side is Side.BUY:
            return share(account.available(None), percent)
        return share(account.available(self._id(name)), percent, self.steps(name).lot_size)

    async def opened(self, user: str | None = None) -> Account:
        """The account of a user, opened when it is first asked for; raises Forbidden to who may not trade."""
        user = whose(user)
        if user not in self.view.accounts:
            need(Right.ORDERS)
            await self.dealer.ready()
            first = user not in self.matcher.accounts
            cash = self.settings.paper_cash
            await self.dealer.commit([self.matcher.open(user, self.settings.quote, cash)] if first else [])
        return self.account(user)

    @needing(Right.ORDERS)
    async def place(self, ticket: Ticket, user: str | None = None) -> Order:
        """The order, once it is committed; one that is not covered comes back refused, with the reason.

        A `client_order_id` that is known gives the order that has it; raises Conflict if that one was asked otherwise.
        """
        user = whose(user)
        await self.opened(user)
        ticket = self._checked(ticket, user)
        await self.dealer.ready()
        return await (self._place_once(ticket, user) if ticket.client_order_id else self._place(ticket, user))

    @needing(Right.ORDERS)
    async def cancel(self, order_id: int, user: str | None = None) -> Order:
        """Raises NotFound, and Conflict if it has ended."""
        owner = (await self.opened(user)).book.user
        return await self._changed(order_id, lambda: self.matcher.cancel(owner, order_id))

    @needing(Right.ORDERS)
    async def amend(
        self,
        order_id: int,
        size: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        user: str | None = None,
    ) -> Order:
        """Raises NotFound, Invalid, and Conflict if it has ended."""
        _check_currency(account := await self.opened(user), self.settings.quote)
        owner = account.book.user
        return await self._changed(order_id, lambda: self.matcher.amend(owner, order_id, size, limit_price, stop_price))

    @needing(Right.ORDERS)
    async def reset(self, user: str | None = None, number: int | None = None) -> Book:
        """Cancel everything, close the book and open the next with a new deposit.

        `number` names the book that is meant; raises Conflict where another is open by now.
        """
        user = (await self.opened(user)).book.user
        await self.dealer.ready()
        if number not in (None, now := self.matcher.accounts[user].book.number):
            raise Conflict(f'Book {number} is closed already; book {now} is open, and stays so.')
        changes = self.matcher.reset(user, self.settings.quote, self.settings.paper_cash)
        await self.dealer.commit(changes)
        await self.audit.note(Action.PORTFOLIO_RESET, f'book {changes[0].book.number}')
        return changes[-1].book

    @needing(Right.ORDERS)
    async def set_note(self, fill_id: int, note: str, user: str | None = None) -> None:
        """Write (or with '' wipe) the note of one's fill; raises NotFound, Invalid."""
        user = (await self.opened(user)).book.user
        await self.store.set_fill_note(fill_id, note.strip(), user)
        self.view.note(user, fill_id, note.strip())
        self._announce(())

    @property
    def newest_order(self) -> int:
        """The greatest number that an order has: one placed from now on has a greater one."""
        return self.matcher.newest_order

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back with each change after its commit, on the event loop; returns how to stop that."""
        return self._followers.subscribe(callback)

    async def settled(self) -> None:
        """Return once what was decided so far is committed; where that takes long, or fails, it goes on by itself."""
        if self.dealer.pump.busy:
            with suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(SETTLE):
                    await self.dealer.commit(())

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
        check_good_till(ticket, self.clock())
        began, account = monotonic(), self.matcher.accounts[user]
        if len(account.orders) >= MOST_OPEN:
            raise TooMany(f'There are {MOST_OPEN} open orders already; cancel some that you do not need.')
        change = self.matcher.place(user, self._id(ticket.name), ticket, self.steps(ticket.name), self.terms)
        await self.dealer.commit([change])
        self.latency.observe(monotonic() - began)
        return change.orders[0]

    async def _changed(self, order_id: int, decide: Callable[[], Change]) -> Order:
        await self.dealer.ready()
        try:
            change = decide()
        except DeskError:
            await self.dealer.commit(())  # what it says may follow from what is not committed yet
            raise
        await self.dealer.commit([change])
        return next(order for order in change.orders if order.id == order_id)

    def _check_same(self, ticket: Ticket, asked: str, coin_id: int) -> None:
        if asked_text(ticket) != asked or self._id(ticket.name) != coin_id:
            raise Conflict(
                f'There is another order with the client_order_id “{ticket.client_order_id}”.', 'client_order_id'
            )

    def _checked(self, ticket: Ticket, user: str) -> Ticket:
        """The ticket, its coin by the name that it has now; whether its time is over counts for new orders alone."""
        _check_currency(self.account(user), self.settings.quote)
        return replace(check_ticket(ticket), name=self.registry.get(ticket.name).name)

    def _announce(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._followers.tell(change)
        touched = {order.coin_id for change in changes for order in change.orders}
        self.mark({ACCOUNT, *(self.registry.name(coin_id) for coin_id in touched)})


def _check_currency(account: Account, quote: str) -> None:
    if account.book.quote != quote:
        raise Conflict(f'This account is in {account.book.quote}, the prices are in {quote}: reset the account.')
