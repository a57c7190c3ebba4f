"""What /status and /api/health show: figures of this process, and what is wrong in words."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

import psutil

from desk.accounts.accounts import Accounts
from desk.alerts.alerts import Alerts
from desk.broker.broker import Broker
from desk.conflator import Conflator
from desk.crew import Crew
from desk.feeds import Feeds, FeedState
from desk.intake import Intake
from desk.lag import Lag
from desk.metrics import Metrics
from desk.plugins import Plugins, PluginState
from desk.registry import Registry
from desk.store import Store
from desk.watchlists import Watchlists

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
    waiting: dict[str, int]
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
    plugins: list[PluginState]


class Watched(Protocol):
    """The parts of a desk that are looked at."""

    clock: Callable[[], datetime]
    started: datetime | None
    store: Store
    crew: Crew
    conflator: Conflator
    trades: Conflator
    broker: Broker
    alerts: Alerts
    watchlists: Watchlists
    accounts: Accounts
    feeds: Feeds
    registry: Registry
    intake: Intake
    lag: Lag
    metrics: Metrics
    plugins: Plugins


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


def look(desk: 'Watched', started: datetime | None) -> Status:
    """One look at the whole desk."""
    now, store = desk.clock(), desk.store
    wrong = problems(desk)
    return Status(
        healthy=not wrong,
        problems=wrong,
        feeds=desk.feeds.states(),
        writer=writer_state(store),
        waiting=waiting(desk),
        coins=len(desk.registry.all()),
        frames=desk.conflator.frames,
        refused=desk.intake.refused,
        clamped=desk.intake.clamped,
        unseen=desk.broker.unseen,
        lag_p50=desk.lag.percentile(0.5),
        lag_p99=desk.lag.percentile(0.99),
        memory=memory(),
        database=store.size_bytes(),
        database_kind=store.kind,
        started=started or now,
        now=now,
        versions=versions(),
        plugins=desk.plugins.states(),
    )


def waiting(desk: 'Watched') -> dict[str, int]:
    """How much is in each queue: rows, records of feeds, decisions on orders, steps of alerts, letters."""
    return {
        'writer': desk.store.queue_length,
        'feed_buffer': desk.store.writer.feed.waiting,
        'orders': desk.broker.dealer.pump.waiting,
        'alerts': desk.alerts.pump.waiting,
        'deliveries': desk.alerts.deliverer.waiting,
    }


def problems(desk: 'Watched') -> dict[str, str]:
    """What is wrong, by what; where a part says nothing of itself, a step of the crew of its name may."""
    said = {
        'frames': desk.conflator.problem,
        'coins': desk.registry.moved.problem,
        'watchlists': desk.watchlists.problem,
        'accounts': desk.accounts.problem,
        'orders': desk.broker.problem,
        'alerts': desk.alerts.problem,
        'channels': desk.alerts.channels.problem,
        'database': desk.store.last_error,
    }
    return {**desk.crew.problems, **{what: why for what, why in said.items() if why}}
