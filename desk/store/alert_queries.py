"""What is read of alerts. Each row is found through an index, however many there are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from alert_models import UNREAD
from desk.alert import Alert, Delivery, Firing, Mark
from desk.store.alert_rows import ALERT, ALERTS, DELIVERIES, DELIVERY, FIRING, FIRINGS, MARK, MARKS
from desk.store.records import Page, cursor_at, parse_cursor
from desk.store.trade_queries import as_of_now

AT_ONCE = 500  # numbers in one statement
SEEN = 500  # firings acknowledged together that are told one by one
IS_UNREAD: ColumnElement[bool] = literal_column(UNREAD)  # written out: so SQLite sees which partial index serves
T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class AlertState:
    """All alerts that are not deleted with their marks, firings not acknowledged by user, and how new it all is."""

    alerts: list[Alert]
    unread: dict[str, int]
    as_of: 'AsOf'


@dataclass(frozen=True, slots=True)
class AsOf:
    """How far one has read: the newest change of an alert, the newest firing, the newest acknowledgement."""

    changed: datetime | None = None
    firing: int = 0
    acknowledged: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertNews:
    """What is new since: alerts as they are (deleted ones too), firings that came, firings that were acknowledged.

    `marks` are those of the firings, by alert.
    """

    alerts: list[Alert]
    firings: list[Firing]
    acknowledged: list[Firing]
    marks: list[tuple[int, Mark]]
    unread: dict[str, int]
    as_of: AsOf


def state(connection: Connection) -> AlertState:
    """What a process starts from."""
    as_of_now(connection)
    as_of = _as_of(connection)
    rows = connection.execute(select(*ALERTS.columns).where(ALERT.c.status != 'deleted'))
    found = [ALERTS.read(row) for row in rows]
    return AlertState(with_marks(connection, found, True), unread(connection), as_of)


def unread(connection: Connection) -> dict[str, int]:
    """How many firings each user has not acknowledged."""
    query = select(FIRING.c.user, func.count()).where(IS_UNREAD).group_by(FIRING.c.user)
    return {row[0]: row[1] for row in connection.execute(query)}


def news(connection: Connection, since: AsOf) -> AlertNews:
    """What came since."""
    as_of_now(connection)
    as_of = _as_of(connection)
    if as_of == since:
        return AlertNews([], [], [], [], {}, since)
    changed = [] if since.changed is None else [ALERT.c.changed > since.changed]
    found = [ALERTS.read(row) for row in connection.execute(select(*ALERTS.columns).where(*changed))]
    came = _firings(connection, FIRING.c.id > since.firing, FIRING.c.id <= as_of.firing)
    seen = FIRING.c.acknowledged
    acknowledged = seen.is_not(None) if since.acknowledged is None else seen > since.acknowledged
    return AlertNews(
        with_marks(connection, found),
        came,
        [] if as_of.acknowledged == since.acknowledged else _firings(connection, acknowledged, limit=SEEN),
        _marks(connection, {(firing.alert_id, firing.coin_id) for firing in came}),
        unread(connection),
        as_of,
    )


def alerts(connection: Connection, ids: Collection[int]) -> list[Alert]:
    """These alerts with their marks, deleted ones too."""
    found: list[Alert] = []
    for some in chunks(ids):
        rows = connection.execute(select(*ALERTS.columns).where(ALERT.c.id.in_(some)))
        found += [ALERTS.read(row) for row in rows]
    return with_marks(connection, found)


def with_marks(connection: Connection, found: Sequence[Alert], everything: bool = False) -> list[Alert]:
    """The same with what is stored of their coins; `everything`: these are nearly all that there are."""
    marks: dict[int, list[Mark]] = {}
    query = select(MARK.c.alert_id, *MARKS.columns).order_by(MARK.c.coin_id)
    for some in [None] if everything else chunks([alert.id for alert in found]):
        rows = connection.execute(query if some is None else query.where(MARK.c.alert_id.in_(some)))
        for alert_id, *row in rows:
            marks.setdefault(alert_id, []).append(MARKS.read(row))
    return [replace(alert, marks=tuple(marks[alert.id])) if alert.id in marks else alert for alert in found]


def firings(connection: Connection, user: str, alert_id: int | None, limit: int, cursor: str) -> Page[Firing]:
    """A page of firings, newest first: of one alert or of all of a user."""
    own = [FIRING.c.user == user] if alert_id is None else [FIRING.c.alert_id == alert_id, FIRING.c.user == user]
    if cursor:
        own.append(FIRING.c.id < parse_cursor(cursor)[1])
    query = select(*FIRINGS.columns).where(*own).order_by(FIRING.c.id.desc()).limit(limit + 1)
    items = [FIRINGS.read(row) for row in connection.execute(query)]
    more = len(items) > limit
    return Page(items[:limit], cursor_at((items[limit - 1].at, items[limit - 1].id)) if more else '')


def deliveries(connection: Connection, firing_ids: Collection[int], user: str) -> dict[int, list[Delivery]]:
    """Where these firings of a user went, by their ids, in the order of the channels."""
    found: dict[int, list[Delivery]] = {number: [] for number in firing_ids}
    for some in chunks(firing_ids):
        own = select(FIRING.c.id).where(FIRING.c.id.in_(some), FIRING.c.user == user)
        query = select(*DELIVERIES.columns).where(DELIVERY.c.firing_id.in_(own)).order_by(DELIVERY.c.channel_id)
        for row in connection.execute(query):
            delivery = DELIVERIES.read(row)
            found[delivery.firing_id].append(delivery)
    return found


def chunks(items: Collection[T]) -> Iterator[list[T]]:
    """As many as go into one statement."""
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def newest(connection: Connection, ids: Collection[int]) -> list[Firing]:
    """Of these firings the newest."""
    return _firings(connection, FIRING.c.id.in_(sorted(ids)[-SEEN:]))


def _firings(connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Firing]:
    query = select(*FIRINGS.columns).where(*conditions).order_by(FIRING.c.id.desc()).limit(limit)
    return [FIRINGS.read(row) for row in connection.execute(query)][::-1]


def _marks(connection: Connection, pairs: Collection[tuple[int, int]]) -> list[tuple[int, Mark]]:
    found: list[tuple[int, Mark]] = []
    for some in chunks({alert_id for alert_id, _ in pairs}):
        query = select(MARK.c.alert_id, *MARKS.columns).where(MARK.c.alert_id.in_(some))
        rows = connection.execute(query)
        found += [(row[0], MARKS.read(row[1:])) for row in rows if (row[0], row[1]) in pairs]
    return found


def _as_of(connection: Connection) -> AsOf:
    newest = (ALERT.c.changed, FIRING.c.id, FIRING.c.acknowledged)
    changed, firing, acknowledged = (connection.scalar(select(func.max(column))) for column in newest)
    return AsOf(changed, firing or 0, acknowledged)
