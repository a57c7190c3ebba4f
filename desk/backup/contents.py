"""What a backup is: a SQLite database with all tables of the desk, what was noted of it, and the files beside it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk.errors import Invalid
from desk.settings import Settings

NOTES = 'CREATE TABLE cointape_backup (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID'
FILES = 'CREATE TABLE cointape_backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL)'
CHANNEL_KEY, SECRET = 'channel_key', 'storage_secret'
CHOICES = re.compile(r'nicegui/storage-[\w-]+\.json', re.ASCII).fullmatch  # what browsers chose: theme, charts


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it says itself. `made` is '' for a plain copy of a database, which has no files in it."""

    made: str
    version: str
    revision: str
    files: dict[str, bytes]


def files_of(settings: Settings) -> dict[str, Path]:
    """The files that belong to a desk beside its database: name in a backup → where it lies."""
    choices = sorted((settings.data_dir / 'nicegui').glob('storage-*.json'))
    named = {f'nicegui/{path.name}': path for path in choices}
    return {CHANNEL_KEY: settings.channel_key, SECRET: settings.data_dir / SECRET, **named}


def place(name: str, settings: Settings) -> Path | None:
    """Where a file of a backup belongs; None for a name that is none of ours: it is left out."""
    if name == CHANNEL_KEY:
        return settings.channel_key
    return settings.data_dir / name if name == SECRET or CHOICES(name) else None


def note(database: Path, notes: dict[str, str], files: dict[str, bytes]) -> None:
    """Write into a copy of a database what makes it a backup; raises sqlite3.Error."""
    with _opened(database) as connection:
        connection.execute(NOTES)
        connection.execute(FILES)
        connection.executemany('INSERT INTO cointape_backup VALUES (?, ?)', notes.items())
        connection.executemany('INSERT INTO cointape_backup_file VALUES (?, ?)', files.items())


def taken_out(database: Path) -> Backup:
    """Read what makes it a backup and remove it: a plain database is left. Raises Invalid for what is neither."""
    try:
        with _opened(database) as connection:
            names = {name for (name,) in connection.execute('SELECT name FROM sqlite_schema')}
            if 'alembic_version' not in names:
                raise Invalid('That file is no backup of Cointape.')
            (revision,) = connection.execute('SELECT version_num FROM alembic_version').fetchone()
            notes = (
                dict(connection.execute('SELECT key, value FROM cointape_backup')) if 'cointape_backup' in names else {}
            )
            files = dict(connection.execute('SELECT name, content FROM cointape_backup_file')) if notes else {}
            for table in ('cointape_backup', 'cointape_backup_file'):
                connection.execute(f'DROP TABLE IF EXISTS {table}')
            return Backup(notes.get('made', ''), notes.get('version', ''), revision, files)
    except sqlite3.DatabaseError as error:
        raise Invalid(f'That file is no backup of Cointape, or a damaged one ({error}).') from None


@contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database)) as connection, connection:
        yield connection
