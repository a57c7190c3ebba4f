"""Brings a database to the newest revision, once, however many processes start together."""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, table

from desk.errors import Conflict, Unavailable
from desk.store.database import writing
from desk.store.moving import filled
from desk.store.snapshot import keep
from models import utc_now

VERSION = table('alembic_version', column('version_num'))
MOVING = 'moving'  # stands before the revision of a database that a desk is being moved into; greater than each number
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


def move_into(engine: Engine) -> None:
    """Take a database without a desk for one that is moved into, or go on with one that was begun.

    No desk opens it until `moved_into`. Raises Conflict where there is a desk.
    """
    head, revision = newest(), revision_of(engine)
    if revision == MOVING + head:
        return
    if revision not in (None, head):
        raise Conflict(f'There is a desk in that database already, of revision {revision}.')
    migrate(engine)
    with writing(engine).begin() as connection:
        if tables := filled(connection):
            raise Conflict(f'There is a desk in that database already: it has rows ({tables[0]}).')
        connection.execute(VERSION.update().values(version_num=MOVING + head))


def moved_into(connection: Connection) -> None:
    """It is a desk's database from now on."""
    connection.execute(VERSION.update().values(version_num=newest()))


def newest() -> str:
    """The revision that this program knows."""
    return max(path.stem for path in (MIGRATIONS / 'versions').glob('[0-9]*.py')).partition('_')[0]


def revision_of(engine: Engine) -> str | None:
    """The revision of a database; None where it has no tables of ours."""
    with engine.connect() as connection:
        return _revision(connection)


def _refuse_newer(revision: str | None, head: str) -> None:
    if revision is not None and revision.startswith(MOVING):
        raise Unavailable('A desk is being moved into this database: give “move” again, which goes on from there.')
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
