"""Amending an open order: its size and prices, with what that means for its place in time."""

import asyncio
from decimal import Decimal

from nicegui import ui

from columns import canonical
from desk.desk import Desk
from desk.errors import DeskError
from desk.orders import Leg, Order
from desk.ticket import parse_number
from pages.asking import asking
from pages.trading_words import order_words

LABELS = {'size': 'Size', 'limit_price': 'Limit price', 'stop_price': 'Stop price'}
ANEW = 'It counts as placed anew in time; what is filled stays filled.'


def ask_amendment(desk: Desk, order: Order) -> None:
    """Ask for the new size and prices; a refusal leaves the order as it is and is said here."""
    name = desk.broker.name(order.coin_id)
    with asking(f'Amend order {order.id}') as dialog:
        ui.label(f'{order_words(order, name, desk.settings.quote)}. {ANEW}').classes('muted')
        fields = {name: _field(name, value) for name, value in amendable(order).items()}
        problem = ui.label().classes('notice bad').props('role=alert')
        problem.set_visibility(False)

        once = asyncio.Lock()

        async def amend() -> None:
            async with once:
                if dialog.value:  # not for who presses again what is done
                    await try_it()

        async def try_it() -> None:
            problem.set_visibility(False)
            try:
                new = _changed(order, fields)
                await desk.broker.amend(order.id, new.get('size'), new.get('limit_price'), new.get('stop_price'))
            except DeskError as error:
                _say(fields, problem, error)
            else:
                dialog.close()

        for field in fields.values():
            field.on('keydown.enter', amend)
        with ui.element('div').classes('line'):
            ui.button('Amend the order', on_click=amend).classes('filled')
            ui.button('Leave it', on_click=dialog.close)


def amendable(order: Order) -> dict[str, Decimal]:
    """What of an order can be changed: a leg's prices alone, for its size is what the entry has bought."""
    values = {'size': None if order.leg != Leg.NONE else order.size}
    values |= {'limit_price': order.limit_price, 'stop_price': order.stop_price}
    return {name: value for name, value in values.items() if value is not None}


def _field(name: str, value: Decimal) -> ui.input:
    field = ui.input(LABELS[name], value=canonical(value))
    return field.props('autocomplete=off spellcheck=false inputmode=decimal')


def _changed(order: Order, fields: dict[str, ui.input]) -> dict[str, Decimal]:
    """Only what is written otherwise than it is; raises Invalid."""
    for field in fields.values():
        field.error = None
    written = {name: parse_number(field.value or '', name) for name, field in fields.items()}
    return {name: value for name, value in written.items() if value != getattr(order, name)}


def _say(fields: dict[str, ui.input], problem: ui.label, error: DeskError) -> None:
    if error.field in fields:
        fields[error.field].error = str(error)
        fields[error.field].run_method('focus')
    else:
        problem.set_text(str(error))
        problem.set_visibility(True)
