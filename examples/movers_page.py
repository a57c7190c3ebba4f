"""A page with an entry in the menu: what moved most today. `python app.py --plugin examples.movers_page`."""

from functools import partial

from nicegui import ui

from desk.desk import Desk


def movers(desk: Desk) -> None:
    """Called for each browser that opens the page, inside the frame that all pages have."""

    @ui.refreshable
    def table() -> None:
        changes = {quote.name: quote.change_24h for quote in desk.quotes() if quote.change_24h is not None}
        most = sorted(changes, key=lambda name: abs(changes[name]), reverse=True)[:10]
        rows = [{'Coin': name, '24 h': f'{changes[name]} %'} for name in most]
        ui.table(rows=rows, row_key='Coin', column_defaults={'align': 'left'})
        ui.label(f'{len(changes)} coins have a price from a day ago.')

    table()
    ui.timer(5, table.refresh)


def register(desk: Desk) -> None:
    desk.plugins.add_page('/movers', 'Movers', partial(movers, desk))
