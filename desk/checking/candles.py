"""Whether the stored candles are those of the recorded prices."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from desk.candles import STORED, Part, floor, part_of_tick, whole
from desk.checking.pairs import grouped, paired, streamed
from desk.store.tables import CANDLE, RECORD, active, of_kind
from models import CandleOrigin

Place = tuple[int, datetime]
Placed = Iterator[tuple[Place, Part]]
FIELDS = [CANDLE.c[name] for name in Part._fields]


def entered(connection: Connection) -> Iterator[str]:
    """Minutes of the form, the API and files that are not exactly those of their active records."""
    for place, recorded, stored in paired(_recorded(connection), _stored(connection, CandleOrigin.HAND, STORED[0])):
        if recorded != stored:
            yield _differs(place, 'minute', stored, recorded)


def fed(connection: Connection) -> Iterator[str]:
    """Minutes of feeds that leave out one of their records, of which one a second is kept at most."""
    samples = grouped(_records(connection, feed=True), _minute)
    for place, records, stored in paired(samples, _stored(connection, CandleOrigin.FEED, STORED[0])):
        prices = [record.price for record in records or ()]
        if prices and (stored is None or min(prices) < stored.low or max(prices) > stored.high):
            reach = f'from {min(prices):f} to {max(prices):f}'
            yield f'{_named(place, "minute")} does not reach {reach}, as its records do.'


def folded(connection: Connection) -> Iterator[str]:
    """Hours that are not made of their minutes, and days that are not made of their hours."""
    for origin in (CandleOrigin.HAND, CandleOrigin.FEED):
        for (finer, interval), name in zip(pairwise(STORED), ('hour', 'day'), strict=True):
            made = _folded(_stored(connection, origin, finer), interval)
            for place, parts, stored in paired(made, _stored(connection, origin, interval)):
                if parts != stored:
                    yield _differs(place, name, stored, parts)


def _folded(finer: Placed, interval: int) -> Placed:
    for place, group in grouped(finer, lambda item: (item[0][0], floor(item[0][1], interval))):
        yield place, whole([part for _, part in group])


def _recorded(connection: Connection) -> Placed:
    for place, records in grouped(_records(connection, feed=False), _minute):
        yield place, whole([part_of_tick(row.price, row.timestamp, row.seq, row.volume) for row in records])


def _records(connection: Connection, feed: bool) -> Iterator[Any]:
    columns = (RECORD.c[name] for name in ('coin_id', 'timestamp', 'seq', 'price', 'volume'))
    query = select(*columns).where(of_kind(RECORD, feed), active(RECORD))
    yield from streamed(connection, query.order_by(RECORD.c.coin_id, RECORD.c.timestamp, RECORD.c.seq))


def _stored(connection: Connection, origin: CandleOrigin, interval: int) -> Placed:
    query = select(CANDLE.c.coin_id, CANDLE.c.start, *FIELDS).where(
        CANDLE.c.origin == origin, CANDLE.c.interval == interval
    )
    for coin_id, start, *values in streamed(connection, query.order_by(CANDLE.c.coin_id, CANDLE.c.start)):
        yield (coin_id, start), Part._make(values)


def _minute(record: Any) -> Place:
    return record.coin_id, floor(record.timestamp, STORED[0])


def _named(place: Place, what: str) -> str:
    coin_id, start = place
    return f'The {what} {start:%Y-%m-%d %H:%M} of coin {coin_id}'


def _differs(place: Place, what: str, stored: Part | None, made: Part | None) -> str:
    if stored is None:
        return f'{_named(place, what)} has no candle.'
    if made is None:
        return f'{_named(place, what)} has a candle, and nothing behind it.'
    names = [name for name in Part._fields if getattr(stored, name) != getattr(made, name)]
    says = ', '.join(f'{name} {getattr(stored, name)} instead of {getattr(made, name)}' for name in names)
    return f'{_named(place, what)} has {says}.'
