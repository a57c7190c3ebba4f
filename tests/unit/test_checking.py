"""`python app.py check` finds nothing in a desk that was used, and names each thing that is wrong in a spoilt one."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import commands
from desk.checking import checked
from desk.desk import Desk
from desk.settings import Settings
from desk.store.database import connect
from desk.ticks import Tick
from models import Origin
from tests.unit.paper_desk import committed, limit, ticket

SPOILT = {
    "UPDATE posting SET amount = '1' WHERE id = 1": 'Transaction 1 sums to -99999 of money, not to zero.',
    'DELETE FROM posting WHERE transaction_id = 2': 'Transaction 2 has no postings.',
    "UPDATE fill SET fee = '0'": 'has other postings than fill',
    'DELETE FROM ledger_transaction WHERE id = 2': 'There are postings of transaction 2, which is not there.',
    'UPDATE posting SET book_id = 77 WHERE transaction_id = 1': 'Transaction 1 has postings of another book.',
    "UPDATE paper_order SET filled_size = '9' WHERE status = 'filled'": '(size, value, fees); its fills sum to 0.1 /',
    "UPDATE candle SET high = '1' WHERE origin = 'hand' AND interval = 60": 'high 1 instead of 67',
    "UPDATE cryptocurrency SET price = '1' WHERE origin = 'program'": 'instead of 1',
    "DELETE FROM candle WHERE origin = 'hand' AND interval = 60": 'has no candle.',
    "DELETE FROM cryptocurrency WHERE origin = 'program'": 'has a candle, and nothing behind it.',
    "UPDATE candle SET high = '1' WHERE origin = 'feed' AND interval = 60": 'does not reach from',
    "UPDATE candle SET volume = '7' WHERE interval = 3600": 'The hour ',
    "UPDATE candle SET low = '7' WHERE interval = 86400": 'The day ',
    'DELETE FROM coin WHERE id = 1': 'cites one of coin that is not there.',
}  # fmt: skip


def check(folder: Path) -> tuple[int, str]:
    """The status of the command, and what it says."""
    result = CliRunner().invoke(commands, ['check', '--data-dir', str(folder)])
    return result.exit_code, ' '.join(result.output.split())


async def use(folder: Path, database: str = '') -> None:
    """Prices by hand and by a feed, over three minutes, a correction, a withdrawal and orders."""
    desk = Desk(Settings(data_dir=folder, database_url=database, exchange='none', demo=False))
    await desk.start()
    for number in range(40):
        at = desk.clock() - timedelta(seconds=200 - 5 * number)
        price, volume = Decimal(67_000 + 13 * number % 37), Decimal(number)
        await desk.submit(Tick('BTC', price, at, 'api', Origin.PROGRAM, volume))
        await desk.submit_many([Tick('ETH', price, at, 'feed', Origin.FEED, volume)])
    records = (await desk.history('BTC')).records
    await desk.correct(records[3].record.id or 0, Decimal(66_999), 'typed wrong', 'me')
    await desk.withdraw(records[5].record.id or 0, 'not ours', 'me')
    await desk.broker.place(ticket())
    await desk.broker.place(limit('1'))
    await committed(desk)
    await desk.stop()


@pytest.fixture(scope='module')
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data dir of a desk that was used."""
    folder = tmp_path_factory.mktemp('used')
    asyncio.run(use(folder))
    return folder


def test_nothing_is_wrong_in_a_desk_that_was_used(used: Path) -> None:
    status, said = check(used)
    assert (status, said.count(': fine.')) == (0, 7), said
    assert said.endswith('There is nothing wrong.')


@pytest.mark.parametrize(('spoil', 'says'), SPOILT.items())
def test_what_is_wrong_is_named(used: Path, tmp_path: Path, spoil: str, says: str) -> None:
    shutil.copy(used / 'cointape.db', tmp_path)
    with closing(sqlite3.connect(tmp_path / 'cointape.db')) as database, database:
        assert database.execute(spoil).rowcount > 0
    status, said = check(tmp_path)
    assert says in said
    assert status == 1


def test_an_index_that_misses_rows_is_found(used: Path, tmp_path: Path) -> None:
    shutil.copy(used / 'cointape.db', tmp_path)
    with closing(sqlite3.connect(tmp_path / 'cointape.db', isolation_level=None)) as database:
        entry = database.execute("SELECT * FROM sqlite_schema WHERE name = 'ix_cryptocurrency_seq'").fetchone()
        database.execute('PRAGMA writable_schema = ON')
        database.execute("DELETE FROM sqlite_schema WHERE name = 'ix_cryptocurrency_seq'")
        database.execute('PRAGMA writable_schema = RESET')
        database.execute("UPDATE cryptocurrency SET seq = seq + 1000 WHERE origin = 'feed'")
        database.execute('PRAGMA writable_schema = ON')
        database.execute('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)', entry)
    status, said = check(tmp_path)
    assert status == 1
    assert 'missing from index ix_cryptocurrency_seq' in said


@pytest.mark.parametrize('kind', [pytest.param('postgresql', marks=pytest.mark.slow)])
async def test_postgresql_is_looked_through_too(database: str, tmp_path: Path) -> None:
    await use(tmp_path, database)
    engine = connect(database, patience=1)
    assert [looked.wrong for looked in checked(engine)] == [[]] * 7
    with engine.begin() as connection:
        connection.exec_driver_sql('UPDATE posting SET amount = 1 WHERE id = (SELECT min(id) FROM posting)')
    assert sum(looked.count for looked in checked(engine)) == 1
    engine.dispose()


def test_there_must_be_a_desk(tmp_path: Path) -> None:
    status, said = check(tmp_path / 'none')
    assert (status, said.split(':')[0]) == (2, f'There is no desk in {tmp_path}/none/cointape.db')
    assert not (tmp_path / 'none').exists(), 'and none was made'
