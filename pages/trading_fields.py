"""The fields of the ticket: labels above, bound to the draft; only those that this kind of order has are shown."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from desk.orders import Kind, TimeInForce
from desk.ticket import TIMES
from pages.trading_draft import A_TIME, COIN, KINDS, MONEY, PERCENT, SIDES, TIME_WORDS, Draft
from pages.trading_rules import BRACKET, HINTS, POST_ONLY, rules_link

PLAIN = 'autocomplete=off spellcheck=false inputmode=decimal'
SHARES = (25, 50, 75, 100)
# where an error of the ticket is said: the field's name there → the field's name here
PLACES = {
    'size': 'amount',
    'quote_size': 'amount',
    'trail_amount': 'trail',
    'trail_percent': 'trail',
    'timestamp': 'good_till',
}


class Fields:
    """The inputs by name; times are in `zone`.

    `changed` is called with the field's name, `submit` at Enter, `share` with a percentage.
    """

    def __init__(
        self,
        draft: Draft,
        quote: str,
        zone: str,
        changed: Callable[[str], None],
        submit: Callable[[], Any],
        share: Callable[[int], None],
    ) -> None:
        self.draft, self.quote, self.zone, self.changed, self.submit = draft, quote, zone, changed, submit
        self.inputs: dict[str, ui.input] = {}
        self.rows: dict[str, ui.element] = {}
        self._toggle('side', SIDES, 'Buy or sell').classes('sides')
        self._toggle('kind', KINDS, 'Type of order').classes('kinds')
        with ui.element('p').classes('small muted hint'):
            self.hint = ui.label().props('role=status')
            self.link = rules_link('fills')
        self._prices()
        self._amount(share)
        self._standing()
        self._bracket()

    def arrange(self) -> None:
        """Show the fields that belong to the draft as it is."""
        words, anchor = HINTS[self.draft.kind]
        self.hint.set_text(words + (POST_ONLY if self.draft.post_only and self.draft.kind == Kind.LIMIT else ''))
        self.link.props['href'] = self.link.props['href'].split('#')[0] + f'#{anchor}'
        shown = self.draft.shown
        for name, row in self.rows.items():
            row.set_visibility(name in shown)
        allowed, time = TIMES[self.draft.kind], self.draft.time_in_force
        self.times.set_options(
            {each: TIME_WORDS[each] for each in allowed}, value=time if time in allowed else TimeInForce.GTC
        )

    def say(self, field: str, text: str) -> bool:
        """Say beside a field what is wrong with it; False where there is no such field in sight."""
        name = PLACES.get(field, field)
        if name not in self.inputs or (name in self.rows and name not in self.draft.shown):
            return False
        self.inputs[name].error = text
        return True

    def text(self, field: str) -> str:
        """What is written in the field that an error names."""
        name = PLACES.get(field, field)
        return str(self.inputs[name].value or '').strip() if name in self.inputs else ''

    def clear_errors(self) -> None:
        """Nothing is wrong (any more)."""
        for field in self.inputs.values():
            field.error = None

    def _toggle(self, name: str, options: dict[Any, str], label: str) -> ui.toggle:
        toggle = ui.toggle(options, value=getattr(self.draft, name)).props('role=group spread')
        toggle.props['aria-label'] = label
        self._bind(toggle, name)
        return toggle

    def _prices(self) -> None:
        self._input('stop_price', f'Stop price, {self.quote}')
        self._input('limit_price', f'Limit price, {self.quote}')
        with ui.element('div').classes('paired') as self.rows['trail']:
            self._input('trail', 'Distance', row=False)
            self._toggle('trail_unit', {PERCENT: '%', 'money': self.quote}, 'Distance in').props(remove='spread')

    def _amount(self, share: Callable[[int], None]) -> None:
        with ui.element('div').classes('paired'):
            self._input('amount', 'Size', row=False)
            self.units = self._toggle('unit', {COIN: self.draft.name, MONEY: self.quote}, 'Size in').props(
                remove='spread'
            )
        with ui.element('div').classes('shares').props('role=group aria-label="Share of what is available"'):
            for percent in SHARES:
                button = ui.button(f'{percent} %', on_click=lambda percent=percent: share(percent)).classes(
                    'small quiet'
                )
                button.props['aria-label'] = f'{percent} % of what is available'

    def _standing(self) -> None:
        with ui.element('div').classes('paired'):
            self.times = ui.select(TIME_WORDS, label='Time in force', value=self.draft.time_in_force)
            self._bind(self.times, 'time_in_force')
            box = self.rows['post_only'] = ui.checkbox('Post only').classes('post-only')
            self._bind(box, 'post_only')
        self._input('good_till', 'Until').props['hint'] = f'Like {A_TIME}, {self.zone}'
        self.inputs['good_till'].props(remove='inputmode')

    def _bracket(self) -> None:
        box = self.rows['bracket'] = ui.checkbox('Take profit and stop loss')
        self._bind(box, 'bracket')
        with ui.element('div').classes('legs') as self.rows['take_profit']:
            with ui.element('div').classes('paired'):
                self._input('take_profit', 'Take profit at', row=False)
                self._input('stop_loss', 'Stop loss at', row=False)
            ui.label(BRACKET).classes('small muted')

    def _input(self, name: str, label: str, row: bool = True) -> ui.input:
        field = ui.input(label, value=getattr(self.draft, name)).props(PLAIN).without_auto_validation()
        field.on('keydown.enter', self.submit)
        self.inputs[name] = field
        if row:
            self.rows[name] = field
        self._bind(field, name)
        return field

    def _bind(self, element: ValueElement[Any], name: str) -> None:
        element.bind_value_to(self.draft, name, forward=lambda value: '' if value is None else value)
        element.on_value_change(lambda: self.changed(name))
