"""An alert and its firing: the words of this part of the desk. Data only, pure.

Prices are in the desk's quote currency, per cents as people say them (5 is 5 %), all exact; times are aware UTC. The
rules are in `docs/alert-rules.md`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from desk.acting import LOCAL

WINDOWS = {'5m': 300, '1h': 3600, '24h': 86400}


class Condition(StrEnum):
    """The conditions that are built in, as the API calls them; a plugin may add others."""

    ABOVE = 'above'
    BELOW = 'below'
    CROSSES = 'crosses'
    CROSSES_UP = 'crosses_up'
    CROSSES_DOWN = 'crosses_down'
    RISES = 'rises'
    FALLS = 'falls'
    NEW_HIGH = 'new_high'
    NEW_LOW = 'new_low'
    SILENT = 'silent'


class Repeat(StrEnum):
    """How often an alert fires, for each coin that it watches."""

    ONCE = 'once'
    EVERY = 'every'
    REARM = 'rearm'


class Status(StrEnum):
    """Where an alert is in its life. FIRED and ACKNOWLEDGED are of a single coin's alert that fires once."""

    ACTIVE = 'active'
    PAUSED = 'paused'
    FIRED = 'fired'
    ACKNOWLEDGED = 'acknowledged'
    EXPIRED = 'expired'
    DELETED = 'deleted'


@dataclass(frozen=True, slots=True)
class Draft:
    """What is asked of an alert. With neither `name` nor `watchlist_id` it watches all coins.

    `price` is for above, below and crosses…, `percent` and `window` (seconds, one of WINDOWS) for rises and falls,
    `minutes` for silent. `cooldown` (seconds) is for `every`, `rearm` (per cent) for `rearm`.
    """

    condition: str
    coin: str = ''
    watchlist_id: int | None = None
    price: Decimal | None = None
    percent: Decimal | None = None
    window: int | None = None
    minutes: int | None = None
    repeat: Repeat = Repeat.ONCE
    cooldown: int = 0
    rearm: Decimal | None = None
    name: str = ''
    note: str = ''
    message: str = ''
    toast: bool = True
    sound: bool = False
    channels: tuple[int, ...] = ()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an alert has come with one coin: firings so far, whether it may fire, the last firing and its price."""

    coin_id: int
    count: int = 0
    armed: bool = True
    fired: datetime | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is stored. Fields as in Draft; `coin_id` and `watchlist_id` both None: all coins."""

    id: int
    user: str
    coin_id: int | None
    watchlist_id: int | None
    condition: str
    price: Decimal | None
    percent: Decimal | None
    window: int | None
    minutes: int | None
    repeat: Repeat
    cooldown: int
    rearm: Decimal | None
    name: str
    note: str
    message: str
    toast: bool
    sound: bool
    channels: tuple[int, ...]
    status: Status
    snoozed: datetime | None
    expires: datetime | None
    created: datetime
    changed: datetime
    revision: int
    marks: tuple[Mark, ...] = ()

    @property
    def fired(self) -> datetime | None:
        """The last firing for any coin."""
        return max((mark.fired for mark in self.marks if mark.fired), default=None)


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert fired. `reading` is what was measured (per cent for rises and falls, minutes for silent), else None.

    `id` is 0 until it is committed. `nth` counts the firings of this alert for this coin from 1: the firing is claimed
    by moving the mark from nth - 1 to nth, which happens once however many processes see the tick.
    """

    id: int
    alert_id: int
    coin_id: int
    nth: int
    at: datetime
    condition: str
    level: Decimal | None
    percent: Decimal | None
    window: int | None
    minutes: int | None
    reading: Decimal | None
    price: Decimal
    tick_time: datetime
    tick_seq: int
    tick_source: str
    message: str = ''
    acknowledged: datetime | None = None
    user: str = LOCAL


@dataclass(frozen=True, slots=True)
class Delivery:
    """A firing on its way to a channel: `state` is due, sending, sent or failed; `error` says why it was not sent."""

    id: int
    firing_id: int
    channel_id: int
    state: str
    attempts: int
    due: datetime
    sent: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Where firings go besides the pages; `shown` is its address with the secrets masked."""

    id: int
    user: str
    name: str
    kind: str
    shown: str
    created: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What has changed, after its commit: alerts as they are now (deleted ones too), firings new or acknowledged."""

    alerts: tuple[Alert, ...] = ()
    firings: tuple[Firing, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    channels: bool = False
