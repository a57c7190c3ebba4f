"""`python app.py export FOLDER`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from commands.flags import settled
from desk.errors import Invalid, Unavailable
from desk.exports import export_all
from desk.settings import Settings
from desk.store import Store
from desk.store.existing import existing
from desk.store.schema import expect


@settled('data_dir', 'database_url')
def export(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(help='A new or an empty folder.')],
    overwrite: Annotated[bool, typer.Option('--overwrite', help='Replace files of these names.')] = False,
) -> None:
    """Write what the desk keeps as CSV files, for spreadsheets and other programs; a desk may run meanwhile.

    prices.csv has every price that is neither corrected nor withdrawn, and brings them back by /import; candles.csv
    those candles that an exchange or a file delivered whole. Of each user and book there are orders, fills and postings
    (docs/exports.md has their columns), of each user the firings of their alerts. Keys, passwords and channels are in
    none of them: to move a desk, take "backup".
    """
    if folder.exists() and not overwrite and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f'{folder} is not an empty folder; choose another one, or say --overwrite.')
    with existing(settings.database) as engine:
        expect(engine)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = asyncio.run(_exported(settings, engine, folder))
        except OSError as error:
            raise Unavailable(f'This cannot be exported: {error.filename}: {error.strerror or error}.') from None
    for file in found:
        print(f'{file} ({file.stat().st_size:,} bytes)')


async def _exported(settings: Settings, engine: Engine, folder: Path) -> list[Path]:
    store = Store(settings.database)
    try:
        return await export_all(store, engine, folder)
    finally:
        await store.close()
