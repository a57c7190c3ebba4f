"""Migrations: they make what models.py says, once, and cost a start nothing when there is nothing to do."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
import stamina
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from desk.candles import Candle
from desk.errors import Unavailable
from desk.store import Store
from desk.store.database import connect
from desk.store.schema import MIGRATIONS, migrate
from models import CandleOrigin
from tests.unit.store_records import NOON, record

ROOT = Path(__file__).parents[2]
CHECKS = ('foreign_key_check', 'integrity_check')
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


def put(connection: sa.Connection, name: str, *rows: dict[str, Any]) -> None:
    """Rows into a table of any revision that has these columns."""
    columns = SQLModel.metadata.tables[name].c
    connection.execute(sa.table(name, *(sa.column(key, columns[key].type) for key in rows[0])).insert(), list(rows))


def coin_of(name: str) -> dict[str, Any]:
    """A coin as the first version kept it."""
    words = dict.fromkeys(('full_name', 'exchange', 'pair'), '')
    flags = {'policy': 'latest', 'followed': False, 'unfollowed': False, 'created': NOON}
    return {'name': name, 'key': name.lower(), **words, **flags}


def kept(coin_id: int, minute: int) -> dict[str, Any]:
    """A stored candle of one minute after noon."""
    start, prices = NOON + timedelta(minutes=minute), {'high': Decimal(9), 'low': Decimal('1e-18'), 'volume': None}
    return {
        'coin_id': coin_id,
        'interval': 60,
        'origin': str(CandleOrigin.HAND),
        'start': start,
        'source': 'form',
        'open': Decimal(coin_id),
        'close': Decimal(minute + 1),
        **prices,
        'opened': start,
        'opened_seq': 1,
        'closed': start + timedelta(seconds=1),
        'closed_seq': 2,
    }


def shown(coin_id: int, minute: int) -> Candle:
    """The same as it is shown."""
    return Candle(**{name: kept(coin_id, minute)[name] for name in ('start', 'open', 'high', 'low', 'close', 'volume')})


@pytest.mark.parametrize('revision', ['0001', '0002'])
async def test_what_an_older_version_kept_is_there_after_the_upgrade(blank_database: str, revision: str) -> None:
    engine, config = connect(blank_database, patience=1), Config()
    config.set_main_option('script_location', str(MIGRATIONS))
    with engine.begin() as config.attributes['connection']:
        command.upgrade(config, revision)
    with engine.begin() as connection:
        put(connection, 'coin', *(coin_of(name) for name in ('BTC', 'ETH')))
        put(connection, 'candle', *(kept(coin_id, minute) for coin_id in (2, 1) for minute in (2, 0, 1)))
    store = Store(blank_database)
    await store.open()
    await store.add([record(2, '10', after=90)])
    found = [await store.candles([coin_id], 60) for coin_id in (1, 2)]
    await store.close()
    merged = Candle(NOON + timedelta(minutes=1), Decimal(2), Decimal(10), Decimal('1e-18'), Decimal(10), None)
    assert found == [[shown(1, minute) for minute in range(3)], [shown(2, 0), merged, shown(2, 2)]]
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={'compare_type': True})
        assert compare_metadata(context, SQLModel.metadata) == []
        if connection.dialect.name == 'sqlite':
            told = [connection.exec_driver_sql(f'PRAGMA {name}').all() for name in CHECKS]
            assert told == [[], [('ok',)]]
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
