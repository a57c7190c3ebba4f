"""A backup holds all that was acknowledged before it began, and makes a working desk again, on either database."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from commands.preparing import prepare_lock
from desk.desk import Desk
from desk.sealing import Vault
from desk.settings import Settings
from tests.running import Server, wait_until
from tests.unit.desks_on_disk import database_in, full_desk, refused, say, with_engine
from tests.unit.filled_tables import held, made

COINS = ('AAA', 'BBB', 'CCC')


@pytest.fixture
def desk_dir(tmp_path: Path) -> Path:
    """A data dir with rows in every table and the files that belong to them."""
    folder = tmp_path / 'data'
    (folder / 'nicegui').mkdir(parents=True)
    full_desk(database_in(folder))
    (folder / 'storage_secret').write_text('secret')
    (folder / 'nicegui' / 'storage-user-1a-b.json').write_text('{"theme": "dark"}')
    (folder / 'nicegui' / 'other.txt').write_text('no')
    (folder / 'sealed').write_text(Vault(folder / 'channel_key').seal('json://hook'))
    return folder


class Load(threading.Thread):
    """Posts prices as fast as it can; keeps those that were acknowledged."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.acknowledged, self.wanted = server, list[str](), True

    def more_than(self, least: int) -> Callable[[], bool]:
        """Asks whether more than so many prices were acknowledged."""
        return lambda: len(self.acknowledged) > least

    def run(self) -> None:
        number = 0
        while self.wanted:
            number += 1
            self.server.post(*({'name': name, 'price': str(number)} for name in COINS))
            self.acknowledged.extend(f'{name} {number}' for name in COINS)


async def price_in(folder: Path) -> Decimal:
    """What a desk on this folder shows of the last coin."""
    desk = Desk(Settings(data_dir=folder, exchange='none', demo=False))
    await desk.start()
    price = desk.quote(COINS[-1]).price
    await desk.stop()
    return price


def test_nothing_that_was_acknowledged_before_is_missing_from_a_backup_under_load(
    server: Server, tmp_path: Path
) -> None:
    load = Load(server)
    load.start()
    backups = []
    for number in range(3):
        wait_until(load.more_than((number + 1) * 30), 20, 'prices')
        before = list(load.acknowledged)
        say('backup', tmp_path / f'{number}.backup', '--data-dir', server.data_dir)
        backups.append(before)
    wait_until(load.more_than(len(backups[-1])), 20, 'prices after the last backup')
    load.wanted = False
    load.join()
    newest = int(backups[-1][-1].split()[1])
    for number, before in enumerate(backups):
        back = tmp_path / f'back{number}'
        say('restore', tmp_path / f'{number}.backup', '--data-dir', back)
        with sqlite3.connect(back / 'cointape.db') as database:
            there = {f'{name} {price}' for name, price in database.execute('SELECT name, price FROM cryptocurrency')}
        database.close()
        assert set(before) <= there
        assert len(there) % len(COINS) == 0, 'each request is there whole or not at all'
        assert 'nothing wrong' in say('check', '--data-dir', back)
    assert asyncio.run(price_in(back)) >= newest, 'a desk starts on it and shows what it had'


def test_a_backup_brings_back_every_row_and_every_file_that_belongs_to_them(desk_dir: Path, tmp_path: Path) -> None:
    said = say('backup', tmp_path / 'one', '--data-dir', desk_dir)
    assert said.startswith(f'The desk is in {tmp_path / "one"} (')
    assert stat.S_IMODE((tmp_path / 'one').stat().st_mode) == 0o600
    back = tmp_path / 'back'
    assert 'made 2' in say('restore', tmp_path / 'one', '--data-dir', back)
    assert with_engine(database_in(back), held) == with_engine(database_in(desk_dir), held)
    assert {path.relative_to(back).as_posix() for path in back.rglob('*') if path.is_file()} == {
        'cointape.db', 'channel_key', 'storage_secret', 'nicegui/storage-user-1a-b.json', 'desk.lock'
    }  # fmt: skip
    for name in ('cointape.db', 'channel_key', 'storage_secret'):
        assert stat.S_IMODE((back / name).stat().st_mode) == 0o600
    assert Vault(back / 'channel_key').unseal((desk_dir / 'sealed').read_text()) == 'json://hook'


@pytest.mark.slow
def test_a_desk_moves_from_postgresql_to_sqlite_and_back(
    postgresql: str, tmp_path: Path, blank: Callable[[], str]
) -> None:
    source, target, folder = blank(), blank(), ('--data-dir', tmp_path / 'data')
    before = full_desk(source)
    say('backup', tmp_path / 'one', '--database-url', source, *folder)
    say('restore', tmp_path / 'one', '--data-dir', tmp_path / 'lite')
    say('backup', tmp_path / 'two', '--data-dir', tmp_path / 'lite')
    with psycopg.connect(target):
        assert 'in use (connections: 1)' in refused('restore', tmp_path / 'two', '--database-url', target, *folder)
    say('restore', tmp_path / 'two', '--database-url', target, *folder)
    assert with_engine(target, held) == before
    assert 'rows in that database already' in refused('restore', tmp_path / 'two', '--database-url', target, *folder)
    say('restore', tmp_path / 'two', '--database-url', target, '--overwrite', *folder)
    assert with_engine(target, held) == before


