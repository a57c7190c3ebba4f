"""'/import', seen by simulated browsers on the real program."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from desk.csv.spool import folder_of
from desk.desk import Desk
from tests.unit.csv_sink import REAL_FILES, needs_real_files

OWN = (
    b'name,price,timestamp\r\n'
    b'BTC,67000.12,2026-01-30T10:00:00Z\r\nBTC,"67,000.50",2026-01-30T11:00:00Z\r\n'
    b'BTC,"12,5",2026-01-30T12:00:00Z\r\n'
)


async def sees(user: User, text: str) -> None:
    """File work takes its time in threads: look for it longer than the simulated browser does."""
    await user.should_see(text, retries=200)


async def upload(user: User, content: bytes, filename: str = 'prices.csv') -> None:
    await user.open('/import')
    element = user.find(ui.upload).elements.pop()
    assert isinstance(element, ui.upload)
    await element.handle_uploads([SmallFileUpload(filename, 'text/csv', content)])


async def test_a_file_is_shown_checked_and_imported(user: User, desk: Desk) -> None:
    await upload(user, OWN)
    await sees(user, 'Cointape: prices · 128 bytes')
    await sees(user, '67,000.50')
    user.find('Check the file').click()
    await sees(user, '2 good rows, 1 bad.')
    await sees(user, 'Write the decimals after a point: 12.5 instead of 12,5.')
    assert desk.coins() == []
    user.find('Import 2 rows').click()
    await sees(user, '2 added, 1 was bad.')
    await sees(user, 'See BTC')
    assert str(desk.quote('BTC').price) == '67000.5'


async def test_the_same_file_again_adds_nothing_and_says_so(user: User, desk: Desk) -> None:
    for sentence in ('2 added, 1 was bad.', 'Nothing added, 2 were there already, 1 was bad.'):
        await upload(user, OWN)
        await sees(user, 'Check the file')
        user.find('Check the file').click()
        await sees(user, '2 good rows')
        user.find('Import 2 rows').click()
        await sees(user, sentence)
    assert len((await desk.history('BTC')).records) == 2


async def test_a_file_without_a_coin_asks_for_it_and_guesses_from_its_name(user: User, desk: Desk) -> None:
    content = b'snapped_at,price,market_cap,total_volume\n2026-01-30 00:00:00 UTC,0.5,1,1\n'
    await upload(user, content, 'ada-usd-max.csv')
    await sees(user, 'CoinGecko: prices')
    name = user.find('Name').elements.pop()
    assert isinstance(name, ui.input)
    assert name.value == 'ADA'
    name.set_value('')
    user.find('Check the file').click()
    await sees(user, 'Give the coin a name, like BTC.')
    name.set_value('Cardano')
    user.find('Check the file').click()
    await sees(user, '1 good row, 0 bad.')
    user.find('Import 1 row').click()
    await sees(user, '1 added.')
    assert str(desk.quote('Cardano').price) == '0.5'


async def test_an_unknown_header_is_mapped_with_selects(user: User, desk: Desk) -> None:
    await upload(user, b'Day;Coin;Fixing\n2026-01-30;XMR;150.25\n')
    await sees(user, 'Its header is not known. Say which column is which.')
    user.find('Check the file').click()
    await sees(user, 'Say which column holds the price; the file has Day, Coin, Fixing.')
    selects = {str(select.props['label']): select for select in user.find(ui.select).elements}
    assert (selects['Coin'].value, selects['Price'].value, selects['Time'].value) == ('Coin', '', 'Day')
    selects['Price'].set_value('Fixing')
    user.find('Check the file').click()
    await sees(user, '1 good row, 0 bad.')
    user.find('Import 1 row').click()
    await sees(user, '1 added.')
    assert str(desk.quote('XMR').price) == '150.25'


async def test_what_is_no_csv_file_is_refused_in_words(user: User, desk: Desk) -> None:
    await upload(user, b'PK\x03\x04', 'prices.xlsx')
    await sees(user, 'This is a zip archive or a spreadsheet, not a CSV file')
    assert list(folder_of(desk.settings).iterdir()) == []


async def test_names_and_cells_are_text_and_not_markup(user: User) -> None:
    await upload(user, b'name,price,timestamp\n<img src=x>,<b>,x\n', '<i>.csv')
    await sees(user, '&lt;i&gt;.csv')
    await sees(user, '&lt;img src=x&gt;')
    await user.should_not_see('<img src=x>')


async def test_a_running_import_is_seen_by_every_browser_and_stopped_by_any(
    user: User, another: Callable[[], User], desk: Desk
) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    rows = ''.join(f'BTC,{n + 1},{(start + timedelta(seconds=n)).isoformat()}\n' for n in range(60_000))
    await upload(user, gzip.compress(b'name,price,timestamp\n' + rows.encode()), 'long.csv.gz')
    await sees(user, 'Check the file')
    user.find('Check the file').click()
    await sees(user, '60,000 good rows, 0 bad.')
    user.find('Import 60,000 rows').click()
    second = another()
    await second.open('/import')
    await sees(second, 'Importing:')
    second.find('Stop').click()
    for browser in (user, second):
        await sees(browser, 'Import the file again to add the rest.')
    assert list(folder_of(desk.settings).iterdir()) == []


@needs_real_files
async def test_a_real_file_of_candles_goes_all_the_way(user: User, desk: Desk) -> None:
    path = REAL_FILES / 'kraken_daily' / 'converted_BONKUSD_1440.csv'
    await upload(user, path.read_bytes(), path.name)
    await sees(user, 'Kraken: daily candles')
    user.find('Check the file').click()
    await sees(user, '101 good rows, 0 bad.')
    user.find('Import 101 rows').click()
    await sees(user, '101 added.')
    candles = await desk.candles('BONK', '1d')
    assert (len(candles), str(candles[0].open)) == (101, '0.00001916')


async def test_an_upload_over_http_streams_into_the_data_dir_under_its_name(user: User, desk: Desk) -> None:
    await user.open('/import')
    url = user.find(ui.upload).elements.pop().props['url']
    answer = await user.http_client.post(str(url), files={'file': ('ada-usd.csv', OWN)})
    assert answer.status_code == 200
    await sees(user, 'ada-usd.csv')
    await sees(user, 'Check the file')


async def test_an_upload_above_the_limit_is_cut_off_and_leaves_nothing(user: User, desk: Desk) -> None:
    await user.open('/import')
    element = user.find(ui.upload).elements.pop()
    vars(element)['limit'] = 1000
    answer = await user.http_client.post(element.props['url'], files={'file': ('big.csv', b'x' * 5000)})
    assert answer.status_code == 413
    await sees(user, 'The file is larger than')
    assert list(folder_of(desk.settings).iterdir()) == []
