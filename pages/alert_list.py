"""The list of alerts: those of one state or all, each with its acts, and what is done with several at once."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from desk.alert import Alert
from desk.desk import Desk
from pages.alert_acts import Act, Do
from pages.alert_cells import AlertCells
from pages.alert_new import ask_alert
from pages.alert_row import AlertRow
from pages.alert_subject import sentence_of
from pages.alert_words import STATE_LABELS, state_of
from pages.asking import asking
from pages.event import Event
from pages.following import Following
from pages.formats import format_count
from pages.trying import attempt, complain

A_PAGE, LOOK_EVERY = 50, 5.0  # seconds: a snooze ends without an event
BULK = ('Pause', 'Pause those that are selected', True), ('Resume', 'Resume those that are selected', False)


class AlertList:
    """One browser's. Rows stay the same elements while their alerts change."""

    def __init__(self, desk: Desk, cells: AlertCells, changes: Event[[]]) -> None:
        self.desk, self.cells, self.client = desk, cells, ui.context.client
        self.rows: dict[int, AlertRow] = {}
        self.limit = A_PAGE
        with ui.element('section').props('aria-label="Your alerts"') as self.section:
            with ui.element('div').classes('alert-bar'):
                self.all = ui.checkbox('Select all', on_change=self._choose_all).props('dense')
                with ui.element('div').classes('line') as self.bulk:
                    self.count = ui.label().classes('small muted').props('role=status')
                    for words, said, paused in BULK:
                        button = ui.button(words, on_click=lambda paused=paused: self._pause(paused))
                        button.classes('small quiet').props['aria-label'] = said
                self.filter = ui.select({'': 'All'}, value='', on_change=self.look).classes('show')
                self.filter.props('aria-label="Show those that are"')
            self.list = ui.element('div').classes('alerts').props('role=list')
            self.none = ui.label('None of your alerts is in this state.').classes('small muted')
            self.more = ui.button('More alerts', on_click=self._more)
        self.show()
        Following(changes, self.look)
        ui.timer(LOOK_EVERY, self.look, immediate=False)

    async def look(self) -> None:
        """Show them as they are now; a price that comes with a new row needs its room."""
        if self.show():
            await self.cells.live.tune(self.client)

    def show(self) -> bool:
        """Show them as they are committed; whether rows came."""
        now, found = self.desk.clock(), self.desk.alerts.all()
        states = {alert.id: state_of(alert, now) for alert in found}
        self._offer(Counter(states.values()), len(found))
        chosen = [alert for alert in found if self.filter.value in ('', states[alert.id])]
        came = self._arrange(chosen[: self.limit])
        self.more.set_visibility(len(chosen) > self.limit)
        self.none.set_visibility(not chosen)
        self._tell_chosen()
        return came

    def _offer(self, counted: Counter[str], count: int) -> None:
        options = {'': f'All · {format_count(count)}'}
        options |= {
            state: f'{words} · {format_count(counted[state])}'
            for state, words in STATE_LABELS.items()
            if counted[state] or state == self.filter.value
        }
        if options != self.filter.options:
            self.filter.set_options(options)

    def _arrange(self, alerts: Sequence[Alert]) -> bool:
        before, self.rows = self.rows, {}
        came = any(alert.id not in before for alert in alerts)
        for alert in alerts:
            row = self.rows[alert.id] = before.pop(alert.id) if alert.id in before else self._row(alert)
            row.show(alert)
        for row in before.values():
            row.element.delete()
        elements: list[ui.element] = [row.element for row in self.rows.values()]
        if elements != self.list.default_slot.children:
            self.list.default_slot.children = elements
            self.list.update()
        return came

    def _row(self, alert: Alert) -> AlertRow:
        with self.list:
            return AlertRow(self.desk, self.cells, alert, self._act, self._tell_chosen)

    async def _more(self) -> None:
        self.limit += A_PAGE
        await self.look()

    def _chosen(self) -> list[int]:
        return [number for number, row in self.rows.items() if row.box.value]

    def _choose_all(self) -> None:
        for row in self.rows.values():
            row.box.set_value(self.all.value)
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        count = len(self._chosen())
        self.count.set_text('1 selected' if count == 1 else f'{format_count(count)} selected')
        self.bulk.set_visibility(bool(count))

    async def _pause(self, paused: bool) -> None:
        chosen = self._chosen()
        await self._try(lambda: self.desk.alerts.pause(chosen, paused))
        self.all.set_value(False)
        for row in self.rows.values():
            row.box.set_value(False)

    async def _try(self, act: Callable[[], Awaitable[object]]) -> None:
        await attempt(act, complain)
        await self.look()

    async def _act(self, act: Act, alert: Alert) -> None:
        alerts, number = self.desk.alerts, alert.id
        if act.do is Do.EDIT:
            ask_alert(self.desk, alert=alert)
        elif act.do is Do.DELETE:
            self._ask_delete(alert)
        else:
            acts: dict[Do, Callable[[], Awaitable[object]]] = {
                Do.PAUSE: lambda: alerts.pause([number], True),
                Do.RESUME: lambda: alerts.pause([number], False),
                Do.SNOOZE: lambda: alerts.snooze(number, act.until),
                Do.WAKE: lambda: alerts.snooze(number, None),
                Do.ACTIVATE: lambda: alerts.activate(number),
                Do.DUPLICATE: lambda: alerts.duplicate(number),
                Do.ACKNOWLEDGE: lambda: self._acknowledge(number),
            }
            await self._try(acts[act.do])

    async def _acknowledge(self, number: int) -> None:
        unseen, cursor = [0], ''
        while unseen:  # newest first; those before a page that was seen were seen, too
            found = await self.desk.alerts.firings(number, limit=A_PAGE, cursor=cursor)
            unseen, cursor = [firing.id for firing in found.items if firing.acknowledged is None], found.cursor
            await self.desk.alerts.acknowledge(unseen)
            if not cursor:
                return

    def _ask_delete(self, alert: Alert) -> None:
        with asking('Delete this alert?') as dialog:
            ui.label(sentence_of(self.desk, alert))
            ui.label('It watches no more. What it has fired so far stays in the list below.').classes('small muted')

            async def delete() -> None:
                dialog.close()
                await self._try(lambda: self.desk.alerts.delete(alert.id))

            with ui.element('div').classes('line'):
                ui.button('Delete the alert', on_click=delete).classes('filled danger')
                ui.button('Keep it', on_click=dialog.close).props('autofocus')
