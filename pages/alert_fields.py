"""The fields of an alert: labels above, bound to its texts; only those that the chosen condition needs are shown."""

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from desk.alert import Repeat
from desk.desk import Desk
from pages import alert_tone
from pages.alert_draft import ALL, COIN, LIST, Texts
from pages.alert_words import CHOICES, WINDOW_WORDS

PLAIN = 'autocomplete=off spellcheck=false'
SCOPES = {COIN: 'One coin', LIST: 'A list', ALL: 'All coins'}
REPEATS = {Repeat.ONCE: 'Once', Repeat.EVERY: 'Every time', Repeat.REARM: 'After going back'}
HINTS = {
    'cooldown': 'A state that lasts fires on each price, so it needs at least 1 minute.',
    'rearm': 'So a price that dances on the line is told once.',
    'message': 'Optional. {name}, {price}, {change_24h}, {time} and {condition} are filled in.',
    'sound': 'Browsers may refuse to sound until you have clicked on the page once.',
}
MORE = {'name', 'note', 'message', 'expires'}
PLACES = {'watchlist_id': 'watchlist'}  # where the desk's word for a field is another


class AlertFields:
    """The inputs by name; times are in `zone`. `changed` is called at each change, `submit` at Enter."""

    def __init__(self, desk: Desk, texts: Texts, changed: Callable[[str], None], submit: Callable[[], Any]) -> None:
        self.desk, self.texts, self.changed, self.submit = desk, texts, changed, submit
        self.zone = desk.preference('timezone', 'UTC')
        self.inputs: dict[str, ValueElement[Any]] = {}
        self.rows: dict[str, ui.element] = {}
        self._watched()
        self._condition()
        self._repeats()
        self._more()

    def arrange(self) -> None:
        """Show the fields that belong to the texts as they are."""
        shown = self.texts.shown
        for name, row in self.rows.items():
            row.set_visibility(name in shown)

    def say(self, field: str, text: str) -> bool:
        """Say beside a field what is wrong with it; False where there is no such field in sight."""
        name = PLACES.get(field, field)
        found = self.inputs.get(name)
        if not isinstance(found, (ui.input, ui.textarea, ui.select)) or not self.rows.get(name, found).visible:
            return False
        if name in MORE:
            self.more.props('open')
        found.error = text
        found.run_method('focus')
        return True

    def clear_errors(self) -> None:
        """Nothing is wrong (any more)."""
        for field in self.inputs.values():
            if isinstance(field, (ui.input, ui.textarea, ui.select)):
                field.error = None

    def write(self, name: str, text: str) -> None:
        """Put a text into a field."""
        self.inputs[name].set_value(text)

    def _watched(self) -> None:
        lists = {each.id: each.name for each in self.desk.watchlists.all()}
        scopes = SCOPES if lists else {scope: words for scope, words in SCOPES.items() if scope != LIST}
        self._toggle('scope', scopes, 'What to watch')
        coin = self._input('coin', 'Coin')
        coin.props(f'autocapitalize=characters list={coin.html_id}-coins')
        options = ''.join(
            f'<option value="{escape(each.name)}">{escape(each.full_name)}</option>' for each in self.desk.coins()
        )
        ui.html(options, tag='datalist', sanitize=False).props(f'id={coin.html_id}-coins')
        chosen = self.texts.watchlist if self.texts.watchlist in lists else None
        self._bind(ui.select(lists, label='List', value=chosen), 'watchlist')
        self.rows['coin'], self.rows['watchlist'] = coin, self.inputs['watchlist']

    def _condition(self) -> None:
        choices = {**CHOICES, **self.desk.alerts.conditions.added}
        choices.setdefault(self.texts.condition, self.texts.condition)  # its plugin is not there any more
        self._bind(ui.select(choices, label='Condition', value=self.texts.condition), 'condition')
        self.rows['price'] = self._input('price', f'Price, {self.desk.settings.quote}', decimal=True)
        with ui.element('div').classes('paired') as self.rows['percent']:
            self._input('percent', 'Per cent', decimal=True)
            self._toggle('window', WINDOW_WORDS, 'Within')
        self.rows['minutes'] = self._input('minutes', 'Minutes without a price', decimal=True)

    def _repeats(self) -> None:
        with ui.element('div').classes('labelled'):
            ui.label('It fires').classes('small')
            self._toggle('repeat', REPEATS, 'How often it fires')
        self.rows['cooldown'] = self._input('cooldown', 'Minutes between two, at least', decimal=True)
        self.rows['rearm'] = self._input('rearm', 'Per cent that the price goes back', decimal=True)
        for name in ('cooldown', 'rearm'):
            self.inputs[name].props['hint'] = HINTS[name]

    def _more(self) -> None:
        with ui.element('details').classes('more-fields') as self.more:
            ui.html('Where it is told, name, message, end', tag='summary', sanitize=False)
            with ui.element('div').classes('column-form'):
                self._input('name', 'Name').props('maxlength=50')
                self._input('note', 'Note').props('maxlength=500')
                message = ui.textarea('Message', value=self.texts.message).props(f'{PLAIN} autogrow maxlength=500')
                message.props['hint'] = HINTS['message']
                self._bind(message, 'message')
                expires = self._input('expires', 'Expires').props('type=datetime-local')
                expires.props['hint'] = f'Optional, in {self.zone} time.'
                self._told()
        if any(getattr(self.texts, name) for name in (*MORE, 'sound', 'channels')):
            self.more.props('open')

    def _told(self) -> None:
        with ui.element('div').classes('told').props('role=group aria-label="Where it is told"'):
            self._bind(ui.checkbox('Show it in every open window', value=self.texts.toast), 'toast')
            with ui.element('div').classes('line'):
                self._bind(ui.checkbox('Play a tone', value=self.texts.sound), 'sound')
                ui.button('Hear it', on_click=alert_tone.play).classes('small')
            ui.label(HINTS['sound']).classes('small muted')
            for channel in self.desk.alerts.channels.all():
                box = ui.checkbox(channel.name, value=channel.id in self.texts.channels)
                box.on_value_change(lambda event, number=channel.id: self._send_to(number, bool(event.value)))

    def _send_to(self, channel: int, on: bool) -> None:
        others = tuple(number for number in self.texts.channels if number != channel)
        self.texts.channels = (*others, channel) if on else others
        self.changed('channels')

    def _toggle(self, name: str, options: dict[Any, str], label: str) -> None:
        toggle = ui.toggle(options, value=getattr(self.texts, name)).props('role=group spread')
        toggle.props['aria-label'] = label
        self._bind(toggle, name)

    def _input(self, name: str, label: str, decimal: bool = False) -> ui.input:
        field = ui.input(label, value=getattr(self.texts, name)).props(PLAIN).without_auto_validation()
        field.props('inputmode=decimal' if decimal else '')
        field.on('keydown.enter', self.submit)
        self._bind(field, name)
        return field

    def _bind(self, element: ValueElement[Any], name: str) -> None:
        self.inputs[name] = element
        empty = None if name == 'watchlist' else ''
        element.bind_value_to(self.texts, name, forward=lambda value: empty if value is None else value)
        element.on_value_change(lambda: self.changed(name))
