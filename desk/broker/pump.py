"""Decisions on their way to the database: committed in their order, all that wait in one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.errors import Conflict, DeskError, Unavailable
from desk.orders import Change
from desk.store import TradeStore

BATCH = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """Changes that belong together; `place` is where the backlog goes on from if they fail."""

    changes: Sequence[Change]
    place: int
    done: 'asyncio.Future[None] | None' = None


class Pump:
    """One line of decisions. When a commit fails, all that wait fail with it, since they build upon it.

    `committed` is called with each batch after its commit and before who waits for it goes on, `broke` after a failure.
    """

    def __init__(
        self, store: TradeStore, committed: Callable[[Sequence[Change]], None], broke: Callable[[], None]
    ) -> None:
        self.store, self.committed, self.broke = store, committed, broke
        self.broken: Exception | None = None
        self.failed: list[Decision] = []
        self._waiting: deque[Decision] = deque()
        self._batch: list[Decision] = []
        self._news = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._waiting or self._batch)

    @property
    def oldest(self) -> int | None:
        """The place of the oldest decision that waits; None where none does."""
        return self._waiting[0].place if self._waiting else None

    def put(self, changes: Sequence[Change], place: int) -> None:
        """Commit these when it is their turn."""
        self._waiting.append(Decision(changes, place))
        self._news.set()

    def commit(self, changes: Sequence[Change], place: int) -> 'asyncio.Future[None]':
        """Done once these, and all before them, are committed; raises Unavailable. Nobody takes them back."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Decision(changes, place, done))
        self._news.set()
        return asyncio.shield(done)

    async def once(self) -> None:
        """Wait for decisions and commit them; raises what went wrong."""
        await self._news.wait()
        if self.broken is not None:
            raise self.broken
        self._take()
        changes = [change for decision in self._batch for change in decision.changes]
        try:
            if changes:
                await self.store.trade(changes)
                self.committed(changes)
        except Exception as error:
            self.break_off(error)
            raise
        self._finish()

    def break_off(self, error: Exception) -> None:
        """Nothing more is committed until `mend`; who waits is told. `failed` is what was not told to be committed."""
        if self.broken is None:
            self.broken, self.failed = error, [*self._batch, *self._waiting]
            self.broke()
        told = [*self._batch, *self._waiting]
        self._batch.clear()
        self._waiting.clear()
        for decision in told:
            if decision.done is not None and not decision.done.done():
                decision.done.set_exception(Unavailable(sentence(error)))
        self._news.set()

    def mend(self) -> None:
        """Go on: what was decided before is forgotten."""
        self.broken, self.failed = None, []
        if not self._waiting:
            self._news.clear()

    def _take(self) -> None:
        count = 0
        while self._waiting and count < BATCH:
            self._batch.append(self._waiting.popleft())
            count += len(self._batch[-1].changes)

    def _finish(self) -> None:
        batch, self._batch = self._batch, []
        if not self._waiting:
            self._news.clear()
        for decision in batch:
            if decision.done is not None and not decision.done.done():
                decision.done.set_result(None)


def sentence(error: Exception) -> str:
    """What a failed commit means to who waits for it."""
    if isinstance(error, Conflict):
        return 'Another program has just changed this account; it is being read anew. Try again in a moment.'
    return str(error) if isinstance(error, DeskError) else f'The desk failed to store this: {error}.'
