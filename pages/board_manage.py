"""Coins managed from the board: choose one, then do what its own page can do."""

from nicegui import ui

from desk.desk import Desk
from pages.coin_manage import manage


def choose_coin(desk: Desk) -> None:
    """Open a dialog: a coin to choose, and below it whose price counts, follow, rename, merge."""
    with ui.dialog() as dialog, ui.element('div').classes('panel asking'):
        dialog.props['aria-label'] = 'Coins'
        ui.label('Coins').props('role=heading aria-level=2').classes('heading-2')
        names = [coin.name for coin in desk.coins()]
        choice = ui.select(names, label='Coin', with_input=True).props('autofocus')
        chosen = ui.element('div')

        def show() -> None:
            chosen.clear()
            if choice.value:
                with chosen:
                    manage(desk, desk.coin(choice.value))

        choice.on_value_change(show)
        ui.button('Close', on_click=dialog.close)
    dialog.on('hide', dialog.delete)
    dialog.open()
