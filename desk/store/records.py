"""What a look into history gives. Pure."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from desk.errors import Invalid
from desk.orders import Event, Fill, Order
from models import Amendment, Cryptocurrency

Position = tuple[datetime, int]
T = TypeVar('T')


@dataclass(eq=False, slots=True)
class Entry:
    """A record on its way into the store, with its id once it is there: a `Cryptocurrency` in all but the time it takes
    to be made, a hundredth."""

    coin_id: int
    name: str
    price: Decimal
    timestamp: datetime
    source: str
    origin: str
    volume: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    author: str
    note: str
    seq: int
    received: datetime
    id: int | None = None

    def model(self) -> Cryptocurrency:
        """The same as people bind to it."""
        return Cryptocurrency(**{field.name: getattr(self, field.name) for field in fields(self)})


Told = Cryptocurrency | Entry


@dataclass(frozen=True, slots=True)
class Record:
    """A record, and what was said of it later, if anything."""

    record: Cryptocurrency
    amendment: Amendment | None

    @property
    def active(self) -> bool:
        """Neither replaced nor withdrawn."""
        return self.amendment is None

    @property
    def position(self) -> Position:
        """Its place in the history of its coin."""
        return self.record.timestamp, self.record.seq


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Records, newest first, and the cursor of the next page: '' when there is none."""

    records: list[Record]
    cursor: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of many, and the cursor of the next page: '' when there is none."""

    items: list[T]
    cursor: str


@dataclass(frozen=True, slots=True)
class Story:
    """An order as it stands, what happened to it and its fills, oldest first."""

    order: Order
    events: list[Event]
    fills: list[Fill]


@dataclass(frozen=True, slots=True)
class Line:
    """A posting with the transaction that it belongs to; `coin_id` None is the quote currency."""

    id: int
    transaction_id: int
    kind: str
    at: datetime
    account: str
    coin_id: int | None
    amount: Decimal
    fill_id: int | None
    order_id: int | None


def cursor_at(position: Position) -> str:
    """A cursor that goes on after this place; safe in a URL."""
    moment, seq = position
    return urlsafe_b64encode(f'{moment.isoformat()}/{seq}'.encode()).decode().rstrip('=')


def parse_cursor(cursor: str) -> Position:
    """The place that a cursor stands for; raises Invalid."""
    try:
        moment, seq = urlsafe_b64decode(cursor + '=' * (-len(cursor) % 4)).decode().split('/')
        place = datetime.fromisoformat(moment), int(seq)
    except (binascii.Error, ValueError):
        place = None
    if place is None or place[0].tzinfo is None:
        raise Invalid('This cursor is none of ours; leave it away to start with the newest record.', 'cursor')
    return place
