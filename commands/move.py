"""`python app.py move --to URL`."""

from typing import Annotated

import typer

from commands.flags import settled
from commands.preparing import prepare_data_dir, prepare_lock
from desk.backup.move import move as moved
from desk.settings import Settings


@settled('data_dir', 'database_url')
def move(
    settings: Settings,
    to: Annotated[str, typer.Option('--to', help='postgresql+psycopg://USER:PASSWORD@HOST/NAME, an empty database.')],
) -> None:
    """Move the desk into a PostgreSQL database, for instance from the SQLite file that it began with.

    No desk may run on either meanwhile. It goes table by table, large ones in pieces: when it ends early, give the same
    command again, and it goes on. At the end it compares the counts and sums of all tables on both sides, and only then
    lets a desk open the new database. The old one stays as it is. Keys and what browsers chose stay in the data dir.
    """
    prepare_data_dir(settings.data_dir)
    lock = prepare_lock(settings.data_dir)
    try:
        rows = moved(settings.database, to, _tell)
    finally:
        lock.release()
    print(
        f'The desk has moved: {rows:,} rows, and all counts and sums agree. Start it with --database-url and that URL.'
    )


def _tell(table: str, rows: int) -> None:
    if rows:
        print(f'{table}: {rows:,}', flush=True)
