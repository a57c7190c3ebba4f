"""What people do to alerts, in the writer's transaction. Each change moves `changed` past every other one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from desk.alert import Alert, Firing, Mark, Status
from desk.errors import Overtaken
from desk.store.alert_queries import IS_UNREAD, alerts, chunks, newest, unread
from desk.store.alert_rows import ALERT, ALERTS, FIRING, MARK, MARKS, channels_text

MOVED = 'This alert has just been changed elsewhere; look again.'
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was acknowledged: firings (the newest, where they are very many), alerts settled by it, what is left."""

    firings: list[Firing]
    alerts: list[Alert]
    unread: int


def moment(connection: Connection, now: datetime) -> datetime:
    """Later than every change so far, though clocks differ: the write lock is held, so readers miss none."""
    last = connection.scalar(select(func.max(ALERT.c.changed)))
    return now if last is None or last < now else last + INSTANT


def add(connection: Connection, alert: Alert, now: datetime) -> Alert:
    """Store a new alert; as it is stored, with its id."""
    at = moment(connection, now)
    row = dict(zip(ALERTS.names, ALERTS.values(alert), strict=True)) | {'created': at, 'changed': at, 'revision': 1}
    del row['id']
    number = connection.execute(insert(ALERT).values(row)).inserted_primary_key
    assert number is not None
    return alerts(connection, [number[0]])[0]


def change(connection: Connection, alert: Alert, fields: Mapping[str, Any], rearm: bool, now: datetime) -> Alert:
    """Change fields of an alert as it is known; raises Overtaken if it has another revision by now."""
    values = dict(fields) | ({'channels': channels_text(fields['channels'])} if 'channels' in fields else {})
    claim = update(ALERT).where(ALERT.c.id == alert.id, ALERT.c.revision == alert.revision, ALERT.c.status != 'deleted')
    at = moment(connection, now)
    if connection.execute(claim.values(**values, changed=at, revision=ALERT.c.revision + 1)).rowcount != 1:
        raise Overtaken(MOVED)
    if rearm:
        connection.execute(update(MARK).where(MARK.c.alert_id == alert.id).values(armed=True))
    return alerts(connection, [alert.id])[0]


def move(
    connection: Connection,
    ids: Collection[int],
    states: Sequence[Status],
    fields: Mapping[str, Any],
    rearm: bool,
    now: datetime,
) -> list[Alert]:
    """Change fields of those that are in one of these states; all of them as they are now."""
    at = moment(connection, now)
    for some in chunks(ids):
        moved = update(ALERT).where(ALERT.c.id.in_(some), ALERT.c.status.in_(states))
        connection.execute(moved.values(**fields, changed=at, revision=ALERT.c.revision + 1))
        if rearm:
            connection.execute(update(MARK).where(MARK.c.alert_id.in_(some)).values(armed=True))
    return alerts(connection, ids)


def acknowledge(connection: Connection, user: str, firing_ids: Collection[int] | None, now: datetime) -> Seen:
    """Note that firings were seen (None: all of a user)."""
    at = _seen_at(connection, now)
    own = FIRING.c.user == user, IS_UNREAD
    numbers: dict[int, int] = {}
    for some in [None] if firing_ids is None else chunks(firing_ids):
        these = own if some is None else (*own, FIRING.c.id.in_(some))
        seen = update(FIRING).where(*these).values(acknowledged=at).returning(FIRING.c.id, FIRING.c.alert_id)
        numbers |= {row[0]: row[1] for row in connection.execute(seen)}
    settled: list[int] = []
    for part in chunks(set(numbers.values())):
        unseen = select(FIRING.c.alert_id).where(FIRING.c.alert_id.in_(part), IS_UNREAD)
        fired = select(ALERT.c.id).where(
            ALERT.c.id.in_(part), ALERT.c.status == Status.FIRED, ALERT.c.id.not_in(unseen)
        )
        settled += connection.scalars(fired)
    moved = move(connection, settled, [Status.FIRED], {'status': Status.ACKNOWLEDGED}, False, now) if settled else []
    return Seen(newest(connection, numbers), moved, unread(connection).get(user, 0))


def merge(connection: Connection, roots: Mapping[int, int], now: datetime) -> list[Alert]:
    """Coins became part of others (→ their roots): alerts and marks follow; the alerts that changed.

    Where both coins had a mark the root's is kept, with the greater count: so the next firing is none that there is.
    """
    touched: set[int] = set()
    for coin_id, root in roots.items():
        touched |= set(connection.scalars(select(ALERT.c.id).where(ALERT.c.coin_id == coin_id)))
        own = {row[0]: MARKS.read(row[1:]) for row in connection.execute(_marks_of(root))}
        for alert_id, *row in connection.execute(_marks_of(coin_id)).all():
            touched.add(alert_id)
            _hand_over(connection, alert_id, MARKS.read(row), own.get(alert_id), root)
        connection.execute(update(ALERT).where(ALERT.c.coin_id == coin_id).values(coin_id=root))
    at = moment(connection, now)
    for some in chunks(touched):
        changed = update(ALERT).where(ALERT.c.id.in_(some))
        connection.execute(changed.values(changed=at, revision=ALERT.c.revision + 1))
    return alerts(connection, touched)


def _marks_of(coin_id: int) -> Select[*tuple[Any, ...]]:
    return select(MARK.c.alert_id, *MARKS.columns).where(MARK.c.coin_id == coin_id)


def _hand_over(connection: Connection, alert_id: int, mark: Mark, own: Mark | None, root: int) -> None:
    its = MARK.c.alert_id == alert_id
    if own is None:
        connection.execute(update(MARK).where(its, MARK.c.coin_id == mark.coin_id).values(coin_id=root))
        return
    connection.execute(delete(MARK).where(its, MARK.c.coin_id == mark.coin_id))
    if mark.count > own.count:
        connection.execute(update(MARK).where(its, MARK.c.coin_id == root).values(count=mark.count))


def _seen_at(connection: Connection, now: datetime) -> datetime:
    last = connection.scalar(select(func.max(FIRING.c.acknowledged)))
    return now if last is None or last < now else last + INSTANT
