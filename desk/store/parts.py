"""Stored candles: written by merging, in the transaction of what they are made of."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import islice, pairwise
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, bindparam, delete, select, type_coerce, update
from sqlalchemy.types import NullType

from columns import moment_texts
from desk.candles import FOLD_OF, STORED, Part, floor, gather, merge, overlay, part_of_bar, part_of_tick, whole
from desk.store.bulk import insert_rows, update_rows
from desk.store.records import Told
from desk.store.tables import CANDLE
from desk.ticks import EARLIEST, MONEY, Bar
from models import CandleOrigin, Origin

FIELDS = [CANDLE.c[name] for name in Part._fields]
VALUES = slice(0, 5)  # of a Part: what people see of it
CHUNK = 500
MINUTE = timedelta(minutes=1)
PLACE = attrgetter('timestamp', 'seq', 'price')
T = TypeVar('T')
K = TypeVar('K')


class Key(NamedTuple):
    """Which stored candle."""

    coin_id: int
    interval: int
    origin: CandleOrigin
    start: datetime

    def coarser(self, interval: int) -> 'Key':
        """The greater bucket that this one lies in."""
        return self._replace(interval=interval, start=floor(self.start, interval))


Candle = tuple[Key, Part]
KEY = [CANDLE.c[name] for name in Key._fields]
NAMES = (*Key._fields, *Part._fields, 'source')
ITS_NAMES = tuple(f'its_{name}' for name in NAMES)  # an UPDATE reserves the columns' own names
UPDATE = (
    update(CANDLE)
    .where(*(column == bindparam(f'its_{column.name}') for column in KEY))
    .values({column.name: bindparam(f'its_{column.name}') for column in [*FIELDS, CANDLE.c.source]})
)


OF_COINS = select(*(type_coerce(column, NullType()) for column in (*KEY, *FIELDS))).where(
    CANDLE.c.coin_id.in_(bindparam('coin_ids', expanding=True)),
    CANDLE.c.interval == bindparam('of'),
    CANDLE.c.origin == bindparam('by'),
)
BETWEEN = OF_COINS.where(CANDLE.c.start >= bindparam('since'), CANDLE.c.start <= bindparam('until'))
AMONG = OF_COINS.where(CANDLE.c.start.in_(bindparam('starts', expanding=True)))


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def key_of(record: Told) -> Key:
    """The minute that a record belongs to."""
    origin = CandleOrigin.FEED if record.origin == Origin.FEED else CandleOrigin.HAND
    return Key(record.coin_id, STORED[0], origin, floor(record.timestamp, STORED[0]))


def part_of(record: Told) -> Part:
    """A record as its bucket knows it."""
    return part_of_tick(record.price, record.timestamp, record.seq, record.volume)


def minutes_of(records: Iterable[Told]) -> list[Candle]:
    """Records → the minutes they make."""
    runs: dict[tuple[int, bool, int], list[Told]] = {}
    for record in records:
        place = record.coin_id, record.origin == Origin.FEED, (record.timestamp - EARLIEST) // MINUTE
        if place in runs:
            runs[place].append(record)
        else:
            runs[place] = [record]
    return [
        (
            Key(coin_id, STORED[0], CandleOrigin.FEED if feed else CandleOrigin.HAND, EARLIEST + number * MINUTE),
            part_of(run[0]) if len(run) == 1 else _part_of_run(run),
        )
        for (coin_id, feed, number), run in runs.items()
    ]


def all_sizes(minutes: Collection[Candle]) -> list[list[Candle]]:
    """New minutes, and the hours and days that they make."""
    sizes = [list(minutes)]
    for interval in STORED[1:]:
        sizes.append(_coarser(sizes[-1], interval))
    return sizes


def add_bars(connection: Connection, bars: Sequence[tuple[int, Bar]], now: datetime) -> int:
    """Put delivered candles in the place of those known; how many were new or have other values."""
    new = {Key(coin_id, bar.interval, _origin(bar), bar.start): part_of_bar(bar, now) for coin_id, bar in bars}
    known = _load(connection, new)
    changed = {key: part for key, part in new.items() if known.get(key) != part}
    sources = {Key(coin_id, bar.interval, _origin(bar), bar.start): bar.source for coin_id, bar in bars}
    _write(connection, changed, known, sources)
    _refold(connection, changed)
    return sum(1 for key, part in changed.items() if key not in known or known[key][VALUES] != part[VALUES])


def rebuild(connection: Connection, key: Key, parts: Sequence[Part]) -> None:
    """Make a recorded minute of these parts alone, and its hour and day anew; without parts it goes."""
    _replace(connection, key, parts)
    for finer, interval in pairwise(STORED):
        key = key.coarser(interval)
        _replace(connection, key, [part for _, part in read(connection, key, [key.origin], finer)])


def read(
    connection: Connection, bucket: Key, origins: Sequence[CandleOrigin], finer: int
) -> list[tuple[datetime, Part]]:
    """The stored candles of these makings and `finer` seconds that lie in a bucket."""
    end = bucket.start + timedelta(seconds=bucket.interval)
    rows = connection.execute(
        select(CANDLE.c.start, *FIELDS).where(
            CANDLE.c.coin_id == bucket.coin_id,
            CANDLE.c.interval == finer,
            CANDLE.c.origin.in_(origins),
            CANDLE.c.start >= bucket.start,
            CANDLE.c.start < end,
        )
    )
    return [(row[0], Part._make(row[1:])) for row in rows]


def _part_of_run(records: Sequence[Told]) -> Part:
    """What `whole` says of the parts of each, without making these."""
    first, last = min(records, key=PLACE), max(records, key=PLACE)
    prices = [record.price for record in records]
    volumes = [record.volume for record in records if record.volume is not None]
    volume = reduce(MONEY.add, volumes) if volumes else None
    return Part(
        first.price,
        max(prices),
        min(prices),
        last.price,
        volume,
        first.timestamp,
        first.seq,
        last.timestamp,
        last.seq,
    )


def _coarser(finer: Iterable[Candle], interval: int) -> list[Candle]:
    length = timedelta(seconds=interval)
    runs: dict[tuple[int, CandleOrigin, int], list[Part]] = {}
    for (coin_id, _, origin, start), part in finer:
        place = coin_id, origin, (start - EARLIEST) // length
        if place in runs:
            runs[place].append(part)
        else:
            runs[place] = [part]
    return [
        (Key(coin_id, interval, origin, EARLIEST + number * length), whole(run))
        for (coin_id, origin, number), run in runs.items()
    ]


def _origin(bar: Bar) -> CandleOrigin:
    return CandleOrigin.FILE if bar.origin == Origin.FILE else CandleOrigin.DELIVERED


def _refold(connection: Connection, changed: Iterable[Key]) -> None:
    """Hours from the delivered minutes that changed, days from the delivered and folded hours."""
    touched = set(changed)
    for finer, interval in pairwise(STORED):
        buckets = {key.coarser(interval) for key in touched if key.interval == finer}
        for bucket in buckets:
            parts = gather(read(connection, bucket, [bucket.origin, FOLD_OF[bucket.origin]], finer), overlay)
            _replace(connection, bucket._replace(origin=FOLD_OF[bucket.origin]), list(parts.values()))
        touched |= buckets


def _replace(connection: Connection, key: Key, parts: Sequence[Part]) -> None:
    if parts:
        _write(connection, {key: reduce(merge, parts)}, _load(connection, [key]))
    else:
        connection.execute(delete(CANDLE).where(*(column == value for column, value in zip(KEY, key, strict=True))))


def _load(connection: Connection, keys: Iterable[Key]) -> dict[Key, Part]:
    """Of these keys the candles that are stored. Rows come in the database's own words, most of which it can keep."""
    wanted = list(keys)
    rows = [row for lookup, asked in _lookups(wanted) for row in connection.execute(lookup, asked).all()]
    if not rows:
        return {}
    texts = connection.dialect.name == 'sqlite'
    starts = moment_texts(key.start for key in wanted) if texts else [key.start for key in wanted]
    places = {(*key[:3], start): key for key, start in zip(wanted, starts, strict=True)}
    read = _of_texts if texts else Part._make
    return {places[place]: read(row[4:]) for row in rows if (place := row[:4]) in places}


