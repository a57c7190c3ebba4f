"""The keyboard of a page: one key does one thing, unless somebody is writing, holds another key, or has a dialog open.

The table is in `menu.py`. Who speaks to their computer, or lives with a cat, can turn the keys off (WCAG 2.1.4).
"""

from collections.abc import Callable
from html import escape
from time import monotonic

from nicegui import app, events, ui

from desk.acting import may
from desk.desk import Desk
from pages.asking import asking
from pages.menu import ELSEWHERE, GO, MENU, SHORTCUTS, Place
from pages.price_dialog import price_dialog

SEARCHING = 1.0  # seconds in which letters belong to the search box that is about to have the focus
GOING = 2.0  # seconds that `g` waits for its letter
KEPT = 'keys'


class Keys:
    """The keys of one page. `on` adds what this page alone has."""

    def __init__(self, desk: Desk, search: ui.input) -> None:
        self.search, self.kept = search, app.storage.user
        self.searched = self.went = float('-inf')
        self.handlers: dict[str, Callable[[], object]] = {
            '/': self._search,
            'a': price_dialog(desk),
            '?': show_keys,
            GO: self._go,
        }
        self.repeated: set[str] = set()
        keyboard = ui.keyboard(self._hear, ignore=['input', 'select', 'textarea'])
        keyboard.props['events'] = ['keydown']
        search.on('focus', self._found, args=[])

    def on(self, key: str, handler: Callable[[], object], repeats: bool = False) -> None:
        """What a key of `SHORTCUTS` does on this page; `repeats`: again and again while it is held down."""
        assert key in SHORTCUTS, f'{key} has no line in the table'
        self.handlers[key] = handler
        self.repeated |= {key} if repeats else set()

    def _hear(self, event: events.KeyEventArguments) -> None:
        held = event.modifiers
        if held.ctrl or held.meta or held.alt or monotonic() - self.searched < SEARCHING:
            return
        if not self.kept.get(KEPT, True) or _something_is_open():
            return
        key = event.key.name if held.shift else event.key.name.lower()  # not for a Caps Lock that somebody forgot
        if event.action.repeat and key not in self.repeated:
            return
        self._press(key)

    def _press(self, key: str) -> None:
        going, self.went = monotonic() - self.went < GOING, float('-inf')
        if going:
            for place in led_to(key):
                ui.navigate.to(place.path)
        elif handler := self.handlers.get(key):
            handler()

    def _go(self) -> None:
        self.went = monotonic()

    def _search(self) -> None:
        self.searched = monotonic()
        self.search.run_method('focus')

    def _found(self) -> None:
        self.searched = float('-inf')


def led_to(letter: str) -> list[Place]:
    """The page that a letter leads to after `g`: one, or none."""
    return [place for place in (*MENU, *ELSEWHERE) if letter and place.letter == letter][:1]


def show_keys() -> None:
    """A dialog with every key and what it does, and the switch that turns them off."""
    with asking('Keys') as dialog:
        ui.html(keys_html(), tag='div', sanitize=False).classes('keys')
        key_switch()
        with ui.element('div').classes('line'):
            ui.button('Close', on_click=dialog.close).props('autofocus')


def key_switch() -> None:
    """Whether single keys do anything in this browser; kept for it."""
    kept = app.storage.user
    switch = ui.switch('Single keys are shortcuts', value=kept.get(KEPT, True))
    switch.on_value_change(lambda event: kept.update({KEPT: event.value}))


def keys_html() -> str:
    """The table of the keys, with what who looks may do and see."""
    does = ''.join(_line(f'<kbd>{key}</kbd>', one.does) for key, one in SHORTCUTS.items() if may(one.right))
    goes = ''.join(
        _line(f'<kbd>{GO}</kbd> <kbd>{escape(place.letter)}</kbd>', place.label)
        for place in (*MENU, *ELSEWHERE)
        if place.letter and may(place.right)
    )
    return (
        f'<table><caption>On every page</caption><tbody>{does}</tbody></table>'
        f'<table><caption>Go to a page</caption><tbody>{goes}</tbody></table>'
    )


def _line(keys: str, words: str) -> str:
    return f'<tr><th scope="row">{keys}</th><td>{escape(words)}</td></tr>'


def _something_is_open() -> bool:
    return any(isinstance(one, ui.dialog | ui.menu) and one.value for one in ui.context.client.elements.values())
