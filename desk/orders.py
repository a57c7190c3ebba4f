"""Paper orders and what becomes of them: the words of the trading desk. Data only, pure.

Sizes are in coins, prices and money in the desk's quote currency, all exact; times are aware UTC. The rules are
in `docs/trading-rules.md`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, localcontext
from enum import StrEnum

from desk.ticks import MONEY

MONEY_QUANTUM = Decimal('0.00000001')
LOT = Decimal('0.00000001')
LEAST_WORTH = Decimal('0.01')
PRICE_QUANTUM = Decimal(1).scaleb(-18)


class Side(StrEnum):
    """What an order does with the coin."""

    BUY = 'buy'
    SELL = 'sell'


class Kind(StrEnum):
    """The types of orders, as the API calls them."""

    MARKET = 'market'
    LIMIT = 'limit'
    STOP = 'stop'
    STOP_LIMIT = 'stop_limit'
    TRAILING_STOP = 'trailing_stop'


class TimeInForce(StrEnum):
    """How long an order stands."""

    GTC = 'gtc'
    GTD = 'gtd'
    IOC = 'ioc'
    FOK = 'fok'


class Status(StrEnum):
    """Where an order is in its life; the last four are its end."""

    OPEN = 'open'
    PARTLY_FILLED = 'partly_filled'
    FILLED = 'filled'
    CANCELLED = 'cancelled'
    EXPIRED = 'expired'
    REFUSED = 'refused'


class Leg(StrEnum):
    """Which part of a bracket an order is; NONE for every other order, an entry included."""

    NONE = ''
    TAKE_PROFIT = 'take_profit'
    STOP_LOSS = 'stop_loss'


class Rule(StrEnum):
    """What filled an order; `docs/trading-rules.md` says when and between which bounds."""

    MARKET = 'market'
    MARKETABLE_LIMIT = 'marketable limit'
    RESTING_LIMIT = 'resting limit'
    STOP = 'stop'
    TRAILING_STOP = 'trailing stop'


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an account trades. Fees, spread and participation are in per cent, slippage in basis points.

    An order keeps the terms under which it was placed, so what it holds stays enough. `participation` 0 is off.
    """

    maker_fee: Decimal = Decimal('0.10')
    taker_fee: Decimal = Decimal('0.20')
    spread: Decimal = Decimal('0.10')
    slippage: Decimal = Decimal('5')
    touch: bool = False
    participation: Decimal = Decimal(0)
    cut: bool = True

    @property
    def worst_fee(self) -> Decimal:
        """The greater fee, in per cent."""
        return max(self.maker_fee, self.taker_fee)


@dataclass(frozen=True, slots=True)
class Steps:
    """The step of a coin's prices and of its sizes; a tick size of None is not known."""

    tick_size: Decimal | None = None
    lot_size: Decimal = LOT


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as it is asked for, checked (`desk/ticket.py`). Exactly one of `size` and `quote_size` is given.

    `quote_size` is money: for a buy what it may cost with fees, for a sell what is sold for, before fees.
    `take_profit` and `stop_loss` are the prices of a bracket's legs, for buys alone.
    """

    name: str
    side: Side
    kind: Kind
    size: Decimal | None = None
    quote_size: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    good_till: datetime | None = None
    post_only: bool = False
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    client_order_id: str = ''


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. It changes by being replaced; `revision` counts that.

    `size` is None while a buy by `quote_size` waits for its first price. Only prices after number `seq` fill it;
    `rank` orders placings and amendments in time. `arrived`: a limit rests; a market order has filled in part.
    `best` is a trailing stop's best price so far. A leg has `size` 0 until its entry fills.
    """

    id: int
    book_id: int
    coin_id: int
    side: Side
    kind: Kind
    size: Decimal | None
    terms: Terms
    placed: datetime
    updated: datetime
    seq: int
    rank: int
    steps: Steps = Steps()
    quote_size: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    best: Decimal | None = None
    reserve: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    good_till: datetime | None = None
    post_only: bool = False
    parent_id: int | None = None
    leg: Leg = Leg.NONE
    client_order_id: str = ''
    asked: str = ''
    status: Status = Status.OPEN
    arrived: bool = False
    triggered: bool = False
    filled_size: Decimal = Decimal(0)
    filled_value: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    reason: str = ''
    revision: int = 1

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.status in (Status.OPEN, Status.PARTLY_FILLED)

    @property
    def remaining(self) -> Decimal:
        """What is still to be filled, in coins; 0 while the size is not known."""
        return Decimal(0) if self.size is None else MONEY.subtract(self.size, self.filled_size)

    @property
    def average_price(self) -> Decimal | None:
        """What a coin cost or brought on average, without fees; None before the first fill.

        Values are rounded, so many prices come to this one: it is the shortest of them, as a fill's own price is.
        """
        return shortest_price(self.filled_value, self.filled_size) if self.filled_size else None


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade: which rule made it, from which tick and quote. `value` = size × price, rounded towards zero."""

    id: int
    order_id: int
    book_id: int
    coin_id: int
    side: Side
    size: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal
    maker: bool
    rule: Rule
    at: datetime
    seq: int
    tick_price: Decimal
    tick_time: datetime
    tick_source: str
    bid: Decimal
    ask: Decimal
    note: str = ''


@dataclass(frozen=True, slots=True)
class Event:
    """A step in an order's life: placed, amended, triggered, part filled, filled, cut, cancelled, expired, refused."""

    order_id: int
    at: datetime
    what: str
    detail: str = ''


@dataclass(frozen=True, slots=True)
class Book:
    """One run of an account, from its opening deposit to its reset; `number` counts a user's books from 1."""

    id: int
    user: str
    number: int
    quote: str
    opened: datetime
    closed: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount that moved on one account of the ledger; `coin_id` None is the quote currency."""

    account: str
    coin_id: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """Postings that sum to zero for each asset. `kind` is 'deposit' or 'fill'."""

    id: int
    book_id: int
    kind: str
    at: datetime
    postings: tuple[Posting, ...]
    fill_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One decision, committed whole or not at all: the book after it and what it made or replaced.

    `book.revision` is one more than before (1: the book is new); the database takes it only then.
    `orders` are as they stand after it, each once.
    """

    book: Book
    orders: tuple[Order, ...] = ()
    fills: tuple[Fill, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    events: tuple[Event, ...] = ()


def shortest_price(value: Decimal, size: Decimal) -> Decimal:
    """Of the prices that times the size are the value, once rounded towards zero, the one with the fewest decimals."""
    with localcontext(MONEY):
        least, bound = value / size, (value + MONEY_QUANTUM) / size
        rounded = (least.quantize(Decimal(1).scaleb(-digits), ROUND_CEILING) for digits in range(19))
        return next((price for price in rounded if price < bound), least)
