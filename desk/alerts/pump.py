"""What the watch decided, on its way to the database: committed in order, kept while the database fails."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from desk.alerting.hits import Fired, Hit
from desk.errors import Unavailable
from desk.store.alert_claims import Claims
from desk.store.alert_store import AlertStore

log = logging.getLogger(__name__)
BATCH = 500  # hits in one transaction
ROOM = 50_000  # hits that are kept: some 50 MB, an hour without a database for 800 alerts that fire each minute


class Pump:
    """A bounded line of hits. `committed` is called with what became of each batch after its commit."""

    def __init__(self, store: AlertStore, committed: Callable[[Claims], None], room: int = ROOM) -> None:
        self.store, self.committed, self.room = store, committed, room
        self.dropped = 0
        self.refused = ''
        self._waiting: deque[Hit] = deque()
        self._failing = self._careful = False
        self._news, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._turn = asyncio.Lock()
        self._end: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._waiting)

    @property
    def waiting(self) -> int:
        """Hits that are not committed yet."""
        return len(self._waiting)

    @property
    def problem(self) -> str:
        """A sentence for /status; '' while all is well."""
        said = [
            f'{len(self._waiting):,} steps of alerts wait for the database.' if self._failing else '',
            f'{self.dropped:,} firings were lost: too many came while the database was away.' if self.dropped else '',
            self.refused,
        ]
        return ' '.join(filter(None, said))

    def put(self, hits: Sequence[Hit]) -> None:
        """Commit these when it is their turn; what there is no room for is lost, and counted."""
        fit = hits[: max(0, self.room - len(self._waiting))]
        self.dropped += len(hits) - len(fit)
        self._waiting.extend(fit)
        self._news.set()
        self._idle.clear()

    async def once(self) -> None:
        """Wait for hits and commit them: a step for the crew; raises what went wrong, and keeps them."""
        await self._news.wait()
        async with self._turn:
            await self._commit()

    async def last(self, seconds: float) -> None:
        """Commit what waits, also where that has failed before; what takes longer goes on until the store is closed."""
        self._end = asyncio.create_task(self._drain(), name='last steps of alerts')
        await asyncio.wait([self._end], timeout=seconds)

    async def settled(self, seconds: float) -> None:
        """Return once all is committed or, where that takes longer, or fails, without that."""
        if self.busy and not self._failing:
            try:
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
            except TimeoutError:
                log.warning('%d steps of alerts are not committed yet', len(self._waiting))

    async def _drain(self) -> None:
        try:
            while self.busy:
                await self.once()
        except Exception:
            log.exception('%d steps of alerts were not committed at the end', len(self._waiting))

    async def _commit(self) -> None:
        batch = [self._waiting[place] for place in range(min(1 if self._careful else BATCH, len(self._waiting)))]
        if not batch:
            return
        try:
            claims = await self.store.claim(batch)
        except Exception as error:
            self._fail(batch, error)
            raise
        self._done(len(batch))
        self._failing = False
        self.committed(claims)

    def _fail(self, batch: Sequence[Hit], error: Exception) -> None:
        if isinstance(error, Unavailable):
            self._failing = True
            self._idle.set()  # nobody waits for a database that is away
        elif len(batch) > 1:
            self._careful = True  # one by one: only what is refused by itself is given up
        else:
            self.refused = f'The database does not take what alert {_alert_id(batch[0])} did: {error}'
            log.error('%s', self.refused)
            self._done(1)

    def _done(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()
        if not self._waiting:
            self._careful = False
            self._news.clear()
            self._idle.set()


def _alert_id(hit: Hit) -> int:
    return hit.firing.alert_id if isinstance(hit, Fired) else hit.alert_id
