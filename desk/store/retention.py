"""What a desk that runs for years need not keep: what is old and cited by nothing that stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, delete, func, not_, or_, select, text, tuple_
from sqlmodel import SQLModel

import account_models  # noqa: F401  (its import makes the tables)
from alert_models import UNDELIVERED
from desk import alert, orders
from desk.store.alert_rows import ALERT, DELIVERY, FIRING, MARK
from desk.store.tables import RECORD, of_kind
from desk.store.trade_rows import EVENT, FILL, ORDER

AUDIT, SESSION = (SQLModel.metadata.tables[name] for name in ('audit', 'session'))
STEP = 1_000  # rows that go together: others write in between
SESSION_DAYS, AUDIT_DAYS = 90, 730  # that ended sessions are listed, and lines of the audit log kept


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table that may go, once they are older than a moment."""

    what: str
    table: Table
    old: Callable[[datetime], ColumnElement[bool]]


def _newest(table: FromClause, number: str = 'id') -> ColumnElement[Any]:
    """Its number is never given again, so that nobody who counts on from it misses a row."""
    return select(func.max(table.c[number])).scalar_subquery()


def _record(before: datetime) -> ColumnElement[bool]:
    numbered = (RECORD.c[number] != _newest(RECORD, number) for number in ('id', 'seq'))
    return and_(of_kind(RECORD, feed=True), RECORD.c.timestamp < before, *numbered)


def _stays() -> ColumnElement[bool]:
    return or_(text(UNDELIVERED), DELIVERY.c.id == _newest(DELIVERY.alias()))


def _delivery(before: datetime) -> ColumnElement[bool]:
    old = select(FIRING.c.id).where(FIRING.c.at < before)
    return and_(DELIVERY.c.firing_id.in_(old), not_(_stays()))


def _firing(before: datetime) -> ColumnElement[bool]:
    cited = select(DELIVERY.c.id).where(DELIVERY.c.firing_id == FIRING.c.id, _stays()).exists()
    return and_(FIRING.c.at < before, ~cited, FIRING.c.id != _newest(FIRING))


def _mark(before: datetime) -> ColumnElement[bool]:
    gone = select(ALERT.c.id).where(ALERT.c.status == alert.Status.DELETED, ALERT.c.changed < before)
    cited = select(FIRING.c.id).where(FIRING.c.alert_id == MARK.c.alert_id, FIRING.c.at >= before).exists()
    return and_(MARK.c.alert_id.in_(gone), ~cited)


def _session(before: datetime) -> ColumnElement[bool]:
    return or_(SESSION.c.ended < before, SESSION.c.expires < before)


def _entry(before: datetime) -> ColumnElement[bool]:
    return and_(AUDIT.c.at < before, AUDIT.c.id != _newest(AUDIT))


def _refused(order: FromClause, before: datetime) -> ColumnElement[bool]:
    return and_(order.c.status == orders.Status.REFUSED, order.c.updated < before)


def _step(before: datetime) -> ColumnElement[bool]:
    return and_(EVENT.c.order_id.in_(select(ORDER.c.id).where(_refused(ORDER, before))), EVENT.c.id != _newest(EVENT))


def _goes(order: FromClause, before: datetime) -> ColumnElement[bool]:
    last = select(EVENT.c.id).where(EVENT.c.order_id == order.c.id, EVENT.c.id == _newest(EVENT.alias()))
    fill = select(FILL.c.id).where(FILL.c.order_id == order.c.id)
    numbered = (order.c[number] != _newest(ORDER.alias(), number) for number in ('id', 'seq', 'rank'))
    return and_(_refused(order, before), ~last.exists(), ~fill.exists(), *numbered)


def _leg(before: datetime) -> ColumnElement[bool]:
    return and_(ORDER.c.parent_id.is_not(None), _goes(ORDER, before))


def _refusal(before: datetime) -> ColumnElement[bool]:
    leg = ORDER.alias()
    stays = select(leg.c.id).where(leg.c.parent_id == ORDER.c.id, not_(_goes(leg, before)))
    return and_(ORDER.c.parent_id.is_(None), _goes(ORDER, before), ~stays.exists())


PRICES = Rule('prices of feeds', RECORD, _record)
ALERTING = (
    Rule('deliveries of firings', DELIVERY, _delivery),
    Rule('firings of alerts', FIRING, _firing),
    Rule('marks of deleted alerts', MARK, _mark),
)
REFUSALS = (
    Rule('steps of refused orders', EVENT, _step),
    Rule('refused legs of brackets', ORDER, _leg),
    Rule('refused orders', ORDER, _refusal),
)
SESSIONS = Rule('sessions that have ended', SESSION, _session)
AUDITED = Rule('entries of the audit log', AUDIT, _entry)


def due(connection: Connection, rule: Rule, before: datetime, limit: int = STEP) -> list[tuple[Any, ...]]:
    """The keys of up to `limit` rows that may go."""
    query = select(*rule.table.primary_key.columns).where(rule.old(before)).limit(limit)
    return [tuple(row) for row in connection.execute(query)]


def count(connection: Connection, rule: Rule, before: datetime) -> int:
    """How many rows may go."""
    return connection.scalar(select(func.count()).select_from(rule.table).where(rule.old(before))) or 0


def drop(connection: Connection, rule: Rule, before: datetime, keys: Sequence[tuple[Any, ...]]) -> int:
    """Delete those of these rows that still may go; how many went."""
    if not keys:
        return 0
    key = tuple_(*rule.table.primary_key.columns)
    return connection.execute(delete(rule.table).where(key.in_(keys), rule.old(before))).rowcount
