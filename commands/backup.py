"""`python app.py backup FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.flags import settled
from desk.backup.making import back_up
from desk.settings import Settings
from desk.status import VERSION
from models import utc_now


@settled('data_dir', 'database_url', 'key_file')
def backup(
    settings: Settings,
    file: Annotated[Path, typer.Argument(help='The new file, or a folder: the file is named by the moment then.')],
    without_keys: Annotated[
        bool, typer.Option('--without-keys', help='Leave out the files that seal channels and sign cookies.')
    ] = False,
    overwrite: Annotated[bool, typer.Option('--overwrite', help='Replace a file that is there.')] = False,
) -> None:
    """Write the whole desk into one file, while it runs.

    All that the desk has acknowledged before this command began is in the file; it appears under its name only when it
    is complete. The file is a SQLite database with every table, the key that seals the addresses of channels, the
    secret that signs cookies and what browsers chose: whoever has it has the desk, so only its owner may read it.
    Replays are not in it; each is a folder of its own, which this command takes with --data-dir.

    "restore" makes a desk out of it again, on SQLite or PostgreSQL, wherever it came from.

    Each night, with cron: 15 3 * * *  cd /srv/cointape && .venv/bin/python app.py backup /srv/backups
    """
    made = back_up(settings, file, VERSION, utc_now(), not without_keys, overwrite)
    print(f'The desk is in {made} ({made.stat().st_size:,} bytes).')
