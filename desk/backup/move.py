"""A desk moved into a PostgreSQL database: table after table, from where the last try ended, and then compared."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, Table, func, select

from columns import ExactDecimal
from desk.backup.restoring import refuse_in_use
from desk.errors import Conflict, Invalid
from desk.store.database import writing
from desk.store.existing import existing
from desk.store.moving import count, pour_rows, tables
from desk.store.schema import expect, move_into, moved_into
from desk.store.tables import RECORD
from desk.ticks import MONEY

PIECE = 50_000  # records that are committed together; any other table is committed whole


@dataclass(frozen=True, slots=True)
class Tally:
    """What a table holds: its rows, and the sum of each of its columns that has numbers."""

    rows: int
    sums: dict[str, Decimal]


def move(source: str, target: str, told: Callable[[str, int], None]) -> int:
    """Copy the desk of one database into another without one; how many rows it has. Each must stand still.

    `told` hears the name of a table and its rows so far after each commit. What was committed stays when this ends
    early; the next call goes on from there. Raises DeskError; no desk opens the target before both agree.
    """
    if not target.startswith('postgresql'):
        raise Invalid('--to is a PostgreSQL database, like postgresql+psycopg://USER:PASSWORD@HOST/NAME.')
    with existing(source) as old, existing(target) as new:
        expect(old)
        refuse_in_use(new)
        move_into(new)
        with old.connect() as here:
            for table in tables():
                for rows in _pieces(here, new, table):
                    told(table.name, rows)
            return _agreed(here, new)


def _pieces(here: Connection, new: Engine, table: Table) -> Iterator[int]:
    """Copy a table; the rows that the target has after each commit."""
    while True:
        with writing(new).begin() as there:
            rows = count(there, table)
            if rows and table is not RECORD:
                return
            newest = there.scalar(select(func.max(RECORD.c.id))) or 0
            piece = select(RECORD).where(RECORD.c.id > newest).order_by(RECORD.c.id).limit(PIECE)
            came = pour_rows(here, there, table, piece if table is RECORD else select(table))
        yield rows + came
        if came < PIECE or table is not RECORD:
            return


def _agreed(here: Connection, new: Engine) -> int:
    """Compare both, and open the target to desks; raises Conflict."""
    rows = 0
    with writing(new).begin() as there:
        for table in tables():
            ours, theirs = tally(here, table), tally(there, table)
            if ours != theirs:
                raise Conflict(
                    f'The tables “{table.name}” do not agree: {ours.rows:,} rows here, {theirs.rows:,} there'
                    f'{"" if ours.rows != theirs.rows else ", and other sums"}. A desk has run in between, or the '
                    'database held another one: make it anew, empty, and move again.'
                )
            rows += ours.rows
        moved_into(there)
    with new.connect().execution_options(isolation_level='AUTOCOMMIT') as there:
        there.exec_driver_sql('ANALYZE')  # else the first questions are planned for empty tables
    return rows


def tally(connection: Connection, table: Table) -> Tally:
    """Count and sum up a table."""
    columns = [column for column in table.columns if isinstance(column.type, Integer | ExactDecimal)]
    sums = _sums(connection, columns) if columns else ()
    named = {column.name: Decimal(total or 0) for column, total in zip(columns, sums, strict=True)}
    return Tally(count(connection, table), named)


def _sums(connection: Connection, columns: list[Column[Any]]) -> Iterable[Decimal | int | None]:
    if connection.dialect.name == 'postgresql':
        return connection.execute(select(*map(func.sum, columns))).one()
    totals = [Decimal(0)] * len(columns)  # SQLite keeps decimals as texts
    with localcontext(MONEY):
        for row in connection.execution_options(stream_results=True).execute(select(*columns)):
            totals = [total + (value or 0) for total, value in zip(totals, row, strict=True)]
    return totals
