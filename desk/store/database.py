"""The engine, its two kinds of transaction, and what its failures mean."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)

from desk.errors import Conflict, DeskError, Invalid, Unavailable
from desk.store.bulk import say
from desk.store.decimal_functions import FUNCTIONS

WRITERS = 0x636F696E  # the advisory lock under which every Cointape process writes and migrates


def connect(url: str, patience: float) -> Engine:
    """An engine whose connections wait `patience` seconds for a lock; raises OSError, Invalid for what is no URL."""
    try:
        target = make_url(url)
    except ArgumentError:
        raise Invalid('--database-url: that is no database URL; write it like postgresql://user@host/name.') from None
    if target.get_backend_name() == 'sqlite':
        return _sqlite(target, patience)
    if target.drivername in ('postgres', 'postgresql', 'postgresql+psycopg'):
        return _postgresql(target.set(drivername='postgresql+psycopg'), patience)
    raise Invalid(f'--database-url: Cointape keeps its data in SQLite or PostgreSQL, not in {target.drivername}.')


def writing(engine: Engine) -> Engine:
    """The same database, but each transaction holds the one write lock from its beginning."""
    return engine.execution_options(cointape_writes=True)


def failure(error: SQLAlchemyError) -> DeskError:
    """What a failed statement means to the caller, in a sentence."""
    cause = getattr(error, 'orig', None)
    reason = ' '.join(str(cause or error).split())
    if isinstance(error, IntegrityError):
        return Conflict(f'The database refuses this: {reason}.')
    if not failed_as_a_whole(error):
        return Invalid(f'The database cannot take this: {reason}.')
    if 'locked' in reason or 'lock timeout' in reason:
        return Unavailable('The database is locked by another program. Nothing was stored; try again in a moment.')
    if ' full' in reason or 'No space left' in reason:
        return Unavailable('The disk is full. Nothing was stored; free some space and try again.')
    return Unavailable(f'The database does not answer ({reason}). Try again in a moment.')


def failed_as_a_whole(error: SQLAlchemyError) -> bool:
    """Whether the database failed, rather than that one statement asked the wrong thing of it."""
    asked_wrong = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    asked_wrong |= 'user-defined function' in str(getattr(error, 'orig', ''))  # one of ours, given what is no number
    return not asked_wrong and not isinstance(error, IntegrityError | DataError | ProgrammingError)


def _sqlite(url: URL, patience: float) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={'timeout': patience})
    event.listen(engine, 'connect', partial(_prepare_sqlite, patience))
    event.listen(engine, 'begin', _begin_sqlite)
    return engine


def _prepare_sqlite(patience: float, connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver's own would come too late
    for attempt in stamina.retry_context(
        _locked, attempts=None, timeout=patience, wait_initial=0.01, wait_max=0.1, wait_jitter=0.02
    ):
        with attempt:  # while another program makes the file, SQLite does not wait by itself
            connection.execute('PRAGMA journal_mode = WAL')
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 2, function, deterministic=True)
    for pragma in ('synchronous = FULL', 'foreign_keys = ON'):
        connection.execute(f'PRAGMA {pragma}')


def _locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and 'locked' in str(error)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get('cointape_writes')
    say(connection, 'BEGIN IMMEDIATE' if writes else 'BEGIN')


def _postgresql(url: URL, patience: float) -> Engine:
    options = f'-c timezone=UTC -c lock_timeout={int(patience * 1000)}'
    engine = create_engine(
        url, pool_pre_ping=True, paramstyle='format', connect_args={'options': options, 'connect_timeout': 5}
    )
    event.listen(engine, 'begin', _begin_postgresql)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get('cointape_writes'):
        connection.exec_driver_sql(f'SELECT pg_advisory_xact_lock({WRITERS})')
