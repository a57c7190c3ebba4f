"""Which lists a coin is on: a dialog with a box for each, from the coin's page."""

from nicegui import events, ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.watchlist import Watchlist
from models import Coin
from pages.asking import asking


def choose_lists(desk: Desk, coin: Coin) -> None:
    """Open it. What is ticked counts at once."""
    with asking(f'{coin.name} on your lists') as dialog:
        lists = desk.watchlists.all()
        if not lists:
            ui.label('There is no list yet. A star makes the first one.').classes('muted')
        for each in lists:
            _box(desk, coin, each)
        with ui.element('div').classes('line'):
            ui.button('Close', on_click=dialog.close).props('autofocus')
            ui.link('Manage lists', '/lists')


def _box(desk: Desk, coin: Coin, chosen: Watchlist) -> None:
    async def keep(event: events.ValueChangeEventArguments[bool | None]) -> None:
        change = desk.watchlists.add if event.value else desk.watchlists.remove
        try:
            await change(chosen.id, coin.name)
        except DeskError as error:
            ui.notify(str(error), type='negative')

    ui.checkbox(chosen.name, value=coin.id in desk.watchlists.members(chosen.id), on_change=keep)
