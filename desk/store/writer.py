"""The one thread that writes: what came in within some milliseconds is committed together."""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.candles import Part
from desk.errors import DeskError, Unavailable
from desk.metrics import ROWS, histogram
from desk.store import writes
from desk.store.additions import Addition
from desk.store.bulk import say
from desk.store.database import failed_as_a_whole, failure, writing
from desk.store.feed_buffer import FeedBuffer, Harvest
from desk.store.parts import Key
from desk.store.records import Told

BATCH_ROWS = 5_000
BATCH_TIME = 0.020  # seconds that the first job of a batch waits for others
QUIET_TIME = 0.002  # it waits no longer when for so long no other came
FEED_PERIOD = 1.0  # seconds between two writes of what feeds told
SIZE_PERIOD = 60.0
QUEUE_ROWS = 200_000
RATE_TIME = 10.0  # seconds that rows_per_second looks back

log = logging.getLogger(__name__)
Work = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Records to insert or, where there are none, work to do in a transaction; and who waits for it."""

    records: Sequence[Told]
    work: Work
    rows: int
    future: 'Future[Any]'
    flush: bool | None = None  # what feeds told goes along: True all of it, False all but the running seconds' records


class Writer:
    """Commits jobs in groups. A failing database fails the jobs at hand; the writer lives on and tries again."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.feed = FeedBuffer()
        self.rows_written = self.refused = self.failures = self.size = 0
        self.seconds = histogram('commit_seconds', 'How long the writer took for a transaction, its commit included.')
        self.rows = histogram('commit_rows', 'Rows that were committed together.', ROWS)
        self.busy_since: float | None = None  # monotonic
        self.last_commit: datetime | None = None
        self.last_error = ''
        self._engine, self._clock = writing(engine), clock
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._accepted = self._taken = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._closing = False
        self._feed_due = time.monotonic() + FEED_PERIOD
        self._size_due = time.monotonic()
        self._thread = Thread(target=self._run, name='cointape-writer', daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Accept nothing more; what was accepted is still written."""
        if not self._closing:
            self._closing = True
            self._jobs.put(None)

    def join(self) -> None:
        """Wait until everything accepted is written; blocks."""
        if self._thread.ident is not None:
            self._thread.join()

    def add(self, records: Sequence[Told]) -> 'Future[list[int]]':
        """Insert records with their candles, all or none; their ids."""
        return self._accept(Job(records, partial(_insert, records), len(records), Future()))

    def do(self, work: Work, rows: int = 1) -> 'Future[Any]':
        """Run `work` in the next transaction; gives what it returns, once that is committed."""
        return self._accept(Job((), work, rows, Future()))

    def flush(self, everything: bool) -> 'Future[Any]':
        """Write the candles of what feeds told so far, and the records: of whole seconds, or of `everything`."""
        return self._accept(Job((), lambda _: None, 0, Future(), flush=everything))

    @property
    def queue_length(self) -> int:
        """Rows that wait for the next transaction."""
        return self._accepted - self._taken

    @property
    def stuck(self) -> float:
        """For how many seconds the transaction at hand has been going on; 0.0 between two."""
        return 0.0 if (since := self.busy_since) is None else time.monotonic() - since

    @property
    def works(self) -> bool:
        """Whether there is somebody who writes."""
        return self._thread.is_alive() and not self._closing

    @property
    def rows_per_second(self) -> float:
        """The mean of the last ten seconds."""
        since = time.monotonic() - RATE_TIME
        return sum(rows for moment, rows in self._recent.copy() if moment > since) / RATE_TIME

    def _accept(self, job: Job) -> 'Future[Any]':
        if self._closing:
            raise Unavailable('The desk is stopping; nothing was stored.')
        if self.queue_length > QUEUE_ROWS:
            raise Unavailable('The database cannot follow; nothing was stored. Try again in a moment.')
        self._accepted += job.rows
        self._jobs.put(job)
        return job.future

    def _run(self) -> None:
        while (batch := self._gather()) is not None:
            self._write(batch, self._harvest(batch))
        self._write([], self.feed.take(everything=True))

    def _gather(self) -> list[Job] | None:
        """The jobs of one transaction: [] when it is time for the feeds, None at the end."""
        batch: list[Job] = []
        rows, until = 0, self._feed_due
        while rows < BATCH_ROWS:
            left = until - time.monotonic()
            try:
                job = self._jobs.get(timeout=max(0.0, min(QUIET_TIME, left) if batch else left))
            except Empty:
                break
            if job is None:
                if not batch:
                    return None
                self._jobs.put(None)
                break
            if not batch:
                until = time.monotonic() + BATCH_TIME
            batch.append(job)
            rows += job.rows
            if job.flush is not None:  # who asks for that wants to read
                break
        self._taken += rows
        return batch

    def _harvest(self, batch: list[Job]) -> Harvest:
        flushes = [job.flush for job in batch if job.flush is not None]
        if not flushes and time.monotonic() < self._feed_due:
            return Harvest()
        self._feed_due = time.monotonic() + FEED_PERIOD
        return self.feed.take(any(flushes))

    def _write(self, batch: list[Job], harvest: Harvest) -> None:
        jobs = [job for job in batch if job.future.set_running_or_notify_cancel()]
        if not jobs and not harvest and not self.last_error:
            return
        records = [record for job in jobs for record in job.records]
        together = self._ready(records) if records else None
        fed = self._ready(list(harvest.samples.values()), harvest.minutes) if harvest else None
        for job, outcome in zip(jobs, self._commit(jobs, together, harvest, fed), strict=True):
            if isinstance(outcome, Exception):  # told last: who is answered may look at the figures at once
                job.future.set_exception(outcome)
            else:
                job.future.set_result(outcome)

    def _commit(
        self, jobs: list[Job], together: Addition | None, harvest: Harvest, fed: Addition | None
    ) -> Sequence[Any]:
        """What each job is to be told, once the transaction is over."""
        self.busy_since = time.monotonic()
        try:
            with self._engine.begin() as connection:
                outcomes = self._perform(connection, jobs, together)
                refused = self._keep(connection, harvest, fed)
                self._measure(connection)
        except SQLAlchemyError as error:
            return self._failed(failure(error), jobs, harvest)
        except Exception as error:
            log.exception('The writer failed')
            return self._failed(Unavailable(f'The desk failed to store this: {error}.'), jobs, harvest)
        else:
            self.feed.done(harvest)
            self.refused += refused
            self._succeeded(jobs, outcomes, len(harvest.samples) - refused)
            return outcomes
        finally:
            self.busy_since = None

    def _ready(self, records: Sequence[Told], minutes: Mapping[Key, Part] | None = None) -> Addition | None:
        """All of them before the transaction; None if there is something odd about one: it is found out inside."""
        try:
            return Addition(self._engine.dialect, records, minutes)
        except (ValueError, TypeError, ArithmeticError):
            return None

    def _perform(self, connection: Connection, jobs: list[Job], together: Addition | None) -> list[Any]:
        ids = _attempt(connection, together) if together else None
        if not isinstance(ids, list):
            return [_attempt(connection, job.work) for job in jobs]
        rest = iter(ids)
        return [[next(rest) for _ in job.records] if job.records else _attempt(connection, job.work) for job in jobs]

    def _keep(self, connection: Connection, harvest: Harvest, fed: Addition | None) -> int:
        """How many records of feeds the database refuses for good."""
        if not harvest:
            if self.last_error:
                writes.probe(connection)
            return 0
        refused = 0
        if fed is None or isinstance(_attempt(connection, fed), Exception):
            for one in harvest.by_coin():  # one coin's garbage spoils no other
                refusal = _attempt(connection, partial(_keep, one))
                if isinstance(refusal, Exception):
                    log.warning('What a feed told was refused: %s', refusal)
                    refused += len(one.samples)
        return refused

    def _measure(self, connection: Connection) -> None:
        if time.monotonic() >= self._size_due:
            self.size = writes.size(connection)
            self._size_due = time.monotonic() + SIZE_PERIOD

    def _failed(self, error: DeskError, jobs: list[Job], harvest: Harvest) -> Sequence[DeskError]:
        log.warning('%s', error)
        self.last_error, self.failures = str(error), self.failures + 1
        self.feed.put_back(harvest)
        return [type(error)(str(error)) for _ in jobs]

    def _succeeded(self, jobs: list[Job], outcomes: list[Any], sampled: int) -> None:
        rows = sampled + sum(
            job.rows for job, outcome in zip(jobs, outcomes, strict=True) if not isinstance(outcome, Exception)
        )
        self.rows_written += rows
        self.last_commit, self.last_error = self._clock(), ''
        now = time.monotonic()
        self.seconds.observe(now - (self.busy_since or now))
        self.rows.observe(rows)
        self._recent.append((now, rows))
        while self._recent[0][0] < now - RATE_TIME:
            self._recent.popleft()


def _insert(records: Sequence[Told], connection: Connection) -> list[int]:
    return Addition(connection.dialect, records)(connection)


def _keep(harvest: Harvest, connection: Connection) -> list[int]:
    return Addition(connection.dialect, list(harvest.samples.values()), harvest.minutes)(connection)


def _attempt(connection: Connection, work: Work) -> Any:
    """What the work returns, or the error that concerns it alone; the transaction goes on either way."""
    say(connection, 'SAVEPOINT attempt')
    try:
        outcome = work(connection)
    except SQLAlchemyError as error:
        if failed_as_a_whole(error):
            raise  # the savepoint has gone with the transaction
        outcome = failure(error)
    except DeskError as error:
        outcome = error
    except Exception as error:
        log.exception('A write failed')
        outcome = error
    if isinstance(outcome, Exception):
        say(connection, 'ROLLBACK TO SAVEPOINT attempt')
    say(connection, 'RELEASE SAVEPOINT attempt')
    return outcome
