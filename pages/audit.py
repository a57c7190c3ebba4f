"""'/audit': who did what, newest first, for administrators."""

from html import escape

from nicegui import ui

from desk.audit_entry import Entry
from desk.desk import Desk
from desk.errors import DeskError
from desk.store import Page
from pages.asked import cannot_show
from pages.formats import format_time
from pages.paged import Paged, table
from pages.theme import PATIENCE, frame

A_PAGE = 50
HEADINGS = {'time': 'When', 'who': 'Who', 'did': 'What', 'subject': 'On', 'where': 'From'}
NOBODY = 'Somebody unknown'


def register(desk: Desk) -> None:
    """Define the page."""

    @ui.page('/audit', response_timeout=PATIENCE)
    async def page() -> None:
        try:
            found = await desk.audit.page(limit=A_PAGE)
        except DeskError as error:
            cannot_show(desk, 'Audit log', error, 'Board', '/')
            return
        with frame('Audit log', desk), ui.element('div').classes('ledger'):
            ui.html('Audit log', tag='h1', sanitize=False)
            AuditLog(desk, found)


class AuditLog(Paged[Page[Entry]]):
    """The list in one browser."""

    what = 'entries'

    def __init__(self, desk: Desk, found: Page[Entry]) -> None:
        self.desk = desk
        self.body = table('plain audit', HEADINGS)
        self.words = ui.label().classes('small muted').props('role=status')
        self.more = ui.button('Older entries', on_click=self.older)
        self.show(found, older=False)

    async def page(self, cursor: str) -> Page[Entry]:
        """Some entries; raises DeskError."""
        return await self.desk.audit.page(limit=A_PAGE, cursor=cursor)

    def show(self, page: Page[Entry], older: bool) -> None:
        """Put them below what is there, or in its place."""
        self.cursor = page.cursor
        if not older:
            self.body.clear()
        with self.body:
            for entry in page.items:
                self._row(entry)
        self.words.set_text('' if page.items or older else 'Nothing has happened yet.')
        self.more.set_visibility(bool(page.cursor))

    def _row(self, entry: Entry) -> None:
        zone = self.desk.preference('timezone', 'UTC')
        subject = escape(entry.subject) + (f'<div class="small muted">{escape(entry.note)}</div>' if entry.note else '')
        cells = {
            'time': format_time(entry.at, zone) if entry.at else '',
            'who': escape(entry.name or NOBODY),
            'did': escape(entry.action),
            'subject': subject,
            'where': escape(entry.address),
        }
        html = ''.join(f'<td class="{kind}">{cell}</td>' for kind, cell in cells.items())
        ui.html(html, tag='tr', sanitize=False)
