"""`python app.py export` writes what a desk keeps as CSV files, whose prices make the same history again."""

import asyncio
import csv
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import commands
from desk.desk import Desk
from desk.settings import Settings
from tests.unit.paper_desk import committed, limit, ticket, told
from tests.unit.store_records import bar


def export(desk_dir: Path, folder: Path, *flags: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ['export', str(folder), '--data-dir', str(desk_dir), *flags])
    return result.exit_code, ' '.join(result.output.split())


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text('utf-8').splitlines()))


async def use(settings: Settings) -> None:
    desk = Desk(settings)
    await desk.start()
    await told(desk, '67000', '67010')
    await desk.submit_candles([bar(interval=3600)])
    await desk.broker.place(ticket())
    await desk.broker.place(limit('1'))
    await committed(desk)
    await desk.stop()


@pytest.fixture
def used(settings: Settings) -> Path:
    """The data dir of a desk that has ended: prices, a candle that came whole, orders."""
    asyncio.run(use(settings))
    return settings.data_dir


def test_every_file_has_what_the_desk_has(used: Path, tmp_path: Path) -> None:
    folder = tmp_path / 'out'
    status, said = export(used, folder)
    assert status == 0, said
    assert {file.name for file in folder.iterdir()} == {
        'prices.csv', 'candles.csv', 'orders-local-1.csv', 'fills-local-1.csv', 'postings-local-1.csv',
        'firings-local.csv',
    }  # fmt: skip
    assert all(file.name in said and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    assert [order['status'] for order in rows(folder / 'orders-local-1.csv')] == ['open', 'filled']
    assert {fill['coin'] for fill in rows(folder / 'fills-local-1.csv')} == {'BTC'}
    assert sum(1 for _ in rows(folder / 'postings-local-1.csv')) > 2
    (candle,) = rows(folder / 'candles.csv')
    assert (candle['coin'], candle['interval'], candle['close'], candle['source']) == ('BTC', '3600', '1', 'coinbase')
    assert {price['name'] for price in rows(folder / 'prices.csv')} == {'BTC'}


def test_a_folder_with_files_is_left_alone(used: Path, tmp_path: Path) -> None:
    status, said = export(used, used)
    assert (status, 'is not an empty folder' in said) == (2, True)
    (tmp_path / 'file').touch()
    assert export(used, tmp_path / 'file')[0] == 2
    assert export(used, tmp_path / 'file' / 'x')[0] == 2
    assert export(tmp_path / 'none', tmp_path / 'out')[0] == 2
