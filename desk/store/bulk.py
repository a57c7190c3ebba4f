"""INSERT and UPDATE of many rows at the driver's pace: what SQLAlchemy would do for each row is prepared once.

Rows are converted column by column, before the transaction if one likes; PostgreSQL takes many rows by COPY.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Integer, Table, Update, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlmodel import UTCDateTime

from columns import ExactDecimal, canonical_texts, moment_texts

COPIED = 50  # rows from which COPY is the faster way
NULL = r'\N'
ESCAPES = str.maketrans({'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'})

Converter = Callable[[Sequence[Any]], Sequence[Any]]
Made = list[tuple[tuple[type, Converter], Sequence[Any], Sequence[Any]]]  # what was made of which columns and how
Way = Callable[[Any, str, Iterable[Iterable[Any]]], None]
Prepared = tuple[str, tuple[str, ...], tuple[Converter, ...]]


class Rows:
    """Rows of a table, given as columns by their names, converted for a database but not yet sent."""

    def __init__(self, dialect: Dialect, table: Table, columns: Mapping[str, Sequence[Any]], made: Made) -> None:
        self._dialect, self._table = dialect, table
        self._count = len(next(iter(columns.values())))
        self._copied = dialect.name == 'postgresql' and self._count >= COPIED
        self._columns = converted(dialect, table, columns, self._copied, made)

    def number(self, ids: Sequence[int]) -> None:
        """Give them their ids."""
        self._columns['id'] = list(map(str, ids)) if self._copied else ids

    def insert(self, connection: Connection) -> None:
        """Send them, once; raises SQLAlchemyError."""
        if not self._count:
            return
        if self._copied:
            statement = f'COPY {self._table.name} ({", ".join(self._columns)}) FROM STDIN'
            send(connection, statement, _copy, self._columns.values())
        else:
            statement, names, _ = _prepared_insert(self._dialect, self._table, tuple(self._columns))
            send(connection, statement, each, [self._columns[name] for name in names])


def converted(
    dialect: Dialect, table: Table, columns: Mapping[str, Sequence[Any]], written: bool, made: Made
) -> dict[str, Sequence[Any]]:
    """Columns of a table as the driver takes them, or `written` as for COPY; what was `made` of equal ones is taken."""
    converter = _to_copy if written else partial(_converter, dialect)
    kinds = [table.c[name].type for name in columns]
    return {
        name: _made((type(kind), converter(kind)), values, made)
        for kind, (name, values) in zip(kinds, columns.items(), strict=True)
    }


def _made(way: tuple[type, Converter], values: Sequence[Any], made: Made) -> Sequence[Any]:
    for known_way, known, result in made:
        if known_way == way and known == values:
            return result
    result = way[1](values)
    made.append((way, values, result))
    return result


def insert_rows(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `names`; converts them as the columns' types say."""
    if rows:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        Rows(connection.dialect, table, columns, []).insert(connection)


def update_rows(
    connection: Connection, statement: Update, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> int:
    """Run an UPDATE once per row, whose values stand in the order of `names`, its parameters; how many rows it met."""
    if not rows:
        return 0
    prepared, order, converters = _prepared_update(connection.dialect, statement, names)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    values = [convert(columns[name]) for name, convert in zip(order, converters, strict=True)]
    return send(connection, prepared, each, values)


def send(connection: Connection, statement: str, way: Way, columns: Iterable[Iterable[Any]]) -> int:
    """Give the driver these columns in some way; how many rows it met. Raises SQLAlchemyError."""
    driver: Any = connection.connection.cursor()
    dialect = connection.dialect
    refused: type[Exception] = dialect.loaded_dbapi.Error
    try:
        way(driver, statement, columns)
        return int(driver.rowcount)
    except refused as error:
        raise DBAPIError.instance(statement, None, error, refused, dialect=dialect) from error
    finally:
        driver.close()


def say(connection: Connection, statement: str) -> Any:
    """Run a statement without parameters; the first value that it gives, if any. Raises SQLAlchemyError."""
    found: list[Any] = []

    def run(driver: Any, _statement: str, _columns: object) -> None:
        driver.execute(statement)
        if driver.description:
            found.extend(driver.fetchone())

    send(connection, statement, run, [])
    return found[0] if found else None


def each(driver: Any, statement: str, columns: Iterable[Iterable[Any]]) -> None:
    """Run it once per row: no list of rows is made."""
    driver.executemany(statement, zip(*columns, strict=True))


def at_once(driver: Any, statement: str, columns: Iterable[Iterable[str]]) -> None:
    """Run it with each column as one text."""
    driver.execute(statement, ['\t'.join(column) for column in columns])


def _copy(driver: Any, statement: str, columns: Iterable[Iterable[str]]) -> None:
    with driver.copy(statement) as copy:
        copy.write('\n'.join(map('\t'.join, zip(*columns, strict=True))) + '\n')


@lru_cache
def _prepared_insert(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, insert(table), names)


@lru_cache
def _prepared_update(dialect: Dialect, statement: Update, names: tuple[str, ...]) -> Prepared:
    return _prepared(dialect, statement, names)


def _prepared(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> Prepared:
    """The statement, and in the order of its parameters their names and how each is converted for the driver."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert compiled.positiontup is not None, 'both engines number their parameters'
    order = tuple(compiled.positiontup)
    return str(compiled), order, tuple(_converter(dialect, compiled.binds[name].type) for name in order)


@lru_cache
def _converter(dialect: Dialect, kind: TypeEngine[Any]) -> Converter:
    """How values of a column's type are made into the driver's."""
    if dialect.name == 'sqlite' and isinstance(kind, ExactDecimal):
        return canonical_texts
    if dialect.name == 'sqlite' and isinstance(kind, UTCDateTime):
        return moment_texts
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    return _as_they_are if process is None else partial(_processed, process)


def _as_they_are(values: Sequence[Any]) -> Sequence[Any]:
    return values


def _processed(process: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    return list(map(process, values))


def _to_copy(kind: TypeEngine[Any]) -> Converter:
    """How values of a column's type are written for COPY."""
    if isinstance(kind, UTCDateTime):
        return _nulled_moments
    return _written if isinstance(kind, ExactDecimal | Integer | Boolean) else _escaped


def _nulled_moments(values: Sequence[datetime | None]) -> list[str]:
    return [NULL if text is None else text for text in moment_texts(values)]


def _written(values: Sequence[Any]) -> list[str]:
    return [NULL if value is None else str(value) for value in values]


def _escaped(values: Sequence[str | None]) -> list[str]:
    """The same texts come again and again."""
    known = {value: NULL if value is None else value.translate(ESCAPES) for value in set(values)}
    return [known[value] for value in values]
