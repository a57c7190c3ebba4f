"""What a chart shows, asked in a dialog: its kind and scale, its indicators with their parameters, other coins."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from nicegui import ui

from pages.asking import asking
from pages.chart_choice import KINDS, MOST_OTHERS, USUAL, Choice, Refused, parameters, written

LABELS = {
    'sma': 'Moving average (SMA)',
    'ema': 'Exponential average (EMA)',
    'bollinger': 'Bollinger bands',
    'rsi': 'Relative strength (RSI)',
    'macd': 'MACD',
}
HELP = {
    'sma': 'Lengths of the SMA in candles, up to three: 20, 50, 200',
    'ema': 'Lengths of the EMA in candles, up to three: 9, 21',
    'bollinger': 'Length of the bands and standard deviations: 20, 2',
    'rsi': 'Length of the RSI: 14',
    'macd': 'Fast, slow and signal lengths of the MACD: 12, 26, 9',
}
VWAP_HELP = 'From 0:00 UTC on; of candles of a day or more, from 1 January on. It needs volumes.'
Chosen = Callable[[Choice], Awaitable[None]]


def ask_choice(choice: Choice, chosen: Chosen) -> None:
    """Kind, scale and indicators; a field that is not understood says what would be right."""
    with asking('Chart and indicators') as dialog:
        kind = ui.toggle(KINDS, value=choice.kind).props('role=group aria-label="How prices are drawn"')
        log = ui.checkbox('Logarithmic scale', value=choice.log)
        switches = {name: _indicator(name, choice) for name in USUAL}
        vwap = ui.checkbox('Volume-weighted average price (VWAP)', value=choice.vwap)
        ui.label(VWAP_HELP).classes('small muted help')

        async def apply() -> None:
            found = _read(switches)
            if found is not None:
                dialog.close()
                await chosen(replace(choice, kind=str(kind.value), log=bool(log.value), vwap=bool(vwap.value), **found))

        with ui.element('div').classes('doors'):
            ui.button('Show', on_click=apply).classes('filled')
            ui.button('Cancel', on_click=dialog.close)


def ask_others(names: Sequence[str], choice: Choice, chosen: Chosen) -> None:
    """Up to four other coins."""
    with asking('Compare with other coins') as dialog:
        ui.label('All of them in per cent, from the left edge of the chart.').classes('small muted')
        known = [name for name in choice.others if name in names]
        others = ui.select(list(names), label='Coins, up to four', value=known, multiple=True, with_input=True)
        others.props(f'use-chips max-values={MOST_OTHERS} autofocus')

        async def apply(picked: Sequence[str]) -> None:
            dialog.close()
            await chosen(replace(choice, others=tuple(picked)[:MOST_OTHERS]))

        with ui.element('div').classes('doors'):
            ui.button('Compare', on_click=lambda: apply(others.value or ())).classes('filled')
            ui.button('Compare with none', on_click=lambda: apply(()))


def _indicator(name: str, choice: Choice) -> tuple[ui.checkbox, ui.input]:
    text = written(name, choice)
    with ui.element('div').classes('indicator'):
        switch = ui.checkbox(LABELS[name], value=bool(text))
        field = ui.input(value=text or USUAL[name]).props('autocomplete=off')
        field.props['aria-label'] = field.props['title'] = HELP[name]
        field.bind_visibility_from(switch, 'value')
    return switch, field


def _read(switches: dict[str, tuple[ui.checkbox, ui.input]]) -> dict[str, Any] | None:
    """The parameters; None where one was refused, which is said at its field."""
    found: dict[str, Any] = {}
    for name, (switch, field) in switches.items():
        try:
            found[name] = parameters(name, (field.value or USUAL[name]) if switch.value else '')
            field.props(remove='error error-message')
        except Refused as refusal:
            field.props['error'], field.props['error-message'] = True, str(refusal)
            field.update()
    return found if len(found) == len(switches) else None
