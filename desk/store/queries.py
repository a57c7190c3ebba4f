"""What the desk reads. Each row is found through an index, however many there are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from desk.candles import COUNTED, STORED, Candle, Part, assemble, floor, stored_interval
from desk.errors import NotFound
from desk.store.parts import FIELDS, chunks
from desk.store.records import HistoryPage, Position, Record, cursor_at, parse_cursor
from desk.store.tables import AMENDMENT, CANDLE, COIN, KINDS, PREFERENCE, RECORD, active, of_kind
from models import Amendment, CandleOrigin, Coin, Cryptocurrency, Policy

T = TypeVar('T')
Sighting = tuple[datetime, Decimal, str]
KINDS_OF = {Policy.LATEST: KINDS, Policy.EXCHANGE: (True,), Policy.MANUAL: (False,)}


def coins(connection: Connection) -> list[Coin]:
    """Every coin, merged ones included, by id."""
    return _loaded(connection, select(Coin).order_by(COIN.c.id))


def preferences(connection: Connection) -> dict[str, str]:
    """Every setting."""
    return {row.key: row.value for row in connection.execute(select(PREFERENCE.c.key, PREFERENCE.c.value))}


def last_seq(connection: Connection) -> int:
    """The greatest number that a record carries; 0 without any."""
    return connection.scalar(select(func.max(RECORD.c.seq))) or 0


def record(connection: Connection, record_id: int) -> Record:
    """One record; raises NotFound."""
    found = list(_records(connection, _with_amendments().where(RECORD.c.id == record_id)))
    if not found:
        raise NotFound(f'There is no record {record_id}.')
    return found[0]


def latest(connection: Connection, coin_ids: Sequence[int]) -> list[Cryptocurrency]:
    """Of each coin the newest active feed record and the newest other one."""
    found: list[Cryptocurrency] = []
    for feed in KINDS:
        found += _loaded(connection, latest_of_kind(coin_ids, feed))
    return found


def latest_of_kind(coin_ids: Sequence[int], feed: bool, moment: datetime | None = None) -> Select[Cryptocurrency]:
    """The newest active record of each coin, at or before a moment if one is given."""
    each = RECORD.alias('each')
    newest = (
        select(each.c.id)
        .where(each.c.coin_id == COIN.c.id, of_kind(each, feed), active(each))
        .order_by(each.c.timestamp.desc(), each.c.seq.desc())
        .limit(1)
    )
    if moment is not None:
        newest = newest.where(each.c.timestamp <= moment)
    own = newest.correlate(COIN).scalar_subquery()
    return select(Cryptocurrency).select_from(COIN).join(RECORD, RECORD.c.id == own).where(COIN.c.id.in_(coin_ids))


def prices_at(
    connection: Connection, coin_ids: Sequence[int], moment: datetime, policy: Policy
) -> dict[int, tuple[datetime, Decimal]]:
    """When and at what price each coin was last seen by the moment: in a record or in a candle that had ended."""
    last: dict[int, tuple[datetime, int, Decimal]] = {}
    for coin_id, when, seq, price in _sightings(connection, coin_ids, moment, policy):
        last[coin_id] = max((when, seq, price), last.get(coin_id, (when, seq, price)))
    return {coin_id: (when, price) for coin_id, (when, _, price) in last.items()}


def last_candles(
    coin_ids: Sequence[int], interval: int, origin: CandleOrigin, moment: datetime
) -> Select[int, datetime, int, Decimal]:
    """Of each coin the last candle of one making that had ended at the moment."""
    each = CANDLE.alias('each')
    newest = (
        select(each.c.id)
        .where(
            each.c.coin_id == COIN.c.id,
            each.c.interval == interval,
            each.c.origin == origin,
            each.c.start <= moment - timedelta(seconds=interval),
        )
        .order_by(each.c.start.desc())
        .limit(1)
        .correlate(COIN)
        .scalar_subquery()
    )
    return (
        select(CANDLE.c.coin_id, CANDLE.c.closed, CANDLE.c.closed_seq, CANDLE.c.close)
        .select_from(COIN)
        .join(CANDLE, CANDLE.c.id == newest)
        .where(COIN.c.id.in_(coin_ids))
    )


def history(
    connection: Connection,
    coin_ids: Sequence[int],
    start: datetime | None,
    end: datetime | None,
    limit: int,
    cursor: str,
) -> HistoryPage:
    """Records of these coins, newest first; `start` ≤ timestamp < `end`."""
    after = parse_cursor(cursor) if cursor else None
    found = [
        each
        for coin_id, feed in product(coin_ids, KINDS)
        for each in _records(connection, history_of_kind(coin_id, feed, start, end, limit + 1, after))
    ]
    found.sort(key=lambda each: each.position, reverse=True)
    more = len(found) > limit
    return HistoryPage(found[:limit], cursor_at(found[limit - 1].position) if more else '')


def history_of_kind(
    coin_id: int, feed: bool, start: datetime | None, end: datetime | None, limit: int, after: Position | None
) -> Select[Cryptocurrency, Amendment]:
    """The newest records of one coin and kind, amended ones included."""
    query = _with_amendments().where(
        RECORD.c.coin_id == coin_id, of_kind(RECORD, feed), *_between(RECORD.c.timestamp, start, end)
    )
    if after:
        query = query.where(tuple_(RECORD.c.timestamp, RECORD.c.seq) < after)
    return query.order_by(RECORD.c.timestamp.desc(), RECORD.c.seq.desc()).limit(limit)


def candles(
    connection: Connection,
    coin_ids: Sequence[int],
    interval: int,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    policy: Policy,
) -> list[Candle]:
    """The newest `limit` candles, oldest first: those whose bucket lies in, or is touched by, `start` to `end`."""
    length = timedelta(seconds=interval)
    first = floor(start, interval) if start else None
    last = floor(end - timedelta(microseconds=1), interval) + length if end else None
    rows = limit * (interval // stored_interval(interval))
    known: list[tuple[CandleOrigin, datetime, Part]] = []
    for coin_id, origin in product(coin_ids, COUNTED[policy]):
        query = candles_of_making(coin_id, stored_interval(interval), origin, first, last, rows)
        known += [(origin, row[0], Part._make(row[1:])) for row in connection.execute(query)]
    return assemble(known, interval)[-limit:]


def candles_of_making(
    coin_id: int, interval: int, origin: CandleOrigin, start: datetime | None, end: datetime | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """The newest stored candles of one coin, interval and making."""
    return (
        select(CANDLE.c.start, *FIELDS)
        .where(
            CANDLE.c.coin_id == coin_id,
            CANDLE.c.interval == interval,
            CANDLE.c.origin == origin,
            *_between(CANDLE.c.start, start, end),
        )
        .order_by(CANDLE.c.start.desc())
        .limit(limit)
    )


def export(connection: Connection, coin_id: int, after: Position | None, limit: int) -> list[Cryptocurrency]:
    """The first `limit` active records of a coin after a place, oldest first."""
    found: list[Cryptocurrency] = []
    for feed in KINDS:
        query = select(Cryptocurrency).where(RECORD.c.coin_id == coin_id, of_kind(RECORD, feed), active(RECORD))
        if after:
            query = query.where(tuple_(RECORD.c.timestamp, RECORD.c.seq) > after)
        found += _loaded(connection, query.order_by(RECORD.c.timestamp, RECORD.c.seq).limit(limit))
    return sorted(found, key=lambda each: (each.timestamp, each.seq))[:limit]


def counts(connection: Connection, coin_id: int, keys: Sequence[Sighting]) -> dict[Sighting, int]:
    """How many records of a coin, amended ones included, have each (timestamp, price, source)."""
    found = dict.fromkeys(keys, 0)
    for feed, moments in product(KINDS, chunks({timestamp for timestamp, _, _ in keys})):
        for row in connection.execute(
            select(RECORD.c.timestamp, RECORD.c.price, RECORD.c.source).where(
                RECORD.c.coin_id == coin_id, of_kind(RECORD, feed), RECORD.c.timestamp.in_(moments)
            )
        ):
            if tuple(row) in found:
                found[row[0], row[1], row[2]] += 1
    return found


def _sightings(
    connection: Connection, coin_ids: Sequence[int], moment: datetime, policy: Policy
) -> Iterator[Row[int, datetime, int, Decimal]]:
    for feed in KINDS_OF[policy]:
        newest = latest_of_kind(coin_ids, feed, moment)
        yield from connection.execute(
            newest.with_only_columns(RECORD.c.coin_id, RECORD.c.timestamp, RECORD.c.seq, RECORD.c.price)
        )
    for interval, origin in product(STORED, COUNTED[policy]):
        yield from connection.execute(last_candles(coin_ids, interval, origin, moment))


def _between(
    moment: ColumnElement[datetime], start: datetime | None, end: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if start is not None:
        yield moment >= start
    if end is not None:
        yield moment < end


def _with_amendments() -> Select[Cryptocurrency, Amendment]:
    return (
        select(Cryptocurrency, Amendment)
        .select_from(RECORD)
        .join(AMENDMENT, AMENDMENT.c.record_id == RECORD.c.id, isouter=True)
    )


def _records(connection: Connection, query: Select[Cryptocurrency, Amendment]) -> Iterable[Record]:
    with Session(connection) as session:
        return [Record(each, amendment) for each, amendment in session.execute(query)]


def _loaded(connection: Connection, query: Select[T]) -> list[T]:
    with Session(connection) as session:
        return list(session.scalars(query))
