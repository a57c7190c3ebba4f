"""INSERT and UPDATE of many rows at the driver's pace: what SQLAlchemy would do for each row is prepared once."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Update, insert

Processor = Callable[[Any], Any]
Prepared = tuple[str, list[tuple[str, Processor | None]]]


def insert_rows(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `names`; converts them as the columns' types say."""
    if rows:
        _run(connection, _prepared_insert(connection.dialect, table, names), names, rows)


def update_rows(
    connection: Connection, statement: Update, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> int:
    """Run an UPDATE once per row, whose values stand in the order of `names`, its parameters; how many rows it met."""
    if not rows:
        return 0
    return _run(connection, _prepared_update(connection.dialect, statement, names), names, rows)


def _run(connection: Connection, prepared: Prepared, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> int:
    statement, processors = prepared
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    converted = [columns[name] if process is None else map(process, columns[name]) for name, process in processors]
    return connection.exec_driver_sql(statement, list(zip(*converted, strict=True))).rowcount


@lru_cache
def _prepared_insert(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, insert(table), names)


@lru_cache
def _prepared_update(dialect: Dialect, statement: Update, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, statement, names)


def _prepared(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> Prepared:
    """The statement and, in the order of its parameters, how each is converted for the driver."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, 'both engines number their parameters'
    kinds = ((name, compiled.binds[name].type.dialect_impl(dialect)) for name in compiled.positiontup)
    return str(compiled), [(name, kind.bind_processor(dialect)) for name, kind in kinds]
