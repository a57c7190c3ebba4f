"""The drivers alone, without a desk: what a commit of rows that are ready costs at least."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from columns import canonical
from desk.store.parts import NAMES
from desk.store.tables import COLUMNS

Row = Sequence[Any]
PRAGMAS = ('journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON')


class RawSqlite:
    """`executemany` with numbers and times made into text beforehand."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(Path(url.removeprefix('sqlite:///')), isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f'PRAGMA {pragma}')

    def ready(self, rows: Sequence[Row]) -> list[Row]:
        """The rows as the driver takes them."""
        return [tuple(_text(value) for value in row) for row in rows]

    def write(self, records: Sequence[Row], candles: Sequence[Row]) -> None:
        """One commit."""
        self.connection.execute('BEGIN IMMEDIATE')
        self.connection.executemany(
            f'INSERT INTO cryptocurrency ({", ".join(COLUMNS)}) VALUES ({_places("?", COLUMNS)})', records
        )
        if candles:
            self.connection.executemany(_upsert('?'), candles)
        self.connection.execute('COMMIT')

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()


class RawPostgresql:
    """COPY in text, a row at a time, of numbers and times; candles by `executemany`."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, options='-c timezone=UTC')
        names = sql.SQL(', ').join(map(sql.Identifier, COLUMNS))
        self.statement = sql.SQL('COPY cryptocurrency ({}) FROM STDIN').format(names)

    def ready(self, rows: Sequence[Row]) -> list[Row]:
        """The rows as the driver takes them."""
        return list(rows)

    def write(self, records: Sequence[Row], candles: Sequence[Row]) -> None:
        """One commit."""
        with self.connection.cursor() as cursor:
            with cursor.copy(self.statement) as copy:
                for row in records:
                    copy.write_row(row)
            if candles:
                cursor.executemany(_upsert('%s').encode(), candles)
        self.connection.commit()

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()


Raw = RawSqlite | RawPostgresql


def raw(url: str) -> Raw:
    """The driver's way to a database."""
    return RawSqlite(url) if url.startswith('sqlite') else RawPostgresql(url)


def _upsert(place: str) -> str:
    changes = ', '.join(f'{name} = excluded.{name}' for name in NAMES[4:])
    return (
        f'INSERT INTO candle ({", ".join(NAMES)}) VALUES ({_places(place, NAMES)}) '
        f'ON CONFLICT (coin_id, interval, origin, start) DO UPDATE SET {changes}'
    )


def _places(place: str, names: Sequence[str]) -> str:
    return ', '.join([place] * len(names))


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return canonical(value)
    return f'{value:%Y-%m-%d %H:%M:%S.%f}' if isinstance(value, datetime) else value
