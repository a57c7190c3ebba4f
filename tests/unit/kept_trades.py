"""What a store would keep of the trading desk, in memory; every Change is looked at as it comes."""

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal, localcontext

from desk.matching.account import TradingState
from desk.orders import Book, Change, Fill, Order, Rule, Side, Transaction
from desk.ticks import Tick
from tests.unit.reference_orders import Paper
from tests.unit.reference_rules import EXACT, money, quote, tick_size, to_step

ZERO = Decimal(0)


class Kept:
    """Books, orders, fills and transactions by their numbers. `ticks` are all prices that ever came, by seq."""

    def __init__(self, ticks: dict[int, Tick]) -> None:
        self.ticks = ticks
        self.books: dict[int, Book] = {}
        self.orders: dict[int, Order] = {}
        self.fills: list[Fill] = []
        self.transactions: dict[int, Transaction] = {}

    def take(self, change: Change, tick: Tick | None = None) -> None:
        """Keep a change, made by a price or (None) by a person; each must be sound in itself."""
        self._take_book(change)
        for fill in change.fills:
            self._check_fill(fill, next(order for order in change.orders if order.id == fill.order_id), tick)
        self.fills += change.fills
        for transaction in change.transactions:
            assert transaction.id not in self.transactions
            assert transaction.book_id == change.book.id
            self.transactions[transaction.id] = transaction
            _check_balanced(transaction)
        made_by = [transaction.fill_id for transaction in change.transactions if transaction.kind == 'fill']
        assert made_by == [fill.id for fill in change.fills]
        for order in change.orders:
            self._take_order(order)

    def moved(self, orders: list[Order]) -> None:
        """Best prices of trailing stops, which are kept without a change."""
        for order in orders:
            if order.revision == self.orders[order.id].revision:
                self.orders[order.id] = replace(self.orders[order.id], best=order.best)

    def balances(self, book_id: int) -> dict[int | None, Decimal]:
        """What the trader of a book has: the sums of the postings."""
        sums: dict[int | None, Decimal] = defaultdict(Decimal)
        with localcontext(EXACT):
            for transaction in self.transactions.values():
                for posting in transaction.postings:
                    if transaction.book_id == book_id and posting.account == 'trader':
                        sums[posting.coin_id] += posting.amount
        return dict(sums)

    def state(self) -> TradingState:
        """What a desk that starts again finds."""
        books = [book for book in self.books.values() if book.closed is None]
        return TradingState(
            books=books,
            balances={book.id: self.balances(book.id) for book in books},
            orders=[order for order in self.orders.values() if order.is_open],
            last_order=max(self.orders, default=0),
            last_fill=max((fill.id for fill in self.fills), default=0),
            last_transaction=max(self.transactions, default=0),
            last_book=max(self.books, default=0),
            last_rank=max((order.rank for order in self.orders.values()), default=0),
        )

    def _take_book(self, change: Change) -> None:
        book, before = change.book, self.books.get(change.book.id)
        assert book.revision == (before.revision + 1 if before else 1)
        assert before is None or before.closed is None
        assert len({order.id for order in change.orders}) == len(change.orders)
        assert all(order.book_id == book.id for order in change.orders)
        self.books[book.id] = book

    def _take_order(self, order: Order) -> None:
        before = self.orders.get(order.id)
        if before is None:
            assert order.revision == 1
        else:
            assert before.is_open
            assert order.revision > before.revision
        fills = [fill for fill in self.fills if fill.order_id == order.id]
        with localcontext(EXACT):
            assert order.filled_size == sum((fill.size for fill in fills), ZERO)
            assert order.filled_value == sum((fill.value for fill in fills), ZERO)
            assert order.fees == sum((fill.fee for fill in fills), ZERO)
        assert order.size is None or order.leg or order.filled_size <= order.size
        self.orders[order.id] = order

    def _check_fill(self, fill: Fill, order: Order, tick: Tick | None) -> None:
        before = self.orders.get(order.id)
        if tick is not None:
            assert before is not None
            assert (fill.seq, fill.tick_price) == (tick.seq, tick.price)
            assert fill.seq > before.seq
        else:
            assert fill.seq <= order.seq
            assert fill.rule in (Rule.MARKET, Rule.MARKETABLE_LIMIT)
        with localcontext(EXACT):
            _check_price(fill, order, self.ticks[fill.seq])
            _check_share(fill, order, self.ticks[fill.seq], [old for old in self.fills if old.seq == fill.seq])
            rate = (order.terms.maker_fee if fill.maker else order.terms.taker_fee) / 100
            assert (fill.value, fill.fee) == (money(fill.size * fill.price), money(fill.size * fill.price * rate))


def _check_balanced(transaction: Transaction) -> None:
    sums: dict[int | None, Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for posting in transaction.postings:
            sums[posting.coin_id] += posting.amount
    assert set(sums.values()) == {ZERO}


def _check_price(fill: Fill, order: Order, tick: Tick) -> None:
    """Between which bounds a fill's price lies: the table of docs/trading-rules.md."""
    paper = Paper(0, '', 0, 0, order.side, order.kind, order.steps, order.terms, 0, 0)
    bid, ask = quote(tick, paper.steps, paper.terms)
    assert (fill.bid, fill.ask) == (bid, ask)
    assert (fill.tick_price, fill.tick_time, fill.tick_source) == (tick.price, tick.timestamp, tick.source)
    assert fill.maker == (fill.rule is Rule.RESTING_LIMIT)
    buys, slip, step = order.side is Side.BUY, order.terms.slippage / 10_000, tick_size(order.steps)
    if fill.rule in (Rule.MARKET, Rule.STOP, Rule.TRAILING_STOP):
        worst = to_step(ask * (1 + slip), step, ROUND_CEILING) if buys else max(step, bid * (1 - slip) - step)
        assert (ask <= fill.price <= worst) if buys else (worst <= fill.price <= bid)
        return
    limit = order.limit_price
    assert limit is not None
    if fill.rule is Rule.MARKETABLE_LIMIT:
        assert (ask <= fill.price <= limit) if buys else (limit <= fill.price <= bid)
    else:
        assert fill.price == limit
        assert (tick.price < limit if buys else tick.price > limit) or (order.terms.touch and tick.price == limit)


def _check_share(fill: Fill, order: Order, tick: Tick, before: list[Fill]) -> None:
    if order.terms.participation and tick.volume is not None:
        taken = sum((old.size for old in before), fill.size)
        assert taken <= tick.volume * order.terms.participation / 100
