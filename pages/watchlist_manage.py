"""What one does with a whole list: name it, delete it, bring one from a file."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.listing import LARGEST
from desk.watchlist import Watchlist
from desk.watchlists import unknown_sentence
from pages.asking import asking
from pages.import_upload import SpooledUpload
from pages.trying import complain, or_say

Done = Callable[[], object]


def ask_name(desk: Desk, chosen: Watchlist) -> None:
    """Another name for a list."""
    with asking(f'Rename “{chosen.name}”') as dialog:
        name = ui.input('Name', value=chosen.name).props('autofocus maxlength=50')

        async def give() -> None:
            await desk.watchlists.rename(chosen.id, name.value or '')

        rename = or_say(give, partial(setattr, name, 'error'), dialog.close)
        name.on('keydown.enter', rename)
        with ui.element('div').classes('line'):
            ui.button('Rename', on_click=rename).classes('filled')
            ui.button('Cancel', on_click=dialog.close)


def ask_delete(desk: Desk, chosen: Watchlist, then: Done) -> None:
    """Delete a list, once its name was read."""
    with asking(f'Delete “{chosen.name}”?') as dialog:
        ui.label(
            f'The list “{chosen.name}” goes, with its order of {len(chosen.coin_ids):,} coins. The coins and their '
            'prices stay. An alert on this list watches nothing from then on.'
        )

        async def delete() -> None:
            dialog.close()
            await or_say(partial(desk.watchlists.delete, chosen.id), complain, then)()

        with ui.element('div').classes('line'):
            ui.button(f'Delete “{chosen.name}”', on_click=delete).classes('danger')
            ui.button('Keep it', on_click=dialog.close).props('autofocus')


def list_upload(desk: Desk) -> None:
    """Where a file of names is dropped."""

    async def take(path: Path, filename: str) -> None:
        try:
            text = await asyncio.to_thread(_read, path)
            known, unknown = desk.watchlists.look_up(text)
        except DeskError as error:
            refuse(str(error))
        else:
            upload.reset()
            ask_import(desk, Path(filename).stem[:50], text, known, unknown)

    def refuse(why: str) -> None:
        upload.reset()
        complain(why)

    upload = SpooledUpload(desk.settings, take, refuse)
    upload.limit = 4 * LARGEST


def ask_import(desk: Desk, name: str, text: str, known: list[str], unknown: list[str]) -> None:
    """What is in the file, what of it is not known here, and what the list is to be called."""
    with asking('Import a list') as dialog:
        if unknown:
            ui.label(unknown_sentence(unknown)).classes('notice bad')
        if not known:
            ui.label('So there is nothing to import: bring prices for these coins first.')
            ui.button('Close', on_click=dialog.close).props('autofocus')
            return
        called = ui.input('Name of the list', value=name).props('autofocus maxlength=50')

        async def make() -> None:
            await desk.watchlists.import_csv(called.value or '', text, known_only=bool(unknown))

        bring = or_say(make, partial(setattr, called, 'error'), dialog.close)
        words = 'Import 1 coin' if len(known) == 1 else f'Import {len(known):,} coins'
        if unknown:
            words = 'Import the one that is known' if len(known) == 1 else f'Import the {len(known):,} that are known'
        with ui.element('div').classes('line'):
            ui.button(words, on_click=bring).classes('filled')
            ui.button('Cancel', on_click=dialog.close)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding='utf-8-sig', errors='replace')
    finally:
        path.unlink(missing_ok=True)