def test_a_backup_in_a_folder_is_named_by_the_moment_and_without_keys_has_none(desk_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / 'backups'
    folder.mkdir()
    say('backup', folder, '--without-keys', '--data-dir', desk_dir)
    (file,) = folder.glob('cointape-2*Z.backup')
    assert (desk_dir / 'channel_key').read_bytes() not in file.read_bytes()
    assert 'It has no keys in it' in say('restore', file, '--data-dir', tmp_path / 'back')


def test_nothing_is_overwritten_unless_it_is_said(desk_dir: Path, tmp_path: Path) -> None:
    file, where = tmp_path / 'one', ('--data-dir', desk_dir)
    say('backup', file, *where)
    assert f'{file} is there already' in refused('backup', file, *where)
    assert 'cointape.db is there already' in refused('restore', file, *where)
    (desk_dir / 'storage_secret').write_text('another')
    say('backup', file, '--overwrite', *where)
    (desk_dir / 'storage_secret').write_text('newest')
    say('restore', file, '--overwrite', *where)
    assert (desk_dir / 'storage_secret').read_text() == 'another'
    (aside,) = desk_dir.glob('storage_secret.*.replaced')
    assert aside.read_text() == 'newest'
    assert len(list(desk_dir.glob('cointape.db.*.replaced'))) == 1


def test_a_running_desk_is_not_restored_over_and_its_database_is_no_backup(desk_dir: Path, tmp_path: Path) -> None:
    say('backup', tmp_path / 'one', '--data-dir', desk_dir)
    lock = prepare_lock(desk_dir)
    assert 'another desk runs on' in refused('restore', tmp_path / 'one', '--overwrite', '--data-dir', desk_dir)
    lock.release()
    with closing(sqlite3.connect(desk_dir / 'cointape.db')) as database:
        database.execute('PRAGMA user_version')
        assert 'is a database in use' in refused('restore', desk_dir / 'cointape.db', '--data-dir', tmp_path / 'x')


def test_what_is_no_backup_or_a_damaged_one_leaves_the_folder_empty(desk_dir: Path, tmp_path: Path) -> None:
    file, back = tmp_path / 'one', tmp_path / 'back'
    say('backup', file, '--data-dir', desk_dir)
    whole = file.read_bytes()
    for content, says in (
        (b'no database' * 1000, 'no backup of Cointape'),
        (whole[: len(whole) // 2], 'damaged'),
        (b'', 'no backup of Cointape'),
    ):
        file.write_bytes(content)
        assert says in refused('restore', file, '--data-dir', back)
        assert [path.name for path in back.iterdir()] == ['desk.lock']
    assert 'There is no file' in refused('restore', tmp_path / 'none', '--data-dir', back)


def test_a_name_in_a_backup_leads_nowhere_else(desk_dir: Path, tmp_path: Path) -> None:
    say('backup', tmp_path / 'one', '--data-dir', desk_dir)
    with sqlite3.connect(tmp_path / 'one') as database:
        database.execute("INSERT INTO cointape_backup_file VALUES ('nicegui/../../evil', 'x')")
        database.execute("INSERT INTO cointape_backup_file VALUES ('/tmp/evil.json', 'x')")
    database.close()
    say('restore', tmp_path / 'one', '--data-dir', tmp_path / 'back')
    assert not list(tmp_path.rglob('*evil*'))


def test_an_earlier_release_is_upgraded_and_a_later_one_refused(tmp_path: Path) -> None:
    old = tmp_path / 'old'
    with_engine(f'sqlite:///{old}', lambda engine: made(engine, '0002'))
    assert 'a plain copy of a database' in say('restore', old, '--data-dir', tmp_path / 'back')
    assert say('backup', tmp_path / 'one', '--data-dir', tmp_path / 'back')
    with sqlite3.connect(tmp_path / 'one') as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert 'a newer Cointape' in refused('restore', tmp_path / 'one', '--data-dir', tmp_path / 'other')


def test_a_failed_backup_leaves_no_half_of_one(desk_dir: Path, tmp_path: Path) -> None:
    assert 'There is no desk in' in refused('backup', tmp_path / 'one', '--data-dir', tmp_path / 'none')
    assert 'No such file or directory' in refused('backup', tmp_path / 'no' / 'one', '--data-dir', desk_dir)
    (desk_dir / 'cointape.db').write_bytes(b'no database' * 1000)
    assert 'not a database' in refused('backup', tmp_path / 'one', '--data-dir', desk_dir)
    assert [path.name for path in tmp_path.iterdir()] == ['data']
