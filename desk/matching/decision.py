"""A decision while it is made: what changes of one account, gathered until it is a Change. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from desk.ledger import trade
from desk.matching.account import Account
from desk.orders import MONEY_QUANTUM, Change, Event, Fill, Leg, Order, Rule, Side, Status, Transaction
from desk.sentences import money, plain, rounded
from desk.ticks import MONEY, Tick
from desk.trading import BidAsk, fee, hold, value


@dataclass(slots=True)
class Numbers:
    """The last numbers given to orders, fills, transactions, books, and to placings and amendments in time."""

    order: int = 0
    fill: int = 0
    transaction: int = 0
    book: int = 0
    rank: int = 0

    def next(self, what: str) -> int:
        """One more of it."""
        number: int = getattr(self, what) + 1
        setattr(self, what, number)
        return number


class Decision:
    """Orders, fills, transactions and events of one Change. The account itself stays as it is until it is applied.

    `newest` is the number of the newest price; `name` is the coin's, for sentences.
    """

    def __init__(self, account: Account, numbers: Numbers, now: datetime, newest: int, name: str) -> None:
        self.account = account
        self.numbers = numbers
        self.now = now
        self.newest = newest
        self.name = name
        self.fills: list[Fill] = []
        self._orders: dict[int, Order] = {}
        self._legs: dict[int, set[int]] = {}
        self._transactions: list[Transaction] = []
        self._events: list[Event] = []

    @property
    def change(self) -> Change | None:
        """What was decided; None: nothing."""
        if not self._orders:
            return None
        book = replace(self.account.book, revision=self.account.book.revision + 1)
        orders = tuple(self._orders.values())
        return Change(book, orders, tuple(self.fills), tuple(self._transactions), tuple(self._events))

    @property
    def quote(self) -> str:
        """The name of the account's currency."""
        return self.account.book.quote

    def put(self, order: Order, **changes: Any) -> Order:
        """The order with these changes, one revision after the one that the account has."""
        before = self.account.orders.get(order.id)
        revision = before.revision + 1 if before else 1
        self._orders[order.id] = order = replace(order, updated=self.now, revision=revision, **changes)
        if order.parent_id is not None:
            self._legs.setdefault(order.parent_id, set()).add(order.id)
        return order

    def say(self, order: Order, what: str, detail: str = '') -> None:
        """A line in the order's history."""
        self._events.append(Event(order.id, self.now, what, detail))

    def now_of(self, order: Order) -> Order:
        """The order as this decision has left it."""
        return self._orders.get(order.id, order)

    def budget(self, order: Order) -> Decimal:
        """The money that a buy may use: what it holds and what is available, as far as money has digits."""
        own = self.account.orders.get(order.id)
        available = self.account.available(None)
        return MONEY.add(available, hold(own)[1] if own else 0).quantize(MONEY_QUANTUM, ROUND_DOWN, MONEY)

    def fill(self, order: Order, size: Decimal, price: Decimal, rule: Rule, tick: Tick, at: BidAsk) -> Order:
        """Book a fill with what follows from it: postings, the order's state, the other parts of its bracket."""
        maker = rule is Rule.RESTING_LIMIT
        rate = order.terms.maker_fee if maker else order.terms.taker_fee
        fill = Fill(
            id=self.numbers.next('fill'),
            order_id=order.id,
            book_id=order.book_id,
            coin_id=order.coin_id,
            side=order.side,
            size=size,
            price=price,
            value=value(size, price),
            fee=fee(size, price, rate),
            maker=maker,
            rule=rule,
            at=self.now,
            seq=tick.seq,
            tick_price=tick.price,
            tick_time=tick.timestamp,
            tick_source=tick.source,
            bid=at.bid,
            ask=at.ask,
        )
        self.fills.append(fill)
        self._transactions.append(trade(self.numbers.next('transaction'), fill))
        order = self._filled(order, fill)
        self._sold(order, size) if order.leg else self._bought(order, size, tick.seq)
        return order

    def end(self, order: Order, status: Status, reason: str) -> Order:
        """It is over before it was filled whole; an entry that bought nothing takes its legs with it."""
        order = self.put(order, status=status, reason=reason)
        self.say(order, status.value, reason)
        if not order.leg and not order.filled_size:
            for leg in self.legs(order.id):
                self.end(leg, Status.CANCELLED, 'Its entry ended with nothing bought.')
        return order

    def refuse(self, order: Order, reason: str) -> Order:
        """It cannot go on: refused, or cancelled if a part of it was filled."""
        return self.end(order, Status.CANCELLED if order.filled_size else Status.REFUSED, reason)

    def legs(self, parent_id: int) -> list[Order]:
        """The open legs of an entry as they stand now."""
        known = {leg.id: leg for leg in self.account.legs(parent_id)}
        mine = {leg: self._orders[leg] for leg in sorted(self._legs.get(parent_id, ()))}
        return [leg for leg in (known | mine).values() if leg.is_open]

    def siblings(self, order: Order) -> list[Order]:
        """The other open legs of a leg's bracket."""
        return [leg for leg in self.legs(order.parent_id or 0) if leg.id != order.id]

    def _filled(self, order: Order, fill: Fill) -> Order:
        done = fill.size == order.remaining
        order = self.put(
            order,
            filled_size=MONEY.add(order.filled_size, fill.size),
            filled_value=MONEY.add(order.filled_value, fill.value),
            fees=MONEY.add(order.fees, fill.fee),
            status=Status.FILLED if done else Status.PARTLY_FILLED,
        )
        detail = f'{plain(fill.size)} {self.name} at {money(fill.price)} by the rule “{fill.rule}”, fee '
        self.say(order, 'filled' if done else 'part filled', f'{detail}{rounded(fill.fee)} {self.quote}.')
        return order

    def _bought(self, order: Order, size: Decimal, seq: int) -> None:
        """Legs sell what their entry has bought, at newer prices."""
        if order.side is Side.SELL:
            return
        for leg in self.legs(order.id):
            assert leg.size is not None
            grown = MONEY.add(leg.size, size)
            self.put(leg, size=grown, seq=max(leg.seq, seq))
            self.say(leg, 'amended', f'Sells {plain(grown)} {self.name} now: its entry bought {plain(size)}.')

    def _sold(self, order: Order, size: Decimal) -> None:
        """What one leg sells the other no longer has, and the entry buys no more."""
        entry = self.account.orders.get(order.parent_id or 0)
        if entry:
            self.end(self.now_of(entry), Status.CANCELLED, f'Its {words(order.leg)} has sold.')
        for leg in self.siblings(order):
            assert leg.size is not None
            leg = self.put(leg, size=MONEY.subtract(leg.size, size))
            if not leg.remaining:
                self.end(leg, Status.CANCELLED, f'The {words(order.leg)} has sold all.')


def words(leg: Leg) -> str:
    """How people call a leg."""
    return leg.value.replace('_', '-')
