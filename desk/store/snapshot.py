"""Consistent copies of a SQLite database, taken while others write to it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from desk.errors import Unavailable

KEPT = 3  # copies of earlier revisions beside a database


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A new, empty file for its owner's eyes alone; it takes the place of `target` when the block ends well.

    So there is never half of it under its name, not even after a power cut. Raises OSError.
    """
    part = target.with_name(f'.{target.name}.{os.getpid()}.part')
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    finally:
        for left in (part, *(part.with_name(f'{part.name}-{kind}') for kind in ('wal', 'shm', 'journal'))):
            left.unlink(missing_ok=True)


def snapshot(source: Path, empty: Path) -> None:
    """Copy into an empty file all that is committed at this moment, and nothing else; blocks no reader and no writer.

    Raises sqlite3.Error.
    """
    uri = f'{source.resolve().as_uri()}?mode=rw'
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=60)) as database:
        database.execute('VACUUM INTO ?', [str(empty)])


def keep(database: Path, revision: str, now: datetime) -> Path:
    """Copy a database, which another revision is about to change, beside itself; the newest three such copies stay.

    Raises Unavailable, with nothing changed.
    """
    copy = database.with_name(f'{database.name}.{revision}-{now:%Y%m%dT%H%M%S}Z.backup')
    try:
        with whole(copy) as part:
            snapshot(database, part)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f'Before its upgrade the database is copied to {copy}, and that failed ({error}). Nothing was changed.'
        ) from None
    for old in sorted(database.parent.glob(f'{database.name}.*.backup'), key=_age)[:-KEPT]:
        old.unlink()
    return copy


def _age(copy: Path) -> tuple[str, str]:
    return copy.name.rpartition('-')[2], copy.name


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
