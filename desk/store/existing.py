"""A database that is there already, for what looks at it or mends it while no desk of this process does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.errors import Invalid
from desk.store.database import connect, failure

PATIENCE = 60.0  # seconds that it waits for a desk that writes


@contextmanager
def existing(url: str) -> Iterator[Engine]:
    """The engine of a database, let go of afterwards; raises Invalid where there is none, DeskError for what failed."""
    file = sqlite_file(url)
    if file and not file.is_file():
        raise Invalid(f'There is no desk in {file}: --data-dir or --database-url say where it is.')
    engine = connect(url, PATIENCE)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise failure(error) from None
    finally:
        engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(url.partition(':///')[2].partition('?')[0]) if url.startswith('sqlite') else None
