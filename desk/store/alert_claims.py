"""What the watch decided, in the writer's transaction: a firing is claimed and stored with its deliveries, or not.

The claim is an UPDATE that counts a mark on: however many processes saw the price, one of them meets the row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlmodel import SQLModel

from desk.alert import Alert, Firing, Mark, Repeat, Status
from desk.alerting.hits import Expired, Fired, Hit, Rearmed
from desk.store.alert_queries import alerts, chunks
from desk.store.alert_rows import ALERT, DELIVERY, FIRING, FIRINGS, MARK, MARKS, parse_channels
from desk.store.alert_writes import moment

CHANNEL = SQLModel.metadata.tables['channel']
OF_MARK = MARK.c.alert_id == bindparam('its_alert'), MARK.c.coin_id == bindparam('its_coin')
LEFT = {name: bindparam(f'its_{name}', type_=MARK.c[name].type) for name in ('count', 'armed', 'fired', 'price')}
CLAIM = update(MARK).where(*OF_MARK, MARK.c.count < LEFT['count']).values(LEFT)
ARM = update(MARK).where(*OF_MARK, MARK.c.count == LEFT['count']).values(armed=True)
LAST = (FIRING.c.alert_id == MARK.c.alert_id) & (FIRING.c.coin_id == MARK.c.coin_id) & (FIRING.c.nth == MARK.c.count)
STORED = (
    select(*MARKS.columns, FIRING.c.tick_time, FIRING.c.price).select_from(MARK.outerjoin(FIRING, LAST)).where(*OF_MARK)
)
NEW_MARK, NEW_FIRING, NEW_DELIVERY = insert(MARK), insert(FIRING), insert(DELIVERY)


@dataclass(slots=True)
class Claims:
    """What was stored: firings with their ids, marks as they are now by alert, and alerts whose life it moved.

    `lost` are the marks of firings that another process had claimed; `left` are those that an alert did not make, with
    the mark that it would have left and the one that is stored.
    """

    firings: list[Firing] = field(default_factory=list)
    marks: list[tuple[int, Mark]] = field(default_factory=list)
    lost: list[tuple[int, Mark]] = field(default_factory=list)
    left: list[tuple[int, Mark, Mark]] = field(default_factory=list)
    moved: list[Alert] = field(default_factory=list)


@dataclass(slots=True)
class _Asked:
    """An alert as its row says, as far as a claim needs it."""

    status: str
    channels: tuple[int, ...]
    ends: bool
    condition: tuple[Any, ...]


def claim(connection: Connection, hits: Sequence[Hit], now: datetime) -> Claims:
    """Store hits in their order. What an alert did that has been changed since is left out."""
    asked, claims = _asked(connection, {_alert_id(hit) for hit in hits}), Claims()
    for hit in hits:
        if isinstance(hit, Fired):
            _fire(connection, hit, asked, claims)
        elif isinstance(hit, Rearmed) and connection.execute(ARM, _its(hit.alert_id, hit.mark)).rowcount:
            claims.marks.append((hit.alert_id, hit.mark))
    _deliver(connection, claims.firings, asked, now)
    expired = [hit.alert_id for hit in hits if isinstance(hit, Expired)]
    ended = [firing.alert_id for firing in claims.firings if asked[firing.alert_id].ends]
    at = moment(connection, now) if expired or ended else now
    _move(connection, ended, Status.FIRED, [ALERT.c.status == Status.ACTIVE], at)
    may_expire = [ALERT.c.status.in_([Status.ACTIVE, Status.PAUSED]), ALERT.c.expires <= now]
    _move(connection, expired, Status.EXPIRED, may_expire, at)
    claims.moved = alerts(connection, {*ended, *expired})
    return claims


def _fire(connection: Connection, hit: Fired, asked: dict[int, _Asked], claims: Claims) -> None:
    alert = asked.get(hit.firing.alert_id)
    if alert is None or alert.status != Status.ACTIVE or alert.condition != _condition(hit.firing):
        claims.left.append((hit.firing.alert_id, hit.mark, _mark(connection, hit)))
        return
    if (stored := _claimed(connection, hit)) is not None:
        claims.lost.append((hit.firing.alert_id, stored))
        return
    if alert.ends:
        alert.status = Status.FIRED
    row = dict(zip(FIRINGS.names, FIRINGS.values(hit.firing), strict=True))
    del row['id']
    key = connection.execute(NEW_FIRING, row).inserted_primary_key
    assert key is not None
    claims.firings.append(replace(hit.firing, id=key[0]))
    claims.marks.append((hit.firing.alert_id, hit.mark))


def _claimed(connection: Connection, hit: Fired) -> Mark | None:
    """None: the firing is ours; else the mark that is stored.

    A price that is not newer than that of the last firing has fired already: this process is behind the other.
    """
    alert_id, its = hit.firing.alert_id, _its(hit.firing.alert_id, hit.mark)
    stored = connection.execute(STORED, {'its_alert': alert_id, 'its_coin': hit.mark.coin_id}).first()
    if stored is None:
        values = dict(zip(MARKS.names, MARKS.values(hit.mark), strict=True))
        connection.execute(NEW_MARK, {'alert_id': alert_id, **values})  # the write lock is held: nobody else makes it
        return None
    *mark, last_time, last_price = stored
    seen = last_time is not None and (
        hit.firing.tick_time < last_time or (hit.firing.tick_time, hit.firing.price) == (last_time, last_price)
    )
    ours = not seen and connection.execute(CLAIM, its).rowcount == 1
    return None if ours else MARKS.read(mark)


def _mark(connection: Connection, hit: Fired) -> Mark:
    asked = {'its_alert': hit.firing.alert_id, 'its_coin': hit.mark.coin_id}
    stored = connection.execute(STORED, asked).first()
    return Mark(hit.mark.coin_id) if stored is None else MARKS.read(tuple(stored)[: len(MARKS.names)])


def _deliver(connection: Connection, firings: Iterable[Firing], asked: dict[int, _Asked], now: datetime) -> None:
    """A delivery is due for each channel that there still is."""
    rows = [(firing.id, channel) for firing in firings for channel in asked[firing.alert_id].channels]
    if rows:
        there = set(connection.scalars(select(CHANNEL.c.id).where(CHANNEL.c.gone.is_(None))))
        due: dict[str, Any] = {'state': 'due', 'attempts': 0, 'due': now, 'error': ''}
        made = [{'firing_id': one, 'channel_id': channel, **due} for one, channel in rows if channel in there]
        if made:
            connection.execute(NEW_DELIVERY, made)


def _asked(connection: Connection, ids: set[int]) -> dict[int, _Asked]:
    its = ALERT.c
    columns = its.id, its.status, its.channels, its.repeat, its.coin_id
    condition = its.condition, its.price, its.percent, its.window, its.minutes
    found: dict[int, _Asked] = {}
    for some in chunks(ids):
        for row in connection.execute(select(*columns, *condition).where(its.id.in_(some))):
            number, status, channels, repeat, coin, *asks = row
            ends = repeat == Repeat.ONCE and coin is not None
            found[number] = _Asked(status, parse_channels(channels), ends, tuple(asks))
    return found


def _condition(firing: Firing) -> tuple[Any, ...]:
    """What it fired for; an alert that asks for something else by now has not fired."""
    return firing.condition, firing.level, firing.percent, firing.window, firing.minutes


def _move(connection: Connection, ids: Sequence[int], status: Status, conditions: Sequence[Any], at: datetime) -> None:
    for some in chunks(ids):
        moved = update(ALERT).where(ALERT.c.id.in_(some), *conditions)
        connection.execute(moved.values(status=status, changed=at, revision=ALERT.c.revision + 1))


def _its(alert_id: int, mark: Mark) -> dict[str, Any]:
    return {
        'its_alert': alert_id,
        'its_coin': mark.coin_id,
        'its_count': mark.count,
        'its_armed': mark.armed,
        'its_fired': mark.fired,
        'its_price': mark.price,
    }


def _alert_id(hit: Hit) -> int:
    return hit.firing.alert_id if isinstance(hit, Fired) else hit.alert_id
