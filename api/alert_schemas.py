"""The shapes of alerts, their firings and watchlists that leave the API. Prices are in the desk's quote currency."""

from datetime import datetime

from pydantic import Field

from api.schemas import Exact, Shape
from desk.alert import Repeat, Status

WHEN = '2026-01-31T14:30:00Z'


class AlertOut(Shape):
    """An alert as it stands; what it does not need is null. With neither `name` nor `watchlist` it is on all coins."""

    id: int = Field(examples=[7])
    name: str | None = Field(description='the coin', examples=['BTC'])
    watchlist: int | None = Field(description='or the watchlist', examples=[None])
    condition: str = Field(examples=['crosses_up'])
    price: Exact | None = Field(examples=['70000'])
    percent: Exact | None = Field(description='of rises and falls', examples=[None])
    window: str | None = Field(description='of rises and falls: 5m, 1h or 24h', examples=[None])
    minutes: int | None = Field(description='of silence', examples=[None])
    repeat: Repeat = Field(examples=['once'])
    cooldown: int = Field(description='seconds between two firings for one coin', examples=[0])
    rearm: Exact | None = Field(description='per cent that the price goes back before it may fire again')
    title: str = Field(description='its own name', examples=['The old high'])
    note: str = Field(examples=[''])
    message: str = Field(description='with placeholders; empty: the desk says it', examples=['{name} is at {price}'])
    toast: bool = Field(description='shown in every open window', examples=[True])
    sound: bool = Field(examples=[False])
    status: Status = Field(examples=['active'])
    snoozed: datetime | None = Field(description='silent until then', examples=[None])
    expires: datetime | None = Field(examples=[None])
    created: datetime = Field(examples=[WHEN])
    changed: datetime = Field(examples=[WHEN])
    fired: datetime | None = Field(description='the last time', examples=[None])
    firings: int = Field(description='how often it has fired', examples=[0])


class AlertPage(Shape):
    """A page of alerts, newest first."""

    alerts: list[AlertOut]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')


class DeliveryOut(Shape):
    """A firing on its way to a channel: due, sending, sent or failed."""

    channel: int = Field(validation_alias='channel_id', examples=[2])
    state: str = Field(examples=['sent'])
    attempts: int = Field(examples=[1])
    sent: datetime | None = Field(examples=[WHEN])
    error: str = Field(description='what went wrong last', examples=[''])


class FiringOut(Shape):
    """An alert has fired: once, however many windows and processes were watching."""

    id: int = Field(examples=[31])
    alert: int = Field(validation_alias='alert_id', examples=[7])
    name: str = Field(description='the coin', examples=['BTC'])
    nth: int = Field(description='of this alert for this coin', examples=[1])
    at: datetime = Field(examples=[WHEN])
    condition: str = Field(description='as it was then', examples=['crosses_up'])
    level: Exact | None = Field(description='the price that it waited for', examples=['70000'])
    percent: Exact | None = Field(examples=[None])
    window: str | None = Field(examples=[None])
    minutes: int | None = Field(examples=[None])
    reading: Exact | None = Field(description='what was measured: per cent, or minutes', examples=[None])
    price: Exact = Field(description='the price that made it fire', examples=['70000.01'])
    tick_time: datetime = Field(examples=[WHEN])
    tick_source: str = Field(examples=['coinbase'])
    message: str = Field(examples=['BTC is at 70,000.01'])
    acknowledged: datetime | None = Field(examples=[None])


class DeliveredOut(FiringOut):
    """A firing with where it was sent."""

    deliveries: list[DeliveryOut]


class FiringPage(Shape):
    """A page of firings, newest first."""

    firings: list[DeliveredOut]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')
    unread: int = Field(description='firings that nobody has acknowledged', examples=[1])


class AlertSnapshot(Shape):
    """The first message of /ws/alerts: the newest alerts; `more`: there are others."""

    alerts: list[AlertOut]
    more: bool
    unread: int


class AlertNews(Shape):
    """A message of /ws/alerts: an alert as it is now; a deleted one too."""

    alert: AlertOut


class FiringNews(Shape):
    """A message of /ws/alerts: a firing, and again when it was acknowledged."""

    firing: FiringOut


class WatchlistOut(Shape):
    """A named list of coins, in its own order."""

    id: int = Field(examples=[3])
    name: str = Field(examples=['Majors'])
    coins: list[str] = Field(description='by their names of now', examples=[['BTC', 'ETH']])
