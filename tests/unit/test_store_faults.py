"""A database that is locked, full or gone: said in a sentence, nothing lost that was promised, back by itself."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from columns import canonical
from desk.errors import DeskError, Invalid, Unavailable
from desk.store import Store
from desk.store.database import WRITERS, failure
from tests.unit.store_records import coin, feed, record
from tests.waiting import until


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program holds the write lock."""
    engine = create_engine(url.replace('postgresql://', 'postgresql+psycopg://'), isolation_level='AUTOCOMMIT')
    lock, unlock = (
        ('BEGIN IMMEDIATE', 'ROLLBACK')
        if engine.dialect.name == 'sqlite'
        else (f'SELECT pg_advisory_lock({WRITERS})', f'SELECT pg_advisory_unlock({WRITERS})')
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(lock)
            yield
            connection.exec_driver_sql(unlock)
    finally:
        engine.dispose()


async def test_a_locked_database_is_said_and_survived(store: Store, database: str) -> None:
    btc = await coin(store)
    with locked(database):
        results = await asyncio.gather(*(store.add([record(btc)]) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [Unavailable] * 3
        assert 'locked by another program' in store.last_error
        assert await store.latest([btc]) == []
    await store.add([record(btc, '2')])
    assert [each.record.price for each in (await store.history([btc])).records] == [2]
    assert store.last_error == ''


async def test_what_feeds_told_meanwhile_is_written_later(store: Store, database: str) -> None:
    btc = await coin(store)
    with locked(database):
        store.add_later(feed(btc, '1', 0))
        with pytest.raises(Unavailable):
            await store.flush()
        store.add_later(feed(btc, '3', 0.5))
        store.add_later(feed(btc, '2', 1))
        with pytest.raises(Unavailable):
            await store.flush()
    await store.flush()
    assert [each.record.price for each in (await store.history([btc])).records] == [2, 3]
    candle = (await store.candles([btc], 60))[0]
    assert (canonical(candle.open), canonical(candle.high), canonical(candle.close)) == ('1', '3', '2')


async def test_what_cannot_be_stored_of_one_coin_spoils_no_other(store: Store) -> None:
    btc, eth = [each.id or 0 for each in await store.ensure_coins(['BTC', 'ETH'])]
    before = store.rows_written
    store.add_later(feed(btc, '1'))
    store.add_later(feed(eth, '2'))
    store.add_later(feed(999, '3'))
    await store.flush()
    assert [each.price for each in await store.latest([btc, eth])] == [1, 2]
    assert len(await store.candles([btc, eth], 60)) == 1
    assert (store.refused, store.conflated) == (1, 0)
    assert store.rows_written == before + 2


@pytest.mark.parametrize('kind', ['sqlite'])
async def test_a_candle_that_somebody_spoiled_spoils_no_other_coin(store: Store, database: str) -> None:
    btc, eth = [each.id or 0 for each in await store.ensure_coins(['BTC', 'ETH'])]
    await store.add([record(btc, volume='1'), record(eth, volume='1')])
    with closing(sqlite3.connect(database.removeprefix('sqlite:///'))) as connection, connection:
        connection.execute("UPDATE candle SET volume = 'much' WHERE coin_id = ?", (btc,))
    spoiled, sound = await asyncio.gather(
        store.add([record(btc, volume='1')]), store.add([record(eth, volume='1')]), return_exceptions=True
    )
    assert isinstance(spoiled, Invalid)
    assert sound == (await store.latest([eth]))
    assert store.last_error == ''


async def test_more_than_the_queue_holds_is_refused_at_once(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.store.writer.QUEUE_ROWS', 10)
    btc = await coin(store)
    with locked(database):
        results = await asyncio.gather(
            *(store.add([record(btc) for _ in range(5)]) for _ in range(20)), return_exceptions=True
        )
    assert any('cannot follow' in str(result) for result in results)
    assert store.queue_length == 0


async def test_it_finds_out_by_itself_that_the_database_is_back(store: Store, database: str) -> None:
    with locked(database):
        with pytest.raises(Unavailable):
            await store.set_preference('a', 'b')
    await until(lambda: store.last_error == '')
    assert await store.preferences() == {}


async def test_a_start_while_the_database_is_locked_says_so(blank_database: str) -> None:
    with locked(blank_database):
        with pytest.raises(Unavailable, match='locked'):
            await Store(blank_database, patience=0.1).open()


@contextmanager
def at_most(pages: int) -> Iterator[None]:
    """SQLite databases cannot grow beyond so many pages, as if the disk were full."""

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f'PRAGMA max_page_count = {pages}')

    event.listen(Engine, 'begin', limit)
    try:
        yield
    finally:
        event.remove(Engine, 'begin', limit)


async def fill(store: Store, coin_id: int) -> int:
    """Add records until the disk is full; how many were promised to be there."""
    kept = 0
    while not store.last_error:
        with suppress(Unavailable):
            kept += len(await store.add([record(coin_id) for _ in range(100)]))
    assert store.last_error == 'The disk is full. Nothing was stored; free some space and try again.'
    return kept


@pytest.mark.parametrize('kind', ['sqlite'])
async def test_a_full_disk_is_said_and_survived(store: Store) -> None:
    btc = await coin(store)
    with at_most(60):
        kept = await fill(store, btc)
        assert len((await store.history([btc], limit=10_000)).records) == kept
    with at_most(2**30):
        await store.add([record(btc)])
    assert len((await store.history([btc], limit=10_000)).records) == kept + 1
    assert store.last_error == ''


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB; only root can make one."""
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('only root can mount a small disk')
    yield tmp_path
    subprocess.run(['umount', tmp_path], check=True)


async def test_a_truly_full_disk_is_survived_once_there_is_space_again(small_disk: Path) -> None:
    other = small_disk / 'other'
    other.write_bytes(bytes(400_000))
    store = Store(f'sqlite:///{small_disk / "cointape.db"}')
    await store.open()
    btc = await coin(store)
    kept = await fill(store, btc)
    other.unlink()
    await until(lambda: store.last_error == '')
    await store.add([record(btc)])
    assert len((await store.history([btc], limit=10_000)).records) == kept + 1
    await store.close()


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['postgresql'])
async def test_a_server_that_hangs_up_is_called_again(store: Store, postgresql: str) -> None:
    btc = await coin(store)
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() '
            "AND backend_type = 'client backend'"
        )
    await store.add([record(btc)])
    assert len(await store.latest([btc])) == 1


async def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match='does not answer'):
        await Store(f'postgresql://nobody@/nothing?host={tmp_path}').open()


@pytest.mark.parametrize('url', ['nonsense', 'mysql://localhost/x', 'postgresql+psycopg2://localhost/x'])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match='--database-url'):
        Store(url)


def test_a_failure_of_any_other_kind_is_a_sentence_too() -> None:
    error: DeskError = failure(OperationalError('', {}, Exception('disk I/O error')))
    assert str(error) == 'The database does not answer (disk I/O error). Try again in a moment.'
