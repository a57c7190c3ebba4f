"""The form that adds a price, as a dialog for every page."""

from collections.abc import Callable

from nicegui import ui

from desk.acting import REFUSALS, Right, may
from desk.desk import Desk
from pages.price_form import PriceForm


def price_dialog(desk: Desk, name: str = '') -> Callable[[], None]:
    """Opens the form in a dialog, made when it is first wanted; it stays open for the next price until it is closed."""
    place, made = ui.context.client.content, list[ui.dialog]()

    def show() -> None:
        if not may(Right.PRICES):
            ui.notify(REFUSALS[Right.PRICES], type='negative')
            return
        if not made:
            with place:
                made.append(_dialog(desk, name))
        made[0].open()

    return show


def _dialog(desk: Desk, name: str) -> ui.dialog:
    with ui.dialog() as dialog, ui.element('div').classes('panel'):
        dialog.props['aria-label'] = 'Add a price'
        with ui.element('div').classes('head'):
            ui.html('Add a price', tag='h2', sanitize=False).classes('grow')
            ui.button('Close', on_click=dialog.close)
        form = PriceForm(desk, name)
        (form.price if name else form.name).props('autofocus')
    return dialog
