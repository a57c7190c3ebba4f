"""The sessions of practice so far: what each replays, how far it has come, where it runs; opened and ended here."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError
from desk.replay.sessions import Session
from pages.formats import direction, format_money, format_time
from pages.replay_banner import speed_words

LOOK_EVERY = 2.0
USUAL_SPEED = 60
HEADINGS = ('File', '', 'Has come to', 'Profit', 'Recorded from', 'to')


class Sessions:
    """A table that follows what the sessions do."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._shown: list[Session] = []
        self._doors_shown: list[tuple[str, str, str]] = []
        self._figures: dict[str, tuple[ui.label, ui.label]] = {}
        self._problem = ''

    async def draw(self) -> None:
        """The list as it is now, here; from now on it follows."""
        ui.html('Sessions', tag='h2', sanitize=False)
        self._body = ui.element('div')
        self._draw_rows()
        await self.show()
        ui.timer(LOOK_EVERY, self.show, immediate=False)

    async def show(self) -> None:
        """Look at the sessions anew."""
        found = await asyncio.to_thread(self.desk.replays.sessions)
        doors = [(session.name, session.url, session.problem) for session in found]
        self._shown = found
        if doors != self._doors_shown:  # buttons stay where they are while only the figures change
            self._doors_shown = doors
            self._draw_rows()
        for session in found:
            self._tell(session)

    def _draw_rows(self) -> None:
        self._body.clear()
        with self._body:
            if self._problem:
                ui.label(self._problem).classes('notice bad').props('role=alert')
            if not self._shown:
                ui.label('None yet. What you do in a replay is kept here.').classes('muted')
                return
            with ui.element('div').classes('scroll'), ui.element('table').classes('plain sessions'):
                with ui.element('thead'), ui.element('tr'):
                    for heading in HEADINGS:
                        head = ui.html(heading, tag='th', sanitize=False).props('scope=col')
                        head.classes('number' if heading == 'Profit' else '')
                with ui.element('tbody'):
                    for session in self._shown:
                        self._draw(session)

    def _draw(self, session: Session) -> None:
        zone = self.desk.preference('timezone', 'UTC')
        facts = session.facts
        with ui.element('tr'):
            with ui.element('td').classes('file'):
                ui.label(facts.file)
                ui.label(session.name).classes('small muted')
            with ui.element('td'), ui.element('div').classes('line'):
                self._doors(session)
            with ui.element('td'):
                reached = ui.label()
            with ui.element('td').classes('number'):
                self._figures[session.name] = reached, ui.label()
            for moment in (facts.start, facts.end):
                with ui.element('td'):
                    ui.label(format_time(moment, zone))
        if session.problem:
            with ui.element('tr'), ui.element('td').props(f'colspan={len(HEADINGS)}'):
                ui.label(session.problem).classes('notice bad').props('role=alert')

    def _tell(self, session: Session) -> None:
        reached, profit = self._figures[session.name]
        amount = Decimal((session.progress and session.progress.profit) or 0)
        reached.set_text(reached_words(session, self.desk.preference('timezone', 'UTC')))
        profit.set_text(format_money(amount, signed=True) if session.progress else '')
        profit.classes(replace=direction(amount))

    def _doors(self, session: Session) -> None:
        if session.url:
            ui.link('Open', session.url, new_tab=True).classes('button')
            ui.button('End', on_click=self._doing(lambda: self.desk.replays.end(session.name)))
        else:
            speed = session.progress.speed if session.progress else USUAL_SPEED
            ui.button('Continue', on_click=self._doing(lambda: self.desk.replays.open(session.name, speed)))

    def _doing(self, act: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            self._problem, before = '', self._problem
            try:
                await act()
            except DeskError as error:
                self._problem = str(error)
            if self._problem != before:
                self._doors_shown = []
            await self.show()

        return do


def reached_words(session: Session, zone: str) -> str:
    """How far a session has come, in words."""
    if session.progress is None:
        return 'not begun'
    if session.progress.ended:
        return 'its end'
    return f'{format_time(session.progress.at, zone)}, {speed_words(session.progress.speed)}'
