"""The bell in the frame of every page: how many firings nobody has acknowledged. One cell for all windows of a user."""

from desk.acting import whose
from desk.alert import News
from desk.desk import Desk
from pages.live import Live
from pages.live_cell import Cell
from pages.own import own

ICON = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a6 6 0 0 0-6 6v4l-2 3.5h16L18 13V9a6 6 0 0 0-6-6z"/>'
    '<path d="M10 19.5a2 2 0 0 0 4 0"/></svg>'
)
MOST = 99


class Bell:
    """A link to /alerts."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._cells: dict[str, Cell] = {}
        desk.alerts.subscribe(self._hear)

    def show(self) -> None:
        """Put it on the page that is being built."""
        user = whose()
        if user not in self._cells:
            self._cells[user] = self.live.cell(f'bell-{user}', 'a', 'bell', href=own('/alerts'))
        self._look(user)
        self.live.show(self._cells[user])

    def _look(self, user: str) -> None:
        """Say what is so now."""
        unread, cell = self.desk.alerts.unread(user), self._cells[user]
        words = bell_words(unread)
        self.live.set_props(cell, **{'aria-label': words, 'title': words})
        self.live.set(cell, f'{ICON}<b>{min(unread, MOST)}{"+" if unread > MOST else ""}</b>' if unread else ICON)

    def _hear(self, news: News) -> None:
        if news.firings:
            for user in self._cells:
                self._look(user)


def bell_words(unread: int) -> str:
    """What the bell is called for who cannot see it."""
    if not unread:
        return 'Alerts, none unread'
    return 'Alerts, 1 unread' if unread == 1 else f'Alerts, {unread:,} unread'
