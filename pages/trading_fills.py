"""Recent fills: each names its rule, and shows at a click the price and the quote that made it."""

from functools import partial
from html import escape

from nicegui import ui

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.orders import Fill
from pages.asking import asking
from pages.formats import format_full, format_money, format_price, format_time
from pages.trading_rules import RULES, rules_link
from pages.trading_words import DONE, WAYS, fill_words

SHOWN = 20


class RecentFills:
    """The newest twenty, newest first; new ones are put on top."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.rows: dict[int, ui.element] = {}
        with ui.element('section').classes('section').props('aria-label="Recent fills"'):
            ui.html('Recent fills', tag='h2', sanitize=False)
            self.none = ui.label('None yet.').classes('small muted')
            self.list = ui.element('div').classes('orders fills').props('role=list')
        self.show()
        ui.context.client.on_delete(desk.subscribe(self._changed))

    def show(self) -> None:
        """As they are committed now."""
        found = self.desk.broker.recent_fills()[:SHOWN]
        self.none.set_visibility(not found)
        before, self.rows = self.rows, {}
        for fill in found:
            self.rows[fill.id] = before.pop(fill.id) if fill.id in before else self._row(fill)
        for row in before.values():
            row.delete()
        if [*self.rows.values()] != self.list.default_slot.children:
            self.list.default_slot.children = list(self.rows.values())
            self.list.update()

    def _row(self, fill: Fill) -> ui.element:
        name, quote = self.desk.broker.name(fill.coin_id), self.desk.settings.quote
        zone = self.desk.preference('timezone', 'UTC')
        money = f'{format_money(fill.value)} {quote}, fee {format_money(fill.fee)}'
        with self.list, ui.element('div').classes('order').props(f'role=listitem data-fill={fill.id}') as row:
            with ui.element('div').classes('grow'):
                ui.html(self._words(fill, name), sanitize=False)
                ui.label(f'{fill.rule} · {money} · {format_time(fill.at, zone)}').classes('small muted')
            button = ui.button('Why', on_click=partial(explain, self.desk, fill)).classes('small')
            button.props['aria-label'] = f'Why: {fill_words(fill, name)}'
        return row

    def _words(self, fill: Fill, name: str) -> str:
        side = f'<b class="{WAYS[fill.side]}">{DONE[fill.side]}</b>'
        return f'{side} {format_full(fill.size)} <b dir="auto">{escape(name)}</b> at {format_price(fill.price)}'

    def _changed(self, names: set[str]) -> None:
        if ACCOUNT in names:
            self.show()


def explain(desk: Desk, fill: Fill) -> None:
    """The rule in words, the price that made the fill, the quote that it was filled at, and the money."""
    with asking(fill_words(fill, desk.broker.name(fill.coin_id))) as dialog:
        ui.label(RULES[fill.rule])
        with ui.element('dl').classes('facts'):
            for label, value in facts(fill, desk.settings.quote, desk.preference('timezone', 'UTC')).items():
                ui.html(label, tag='dt', sanitize=False)
                with ui.element('dd'):
                    ui.label(value)
        with ui.element('div').classes('line'):
            ui.button('Close', on_click=dialog.close).props('autofocus')
            ui.link('The order’s history', f'/orders/{fill.order_id}').classes('small')
            rules_link('fills', 'All rules')


def facts(fill: Fill, quote: str, zone: str) -> dict[str, str]:
    """Every digit of a fill: what made it, at which quote, and the money that moved."""
    return {
        'Rule': str(fill.rule),
        'The price that made it': f'{format_full(fill.tick_price)} from {fill.tick_source}',
        'Of': f'{format_time(fill.tick_time, zone)}, number {fill.seq} of this desk',
        'Its quote': f'bid {format_full(fill.bid)}, ask {format_full(fill.ask)}',
        'Filled at': f'{format_full(fill.price)}, as {"maker" if fill.maker else "taker"}',
        'Value': f'{format_full(fill.value)} {quote}',
        'Fee': f'{format_full(fill.fee)} {quote}',
        'When': format_time(fill.at, zone),
        'Fill · order': f'{fill.id} · {fill.order_id}',
    }
