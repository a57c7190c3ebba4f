"""Candles of recorded prices on their way into the stored ones: the database merges them, so that none is read before.

The rules are those of `desk.candles.merge`, in SQL.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect

from desk.candles import Part
from desk.store.bulk import NULL, Made, at_once, converted, each, send
from desk.store.parts import KEY, Key
from desk.store.tables import CANDLE

TOLD = (*Key._fields, *Part._fields)  # what is recorded has no source of its own
ARRAY = f"string_to_array(%s, E'\\t', '{NULL}')"
MERGE = """
    INSERT INTO candle AS known ({names}) {rows} ON CONFLICT ({key}) DO UPDATE SET
    open = CASE WHEN {sooner} THEN excluded.open ELSE known.open END,
    high = {high},
    low = {low},
    close = CASE WHEN {later} THEN excluded.close ELSE known.close END,
    volume = coalesce({volume}, known.volume, excluded.volume),
    opened = CASE WHEN {sooner} THEN excluded.opened ELSE known.opened END,
    opened_seq = CASE WHEN {sooner} THEN excluded.opened_seq ELSE known.opened_seq END,
    closed = CASE WHEN {later} THEN excluded.closed ELSE known.closed END,
    closed_seq = CASE WHEN {later} THEN excluded.closed_seq ELSE known.closed_seq END
"""
ALIKE = (  # texts of positive numbers that are compared as they stand
    "length(known.{0}) = length(excluded.{0}) AND instr(known.{0}, '.') = instr(excluded.{0}, '.')"
)
SQLITE = {
    'high': f'CASE WHEN {ALIKE.format("high")} THEN max(known.high, excluded.high) '
    'ELSE decimal_max(known.high, excluded.high) END',
    'low': f'CASE WHEN {ALIKE.format("low")} THEN min(known.low, excluded.low) '
    'ELSE decimal_min(known.low, excluded.low) END',
    'volume': 'decimal_sum(known.volume, excluded.volume)',
}
POSTGRESQL = {
    'high': 'greatest(known.high, excluded.high)',
    'low': 'least(known.low, excluded.low)',
    'volume': 'known.volume + excluded.volume',
}


class Candles:
    """New candles of recorded prices, converted for a database but not yet sent."""

    def __init__(self, dialect: Dialect, sizes: Iterable[Sequence[tuple[Key, Part]]], made: Made) -> None:
        self._whole = dialect.name == 'postgresql'
        self._statement = _statement(dialect, self._whole)
        self._columns = [  # size by size: many columns of minutes are equal
            converted(dialect, CANDLE, _columns(candles), self._whole, made).values() for candles in sizes if candles
        ]

    def merge(self, connection: Connection) -> None:
        """Send them, once; raises SQLAlchemyError."""
        if self._columns:
            columns = map(chain.from_iterable, zip(*self._columns, strict=True))
            send(connection, self._statement, at_once if self._whole else each, columns)


def _columns(candles: Sequence[tuple[Key, Part]]) -> dict[str, Sequence[Any]]:
    values = zip(*((*key, *part) for key, part in candles), strict=True)
    return dict(zip(TOLD, map(list, values), strict=True))


@lru_cache
def _statement(dialect: Dialect, at_once: bool) -> str:
    return MERGE.format(
        **(POSTGRESQL if at_once else SQLITE),
        names=', '.join((*TOLD, 'source')),
        rows=_arrays(dialect) if at_once else f"VALUES ({', '.join('?' * len(TOLD))}, '')",
        key=', '.join(column.name for column in KEY),
        sooner='(excluded.opened, excluded.opened_seq) < (known.opened, known.opened_seq)',
        later='(excluded.closed, excluded.closed_seq) > (known.closed, known.closed_seq)',
    )


def _arrays(dialect: Dialect) -> str:
    """Each column comes as one text."""
    kinds = [CANDLE.c[name].type.compile(dialect) for name in TOLD]
    return f"SELECT *, '' FROM unnest({', '.join(f'{ARRAY}::{kind}[]' for kind in kinds)})"  # our own types  # nosec B608
