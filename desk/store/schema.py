"""Brings a database to the newest revision, once, however many processes start together."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from desk.errors import Unavailable
from desk.store.database import writing
from desk.store.snapshot import keep
from models import utc_now

MIGRATIONS = Path(__file__).parents[2] / 'migrations'


def migrate(engine: Engine) -> None:
    """Apply what is missing under the write lock. Costs two statements when nothing is.

    A SQLite file of an earlier revision is copied beside itself first. Raises Unavailable for a newer database.
    """
    head = newest()
    revision = revision_of(engine)
    if revision == head:
        return
    _refuse_newer(revision, head)
    with writing(engine).begin() as connection:
        if (revision := _revision(connection)) != head:
            if revision is not None and engine.dialect.name == 'sqlite' and engine.url.database:
                keep(Path(engine.url.database), revision, utc_now())
            _upgrade(connection)


def expect(engine: Engine) -> None:
    """Raises Unavailable unless the database is of the revision that this program knows; changes nothing."""
    revision, head = revision_of(engine), newest()
    if revision is None:
        raise Unavailable('There is no desk in this database yet: start it once, which makes one.')
    if revision < head:
        raise Unavailable(
            f'This database is of an earlier Cointape (revision {revision}, this one needs {head}): '
            'start the desk once, which upgrades it.'
        )
    _refuse_newer(revision, head)


def newest() -> str:
    """The revision that this program knows."""
    return max(path.stem for path in (MIGRATIONS / 'versions').glob('[0-9]*.py')).partition('_')[0]


def revision_of(engine: Engine) -> str | None:
    """The revision of a database; None where it has no tables of ours."""
    with engine.connect() as connection:
        return _revision(connection)


def _refuse_newer(revision: str | None, head: str) -> None:
    if revision is not None and revision > head:
        raise Unavailable(
            f'This database belongs to a newer Cointape (revision {revision}, this one knows {head}): '
            'start that version.'
        )


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
