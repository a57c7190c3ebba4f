"""A backup of a desk that may be running: all that it has acknowledged before this began is in it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, event

from desk.backup.contents import files_of, note
from desk.errors import Invalid, Unavailable
from desk.settings import Settings
from desk.store.database import connect
from desk.store.existing import existing
from desk.store.moving import pour
from desk.store.schema import expect, migrate
from desk.store.snapshot import snapshot, whole
from desk.store.trade_queries import as_of_now

ENDING = '.backup'


def back_up(settings: Settings, file: Path, version: str, now: datetime, keys: bool, overwrite: bool) -> Path:
    """Write a backup, whole or not at all, for its owner's eyes alone; where it is. Raises DeskError.

    A folder gets a file named by the moment. Without `keys`, what seals and signs is left out.
    """
    target = file / f'cointape-{now:%Y%m%dT%H%M%S}Z{ENDING}' if file.is_dir() else file
    if target.exists() and not overwrite:
        raise Invalid(f'{target} is there already; choose another name, or say --overwrite.')
    try:
        with existing(settings.database) as engine, whole(target) as part:
            notes = {'made': now.isoformat(timespec='seconds'), 'version': version, 'from': engine.dialect.name}
            _copy(engine, part)
            note(part, notes, _contents(settings) if keys else {})
    except OSError as error:
        raise Unavailable(f'The backup failed: {error.filename or target}: {error.strerror or error}.') from None
    except sqlite3.Error as error:
        raise Unavailable(f'The backup failed: {error}.') from None
    return target


def _copy(engine: Engine, empty: Path) -> None:
    if engine.dialect.name == 'sqlite':
        snapshot(Path(engine.url.database or ''), empty)
    else:
        _poured(engine, empty)


def _poured(engine: Engine, empty: Path) -> None:
    """The rows of PostgreSQL as of one moment, in tables as this program makes them."""
    expect(engine)
    target = connect(f'sqlite:///{empty}', patience=1)
    event.listen(target, 'connect', _at_will)
    try:
        migrate(target)
        with engine.connect() as source, target.begin() as into:
            as_of_now(source)
            pour(source, into)
    finally:
        target.dispose()
    with closing(sqlite3.connect(empty)) as database:
        database.execute('PRAGMA journal_mode = DELETE')  # one file, which needs no other beside it


def _at_will(connection: sqlite3.Connection, _: object) -> None:
    for pragma in ('foreign_keys = OFF', 'synchronous = OFF'):
        connection.execute(f'PRAGMA {pragma}')


def _contents(settings: Settings) -> dict[str, bytes]:
    """A file that goes away meanwhile is one that is not there."""
    found: dict[str, bytes] = {}
    for name, path in files_of(settings).items():
        try:
            found[name] = path.read_bytes()
        except FileNotFoundError:
            continue
    return found
