"""'/add': a price by hand; and the same as a dialog, for the board."""

from collections.abc import Callable

from nicegui import ui

from desk.desk import Desk
from pages.price_form import PriceForm
from pages.theme import frame


def register(desk: Desk) -> None:
    """Define the page. `?name=BTC` fills in the name."""

    @ui.page('/add')
    def page(name: str = '') -> None:
        with frame('Add a price', desk), ui.element('div').classes('narrow'):
            ui.html('Add a price', tag='h1', sanitize=False)
            form = PriceForm(desk, name)
            (form.price if name else form.name).props('autofocus')


def price_dialog(desk: Desk, name: str = '') -> Callable[[], None]:
    """Opens the form in a dialog, made when it is first wanted; it stays open for the next price until it is closed."""
    place, made = ui.context.client.content, list[ui.dialog]()

    def show() -> None:
        if not made:
            with place:
                made.append(_dialog(desk, name))
        made[0].open()

    return show


def _dialog(desk: Desk, name: str) -> ui.dialog:
    with ui.dialog() as dialog, ui.element('div').classes('panel').props('aria-label="Add a price"'):
        with ui.element('div').classes('head'):
            ui.html('Add a price', tag='h2', sanitize=False).classes('grow')
            ui.button('Close', on_click=dialog.close)
        form = PriceForm(desk, name)
        (form.price if name else form.name).props('autofocus')
    return dialog
