"""What the desk reads. Each row is found through an index, however many there are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.instrumentation import manager_of_class

from desk.candles import COUNTED, STORED, Candle, floor, stored_interval
from desk.errors import NotFound
from desk.store import selects
from desk.store.folding import folded
from desk.store.parts import chunks
from desk.store.records import HistoryPage, Position, Record, cursor_at, parse_cursor
from desk.store.tables import AMENDMENT, COIN, KINDS, PREFERENCE, RECORD
from models import Amendment, Coin, Cryptocurrency, Policy

Sighting = tuple[datetime, Decimal, str]
KINDS_OF = {Policy.LATEST: KINDS, Policy.EXCHANGE: (True,), Policy.MANUAL: (False,)}
ITS_NAMES = tuple(column.name for column in RECORD.c)
SAID_NAMES = tuple(column.name for column in AMENDMENT.c)


def coins(connection: Connection) -> list[Coin]:
    """Every coin, merged ones included, by id."""
    with Session(connection) as session:
        return list(session.scalars(select(Coin).order_by(COIN.c.id)))


def preferences(connection: Connection) -> dict[str, str]:
    """Every setting."""
    return {row.key: row.value for row in connection.execute(select(PREFERENCE.c.key, PREFERENCE.c.value))}


def answers(connection: Connection) -> None:
    """Read one row: a database that is gone, or whose disk does not answer, fails at this."""
    connection.execute(select(PREFERENCE).limit(1)).all()


def last_seq(connection: Connection) -> int:
    """The greatest number that a record carries; 0 without any."""
    return connection.scalar(select(func.max(RECORD.c.seq))) or 0


def record(connection: Connection, record_id: int) -> Record:
    """One record; raises NotFound."""
    found = connection.execute(selects.record(), {'id': record_id}).one_or_none()
    if found is None:
        raise NotFound(f'There is no record {record_id}.')
    return _with_amendment(found)


def latest(connection: Connection, coin_ids: Sequence[int]) -> list[Cryptocurrency]:
    """Of each coin the newest active feed record and the newest other one."""
    given = {'coin_ids': list(coin_ids)}
    return [
        _made(row) for feed in KINDS for row in connection.execute(selects.latest(feed, by_then=False), given).all()
    ]


def prices_at(
    connection: Connection, coin_ids: Sequence[int], moment: datetime, policy: Policy
) -> dict[int, tuple[datetime, Decimal]]:
    """When and at what price each coin was last seen by the moment: in a record or in a candle that had ended."""
    last: dict[int, tuple[datetime, int, Decimal]] = {}
    for coin_id, when, seq, price in _sightings(connection, list(coin_ids), moment, policy):
        last[coin_id] = max((when, seq, price), last.get(coin_id, (when, seq, price)))
    return {coin_id: (when, price) for coin_id, (when, _, price) in last.items()}


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
    given = {'limit': limit + 1, **_given(start, end, after)}
    found = [
        row
        for coin_id, feed in product(coin_ids, KINDS)
        for row in connection.execute(
            selects.history(feed, start is not None, end is not None, after is not None), {**given, 'coin_id': coin_id}
        ).all()
    ]
    found.sort(key=_place, reverse=True)
    page = [_with_amendment(row) for row in found[:limit]]
    return HistoryPage(page, cursor_at(page[-1].position) if len(found) > limit else '')


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
    finer = stored_interval(interval)
    first = floor(start, interval) if start else None
    last = floor(end - timedelta(microseconds=1), interval) + timedelta(seconds=interval) if end else None
    given = {'interval': finer, 'limit': limit * (interval // finer), **_given(first, last)}
    query = selects.candles(first is not None, last is not None)
    known: list[Any] = []  # as `Stored`, but for the names
    for coin_id, origin in product(coin_ids, COUNTED[policy]):
        rows = connection.execute(query, {**given, 'coin_id': coin_id, 'origin': origin})
        known += rows.cursor.fetchall()  # as the driver gives them, in half the time
        rows.close()
    return folded(known, interval)[-limit:]


def export(connection: Connection, coin_id: int, after: Position | None, limit: int) -> list[Cryptocurrency]:
    """The first `limit` active records of a coin after a place, oldest first."""
    given = {'coin_id': coin_id, 'limit': limit, **_given(after=after)}
    found = [row for feed in KINDS for row in connection.execute(selects.export(feed, after is not None), given).all()]
    found.sort(key=_place)
    return [_made(row) for row in found[:limit]]


def counts(connection: Connection, coin_id: int, keys: Sequence[Sighting]) -> dict[Sighting, int]:
    """How many records of a coin, amended ones included, have each (timestamp, price, source)."""
    found = dict.fromkeys(keys, 0)
    for feed, moments in product(KINDS, chunks({timestamp for timestamp, _, _ in keys})):
        for row in connection.execute(selects.sightings(feed), {'coin_id': coin_id, 'moments': moments}).all():
            if tuple(row) in found:
                found[row[0], row[1], row[2]] += 1
    return found


def _sightings(
    connection: Connection, coin_ids: list[int], moment: datetime, policy: Policy
) -> Iterator[Row[int, datetime, int, Decimal]]:
    given: dict[str, Any] = {'coin_ids': coin_ids, 'moment': moment}
    for feed in KINDS_OF[policy]:
        yield from connection.execute(selects.last_seen(feed), given).all()
    for interval, origin in product(STORED, COUNTED[policy]):
        ended = {'moment': moment - timedelta(seconds=interval), 'interval': interval, 'origin': origin}
        yield from connection.execute(selects.last_candles(), {**given, **ended}).all()


def _given(start: datetime | None = None, end: datetime | None = None, after: Position | None = None) -> dict[str, Any]:
    given = {'since': start, 'until': end, **dict(zip(('at', 'after'), after or (None, None), strict=True))}
    return {name: value for name, value in given.items() if value is not None}


def _with_amendment(row: Row[*tuple[Any, ...]]) -> Record:
    said = row[len(ITS_NAMES) :]
    return Record(_made(row), Amendment(**dict(zip(SAID_NAMES, said, strict=True))) if said[0] is not None else None)


def _made(row: Iterable[Any]) -> Cryptocurrency:
    """A record without the validation that it had when it came in: 2 µs instead of 60."""
    made: Cryptocurrency = MANAGER.new_instance()
    made.__dict__.update(zip(ITS_NAMES, row, strict=False))
    return made


MANAGER: Any = manager_of_class(Cryptocurrency)
_place = itemgetter(ITS_NAMES.index('timestamp'), ITS_NAMES.index('seq'))
