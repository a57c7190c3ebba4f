"""A row in every table of a database of any revision, and all that its tables hold, to be compared."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from desk.store.schema import MIGRATIONS

AT = datetime(2026, 1, 31, 14, 30, 0, 123456, tzinfo=UTC)
KNOWN = {
    'origin': 'person',
    'status': 'filled',
    'state': 'sent',
    'key': '1.5',
    'terms': '{}',
    'steps': '[]',
    'asked': '{}',
}
OF = {('candle', 'origin'): 'hand', ('candle', 'interval'): 60, ('alert', 'status'): 'active'}
Held = dict[str, list[dict[str, Any]]]


def made(engine: sa.Engine, revision: str) -> None:
    """Bring an empty database to a released revision."""
    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS))
    with engine.begin() as config.attributes['connection']:
        command.upgrade(config, revision)


def fill(engine: sa.Engine) -> None:
    """Put a row, with a value in each column, into every table."""
    tables = _tables(engine)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(table.insert(), {column.name: _value(table, column) for column in table.columns})
        if engine.dialect.name == 'postgresql':
            for table in (table for table in tables if table.c.get('id') is not None):
                connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1)")


def held(engine: sa.Engine) -> Held:
    """Every row of every table, as the database shows it."""
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(table.select())] for table in _tables(engine)
        }


def _tables(engine: sa.Engine) -> list[sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name != 'alembic_version']


def _value(table: sa.Table, column: sa.Column[Any]) -> Any:
    if (value := OF.get((table.name, column.name)) or KNOWN.get(column.name)) is not None:
        return value
    if column.name == 'merged_into':
        return None
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return AT if getattr(kind, 'timezone', False) else AT.replace(tzinfo=None)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return 1
    return Decimal('1.5') if isinstance(kind, sa.Numeric) else '1.5'  # a text may be a number that SQLite keeps as one
