"""Decisions on their way to the database: committed in their order, all that wait in one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from desk.errors import Overtaken, Unavailable
from desk.orders import Change
from desk.store import TradeStore

BATCH = 500
OVERTAKEN = 'Another program has just changed this account; it is being read anew. Try again in a moment.'
NOT_KNOWN = 'Whether it was stored is not known: look before you try again.'


@dataclass(frozen=True, slots=True)
class Decision:
    """Changes that belong together; `place` is where the backlog goes on from if they fail."""

    changes: Sequence[Change]
    place: int
    done: 'asyncio.Future[None] | None' = None

    def is_in(self, revisions: Mapping[int, int]) -> bool:
        """Whether it was committed, by the revisions of the open books."""
        for book in (change.book for change in self.changes[-1:]):
            closed = book.revision if book.revision > 1 else 0  # not among the open ones: closed, or never opened
            return revisions.get(book.id, closed) >= book.revision
        return True  # nothing to commit: as what was before it


class Pump:
    """One line of decisions. When a commit fails, all that wait fail with it, since they build upon it.

    `committed` is called with each batch after its commit and before who waits for it goes on, `broke` after a failure.
    Who waits for a commit that failed hears of it when it is known what was stored: from `settle`.
    """

    def __init__(
        self, store: TradeStore, committed: Callable[[Sequence[Change]], None], broke: Callable[[], None]
    ) -> None:
        self.store, self.committed, self.broke = store, committed, broke
        self.broken: Exception | None = None
        self.failed: list[Decision] = []
        self.culprit: Change | None = None  # what the database does not take, however often
        self._careful = False
        self._waiting: deque[Decision] = deque()
        self._batch: list[Decision] = []
        self._news = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._waiting or self._batch)

    @property
    def waiting(self) -> int:
        """Decisions that are not committed yet."""
        return len(self._waiting) + len(self._batch)

    @property
    def oldest(self) -> int | None:
        """The place of the oldest decision that is not committed; None where there is none."""
        first = self._batch or self._waiting
        return first[0].place if first else None

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

    def wake(self) -> None:
        """Let `once` return soon, though nothing waits."""
        self._news.set()

    async def once(self) -> None:
        """Wait for decisions and commit them; raises what went wrong."""
        await self._news.wait()
        if self.broken is not None:
            raise self.broken
        self._take()
        batch = self._batch
        try:
            await self._store(batch)
        except Exception as error:
            self.break_off(error)
            self._batch = []
            raise
        self._batch = []
        if not self._waiting:
            self._careful = False
            self._news.clear()
        for decision in batch:
            _tell(decision)

    def break_off(self, error: Exception) -> None:
        """Nothing more is committed until `mend`. `failed` is what was not told to be committed."""
        waiting, self._waiting = self._waiting, deque()
        if self.broken is None:
            self.broken, self.failed = error, [*self._batch, *waiting]
            self.broke()
        for decision in waiting:
            _tell(decision, sentence(error))
        self._news.set()

    def refuse(self, count: int) -> None:
        """So many of what failed are committed all the same, the others are not: tell who waits for these."""
        assert self.broken is not None
        for decision in self.failed[count:]:
            _tell(decision, sentence(self.broken))

    def settle(self, count: int) -> None:
        """So many of what failed are committed all the same: tell everybody who waits."""
        self.refuse(count)
        for decision in self.failed[:count]:
            _tell(decision)

    def give_up(self) -> None:
        """Nobody can say what was committed: tell who waits."""
        for decision in self.failed:
            _tell(decision, f'{sentence(self.broken)} {NOT_KNOWN}' if self.broken else NOT_KNOWN)

    def stored(self, revisions: Mapping[int, int]) -> int:
        """How many of what failed are committed all the same, by the revisions of the open books."""
        if isinstance(self.broken, Overtaken):
            return 0
        lost = (number for number, decision in enumerate(self.failed) if not decision.is_in(revisions))
        return next(lost, len(self.failed))

    def mend(self) -> None:
        """Go on: what was decided before is forgotten."""
        self.broken, self.failed, self.culprit = None, [], None
        if not self._waiting:
            self._news.clear()

    def _take(self) -> None:
        count = 0
        while self._waiting and count < (1 if self._careful else BATCH):
            self._batch.append(self._waiting.popleft())
            count += max(1, len(self._batch[-1].changes))

    async def _store(self, batch: list[Decision]) -> None:
        changes = [change for decision in batch for change in decision.changes]
        if not changes:
            return
        try:
            await self.store.trade(changes)
        except (Unavailable, Overtaken):
            raise
        except Exception:  # refused: once more, then each decision alone, and then each of its changes
            if not self._careful:
                self._careful = True
                raise
            await self._one_by_one(batch[0])
        else:
            self.committed(changes)

    async def _one_by_one(self, decision: Decision) -> None:
        for changes in [[change] for change in decision.changes] if decision.done is None else [decision.changes]:
            try:
                await self.store.trade(changes)
            except (Unavailable, Overtaken):
                raise
            except Exception:
                self.culprit = changes[0] if decision.done is None else None
                raise
            self.committed(changes)


def _tell(decision: Decision, failure: str = '') -> None:
    if decision.done is None or decision.done.done():
        return
    if failure:
        decision.done.set_exception(Unavailable(failure))
    else:
        decision.done.set_result(None)


def sentence(error: Exception) -> str:
    """What a failed commit means to who waits for it."""
    if isinstance(error, Overtaken):
        return OVERTAKEN
    if isinstance(error, Unavailable):
        return str(error)
    return f'The desk failed to store this, or what was decided with it: {str(error).rstrip(".")}.'
