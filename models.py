"""Every table, and the words in its columns. No I/O."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, UTCDateTime

from columns import Amount, ExactDecimal, RowId, partial_index

NAME_LENGTH, NOTE_LENGTH = 50, 500
OPEN_ORDER = "status IN ('open', 'partly_filled')"
GIVEN = {'autoincrement': False}  # an id that the desk gives, not the database


def utc_now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


class Origin(StrEnum):
    """By which door a price came in. It decides what is promised to the caller and how long it is kept."""

    PERSON = 'person'
    PROGRAM = 'program'
    FILE = 'file'
    FEED = 'feed'


class Policy(StrEnum):
    """Whose price governs a coin: moves the board, fills orders, fires alerts."""

    LATEST = 'latest'
    EXCHANGE = 'exchange'
    MANUAL = 'manual'


class Coin(SQLModel, table=True):
    """A coin that the desk knows. Records point at it, so renaming and merging rewrite no record."""

    __tablename__ = 'coin'
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_LENGTH)
    key: str = Field(max_length=3 * NAME_LENGTH, unique=True, description='the name without regard to case')
    full_name: str = Field(default='', max_length=100)
    policy: str = Field(default='', description="'' is automatic: exchange once an exchange lists it, else latest")
    exchange: str = Field(default='', description='the feed that lists it, once that feed has said so')
    pair: str = Field(default='', description="the exchange's symbol, like BTC/USD")
    tick_size: Decimal | None = Field(default=None, sa_type=ExactDecimal, description="the exchange's step of prices")
    lot_size: Decimal | None = Field(default=None, sa_type=ExactDecimal, description="the exchange's step of sizes")
    followed: bool = Field(default=False)
    unfollowed: bool = Field(default=False, description='by its owner: --coins does not bring it back')
    merged_into: int | None = Field(default=None, foreign_key='coin.id', index=True)
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)


class Cryptocurrency(SQLModel, table=True):
    """One price of one coin at one moment: evidence, never overwritten.

    Feed records, which are pruned, and the others, which are kept, have an index each: the newest of
    either kind is one seek away, however many there are of the other.
    """

    __tablename__ = 'cryptocurrency'
    __table_args__ = (
        partial_index('ix_cryptocurrency_feed', "origin = 'feed'", 'coin_id', 'timestamp', 'seq'),
        partial_index('ix_cryptocurrency_kept', "origin <> 'feed'", 'coin_id', 'timestamp', 'seq'),
        Index('ix_cryptocurrency_seq', 'seq', unique=True),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    name: str = Field(max_length=NAME_LENGTH, description='as the coin was called when the price came in')
    price: Decimal = Field(sa_type=ExactDecimal)
    timestamp: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime, description='when the price held')
    coin_id: int = Field(default=0, foreign_key='coin.id')
    seq: int = Field(default=0, sa_type=BigInteger, description="the desk's own number: a greater one arrived later")
    received: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    source: str = Field(default='form', max_length=NAME_LENGTH)
    origin: str = Field(default=Origin.PERSON, max_length=10)
    author: str = Field(default='', max_length=100)
    note: str = Field(default='', max_length=NOTE_LENGTH)
    volume: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    bid: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    ask: Decimal | None = Field(default=None, sa_type=ExactDecimal)

    def __str__(self) -> str:
        return self.name


class Amendment(SQLModel, table=True):
    """What was said of a record later: that another replaces it, or that it is withdrawn. Once per record."""

    __tablename__ = 'amendment'
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    record_id: int = Field(foreign_key='cryptocurrency.id', unique=True, sa_type=RowId)
    replacement_id: int | None = Field(
        default=None, foreign_key='cryptocurrency.id', sa_type=RowId, index=True, description='None: withdrawn'
    )
    reason: str = Field(default='', max_length=500)
    author: str = Field(default='', max_length=100)
    at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)


class CandleOrigin(StrEnum):
    """Candles of different making are kept apart and folded on reading, as the coin's policy says.

    HAND and FEED are made from records; DELIVERED and FILE came whole, from a feed and from a file; FOLDED and
    FILE_FOLDED are hours and days made from delivered candles of the next finer size.
    """

    HAND = 'hand'
    FEED = 'feed'
    DELIVERED = 'delivered'
    FILE = 'file'
    FOLDED = 'folded'
    FILE_FOLDED = 'filefolded'


class CandleRow(SQLModel, table=True):
    """One stored candle. `opened`/`closed` and their seq make merging exact in any order of arrival.

    SQLite keeps the rows in the order of their key: those of a coin's chart lie side by side.
    """

    __tablename__ = 'candle'
    __table_args__ = {'sqlite_with_rowid': False}
    coin_id: int = Field(foreign_key='coin.id', primary_key=True)
    interval: int = Field(primary_key=True, description='length in seconds: 60, 3600 or 86400')
    origin: str = Field(max_length=10, primary_key=True)
    start: datetime = Field(sa_type=UTCDateTime, primary_key=True)
    source: str = Field(default='', max_length=NAME_LENGTH)
    open: Decimal = Field(sa_type=ExactDecimal)
    high: Decimal = Field(sa_type=ExactDecimal)
    low: Decimal = Field(sa_type=ExactDecimal)
    close: Decimal = Field(sa_type=ExactDecimal)
    volume: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    opened: datetime = Field(sa_type=UTCDateTime)
    opened_seq: int = Field(default=0, sa_type=BigInteger)
    closed: datetime = Field(sa_type=UTCDateTime)
    closed_seq: int = Field(default=0, sa_type=BigInteger)


class Preference(SQLModel, table=True):
    """A setting made in the browser for the whole desk, like the time zone."""

    __tablename__ = 'preference'
    key: str = Field(primary_key=True, max_length=50)
    value: str = Field(default='', max_length=500)


class BookRow(SQLModel, table=True):
    """One run of a paper account. A change of the account is taken only by the `revision` before it."""

    __tablename__ = 'book'
    __table_args__ = (
        UniqueConstraint('user', 'number'),
        partial_index('ix_book_open', 'closed IS NULL', 'user', unique=True),
    )
    id: int = Field(primary_key=True, sa_type=RowId, sa_column_kwargs=GIVEN)
    user: str = Field(max_length=100)
    number: int
    quote: str = Field(max_length=NAME_LENGTH)
    opened: datetime = Field(sa_type=UTCDateTime)
    closed: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revision: int


class OrderRow(SQLModel, table=True):
    """A paper order as it stands; `Order` in desk/orders.py says what each column means."""

    __tablename__ = 'paper_order'
    __table_args__ = (
        Index('ix_paper_order_placed', 'book_id', 'placed', 'id'),
        Index('ix_paper_order_coin', 'book_id', 'coin_id', 'placed', 'id'),
        partial_index('ix_paper_order_open', OPEN_ORDER, 'book_id', 'placed', 'id'),
        partial_index('ix_paper_order_client', "client_order_id <> ''", 'book_id', 'client_order_id', unique=True),
    )
    id: int = Field(primary_key=True, sa_type=RowId, sa_column_kwargs=GIVEN)
    book_id: int = Field(foreign_key='book.id', sa_type=RowId)
    coin_id: int = Field(foreign_key='coin.id')
    side: str = Field(max_length=4)
    kind: str = Field(max_length=20)
    size: Decimal | None = Field(default=None, sa_type=Amount)
    terms: str = Field(description='JSON')
    placed: datetime = Field(sa_type=UTCDateTime)
    updated: datetime = Field(sa_type=UTCDateTime)
    seq: int = Field(sa_type=BigInteger, index=True)
    rank: int = Field(sa_type=BigInteger, index=True)
    steps: str = Field(description='JSON')
    quote_size: Decimal | None = Field(default=None, sa_type=Amount)
    limit_price: Decimal | None = Field(default=None, sa_type=Amount)
    stop_price: Decimal | None = Field(default=None, sa_type=Amount)
    trail_amount: Decimal | None = Field(default=None, sa_type=Amount)
    trail_percent: Decimal | None = Field(default=None, sa_type=Amount)
    best: Decimal | None = Field(default=None, sa_type=Amount)
    reserve: Decimal | None = Field(default=None, sa_type=Amount)
    time_in_force: str = Field(max_length=3)
    good_till: datetime | None = Field(default=None, sa_type=UTCDateTime)
    post_only: bool
    parent_id: int | None = Field(default=None, foreign_key='paper_order.id', sa_type=RowId)
    leg: str = Field(max_length=20)
    client_order_id: str = Field(max_length=100)
    asked: str
    status: str = Field(max_length=20)
    arrived: bool
    triggered: bool
    filled_size: Decimal = Field(sa_type=Amount)
    filled_value: Decimal = Field(sa_type=Amount)
    fees: Decimal = Field(sa_type=Amount)
    reason: str
    revision: int


class FillRow(SQLModel, table=True):
    """A trade of a paper order, with the tick and the quote that made it."""

    __tablename__ = 'fill'
    __table_args__ = (
        Index('ix_fill_at', 'book_id', 'at', 'id'),
        Index('ix_fill_coin', 'book_id', 'coin_id', 'at', 'id'),
        Index('ix_fill_order', 'order_id', 'at', 'id'),
    )
    id: int = Field(primary_key=True, sa_type=RowId, sa_column_kwargs=GIVEN)
    order_id: int = Field(foreign_key='paper_order.id', sa_type=RowId)
    book_id: int = Field(foreign_key='book.id', sa_type=RowId)
    coin_id: int = Field(foreign_key='coin.id')
    side: str = Field(max_length=4)
    size: Decimal = Field(sa_type=Amount)
    price: Decimal = Field(sa_type=Amount)
    value: Decimal = Field(sa_type=Amount)
    fee: Decimal = Field(sa_type=Amount)
    maker: bool
    rule: str = Field(max_length=20)
    at: datetime = Field(sa_type=UTCDateTime)
    seq: int = Field(sa_type=BigInteger, index=True)
    tick_price: Decimal = Field(sa_type=Amount)
    tick_time: datetime = Field(sa_type=UTCDateTime)
    tick_source: str = Field(max_length=NAME_LENGTH)
    bid: Decimal = Field(sa_type=Amount)
    ask: Decimal = Field(sa_type=Amount)
    note: str = Field(max_length=NOTE_LENGTH)


class EventRow(SQLModel, table=True):
    """A step in the life of a paper order."""

    __tablename__ = 'order_event'
    __table_args__ = (Index('ix_order_event_order', 'order_id', 'id'),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    order_id: int = Field(foreign_key='paper_order.id', sa_type=RowId)
    at: datetime = Field(sa_type=UTCDateTime)
    what: str = Field(max_length=20)
    detail: str


class TransactionRow(SQLModel, table=True):
    """A deposit or a fill in the ledger; its postings sum to zero for each asset."""

    __tablename__ = 'ledger_transaction'
    id: int = Field(primary_key=True, sa_type=RowId, sa_column_kwargs=GIVEN)
    book_id: int = Field(foreign_key='book.id', sa_type=RowId)
    kind: str = Field(max_length=20)
    at: datetime = Field(sa_type=UTCDateTime)
    fill_id: int | None = Field(default=None, foreign_key='fill.id', sa_type=RowId)


class PostingRow(SQLModel, table=True):
    """An amount that moved. `book_id` is its transaction's, repeated for the indexes."""

    __tablename__ = 'posting'
    __table_args__ = (
        Index('ix_posting_book', 'book_id', 'id'),
        Index('ix_posting_asset', 'book_id', 'account', 'coin_id', 'id'),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    transaction_id: int = Field(foreign_key='ledger_transaction.id', sa_type=RowId)
    book_id: int = Field(foreign_key='book.id', sa_type=RowId)
    account: str = Field(max_length=20)
    coin_id: int | None = Field(default=None, foreign_key='coin.id', description='None: the quote currency')
    amount: Decimal = Field(sa_type=Amount)
