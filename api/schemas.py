"""The shapes that leave the API. Decimals are strings, times ISO 8601 in UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from columns import canonical
from models import Policy

Exact = Annotated[
    Decimal,
    PlainSerializer(canonical, return_type=str),
    WithJsonSchema({'type': 'string', 'pattern': r'^-?\d+(\.\d+)?$'}, mode='serialization'),
]


class Shape(BaseModel):
    """Read off the desk's own objects by their attributes."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Shape):
    """Every answer that is not a success."""

    error: str = Field(examples=['A price is greater than zero.'])
    field: str | None = Field(None, description='the input that was wrong, where it is one', examples=['price'])


class RecordOut(Shape):
    """One recorded price."""

    id: int = Field(examples=[1042])
    name: str = Field(examples=['BTC'])
    price: Exact = Field(examples=['67000.12'])
    timestamp: datetime = Field(description='when the price held', examples=['2026-01-31T14:30:00Z'])
    source: str = Field(examples=['api'])
    received: datetime = Field(description='when it reached the desk', examples=['2026-01-31T14:30:00.25Z'])
    author: str = Field(examples=['pricing-bot'])
    note: str = Field(examples=['mid of the morning auction'])
    volume: Exact | None = Field(examples=['0.5'])
    bid: Exact | None = Field(examples=['66999.9'])
    ask: Exact | None = Field(examples=['67000.3'])


class AmendmentOut(Shape):
    """What was said of a record later: corrected (`replacement_id`) or withdrawn (null)."""

    replacement_id: int | None
    reason: str
    author: str
    at: datetime


class PastRecord(RecordOut):
    """A record in the history; one that was amended is still there to read."""

    active: bool
    amendment: AmendmentOut | None


class History(Shape):
    """A page of records, newest first."""

    records: list[PastRecord]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')


class MarkOut(Shape):
    """A price that does not govern, with its deviation in per cent from the one that does."""

    price: Exact
    timestamp: datetime
    source: str
    deviation: Exact


class QuoteOut(Shape):
    """A coin now. Changes are per cent; null where there was no price then."""

    name: str = Field(examples=['BTC'])
    full_name: str = Field(examples=['Bitcoin'])
    price: Exact = Field(examples=['67000.12'])
    timestamp: datetime = Field(examples=['2026-01-31T14:30:00Z'])
    received: datetime = Field(examples=['2026-01-31T14:30:00.25Z'])
    source: str = Field(examples=['coinbase'])
    bid: Exact | None = Field(examples=['66999.9'])
    ask: Exact | None = Field(examples=['67000.3'])
    change_1h: Exact | None = Field(examples=['0.12'])
    change_24h: Exact | None = Field(examples=['-1.4'])
    change_7d: Exact | None = Field(examples=[None])
    high_24h: Exact | None = Field(examples=['68120'])
    low_24h: Exact | None = Field(examples=['66480.5'])
    volume_24h: Exact | None = Field(examples=['12034.5'])
    aside: list[MarkOut] = Field(examples=[[]])
    policy: Policy = Field(examples=['exchange'])
    followed: bool = Field(examples=[True])
    pair: str = Field(examples=['BTC/USD'])


class CandleOut(Shape):
    """One candle; `volume` is null where nobody told one."""

    start: datetime = Field(examples=['2026-01-31T14:00:00Z'])
    open: Exact = Field(examples=['66980'])
    high: Exact = Field(examples=['67010.5'])
    low: Exact = Field(examples=['66951'])
    close: Exact = Field(examples=['67000.12'])
    volume: Exact | None = Field(examples=['31.25'])


class CoinOut(Shape):
    """A coin that the desk knows, with a price or without."""

    name: str = Field(examples=['BTC'])
    full_name: str = Field(examples=['Bitcoin'])
    policy: Policy = Field(description='whose price governs', examples=['exchange'])
    followed: bool = Field(examples=[True])
    exchange: str = Field(examples=['coinbase'])
    pair: str = Field(examples=['BTC/USD'])
    created: datetime = Field(examples=['2026-01-30T08:00:00Z'])


class FeedOut(Shape):
    """One feed and how it fares."""

    name: str = Field(examples=['coinbase'])
    state: str = Field(examples=['live'])
    words: str = Field(examples=['Coinbase · live'])
    last_message: datetime | None
    reconnects: int
    restarts: int
    ticks_per_second: float
    missing: list[str]
    stale: list[str]
    error: str


class WriterOut(Shape):
    """The writer: what waits, what it wrote, its last failure."""

    queue: int
    rows: int
    last_commit: datetime | None
    conflated: int
    refused: int
    error: str


class HealthInShort(Shape):
    """What is told to who has not logged in."""

    healthy: bool


class Alive(Shape):
    """An answer is the answer."""

    alive: bool = Field(examples=[True])


class Ready(Shape):
    """Whether requests can be served; `problems` maps what is missing to why, for who may read."""

    ready: bool = Field(examples=[True])
    problems: dict[str, str] = Field(examples=[{}])


class Health(Shape):
    """Whether the desk is well and can serve requests. Lag is in seconds, memory and database in bytes."""

    healthy: bool
    ready: bool
    problems: dict[str, str]
    feeds: list[FeedOut]
    writer: WriterOut
    coins: int
    lag_p99: float
    memory: int
    database: int
    started: datetime
    now: datetime
    versions: dict[str, str]


class BadRowOut(Shape):
    """A row that was refused."""

    line: int = Field(examples=[17])
    reason: str = Field(examples=['A price is greater than zero.'])


class ImportOut(Shape):
    """What an import came to. good = added + present + repeated; the first 1,000 bad rows are listed."""

    words: str = Field(examples=['2 added, 0 were there already, 1 was bad.'])
    format: str = Field(description='which format it was recognised as', examples=['Cointape'])
    kind: str = Field(description='prices or candles', examples=['prices'])
    good: int = Field(examples=[2])
    bad: int = Field(examples=[1])
    added: int = Field(examples=[2])
    present: int = Field(examples=[0])
    repeated: int = Field(examples=[0])
    rounded: int = Field(examples=[0])
    bad_rows: list[BadRowOut]
