"""Where one is logged in, and the end of it."""

from functools import partial

from nicegui import ui

from desk.account import Session
from desk.desk import Desk
from pages.formats import format_time
from pages.trying import complain, or_say

HERE = 'This browser'


class SessionList:
    """A section with a line for each browser."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with ui.element('section').classes('section'):
            with ui.element('div').classes('head'):
                ui.html('Where you are logged in', tag='h2', sanitize=False)
                self._others = ui.button(
                    'End all others', on_click=or_say(self.desk.accounts.end_others, complain, self.look)
                )
            self._place = ui.element('ul').classes('holdings')
        self.look()

    def look(self) -> None:
        """Draw them anew."""
        found = self.desk.accounts.sessions()
        self._others.set_visibility(len(found) > 1)
        self._place.clear()
        with self._place:
            for session in found:
                self._draw(session)

    def _draw(self, session: Session) -> None:
        zone = self.desk.preference('timezone', 'UTC')
        with ui.element('li'):
            with ui.element('div').classes('what'):
                ui.label(HERE if session.current else session.agent or 'A browser that does not say its name')
                ui.label(f'{session.address}, last seen {format_time(session.seen, zone)}').classes('small muted')
            if not session.current:
                end = or_say(partial(self.desk.accounts.end, session.id), complain, self.look)
                ui.button('End', on_click=end).props['aria-label'] = f'End the session from {session.address}'