def _of_texts(row: Sequence[Any]) -> Part:
    opening, high, low, closing, volume, opened, opened_seq, closed, closed_seq = row
    return Part(
        Decimal(opening),
        Decimal(high),
        Decimal(low),
        Decimal(closing),
        None if volume is None else Decimal(volume),
        datetime.fromisoformat(f'{opened}+00:00'),
        opened_seq,
        datetime.fromisoformat(f'{closed}+00:00'),
        closed_seq,
    )


def _lookups(keys: Iterable[Key]) -> Iterator[tuple[Select[*tuple[Any, ...]], dict[str, Any]]]:
    """Few questions that find these candles, and at most ten times as many others."""
    for (interval, origin), same in _grouped(keys, lambda key: (key.interval, key.origin)).items():
        by_coin, among = _grouped(same, lambda key: key.coin_id), {'of': interval, 'by': origin}
        starts = sorted({key.start for key in same})
        span = (starts[-1] - starts[0]) // timedelta(seconds=interval) + 1
        if len(by_coin) * span <= 10 * len(same):
            yield BETWEEN, {**among, 'coin_ids': list(by_coin), 'since': starts[0], 'until': starts[-1]}
        elif len(by_coin) * len(starts) <= 10 * len(same):
            for chunk in chunks(starts):
                yield AMONG, {**among, 'coin_ids': list(by_coin), 'starts': chunk}
        else:
            for coin_id, own in by_coin.items():
                for chunk in chunks(key.start for key in own):
                    yield AMONG, {**among, 'coin_ids': [coin_id], 'starts': chunk}


def _grouped(items: Iterable[T], trait: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(trait(item), []).append(item)
    return groups


def _write(
    connection: Connection, parts: Mapping[Key, Part], known: Mapping[Key, Part], sources: Mapping[Key, str] = {}
) -> None:
    rows = {key: (*key, *part, sources.get(key, '')) for key, part in parts.items()}
    fresh = [row for key, row in rows.items() if key not in known]
    again = [row for key, row in rows.items() if key in known]
    insert_rows(connection, CANDLE, NAMES, fresh)
    update_rows(connection, UPDATE, ITS_NAMES, again)
