"""Open orders: what each is, where it stands, and how to amend or cancel it."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Order
from pages.formats import format_count, format_time
from pages.trading_amend import amendable, ask_amendment
from pages.trading_words import order_html, order_words, state_words

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An order's row, and in it the words that also change while the order does not: where a trailing stop stands."""

    element: ui.element
    state: ui.label


class OpenOrders:
    """The newest fifty of all coins. A row that did not change stays the same element, so that no click is lost."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.rows: dict[tuple[int, int], Row] = {}
        with ui.element('section').classes('section').props('aria-label="Open orders"'):
            with ui.element('div').classes('head'):
                self.heading = ui.label().props('role=heading aria-level=2').classes('heading-2')
                ui.link('All orders', '/orders').classes('small')
            self.none = ui.label('None. What waits for its price stands here.').classes('small muted')
            self.list = ui.element('div').classes('orders').props('role=list')
        self.show()
        ui.context.client.on_delete(desk.subscribe(self._changed))

    def show(self) -> None:
        """As they are committed now."""
        found, count = self.desk.broker.resting(limit=SHOWN), len(self.desk.broker.account().orders)
        more = f', the newest {SHOWN} here' if count > SHOWN else ''
        self.heading.set_text(f'Open orders{f" · {format_count(count)}" if found else ""}{more}')
        self.none.set_visibility(not found)
        before, self.rows = self.rows, {}
        for order in found:
            key = order.id, order.revision
            self.rows[key] = before.pop(key) if key in before else self._row(order)
            self.rows[key].state.set_text(self._state(order))
        for row in before.values():
            row.element.delete()
        self._arrange([row.element for row in self.rows.values()])

    def _arrange(self, rows: list[ui.element]) -> None:
        if rows != self.list.default_slot.children:
            self.list.default_slot.children = rows
            self.list.update()

    def _row(self, order: Order) -> Row:
        name, quote = self.desk.broker.name(order.coin_id), self.desk.settings.quote
        with self.list, ui.element('div').classes('order').props(f'role=listitem data-order={order.id}') as row:
            with ui.element('div').classes('grow'):
                ui.html(order_html(order, escape(name), quote), sanitize=False)
                state = ui.label().classes('small muted')
            what = order_words(order, name, quote)
            ui.link('History', f'/orders/{order.id}').classes('button small').props['aria-label'] = f'History: {what}'
            for words, act in self._acts(order):
                button = ui.button(words, on_click=act).classes('small')
                button.props['aria-label'] = f'{words}: {what}'
        return Row(row, state)

    def _state(self, order: Order) -> str:
        zone = self.desk.preference('timezone', 'UTC')
        parts = [f'Order {order.id}', state_words(order, zone), format_time(order.updated, zone)]
        return ' · '.join(filter(None, parts))

    def _acts(self, order: Order) -> list[tuple[str, Callable[[], Any]]]:
        amend = [('Amend', lambda: ask_amendment(self.desk, order))] if amendable(order) else []
        return [*amend, ('Cancel', lambda: self._cancel(order))]

    async def _cancel(self, order: Order) -> None:
        try:
            await self.desk.broker.cancel(order.id)
        except DeskError as error:
            ui.notify(str(error), type='negative')

    def _changed(self, names: set[str]) -> None:
        if ACCOUNT in names:
            self.show()
