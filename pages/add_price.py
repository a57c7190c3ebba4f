"""'/add': a price by hand."""

from nicegui import ui

from desk.acting import Right
from desk.desk import Desk
from pages.barred import barred
from pages.price_form import PriceForm
from pages.theme import frame


def register(desk: Desk) -> None:
    """Define the page. `?name=BTC` fills in the name."""

    @ui.page('/add')
    def page(name: str = '') -> None:
        if barred(desk, 'Add a price', Right.PRICES):
            return
        with frame('Add a price', desk) as surroundings, ui.element('div').classes('narrow'):
            ui.html('Add a price', tag='h1', sanitize=False)
            form = PriceForm(desk, name)
            first = (form.price if name else form.name).props('autofocus')
            surroundings.keys.on('a', lambda: first.run_method('focus'))
