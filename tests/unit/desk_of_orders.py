"""A matcher with one coin, its clock and its prices, and orders as tests want them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from desk.acting import LOCAL
from desk.matching.account import Account
from desk.matching.matcher import Matcher
from desk.orders import Change, Event, Fill, Kind, Order, Posting, Side, Steps, Terms, Ticket
from desk.ticket import NUMBERS
from desk.ticks import Tick
from desk.trading import BidAsk, bounds
from models import Origin

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BTC = 1
CENTS = Steps(Decimal('0.01'))
PLAIN = Terms(maker_fee=Decimal(0), taker_fee=Decimal(0), spread=Decimal(0), slippage=Decimal(0))


def order(**fields: Any) -> Order:
    """An open order of 1 BTC: a market buy, unless told otherwise."""
    usual: dict[str, Any] = {
        'id': 1,
        'book_id': 1,
        'coin_id': BTC,
        'placed': NOON,
        'updated': NOON,
        'seq': 1,
        'rank': 1,
    }
    usual |= {'side': Side.BUY, 'kind': Kind.MARKET, 'size': Decimal(1), 'terms': Terms(), 'steps': CENTS}
    return Order(**usual | fields)


def tick(price: str, seq: int = 1, **fields: str) -> Tick:
    """A price of BTC at noon."""
    numbers: dict[str, Any] = {name: Decimal(value) for name, value in fields.items()}
    return Tick('BTC', Decimal(price), NOON, 'bench', Origin.FEED, seq=seq, received=NOON, **numbers)


class Pit:
    """One trader with 100,000 USD, one coin, and no fees, spread or slippage unless the terms say so."""

    def __init__(self, terms: Terms = PLAIN, steps: Steps = CENTS, cash: str = '100000') -> None:
        self.now, self.seq, self.terms, self.steps = NOON, 0, terms, steps
        self.live: Tick | None = None
        self.events: list[Event] = []
        self.fills: list[Fill] = []
        self.postings: list[Posting] = []
        self.told: Account | None = None
        self.orders: dict[int, Order] = {}
        self.matcher = Matcher(lambda: self.now, lambda: self.seq, lambda _: self.live)
        self.take([self.matcher.open(LOCAL, 'USD', Decimal(cash))])

    @property
    def account(self) -> Account:
        return self.matcher.accounts[LOCAL]

    def price(self, price: str, **fields: str) -> list[Fill]:
        """The next price, and what it fills."""
        self.seq += 1
        self.live = tick(price, self.seq, **fields)._replace(timestamp=self.now, received=self.now)
        return self.take(self.matcher.tick(BTC, self.live))

    def later(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def place(self, side: Side, kind: Kind, **fields: Any) -> Order:
        """The order as its placing left it; numbers as texts."""
        change = self.matcher.place(LOCAL, BTC, self.ticket(side, kind, **fields), self.steps, self.terms)
        self.take([change])
        return change.orders[0]

    def ticket(self, side: Side, kind: Kind, **fields: Any) -> Ticket:
        for name in NUMBERS.keys() & fields.keys():
            fields[name] = Decimal(fields[name])
        return Ticket('BTC', side, kind, **fields)

    def amend(self, order: Order, **fields: str) -> Order:
        change = self.matcher.amend(LOCAL, order.id, **{name: Decimal(value) for name, value in fields.items()})
        self.take([change])
        return change.orders[0]

    def cancel(self, order: Order) -> Order:
        self.take([self.matcher.cancel(LOCAL, order.id)])
        return self.orders[order.id]

    def story(self, order: Order) -> list[str]:
        return [event.what for event in self.events if event.order_id == order.id]

    def take(self, changes: Sequence[Change]) -> list[Fill]:
        """Remember what was decided; every fill lies between the bounds of its rule."""
        for change in changes:
            if self.told:
                self.told.apply(change)
            self.postings += [posting for transaction in change.transactions for posting in transaction.postings]
            self.events += change.events
            self.fills += change.fills
            self.orders |= {order.id: order for order in change.orders}
            for fill in change.fills:
                least, greatest = bounds(fill.rule, self.orders[fill.order_id], BidAsk(fill.bid, fill.ask))
                assert least <= fill.price <= greatest
        return [fill for change in changes for fill in change.fills]
