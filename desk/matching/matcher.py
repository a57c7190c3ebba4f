"""Decides what becomes of paper orders: at once, in memory, one Change a decision. No input, no output, no waiting."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from desk.errors import Conflict, NotFound
from desk.ledger import deposit
from desk.matching import amending, placing
from desk.matching.account import Account, Estimate, TradingState
from desk.matching.decision import Decision, Numbers
from desk.matching.due import Due
from desk.matching.estimating import estimated
from desk.matching.filling import rest, take, trigger
from desk.matching.resting import Resting
from desk.matching.taken import Taken
from desk.orders import Book, Change, Kind, Order, Status, Steps, Terms, Ticket
from desk.ticks import Tick
from desk.trading import LIMITS, reached, stop_of, through, volume_left

FRESH = timedelta(seconds=60)
MOVED_AT_ONCE = 5_000
STOPS = (Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


class Matcher:
    """All open books and their orders as decided, which may be ahead of what is committed.

    `newest` is the desk's newest sequence number, `governing` the price that governs a coin now, in `quote` ('': in
    whatever currency); `live` has the newest price of each coin that came in live. To an account in another currency
    prices mean nothing.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        newest: Callable[[], int],
        governing: Callable[[int], Tick | None],
        quote: str = '',
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self._clock, self._newest, self._governing, self._quote = clock, newest, governing, quote
        self._numbers = Numbers()
        self._owners: dict[int, Account] = {}
        self._resting: defaultdict[int, Resting] = defaultdict(Resting)
        self.live: dict[int, Tick] = {}
        self._taken = Taken()
        self._due = Due()
        self._moved: list[int] = []
        self._met: dict[int, Order] | None = None  # while a price is worked on: what it has touched, as it stands

    @property
    def idle(self) -> bool:
        """Whether no order is open: a price then does nothing but become the live one."""
        return not self._owners

    @property
    def newest_order(self) -> int:
        """The greatest number that an order has."""
        return self._numbers.order

    def load(self, state: TradingState) -> None:
        """Forget all books and orders, then take these. Prices that came in stay known, and what fills up to
        `last_fill` took of them.
        """
        self._numbers = Numbers(
            state.last_order, state.last_fill, state.last_transaction, state.last_book, state.last_rank
        )
        of_book: dict[int, list[Order]] = {book.id: [] for book in state.books}
        for order in state.orders:
            of_book[order.book_id].append(order)
        self.accounts = {
            book.user: Account(book, state.balances.get(book.id), of_book[book.id]) for book in state.books
        }
        self._owners, self._due, self._moved, self._met = {}, Due(), [], None
        self._resting.clear()
        self._taken.undo(state.last_fill)
        for account in self.accounts.values():
            for order in account.orders.values():
                self._index(account, order)

    def open(self, user: str, quote: str, cash: Decimal) -> Change:
        """The user's first book, with its opening money."""
        return self._open(user, quote, cash, 1)

    def reset(self, user: str, quote: str, cash: Decimal) -> list[Change]:
        """Close the book, its orders cancelled, and open the next."""
        account = self._account(user)
        decision = self._decision(account)
        for order in list(account.orders.values()):
            if decision.now_of(order).is_open:
                decision.end(self._current(order), Status.CANCELLED, 'The account was reset.')
        book = account.book
        closed = replace(book, closed=self._clock(), revision=book.revision + 1)
        change = replace(decision.change or Change(closed), book=closed)
        self._apply(account, change)
        return [change, self._open(user, quote, cash, book.number + 1)]

    def place(self, user: str, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms) -> Change:
        """Place an order; the first of the change's orders is it. One that is not covered comes back refused.

        Raises Invalid or Conflict where it cannot be an order at all.
        """
        decision = self._decision(self._account(user), ticket.name)
        self._place(decision, coin_id, ticket, steps, terms)
        change = decision.change
        assert change is not None
        return self._apply(decision.account, change)

    def estimate(self, user: str, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms) -> Estimate:
        """What `place` would do now, done to nothing; raises as it does."""
        decision = self._decision(self._account(user), ticket.name)
        decision.numbers = replace(self._numbers)
        order = self._place(decision, coin_id, ticket, steps, terms)
        tick = self._governing(coin_id)
        return estimated(decision, order, tick, self._fresh(coin_id) is not None)

    def cancel(self, user: str, order_id: int) -> Change:
        """End an open order; raises NotFound, and Conflict if it has ended."""
        order = self._find(user, order_id)
        decision = self._decision(self._owners[order.id], self._name(order.coin_id))
        decision.end(order, Status.CANCELLED, 'Cancelled by hand.')
        return self._done(decision)[0]

    def amend(
        self,
        user: str,
        order_id: int,
        size: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> Change:
        """Change an open order, then as if placed anew; raises NotFound, Invalid, Conflict: nothing is done."""
        order = self._find(user, order_id)
        decision = self._decision(self._owners[order.id], self._name(order.coin_id))
        tick, fresh = self._governing(order.coin_id), self._fresh(order.coin_id)
        amended = amending.amended(decision, order, tick, size, limit_price, stop_price)
        amending.amend(decision, order, amended, fresh, self._taken_of(fresh, order.coin_id))
        return self._done(decision)[0]

    def tick(self, coin_id: int, tick: Tick) -> list[Change]:
        """A price has just become the coin's live price: what it fills, triggers and ends."""
        self.live[coin_id] = tick
        changes = self.expire(max(tick.received, self._clock())) if self._due else []
        resting = self._resting.get(coin_id)
        if resting is None or resting.quiet(tick.price):
            return changes
        self._taken.forget(coin_id)
        return changes + self._match(resting, tick, coin_id)

    def expire(self, now: datetime) -> list[Change]:
        """End the orders whose time is over."""
        changes = []
        while (order_id := self._due.pop(now)) is not None:
            order = self._known(order_id)
            decision = self._decision(self._owners[order_id])
            decision.end(order, Status.EXPIRED, f'It was good till {order.good_till:%Y-%m-%d %H:%M:%S} UTC.')
            changes += self._done(decision)
        return changes

    def follow(self, coin_id: int, tick: Tick) -> None:
        """Let trailing stops follow a price that has done all else before."""
        if resting := self._resting.get(coin_id):
            resting.follow(tick.price, tick.seq)

    def refuse(self, order_id: int, reason: str) -> list[Change]:
        """End an order with which one cannot go on; nothing if it has ended."""
        if order_id not in self._owners:
            return []
        order = self._known(order_id)
        decision = self._decision(self._owners[order_id], self._name(order.coin_id))
        decision.refuse(order, reason)
        return self._done(decision)

    def trailed(self) -> list[Order]:
        """Trailing stops whose best price has moved since the last call; of very many, the others next time."""
        if not self._moved:
            self._moved = [order_id for resting in self._resting.values() for order_id in resting.trails.moved()]
        some, self._moved = self._moved[:MOVED_AT_ONCE], self._moved[MOVED_AT_ONCE:]
        orders = [self._known(order_id) for order_id in some if order_id in self._owners]
        for order in orders:
            self._owners[order.id].follow(order)
        return orders

    def _match(self, resting: Resting, tick: Tick, coin_id: int) -> list[Change]:
        """Takers in the order of their placing, then resting limits, the furthest gone through first."""

        def spent(terms: Terms, steps: Steps) -> bool:
            return volume_left(terms, steps, tick, self._taken.of(coin_id, tick.seq)) == 0

        met: dict[int, Order] = {}
        self._met = met
        changes = [change for order_id in resting.takers(tick, spent) for change in self._meet(order_id, tick, met)]
        for order_id in resting.limits(tick.price, spent):
            changes += self._meet(order_id, tick, met)
        self._met = None
        for order in met.values():
            resting.put(order)
        resting.follow(tick.price, tick.seq)
        return changes

    def _meet(self, order_id: int, tick: Tick, met: dict[int, Order]) -> list[Change]:
        """An order that the index has found, as those before it have left it; `desk/trading.py` decides."""
        account = self._owners.get(order_id)
        if account is None:
            return []
        order = self._known(order_id)
        met.setdefault(order_id, order)
        if order.seq >= tick.seq or not (order.size is None or order.remaining):
            return []
        decision, taken = self._decision(account, tick.name), self._taken_of(tick, order.coin_id)
        if order.kind in STOPS and not order.triggered:
            if reached(order.side, stop_of(order), tick.price):
                take(decision, trigger(decision, order, tick), tick, taken)
        elif order.kind in LIMITS and order.arrived:
            if through(order, tick.price):
                rest(decision, order, tick, taken)
        else:
            take(decision, order, tick, taken)
        return self._done(decision)

    def _place(self, decision: Decision, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms) -> Order:
        tick, fresh = self._governing(coin_id), self._fresh(coin_id)
        order = placing.drafted(decision, coin_id, ticket, steps, terms, tick, fresh is not None)
        return placing.place(decision, order, ticket, fresh, self._taken_of(fresh, coin_id))

    def _open(self, user: str, quote: str, cash: Decimal, number: int) -> Change:
        book = Book(self._numbers.next('book'), user, number, quote, self._clock())
        account = self.accounts[user] = Account(book)
        opening = deposit(self._numbers.next('transaction'), book.id, cash, book.opened)
        return self._apply(account, Change(book, transactions=(opening,)))

    def _account(self, user: str) -> Account:
        account = self.accounts.get(user)
        if account is None:
            raise NotFound(f'There is no account of “{user}”.')
        return account

    def _find(self, user: str, order_id: int) -> Order:
        order = self._account(user).orders.get(order_id)
        if order is not None:
            return self._current(order)
        if 0 < order_id <= self._numbers.order and order_id not in self._owners:
            raise Conflict('This order has ended; nothing about it can be changed.')
        raise NotFound(f'There is no order {order_id}.')

    def _known(self, order_id: int) -> Order:
        return self._current(self._owners[order_id].orders[order_id])

    def _current(self, order: Order) -> Order:
        """With the best price that a trailing stop has followed since it was last decided on."""
        resting = self._resting.get(order.coin_id)
        best = resting.trails.best(order.id) if resting and order.kind is Kind.TRAILING_STOP else None
        return order if best is None or best == order.best else replace(order, best=best)

    def _name(self, coin_id: int) -> str:
        tick = self._governing(coin_id)
        return tick.name if tick else 'coins'

    def _fresh(self, coin_id: int) -> Tick | None:
        """The coin's price if it came in live and is not too old."""
        tick, live = self._governing(coin_id), self.live.get(coin_id)
        if tick is None or live is None or live.seq != tick.seq or self._clock() - tick.timestamp > FRESH:
            return None
        return tick

    def _taken_of(self, tick: Tick | None, coin_id: int) -> Decimal:
        """How much of a price's volume was taken."""
        return self._taken.of(coin_id, tick.seq) if tick else Decimal(0)

    def _decision(self, account: Account, name: str = '') -> Decision:
        return Decision(account, self._numbers, self._clock(), self._newest(), name)

    def _done(self, decision: Decision) -> list[Change]:
        change = decision.change
        return [self._apply(decision.account, change)] if change else []

    def _apply(self, account: Account, change: Change) -> Change:
        account.apply(change)
        for order in change.orders:
            self._index(account, order)
        for fill in change.fills:
            self._taken.add(fill)
        return change

    def _index(self, account: Account, order: Order) -> None:
        if not order.is_open:
            self._owners.pop(order.id, None)
            self._due.discard(order.id)
        else:
            if order.good_till is not None:
                self._due.put(order.id, order.good_till)
            self._owners[order.id] = account
        if self._met is not None:
            self._met[order.id] = order
        elif self._quote in ('', account.book.quote):
            self._resting[order.coin_id].put(order)
