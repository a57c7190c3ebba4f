"""All rows of one database into another of the same revision that has none; each may be SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select
from sqlmodel import SQLModel

import account_models  # noqa: F401  (their import fills the metadata)
import alert_models  # noqa: F401
from desk.store.bulk import converted, insert_rows, send

ROWS = 5_000


def tables() -> list[Table]:
    """Every table of the newest revision; one that is cited comes before those that cite it."""
    return list(SQLModel.metadata.sorted_tables)


def pour(source: Connection, target: Connection) -> int:
    """Copy every row with its id; how many. Both transactions are the caller's; raises SQLAlchemyError.

    SQLite takes rows that cite later ones only without `foreign_keys`.
    """
    return sum(pour_rows(source, target, table, select(table)) for table in tables())


def pour_rows(source: Connection, target: Connection, table: Table, query: Select[Any]) -> int:
    """Copy those rows of a table that a query finds; how many."""
    names = tuple(column.name for column in table.columns)
    chunks = source.execution_options(stream_results=True).execute(query).partitions(ROWS)
    if target.dialect.name == 'postgresql':
        return _copied(target, table, names, chunks)
    rows = 0
    for chunk in chunks:
        insert_rows(target, table, names, [tuple(row) for row in chunk])
        rows += len(chunk)
    return rows


def filled(connection: Connection) -> list[str]:
    """The names of the tables that have rows."""
    return [table.name for table in tables() if connection.execute(select(table).limit(1)).first() is not None]


def clear(connection: Connection) -> None:
    """Delete every row."""
    for table in reversed(tables()):
        connection.execute(table.delete())


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copied(target: Connection, table: Table, names: tuple[str, ...], chunks: Iterator[Sequence[Any]]) -> int:
    """One COPY for all of them: citations are looked at when it ends, so that rows may cite later ones."""
    rows = 0

    def copy(driver: Any, statement: str, _: object) -> None:
        nonlocal rows
        with driver.copy(statement) as into:
            for chunk in chunks:
                columns = dict(zip(names, zip(*chunk, strict=True), strict=True))
                texts = converted(target.dialect, table, columns, True, [])
                into.write('\n'.join(map('\t'.join, zip(*texts.values(), strict=True))) + '\n')
                rows += len(chunk)

    quoted = ', '.join(f'"{name}"' for name in names)
    send(target, f'COPY "{table.name}" ({quoted}) FROM STDIN', copy, [])
    if 'id' in names:
        newest = f'(SELECT max(id) FROM "{table.name}")'  # our own names  # nosec B608
        target.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {newest})")  # nosec B608
    return rows
