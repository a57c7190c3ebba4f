"""The questions to history, each made once: what SQLAlchemy does to put one together takes longer than its answer."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Integer, Select, bindparam, select, tuple_, type_coerce
from sqlalchemy.types import NullType

from desk.store.folding import Stored
from desk.store.tables import AMENDMENT, CANDLE, COIN, RECORD, active, of_kind

WHEN = RECORD.c.timestamp.type
LIMIT: BindParameter[int] = bindparam('limit', type_=Integer)
PLACE = tuple_(RECORD.c.timestamp, RECORD.c.seq)
AFTER = tuple_(bindparam('at', type_=WHEN), bindparam('after', type_=BigInteger))


@cache
def latest(feed: bool, by_then: bool) -> Select[*tuple[Any, ...]]:
    """The newest active record of each of `coin_ids`, at or before `moment` if one is given."""
    each = RECORD.alias('each')
    newest = (
        select(each.c.id)
        .where(each.c.coin_id == COIN.c.id, of_kind(each, feed), active(each))
        .order_by(each.c.timestamp.desc(), each.c.seq.desc())
        .limit(1)
    )
    if by_then:
        newest = newest.where(each.c.timestamp <= bindparam('moment', type_=WHEN))
    own = newest.correlate(COIN).scalar_subquery()
    return select(*RECORD.c).select_from(COIN).join(RECORD, RECORD.c.id == own).where(_of_coins())


@cache
def last_seen(feed: bool) -> Select[int, datetime, int, Decimal]:
    """Of `latest` at or before `moment`: coin, time, number and price."""
    columns = RECORD.c
    return latest(feed, True).with_only_columns(columns.coin_id, columns.timestamp, columns.seq, columns.price)


@cache
def last_candles() -> Select[int, datetime, int, Decimal]:
    """Of each of `coin_ids` the last candle of an `interval` and `origin` that started by `moment`."""
    each = CANDLE.alias('each')
    newest = (
        select(each.c.start)
        .where(
            each.c.coin_id == COIN.c.id,
            each.c.interval == bindparam('interval'),
            each.c.origin == bindparam('origin'),
            each.c.start <= bindparam('moment', type_=WHEN),
        )
        .order_by(each.c.start.desc())
        .limit(1)
        .correlate(COIN)
        .scalar_subquery()
    )
    its = (
        CANDLE.c.coin_id == COIN.c.id,
        CANDLE.c.interval == bindparam('interval'),
        CANDLE.c.origin == bindparam('origin'),
        CANDLE.c.start == newest,
    )
    found = select(CANDLE.c.coin_id, CANDLE.c.closed, CANDLE.c.closed_seq, CANDLE.c.close)
    return found.select_from(COIN).join(CANDLE, its[0] & its[1] & its[2] & its[3]).where(_of_coins())


@cache
def history(feed: bool, since: bool, until: bool, after: bool) -> Select[*tuple[Any, ...]]:
    """The newest records of `coin_id` and a kind, and what was said of them later."""
    query = with_amendments().where(
        RECORD.c.coin_id == bindparam('coin_id'), of_kind(RECORD, feed), *_between(RECORD.c.timestamp, since, until)
    )
    if after:
        query = query.where(PLACE < AFTER)
    return query.order_by(RECORD.c.timestamp.desc(), RECORD.c.seq.desc()).limit(LIMIT)


@cache
def record() -> Select[*tuple[Any, ...]]:
    """The record `id`, and what was said of it later."""
    return with_amendments().where(RECORD.c.id == bindparam('id'))


@cache
def candles(since: bool, until: bool) -> Select[*tuple[Any, ...]]:
    """The newest stored candles of `coin_id`, `interval` and `origin`, in the database's own words."""
    return (
        select(*(type_coerce(CANDLE.c[name], NullType()) for name in Stored._fields))
        .where(
            CANDLE.c.coin_id == bindparam('coin_id'),
            CANDLE.c.interval == bindparam('interval'),
            CANDLE.c.origin == bindparam('origin'),
            *_between(CANDLE.c.start, since, until),
        )
        .order_by(CANDLE.c.start.desc())
        .limit(LIMIT)
    )


@cache
def export(feed: bool, after: bool) -> Select[*tuple[Any, ...]]:
    """The oldest active records of `coin_id` and a kind, after a place if one is given."""
    query = select(*RECORD.c).where(RECORD.c.coin_id == bindparam('coin_id'), of_kind(RECORD, feed), active(RECORD))
    if after:
        query = query.where(PLACE > AFTER)
    return query.order_by(RECORD.c.timestamp, RECORD.c.seq).limit(LIMIT)


@cache
def sightings(feed: bool) -> Select[datetime, Decimal, str]:
    """Time, price and source of the records of `coin_id` and a kind that have one of `moments`."""
    return select(RECORD.c.timestamp, RECORD.c.price, RECORD.c.source).where(
        RECORD.c.coin_id == bindparam('coin_id'),
        of_kind(RECORD, feed),
        RECORD.c.timestamp.in_(bindparam('moments', expanding=True)),
    )


def with_amendments() -> Select[*tuple[Any, ...]]:
    """Records and, where there is one, the amendment of each."""
    said = (column.label(f'said_{column.name}') for column in AMENDMENT.c)
    return (
        select(*RECORD.c, *said).select_from(RECORD).join(AMENDMENT, AMENDMENT.c.record_id == RECORD.c.id, isouter=True)
    )


def _of_coins() -> ColumnElement[bool]:
    return COIN.c.id.in_(bindparam('coin_ids', expanding=True))


def _between(moment: ColumnElement[datetime], since: bool, until: bool) -> Iterator[ColumnElement[bool]]:
    if since:
        yield moment >= bindparam('since', type_=WHEN)
    if until:
        yield moment < bindparam('until', type_=WHEN)
