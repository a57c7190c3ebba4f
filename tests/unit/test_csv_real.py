"""The real files of `../shared/data/csv`: every one is recognised and comes in whole, and only once."""

import csv
import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from desk.csv.formats import name_in
from desk.csv.importing import CsvImport
from desk.desk import Desk
from tests.unit.csv_sink import REAL_FILES, Sink, needs_real_files, sink

pytestmark = [pytest.mark.slow, needs_real_files]
__all__ = ['sink']

# folder: format, kind, interval, whether the coin must be named, words
FOLDERS = {
    'coinbase_1m': ('coinbase_1m', 'candles', 60, True, 'Coinbase: one-minute candles'),
    'coingecko': ('coingecko', 'prices', 0, True, 'CoinGecko: prices'),
    'coinmarketcap_export': (
        'coinmarketcap_export', 'candles', 86400, True, 'CoinMarketCap: daily candles, volume in dollars'),
    'coinmarketcap_kaggle': (
        'coinmarketcap_kaggle', 'candles', 86400, False, 'CoinMarketCap: daily candles, volume in dollars'),
    'cryptodatadownload': ('cryptodatadownload', 'candles', 0, False, ''),
    'kraken_daily': ('kraken_daily', 'candles', 86400, True, 'Kraken: daily candles'),
    'yahoo': ('yahoo', 'candles', 86400, True, 'Yahoo Finance: daily candles, volume in dollars'),
}  # fmt: skip
FILES = sorted(path.relative_to(REAL_FILES) for path in REAL_FILES.glob('*/*.csv*'))
TWICE = {'coinbase_1m': 297}  # minutes that stand twice in each of these files
ALIKE = [Path('coinbase_1m', f'{coin}-USD.csv.gz') for coin in ('BTC', 'DOGE', 'ETH')]  # 47,000 rows each: tried only


