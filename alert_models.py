"""The tables of watchlists and alerts, and the words in their columns. No I/O."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel, UTCDateTime

from columns import Amount, ExactDecimal, RowId, partial_index
from models import NAME_LENGTH, NOTE_LENGTH, utc_now

USER_LENGTH, MESSAGE_LENGTH = 100, 500
UNDELIVERED = "state IN ('due', 'sending')"
UNREAD = 'acknowledged IS NULL'


class WatchlistRow(SQLModel, table=True):
    """A named list of coins. One that was deleted keeps its row: alerts may point at it, and then watch nothing."""

    __tablename__ = 'watchlist'
    __table_args__ = (partial_index('ix_watchlist_key', 'gone IS NULL', 'user', 'key', unique=True),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    user: str = Field(max_length=USER_LENGTH)
    name: str = Field(max_length=NAME_LENGTH)
    key: str = Field(max_length=3 * NAME_LENGTH, description='the name without regard to case')
    position: int = Field(default=0, description='the place among the lists of its user')
    revision: int = Field(default=1)
    gone: datetime | None = Field(default=None, sa_type=UTCDateTime)


class WatchlistCoinRow(SQLModel, table=True):
    """A coin on a watchlist, and its place there."""

    __tablename__ = 'watchlist_coin'
    watchlist_id: int = Field(foreign_key='watchlist.id', primary_key=True, sa_type=RowId)
    coin_id: int = Field(foreign_key='coin.id', primary_key=True)
    position: int


class AlertRow(SQLModel, table=True):
    """What somebody wants to be told of. On one coin, on a watchlist or, with neither, on all coins.

    One that was deleted keeps its row for its firings. `changed` moves with each change, so that other processes
    know what to read anew.
    """

    __tablename__ = 'alert'
    __table_args__ = (Index('ix_alert_changed', 'changed'),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    user: str = Field(max_length=USER_LENGTH)
    coin_id: int | None = Field(default=None, foreign_key='coin.id')
    watchlist_id: int | None = Field(default=None, foreign_key='watchlist.id', sa_type=RowId)
    condition: str = Field(max_length=NAME_LENGTH)
    price: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    percent: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    window: int | None = Field(default=None, description='seconds that a rise or fall may take')
    minutes: int | None = Field(default=None, description='of silence')
    repeat: str = Field(max_length=20)
    cooldown: int = Field(default=0, description='seconds between two firings for one coin')
    rearm: Decimal | None = Field(default=None, sa_type=ExactDecimal, description='per cent that the price goes back')
    name: str = Field(default='', max_length=NAME_LENGTH)
    note: str = Field(default='', max_length=NOTE_LENGTH)
    message: str = Field(default='', max_length=MESSAGE_LENGTH)
    toast: bool = Field(default=True)
    sound: bool = Field(default=False)
    channels: str = Field(default='', sa_type=Text, description='ids of channels, with commas')
    status: str = Field(max_length=20)
    snoozed: datetime | None = Field(default=None, sa_type=UTCDateTime, description='silent until then')
    expires: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    changed: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    revision: int = Field(default=1)


class AlertMarkRow(SQLModel, table=True):
    """How far an alert has come with one coin: a firing is claimed by counting on from `count`."""

    __tablename__ = 'alert_mark'
    alert_id: int = Field(foreign_key='alert.id', primary_key=True, sa_type=RowId)
    coin_id: int = Field(foreign_key='coin.id', primary_key=True)
    count: int = Field(default=0, description='firings so far')
    armed: bool = Field(default=True)
    fired: datetime | None = Field(default=None, sa_type=UTCDateTime, description='the last of them')
    price: Decimal | None = Field(default=None, sa_type=ExactDecimal, description='at which it was')


class FiringRow(SQLModel, table=True):
    """An alert has fired, once for all windows and processes. It keeps the tick that caused it."""

    __tablename__ = 'firing'
    __table_args__ = (
        UniqueConstraint('alert_id', 'coin_id', 'nth'),
        Index('ix_firing_user', 'user', 'id'),
        Index('ix_firing_alert', 'alert_id', 'id'),
        Index('ix_firing_acknowledged', 'acknowledged'),
        partial_index('ix_firing_unread', UNREAD, 'user'),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    alert_id: int = Field(foreign_key='alert.id', sa_type=RowId)
    user: str = Field(max_length=USER_LENGTH, description="the alert's, repeated for the index")
    coin_id: int = Field(foreign_key='coin.id')
    nth: int = Field(description='of this alert and coin')
    at: datetime = Field(sa_type=UTCDateTime)
    condition: str = Field(
        max_length=NAME_LENGTH, description='as it was then, with its price, percent, window, minutes'
    )
    level: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    percent: Decimal | None = Field(default=None, sa_type=ExactDecimal)
    window: int | None = Field(default=None)
    minutes: int | None = Field(default=None)
    reading: Decimal | None = Field(default=None, sa_type=Amount, description='what was measured: per cent or minutes')
    price: Decimal = Field(sa_type=ExactDecimal)
    tick_time: datetime = Field(sa_type=UTCDateTime)
    tick_seq: int = Field(default=0, sa_type=BigInteger)
    tick_source: str = Field(max_length=NAME_LENGTH)
    message: str = Field(sa_type=Text)
    acknowledged: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ChannelRow(SQLModel, table=True):
    """Where firings are sent besides the pages: an apprise URL, encrypted."""

    __tablename__ = 'channel'
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    user: str = Field(max_length=USER_LENGTH)
    name: str = Field(max_length=NAME_LENGTH)
    kind: str = Field(max_length=NAME_LENGTH, description="the URL's scheme: tgram, slack, ntfy, mailto, json …")
    address: str = Field(sa_type=Text, description='encrypted')
    shown: str = Field(max_length=NOTE_LENGTH, description='the address with its secrets masked')
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    gone: datetime | None = Field(default=None, sa_type=UTCDateTime)


class DeliveryRow(SQLModel, table=True):
    """A firing on its way to a channel: due, sending (until `due`, when another may take it up), sent or failed."""

    __tablename__ = 'delivery'
    __table_args__ = (
        UniqueConstraint('firing_id', 'channel_id'),
        partial_index('ix_delivery_due', UNDELIVERED, 'due'),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    firing_id: int = Field(foreign_key='firing.id', sa_type=RowId)
    channel_id: int = Field(foreign_key='channel.id', sa_type=RowId)
    state: str = Field(max_length=20)
    attempts: int = Field(default=0)
    due: datetime = Field(sa_type=UTCDateTime)
    sent: datetime | None = Field(default=None, sa_type=UTCDateTime)
    error: str = Field(default='', max_length=NOTE_LENGTH)
