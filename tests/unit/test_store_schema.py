"""Migrations: they make what models.py says, once, and cost a start nothing when there is nothing to do."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import stamina
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from desk.errors import Unavailable
from desk.store import Store
from desk.store.database import connect
from desk.store.schema import migrate

ROOT = Path(__file__).parents[2]
OPEN = 'import asyncio, sys; from desk.store import Store; asyncio.run(Store(sys.argv[1]).open()); '


def run(code: str, url: str) -> 'subprocess.Popen[str]':
    return subprocess.Popen([sys.executable, '-c', OPEN + code, url], cwd=ROOT, text=True, stdout=subprocess.PIPE)


def test_the_migrations_make_what_the_models_say(blank_database: str) -> None:
    engine = connect(blank_database, patience=1)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={'compare_type': True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


async def test_two_that_start_at_once_migrate_once(blank_database: str) -> None:
    stores = [Store(blank_database) for _ in range(3)]
    await asyncio.gather(*(store.open() for store in stores))
    assert (await stores[0].ensure_coins(['BTC']))[0].id == (await stores[1].ensure_coins(['btc']))[0].id
    await asyncio.gather(*(store.close() for store in stores))


def test_two_processes_that_start_at_once_migrate_once(blank_database: str) -> None:
    starting = [run('print("ready")', blank_database) for _ in range(2)]
    assert [process.communicate()[0] for process in starting] == ['ready\n'] * 2


@pytest.fixture
def retried() -> Iterator[Event]:
    """Set once something is tried again."""
    event = Event()
    stamina.instrumentation.set_on_retry_hooks([lambda _: event.set()])
    yield event
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.mark.parametrize('kind', ['sqlite'])
def test_a_start_waits_while_another_program_makes_the_database(blank_database: str, retried: Event) -> None:
    with closing(sqlite3.connect(blank_database.removeprefix('sqlite:///'), isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        other.execute('CREATE TABLE anything (x)')
        with ThreadPoolExecutor() as pool:
            engine = connect(blank_database, patience=30)
            starting = pool.submit(migrate, engine)
            assert retried.wait(10)
            other.execute('COMMIT')
            starting.result()
        engine.dispose()


def test_a_later_start_leaves_the_migrations_alone(tmp_path: Path) -> None:
    url = f'sqlite:///{tmp_path / "cointape.db"}'
    told = [run('print("alembic" in sys.modules)', url).communicate()[0] for _ in range(2)]
    assert told == ['True\n', 'False\n']


async def test_a_database_of_a_later_version_is_left_alone(blank_database: str) -> None:
    engine = connect(blank_database, patience=1)
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match='newer Cointape'):
        await Store(blank_database).open()
    engine.dispose()


@pytest.mark.parametrize('spoil', [lambda path: path.write_bytes(b'no database' * 100), lambda path: path.mkdir()])
async def test_what_is_no_database_is_said(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = tmp_path / 'cointape.db'
    spoil(path)
    with pytest.raises(Unavailable, match='database'):
        await Store(f'sqlite:///{path}').open()


@pytest.mark.parametrize('kind', ['sqlite'])
async def test_sqlite_is_set_up_to_lose_nothing(store: Store, database: str) -> None:
    engine = connect(database, patience=1.5)
    with engine.connect() as connection:
        told = [
            connection.exec_driver_sql(f'PRAGMA {name}').scalar()
            for name in ('journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout')
        ]
    assert told == ['wal', 2, 1, 1500]
    engine.dispose()
