"""INSERT of many rows at the driver's pace: what SQLAlchemy would do for each row is prepared once."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

Processor = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `names`; converts them as the columns' types say."""
    if not rows:
        return
    statement, processors = _prepared(connection.dialect, table, names)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    converted = [
        columns[name] if process is None else map(process, columns[name]) for name, process in processors.items()
    ]
    connection.exec_driver_sql(statement, list(zip(*converted, strict=True)))


@lru_cache
def _prepared(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, dict[str, Processor | None]]:
    """The statement and, in the order of its parameters, how each is converted for the driver."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, 'both engines number their parameters'
    return str(compiled), {
        name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in compiled.positiontup
    }
