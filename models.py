"""Every table, and the column types that keep decimals exact and times in UTC. No I/O."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, Numeric, String, TypeDecorator, UniqueConstraint, text
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel, UTCDateTime

NAME_LENGTH = 50
INTEGER_DIGITS, FRACTION_DIGITS, PRICE_DIGITS = 20, 18, 28
RowId = BigInteger().with_variant(Integer, 'sqlite')  # 64 bits on both: SQLite numbers rows only as INTEGER


def utc_now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def canonical(value: Decimal) -> str:
    """The shortest plain text of a number: no exponent, no trailing zeros after the point."""
    text = format(value, 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal that comes out as it went in.

    SQLite has no decimal type (its NUMERIC affinity makes floats), so it stores canonical text, which
    is neither compared nor summed in SQL. PostgreSQL stores NUMERIC(38, 18).
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == 'postgresql':
            return dialect.type_descriptor(Numeric(38, FRACTION_DIGITS))
        return dialect.type_descriptor(String(60))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == 'postgresql':
            return value
        return canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(canonical(value) if isinstance(value, Decimal) else value)


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
        Index(
            'ix_cryptocurrency_feed',
            'coin_id',
            'timestamp',
            'seq',
            sqlite_where=text("origin = 'feed'"),
            postgresql_where=text("origin = 'feed'"),
        ),
        Index(
            'ix_cryptocurrency_kept',
            'coin_id',
            'timestamp',
            'seq',
            sqlite_where=text("origin <> 'feed'"),
            postgresql_where=text("origin <> 'feed'"),
        ),
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
    note: str = Field(default='', max_length=500)
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
    """One stored candle. `opened`/`closed` and their seq make merging exact in any order of arrival."""

    __tablename__ = 'candle'
    __table_args__ = (UniqueConstraint('coin_id', 'interval', 'origin', 'start'),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    coin_id: int = Field(foreign_key='coin.id')
    interval: int = Field(description='length in seconds: 60, 3600 or 86400')
    start: datetime = Field(sa_type=UTCDateTime)
    origin: str = Field(max_length=10)
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
