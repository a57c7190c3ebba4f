"""What /status and /api/health show: figures of this process, and what is wrong in words."""

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import psutil

from desk.feeds import FeedState
from desk.store import Store

VERSION = '0.1.0'


@dataclass(frozen=True, slots=True)
class WriterState:
    """The writer: what waits, how fast it goes, when it last committed, what its last failure was.

    Of feeds' records, `conflated` were given up while the database was slow, and `refused` it would not take.
    """

    queue: int
    rows: int
    rows_per_second: float
    last_commit: datetime | None
    conflated: int
    refused: int
    error: str


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the desk. Lag in seconds, memory and database in bytes; `problems` maps what to why.

    `unseen` prices no paper order saw: too many came while the database was away, or they could not be worked with.
    """

    healthy: bool
    problems: dict[str, str]
    feeds: list[FeedState]
    writer: WriterState
    coins: int
    frames: int
    refused: int
    clamped: int
    unseen: int
    lag_p50: float
    lag_p99: float
    memory: int
    database: int
    database_kind: str
    started: datetime
    now: datetime
    versions: dict[str, str]


def writer_state(store: Store) -> WriterState:
    """The store's writer at this moment."""
    return WriterState(
        store.queue_length,
        store.rows_written,
        store.rows_per_second,
        store.last_commit,
        store.conflated,
        store.refused,
        store.last_error,
    )


def memory() -> int:
    """Resident bytes of this process."""
    return int(psutil.Process(os.getpid()).memory_info().rss)


def versions() -> dict[str, str]:
    """This program, Python and the packages that matter."""
    names = ('nicegui', 'sqlmodel', 'sqlalchemy', 'ccxt')
    return {'cointape': VERSION, 'python': sys.version.split()[0], **{name: version(name) for name in names}}
