"""The audit log: what was done by whom, from where. Written once, never changed."""

from collections.abc import Callable
from datetime import datetime

from desk.acting import Right, acting, need
from desk.audit_entry import Entry
from desk.store import Store
from desk.store.records import Page

LONGEST_PAGE = 500


class Audit:
    """Raises Unavailable while the database fails."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.store, self.clock = store.audit, clock

    async def note(self, action: str, subject: str = '', note: str = '') -> None:
        """Keep that who acts now did this to something."""
        await self.store.add([entry(action, subject, note)], self.clock())

    async def page(
        self, limit: int = 100, cursor: str = '', user: str | None = None, action: str | None = None
    ) -> Page[Entry]:
        """Newest first, of one user and action or of all; for administrators. Raises Forbidden, Invalid."""
        need(Right.ADMINISTER)
        return await self.store.page(max(1, min(limit, LONGEST_PAGE)), cursor, user, action)


def entry(action: str, subject: str = '', note: str = '') -> Entry:
    """A line about who acts now."""
    actor = acting()
    return Entry(action, actor.user, actor.name, actor.address, subject, note)