def rows_in(path: Path) -> list[dict[str, str]]:
    """The rows of a real file, by an independent reader."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()
    lines = content.decode('utf-8-sig').splitlines()
    table = csv.DictReader(lines[path.parent.name == 'cryptodatadownload' :], skipinitialspace=True)
    return [{key.strip().lower(): value.strip() for key, value in row.items()} for row in table]


@pytest.mark.parametrize('name', FILES, ids=str)
async def test_a_real_file_is_recognised_and_comes_in_once(name: Path, sink: Sink) -> None:
    path, folder = REAL_FILES / name, name.parent.name
    rows, twice = len(rows_in(path)), TWICE.get(folder, 0)
    key, kind, interval, needs_name, words = FOLDERS[folder]
    async with CsvImport(path, sink, name_in(name.name, 'USD') or 'COIN') as job:
        look = await job.inspect()
        assert (look.format, look.kind, look.needs_name, look.needs_mapping) == (key, kind, needs_name, False)
        assert not interval or (look.interval, look.words) == (interval, words)
        assert len(look.preview) == 10
        trial = await job.dry_run()
        assert (trial.good, trial.bad, trial.repeated) == (rows, 0, twice)
        assert not sink.bars
        assert not sink.ticks
        if name in ALIKE:
            return
        report = await job.run()
        assert (report.added, report.present, report.repeated, report.bad) == (rows - twice, 0, twice, 0)
        assert len(sink.bars) + len(sink.ticks) == rows - twice
        if rows > 40_000:
            return
        again = await job.run()
        assert (again.added, again.present, again.repeated) == (0, rows - twice, twice)


async def bar_of(name: str, sink: Sink, moment: datetime, interval: int, coin: str) -> tuple[Decimal | None, ...]:
    async with CsvImport(REAL_FILES / name, sink, 'GIVEN') as job:
        await job.run()
    bar = sink.bars[coin, interval, moment]
    return bar.open, bar.high, bar.low, bar.close, bar.volume


def numbers(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


async def test_a_close_at_the_last_second_belongs_to_its_day(sink: Sink) -> None:
    found = await bar_of('coinmarketcap_kaggle/coin_Monero.csv', sink, datetime(2014, 5, 22, tzinfo=UTC), 86400, 'XMR')
    assert found == numbers('1.589400053024292 2.18887996673584 1.359089970588684 2.0955801010131836 132918.0')


async def test_the_site_export_is_dated_by_its_opening(sink: Sink) -> None:
    name = 'coinmarketcap_export/Ethereum_9_12_2023-9_11_2024_historical_data_coinmarketcap.csv'
    found = await bar_of(name, sink, datetime(2024, 9, 10, tzinfo=UTC), 86400, 'GIVEN')
    assert found == numbers('2358.4977080116 2398.503909515 2323.0717691421 2389.5809379648 12795818970.29')


async def test_an_hour_with_am_and_pm_and_the_coins_own_volume(sink: Sink) -> None:
    name = 'cryptodatadownload/Coinbase_BTCUSD_1h.csv'
    found = await bar_of(name, sink, datetime(2017, 7, 1, 13, tzinfo=UTC), 3600, 'BTC')
    assert found == numbers('2488.43 2488.43 2454.4 2454.43 280.28')
    midnight = sink.bars['BTC', 3600, datetime(2019, 10, 17, tzinfo=UTC)]
    noon = sink.bars['BTC', 3600, datetime(2019, 10, 16, 12, tzinfo=UTC)]
    assert (midnight.close, noon.close) == numbers('7966.43 7987.02')


async def test_low_stands_before_high_at_coinbase_and_the_fuller_of_two_candles_counts(sink: Sink) -> None:
    lines = gzip.decompress((REAL_FILES / 'coinbase_1m/ADA-USD.csv.gz').read_bytes()).splitlines(keepends=True)
    path = sink.settings.data_dir / 'newest.csv'
    path.write_bytes(b''.join(lines[:400]))
    async with CsvImport(path, sink, 'ADA') as job:
        report = await job.run()
        assert (report.added, report.repeated, (await job.run()).added) == (300, 99, 0)
    bar = sink.bars['ADA', 60, datetime(2023, 12, 29, 17, 52, tzinfo=UTC)]
    assert (bar.open, bar.high, bar.low, bar.close) == numbers('0.6001 0.6007 0.6001 0.6003')
    assert bar.volume == Decimal('4959.34')  # the other line has 4835.77


async def test_exponents_and_binary_fractions_come_in(sink: Sink) -> None:
    moment = datetime(2023, 12, 22, tzinfo=UTC)
    found = await bar_of('kraken_daily/converted_BONKUSD_1440.csv', sink, moment, 86400, 'GIVEN')
    assert found == numbers('0.00001916 0.0000286 0.0000189 0.00002459 371171350.0287898')
    async with CsvImport(REAL_FILES / 'coinmarketcap_kaggle/coin_Dogecoin.csv', sink) as job:
        report = await job.run()
    assert report.rounded == 5670
    assert sink.bars['DOGE', 86400, datetime(2013, 12, 16, tzinfo=UTC)].close == Decimal('0.000204730997211300')


async def test_every_price_of_a_real_file_is_exact(sink: Sink) -> None:
    async with CsvImport(REAL_FILES / 'coingecko/ada-usd-max.csv', sink, 'ADA') as job:
        await job.run()
    expected = [
        (datetime.fromisoformat(row['snapped_at'].replace(' UTC', '+00:00')), Decimal(row['price']))
        for row in rows_in(REAL_FILES / 'coingecko/ada-usd-max.csv')
    ]
    assert [(tick.timestamp, tick.price) for tick in sink.ticks] == expected


async def test_a_started_desk_shows_the_newest_price_and_the_candles_of_real_files(desk: Desk) -> None:
    async with CsvImport(REAL_FILES / 'coingecko/ada-usd-max.csv', desk, 'ADA') as job:
        assert (await job.run()).added == 2621
        assert (await job.run()).present == 2621
    async with CsvImport(REAL_FILES / 'cryptodatadownload/Coinbase_BTCUSD_d.csv', desk) as job:
        assert (await job.run()).added == 1770
        assert (await job.run()).added == 0
    newest = max(rows_in(REAL_FILES / 'coingecko/ada-usd-max.csv'), key=lambda row: row['snapped_at'])
    assert desk.quote('ADA').price == Decimal(newest['price'])
    candles = await desk.candles('BTC', '1d', end=datetime(2019, 10, 18, tzinfo=UTC), limit=1)
    assert (candles[0].open, candles[0].close, candles[0].volume) == numbers('7993.54 8034.32 1570.08')
