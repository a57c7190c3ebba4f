"""A backup put back into an empty place: upgraded, looked at, and only then given its name."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from desk.backup.contents import Backup, place, taken_out
from desk.errors import Invalid, Unavailable
from desk.settings import Settings
from desk.store.database import connect, writing
from desk.store.existing import PATIENCE, existing, sqlite_file
from desk.store.moving import clear, filled, pour
from desk.store.schema import migrate
from desk.store.snapshot import whole

OTHERS = text(
    'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() '
    "AND backend_type = 'client backend'"
)
WAL = ('', '-wal', '-shm', '-journal')


def restore(settings: Settings, file: Path, now: datetime, overwrite: bool) -> Backup:
    """Make the desk of these settings out of a backup; what it says of itself. Raises DeskError, with nothing changed.

    With `overwrite`, files that are there are put aside first, under names that end with the moment; rows of a
    PostgreSQL database are deleted.
    """
    if not file.is_file():
        raise Invalid(f'There is no file {file}.')
    if file.with_name(f'{file.name}-wal').exists():
        raise Invalid(f'{file} is a database in use, and no backup: "backup" makes one of it.')
    try:
        if not overwrite:
            _refuse_to_overwrite(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with _unpacked(file, settings.data_dir) as (database, backup):
            _put(database, settings, now, overwrite)
            for name, content in backup.files.items():
                if path := place(name, settings):
                    _put_file(path, content, now)
            return backup
    except OSError as error:
        raise Unavailable(f'This cannot be restored: {error.filename}: {error.strerror or error}.') from None


@contextmanager
def _unpacked(file: Path, folder: Path) -> Iterator[tuple[Path, Backup]]:
    """A sound database of the newest revision in a file of its own, and what was in the backup besides."""
    with tempfile.TemporaryDirectory(prefix='.restoring-', dir=folder) as private:
        database = Path(private) / 'cointape.db'
        shutil.copyfile(file, database)
        database.chmod(0o600)
        backup = taken_out(database)
        sound(database)
        with existing(f'sqlite:///{database}') as engine:
            migrate(engine)
        yield database, backup


def sound(database: Path) -> None:
    """Raises Invalid where SQLite finds damage in a file."""
    connection = sqlite3.connect(database)
    try:
        found = [row[0] for row in connection.execute('PRAGMA integrity_check(1)')]
        loose = connection.execute('PRAGMA foreign_key_check').fetchone()
    except sqlite3.DatabaseError as error:
        found, loose = [str(error)], None
    finally:
        connection.close()
    if found != ['ok']:
        raise Invalid(f'The backup is damaged: {found[0]}.')
    if loose:
        raise Invalid(f'The backup is damaged: a row of {loose[0]} cites one of {loose[2]} that is not there.')


def _refuse_to_overwrite(settings: Settings) -> None:
    database = sqlite_file(settings.database)
    there = database if database and database.exists() else settings.channel_key
    if there.exists():
        raise Invalid(
            f'{there} is there already. Restore into an empty folder (--data-dir), or say --overwrite, '
            'which puts it aside.'
        )


def _put(database: Path, settings: Settings, now: datetime, overwrite: bool) -> None:
    target = sqlite_file(settings.database)
    if target is None:
        with existing(settings.database) as engine:
            _fill(engine, database, overwrite)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = [(path, _aside(path, now)) for end in WAL if (path := target.with_name(target.name + end)).exists()]
    for path, other in aside:
        path.rename(other)
    with whole(target) as part:
        shutil.move(database, part)


def _fill(engine: Engine, database: Path, overwrite: bool) -> None:
    """All rows in one transaction: a database that refuses one is as it was."""
    refuse_in_use(engine)
    migrate(engine)
    copy = connect(f'sqlite:///{database}', PATIENCE)
    try:
        with copy.connect() as source, writing(engine).begin() as target:
            if (tables := filled(target)) and not overwrite:
                raise Invalid(
                    f'There are rows in that database already ({tables[0]}). Restore into an empty one, or say '
                    '--overwrite, which deletes them.'
                )
            clear(target)
            pour(source, target)
    finally:
        copy.dispose()


def refuse_in_use(engine: Engine) -> None:
    """Raises Invalid where others are connected to a PostgreSQL database."""
    with engine.connect() as connection:
        if others := connection.scalar(OTHERS):
            raise Invalid(f'That database is in use (connections: {others}); end the desks on it first.')


def _put_file(path: Path, content: bytes, now: datetime) -> None:
    """For its owner's eyes alone; another file of that name is put aside, an equal one left."""
    if path.exists():
        if path.read_bytes() == content:
            return
        path.rename(_aside(path, now))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part:
        part.write_bytes(content)


def _aside(path: Path, now: datetime) -> Path:
    """The name under which a file is put aside: beside it, with the moment."""
    return path.with_name(f'{path.name}.{now:%Y%m%dT%H%M%S}Z.replaced')
