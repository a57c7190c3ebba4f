"""Dialogs to read in, and the one with the orders that ended; each order has a page of its own with its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Order
from pages.formats import format_time
from pages.trading_words import STATES, order_html, order_words

NEWEST = 100


@contextmanager
def reading(title: str) -> Iterator[ui.dialog]:
    """A dialog to read, with a heading, and Close below what stands inside; it is gone once it is closed."""
    with ui.dialog() as dialog, ui.element('div').classes('panel asking') as panel:
        panel.props['aria-label'] = title
        ui.label(title).props('role=heading aria-level=2').classes('heading-2')
        yield dialog
        with ui.element('div').classes('line'):
            ui.button('Close', on_click=dialog.close).props('autofocus')
    dialog.on('hide', dialog.delete)
    dialog.open()


async def show_ended(desk: Desk) -> None:
    """Read and show the newest orders of this book that are not open any more, with how each ended."""
    try:
        found = (await desk.broker.orders(limit=NEWEST)).items
    except DeskError as error:
        ui.notify(str(error), type='negative')
        return
    ended = [order for order in found if not order.is_open]
    with reading('Orders that ended'):
        ui.label('The newest first. The portfolio has all of them as CSV.' if ended else 'None yet.').classes('muted')
        with ui.element('div').classes('orders').props('role=list'):
            for order in ended:
                _ended(desk, order)


def _ended(desk: Desk, order: Order) -> None:
    name, quote = desk.broker.name(order.coin_id), desk.settings.quote
    when = format_time(order.updated, desk.preference('timezone', 'UTC'))
    with ui.element('div').classes('order').props('role=listitem'):
        with ui.element('div').classes('grow'):
            ui.html(order_html(order, escape(name), quote), sanitize=False)
            ui.label(f'Order {order.id} · {STATES[order.status]} · {when}').classes('small muted')
        history_link(order, order_words(order, name, quote))


def history_link(order: Order, words: str) -> None:
    """The way to the page with all that became of an order."""
    link = ui.link('History', f'/orders/{order.id}').classes('button small')
    link.props['aria-label'] = f'History: {words}'
