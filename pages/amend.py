"""Two questions before evidence is touched: what is right instead, or why a record is withdrawn."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.store import Record
from desk.ticks import parse_price
from pages.formats import format_full

Done = Callable[[], Awaitable[None]]


async def ask_correction(desk: Desk, record: Record, what: str, done: Done) -> None:
    """Ask for the right price and the reason, and replace the record by a new one of the same moment."""
    number = _number(record)
    with ui.dialog() as dialog, _panel(f'Correct {record.record.name} {what}'):
        ui.label('A new record of the same moment takes its place. The old one stays readable, with the reason.')
        price = ui.input('Right price', value=format_full(record.record.price)).classes('price-field')
        price.props('inputmode=decimal autocomplete=off autofocus')
        reason = _reason(dialog, 'A slip of the pen: one digit too many')

        async def correct() -> None:
            right = parse_price(price.value or '')
            await desk.correct(number, right, reason.value or '')
            ui.notify(f'{record.record.name}: {format_full(right)} replaces {format_full(record.record.price)}.')

        fields = {'price': price, 'reason': reason}
        _buttons(dialog, f'Replace {format_full(record.record.price)}', lambda: _do(dialog, correct, fields, done))
    dialog.open()


async def ask_withdrawal(desk: Desk, record: Record, what: str, done: Done) -> None:
    """Ask for the reason, and withdraw the record."""
    number = _number(record)
    with ui.dialog() as dialog, _panel(f'Withdraw {record.record.name} {what}'):
        ui.label('It stays readable, with the reason, and counts no more: live price, changes and candles follow.')
        reason = _reason(dialog, 'Entered for the wrong coin')
        reason.props('autofocus')

        async def withdraw() -> None:
            await desk.withdraw(number, reason.value or '')
            ui.notify(f'{record.record.name}: {format_full(record.record.price)} is withdrawn.')

        _buttons(
            dialog,
            f'Withdraw {format_full(record.record.price)}',
            lambda: _do(dialog, withdraw, {'reason': reason}, done),
            'danger',
        )
    dialog.open()


async def _do(dialog: ui.dialog, act: Done, fields: dict[str, ui.input], done: Done) -> None:
    """Do it, or say beside the field what is wrong."""
    for field in fields.values():
        field.error = None
    try:
        await act()
    except DeskError as error:
        field = fields.get(error.field, fields['reason'])
        field.error = str(error)
        field.run_method('focus')
        return
    dialog.close()
    await done()


def _panel(title: str) -> AbstractContextManager[ui.element]:
    panel = ui.element('div').classes('panel asking')
    with panel:
        ui.label(title).props('role=heading aria-level=2').classes('heading-2')
    ui.context.slot.parent.props['aria-label'] = title
    return panel


def _reason(dialog: ui.dialog, example: str) -> ui.input:
    return ui.input('Reason', placeholder=example).props('maxlength=500 autocomplete=off')


def _buttons(dialog: ui.dialog, words: str, act: Callable[[], Awaitable[None]], kind: str = '') -> None:
    with ui.element('div').classes('line'):
        ui.button(words, on_click=act).classes(f'filled {kind}')
        ui.button('Leave it', on_click=dialog.close)


def _number(record: Record) -> int:
    assert record.record.id is not None
    return record.record.id
