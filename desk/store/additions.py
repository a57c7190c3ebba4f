"""New records on their way into the tables: whatever can be is made ready before the transaction."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection, Dialect, text

from desk.candles import Part
from desk.store import parts
from desk.store.bulk import Made, Rows, say
from desk.store.merging import Candles
from desk.store.records import Told
from desk.store.tables import COLUMNS, RECORD

LAST = 'SELECT max(id) FROM cryptocurrency'
NUMBERED = text("SELECT setval(ids, nextval(ids) + :others) FROM pg_get_serial_sequence('cryptocurrency', 'id') AS ids")
VALUES = {name: attrgetter(name) for name in COLUMNS[1:]}


class Addition:
    """Records and their candles; `minutes` are what these are made of, where it is more than the records."""

    def __init__(
        self, dialect: Dialect, records: Sequence[Told], minutes: Mapping[parts.Key, Part] | None = None
    ) -> None:
        made: Made = []  # a record alone in its minute has its price and its moment
        self._rows, self._count = _ready(dialect, records, made), len(records)
        minutes_made = parts.minutes_of(records) if minutes is None else minutes.items()
        self._candles = Candles(dialect, parts.all_sizes(minutes_made), made)

    def __call__(self, connection: Connection) -> list[int]:
        """Store them; the ids of the records."""
        ids = _insert(connection, self._rows, self._count)
        self._candles.merge(connection)
        return ids


def add_records(connection: Connection, records: Sequence[Told]) -> list[int]:
    """Insert records, without their candles; their ids."""
    return _insert(connection, _ready(connection.dialect, records, []), len(records))


def _ready(dialect: Dialect, records: Sequence[Told], made: Made) -> Rows:
    """Column by column: a tuple for each record would only be in the way."""
    return Rows(dialect, RECORD, {name: list(map(value, records)) for name, value in VALUES.items()}, made)


def _insert(connection: Connection, rows: Rows, count: int) -> list[int]:
    if not count:
        return []
    ids = _reserve(connection, count)
    rows.number(ids)
    rows.insert(connection)
    return ids


def _reserve(connection: Connection, count: int) -> list[int]:
    """Ids that no other writer gets: the write lock is held."""
    if connection.dialect.name == 'postgresql':
        last = connection.scalar(NUMBERED, {'others': count - 1}) or 0
    else:
        last = (say(connection, LAST) or 0) + count
    return list(range(last - count + 1, last + 1))
