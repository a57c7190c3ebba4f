"""Brings a database to the newest revision, once, however many processes start together."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from desk.errors import Unavailable
from desk.store.database import writing

MIGRATIONS = Path(__file__).parents[2] / 'migrations'


def migrate(engine: Engine) -> None:
    """Apply what is missing under the write lock. Costs two statements when nothing is."""
    head = _head()
    with engine.connect() as connection:
        if (revision := _revision(connection)) == head:
            return
    if revision is not None and revision > head:
        raise Unavailable(
            f'This database belongs to a newer Cointape (revision {revision}, this one knows {head}): '
            'start that version.'
        )
    with writing(engine).begin() as connection:
        if _revision(connection) != head:
            _upgrade(connection)


def _head() -> str:
    return max(path.stem for path in (MIGRATIONS / 'versions').glob('[0-9]*.py')).partition('_')[0]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table('alembic_version'):
        return None
    return connection.exec_driver_sql('SELECT version_num FROM alembic_version').scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # its import takes a quarter of a second, which most starts need not pay
    from alembic.config import Config

    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS))
    config.attributes['connection'] = connection
    command.upgrade(config, 'head')
