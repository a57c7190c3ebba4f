"""Failed logins in the audit log: each is noted once in a while, and a flood of them does not fill the disk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from desk.audit_entry import Entry
from desk.store.audit_store import AuditStore

MOST, EVERY = 60, timedelta(minutes=1)  # entries in each of these


class Refusals:
    """Notes them as they come, up to 60 a minute; those beyond are counted, and the next one noted says how many."""

    def __init__(self, audit: AuditStore, clock: Callable[[], datetime]) -> None:
        self.audit, self.clock = audit, clock
        self._since = clock()
        self._noted = self._left_out = 0

    async def note(self, entry: Entry) -> None:
        """Keep it, or count it."""
        now = self.clock()
        if now >= self._since + EVERY:
            self._since, self._noted = now, 0
        if self._noted >= MOST:
            self._left_out += 1
            return
        self._noted += 1
        if self._left_out:
            entry = replace(
                entry, note=f'{entry.note} {self._left_out:,} more before this one are not written.'.strip()
            )
            self._left_out = 0
        await self.audit.add([entry], now)
