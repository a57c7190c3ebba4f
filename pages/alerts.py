"""'/alerts': what is watched, what has fired, and where it was sent."""

from pathlib import Path

from nicegui import ui

from desk.acting import Right, may
from desk.alert import News
from desk.desk import Desk
from desk.errors import DeskError
from pages import alert_new, alert_tone
from pages.alert_cells import AlertCells
from pages.alert_channels import ChannelList
from pages.alert_firings import Firings, Told, read_told
from pages.alert_list import AlertList
from pages.event import Event
from pages.live import Live
from pages.theme import PATIENCE, frame

RULES = Path(__file__).parents[1] / 'docs' / 'alert-rules.md'
RULES_PATH = '/alerts/rules'


def register(desk: Desk, live: Live) -> None:
    """Define the page, the form for a new alert, the rules as they are written down, and the tone."""
    changes, cells = _changes(desk), AlertCells(desk, live)
    alert_new.register(desk)
    alert_tone.register()
    _rules(desk)

    @ui.page('/alerts', response_timeout=PATIENCE)
    async def page() -> None:
        fired = await _fired(desk)
        with frame('Alerts', desk), ui.element('div').classes('alerts-page'):
            _head()
            Alerts(desk, cells, changes)
            Firings(desk, fired, changes)
            if may(Right.ORDERS):
                ChannelList(desk, changes)


def _head() -> None:
    with ui.element('div').classes('head'):
        ui.html('Alerts', tag='h1', sanitize=False)
        ui.link('How alerts fire', RULES_PATH).classes('small')
        ui.link('New alert', '/alerts/new').classes('button filled first-door')


class Alerts:
    """The list, or the first step while there is none; the other comes as soon as it is wanted, in any window."""

    def __init__(self, desk: Desk, cells: AlertCells, changes: Event[[]]) -> None:
        self.desk = desk
        self.first, self.list = first_step(), AlertList(desk, cells, changes)
        self.look()
        changes.subscribe(self.look)

    def look(self) -> None:
        """Show the one of the two that is due."""
        empty = not self.desk.alerts.all()
        self.first.set_visibility(empty)
        self.list.section.set_visibility(not empty)


def first_step() -> ui.element:
    """What one does first."""
    with ui.element('div').classes('panel first-step') as step:
        ui.label('No alert yet').props('role=heading aria-level=2').classes('heading-2')
        ui.label(
            'An alert tells you when a price gets to where you wait for it: once, in every window that is open, '
            'and wherever else you want it sent.'
        )
        ui.label(
            'Choose a coin and a price under “New alert”: here, on the page of a coin, or at the end of its row on the '
            'board.'
        ).classes('muted')
    return step


def _changes(desk: Desk) -> Event[[]]:
    """Subscribe to it inside a page: the browser's context is kept, and leaving ends it."""
    changes = Event[[]]()

    def tell(news: News) -> None:
        changes.emit()

    desk.alerts.subscribe(tell)
    return changes


async def _fired(desk: Desk) -> Told | str:
    """The newest firings, or a sentence that says why there are none to read."""
    try:
        return await read_told(desk)
    except DeskError as error:
        return f'What has fired cannot be read: {error}'


def _rules(desk: Desk) -> None:
    @ui.page(RULES_PATH)
    def rules() -> None:
        with frame('How alerts fire', desk), ui.element('div').classes('reading'):
            ui.link('Back to the alerts', '/alerts').classes('small')
            ui.markdown(RULES.read_text(encoding='utf-8'), extras=['tables', 'header-ids', 'code-friendly'])
