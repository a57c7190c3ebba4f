"""Decisions of a matcher, made by hand, for the tests of what keeps them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from desk import ledger
from desk.acting import LOCAL
from desk.orders import Book, Change, Event, Fill, Kind, Order, Rule, Side, Status, Steps, Terms, TimeInForce
from tests.unit.store_records import NOON


class Hand:
    """Opens books, places orders and fills them; each call is one change, numbered as the matcher does it."""

    def __init__(self) -> None:
        self.ids = {what: count(1) for what in ('book', 'order', 'fill', 'transaction', 'moment')}
        self.book = Book(0, LOCAL, 0, 'USD', NOON)

    def number(self, what: str) -> int:
        """The next id of a kind."""
        return next(self.ids[what])

    def open(self, cash: str = '100000', user: str = LOCAL) -> Change:
        """A new book with its deposit."""
        self.book = Book(self.number('book'), user, self.book.number + 1, 'USD', NOON)
        return Change(
            self.book, transactions=(ledger.deposit(self.number('transaction'), self.book.id, Decimal(cash), NOON),)
        )

    def close(self, *orders: Order) -> Change:
        """The end of the book; cancels these orders."""
        ended = tuple(replace(each, status=Status.CANCELLED, revision=each.revision + 1) for each in orders)
        return Change(self.next_book(closed=NOON + timedelta(hours=1)), ended)

    def place(self, coin_id: int, **fields: Any) -> Change:
        """An order that rests: a buy of 2 at 10 unless said otherwise."""
        number = self.number('order')
        placed = NOON + timedelta(seconds=self.number('moment'))
        defaults: dict[str, Any] = {'size': Decimal(2), 'limit_price': Decimal(10), 'rank': number, 'seq': number}
        order = Order(
            number,
            self.book.id,
            coin_id,
            Side.BUY,
            Kind.LIMIT,
            terms=Terms(),
            placed=placed,
            updated=placed,
            **defaults | fields,
        )
        return Change(self.next_book(), (order,), events=(Event(number, placed, 'placed'),))

    def fill(self, order: Order, size: str = '2', price: str = '10', seq: int = 0, note: str = '') -> Change:
        """A trade with its postings and the order after it."""
        at = NOON + timedelta(seconds=self.number('moment'))
        amount, cost = Decimal(size), Decimal(price)
        fill = Fill(
            self.number('fill'),
            order.id,
            order.book_id,
            order.coin_id,
            order.side,
            amount,
            cost,
            amount * cost,
            amount * cost / 1000,
            True,
            Rule.RESTING_LIMIT,
            at,
            seq,
            cost,
            at,
            'coinbase',
            cost,
            cost,
            note,
        )
        filled = order.filled_size + amount
        after = replace(
            order,
            filled_size=filled,
            filled_value=order.filled_value + fill.value,
            fees=order.fees + fill.fee,
            status=Status.FILLED if filled == order.size else Status.PARTLY_FILLED,
            updated=at,
            revision=order.revision + 1,
        )
        moved = ledger.trade(self.number('transaction'), fill)
        return Change(self.next_book(), (after,), (fill,), (moved,), (Event(order.id, at, str(after.status)),))

    def next_book(self, **fields: Any) -> Book:
        """The book after one more change."""
        self.book = replace(self.book, revision=self.book.revision + 1, **fields)
        return self.book


def full_order(hand: Hand, coin_id: int, tiny: Decimal = Decimal(1), huge: Decimal = Decimal(2)) -> Order:
    """An order that has something in every field."""
    return Order(
        id=hand.number('order'),
        book_id=1,
        coin_id=coin_id,
        side=Side.BUY,
        kind=Kind.TRAILING_STOP,
        size=huge,
        terms=Terms(tiny, huge, Decimal('0.3'), Decimal(4), True, Decimal(10), False),
        placed=NOON,
        updated=NOON + timedelta(microseconds=1),
        seq=2**40,
        rank=2**41,
        steps=Steps(tiny, huge),
        quote_size=huge,
        limit_price=tiny,
        stop_price=huge,
        trail_amount=tiny,
        trail_percent=Decimal('2.5'),
        best=huge,
        reserve=tiny,
        time_in_force=TimeInForce.GTD,
        good_till=NOON + timedelta(days=1),
        post_only=True,
        client_order_id='ünique',
        asked='{"size": "1"}',
        arrived=True,
        triggered=True,
        filled_size=tiny,
        filled_value=tiny,
        fees=tiny,
        reason='because',
    )
