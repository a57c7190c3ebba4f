"""One event for all pages that read what a paper account has done: after each commit, once a frame."""

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from pages.event import Event


def account_changes(desk: Desk) -> Event[[]]:
    """Subscribe to it inside a page: the browser's context is kept, and leaving ends it."""
    changes = Event[[]]()

    def tell(names: set[str]) -> None:
        if ACCOUNT in names:
            changes.emit()

    desk.subscribe(tell)
    return changes
