"""`python app.py restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.flags import settled
from commands.preparing import prepare_data_dir, prepare_lock
from desk.backup.restoring import restore as restored
from desk.settings import Settings
from models import utc_now


@settled('data_dir', 'database_url', 'key_file')
def restore(
    settings: Settings,
    file: Annotated[Path, typer.Argument(help='What "backup" has written, or a copy that an upgrade has kept.')],
    overwrite: Annotated[
        bool, typer.Option('--overwrite', help='Put aside what is there, or delete the rows of a PostgreSQL database.')
    ] = False,
) -> None:
    """Make a desk out of a backup: in an empty data dir, or in an empty database.

    The backup is copied, upgraded if it is of an earlier version, and looked through for damage, before anything takes
    its place; no desk may run on that folder meanwhile. "check" looks further: at the ledger and at the candles.
    """
    prepare_data_dir(settings.data_dir)
    lock = prepare_lock(settings.data_dir)
    try:
        backup = restored(settings, file, utc_now(), overwrite)
    finally:
        lock.release()
    made = f'made {backup.made} by Cointape {backup.version}' if backup.made else 'a plain copy of a database'
    keys = '' if backup.files else ' It has no keys in it: put channel_key and storage_secret into the data dir.'
    print(f'The desk is back from {file} ({made}).{keys}')
