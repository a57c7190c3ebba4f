"""Whether a desk may be sent requests: its database answers, its writer works, and it is not about to stop."""

import asyncio
from time import monotonic

from desk.errors import DeskError
from desk.status import Watched

PATIENCE = 2.0  # seconds; then the database counts as silent
FRESH = 1.0  # seconds that an answer of the database is good for: strangers may ask as often as they like
STUCK = 10.0  # seconds in one transaction; the longest take two
STOPPING = 'The desk is stopping, or has not begun.'


class Readiness:
    """Asks the database, once at a time, however many want to know."""

    def __init__(self, desk: Watched, patience: float = PATIENCE) -> None:
        self.desk, self.patience = desk, patience
        self._asked: asyncio.Task[str] | None = None
        self._since = 0.0

    async def problems(self) -> dict[str, str]:
        """Why it is not ready, by what, in sentences; {} while it is. Takes no longer than `patience`."""
        if self.desk.started is None:
            return {'desk': STOPPING}
        said = {'database': self.desk.store.last_error or await self._silence(), 'writer': self._standstill()}
        return {what: why for what, why in said.items() if why}

    def _standstill(self) -> str:
        writer = self.desk.store.writer
        if not writer.works:
            return 'The writer has ended; start the desk anew.'
        if (seconds := writer.stuck) > STUCK:
            return f'The writer has been waiting for the database for {seconds:.0f} s.'
        return ''

    async def _silence(self) -> str:
        """Why the database gives no answer; '' where it has given one just now."""
        if self._asked is None or (self._asked.done() and monotonic() - self._since > FRESH):
            self._asked, self._since = asyncio.create_task(self._ask(), name='does the database answer'), monotonic()
        done, _ = await asyncio.wait({self._asked}, timeout=self.patience)
        return self._asked.result() if done else f'The database has not answered for {self.patience:g} s.'

    async def _ask(self) -> str:
        try:
            await self.desk.store.answers()
        except DeskError as error:
            return str(error)
        return ''
