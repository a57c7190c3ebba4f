"""What only real browsers can show of a coin's page: a chart that moves while zoom and pan are kept, and its words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running import Server, wait_until

DATE = re.compile(r'^\d+ [A-Z][a-z]{2} ')
MINUTES = 90


@pytest.fixture(name='server')
def one_server(shared_server: Server) -> Server:
    """The desk of other tests too: each of these here has a coin of its own."""
    return shared_server


@pytest.fixture
def coin(server: Server, page: Page) -> Callable[[str, str], Page]:
    """Opens the page of a coin with a price a minute for an hour and a half, drawn in minutes."""

    def open_page(name: str, price: str) -> Page:
        now = datetime.now(UTC)
        times = [now - timedelta(minutes=minutes) for minutes in range(MINUTES, 0, -1)]
        server.post(*({'name': name, 'price': price, 'timestamp': time.isoformat()} for time in times))
        page.goto(f'/coin/{name}')
        page.get_by_role('button', name='1m', exact=True).click()
        expect(words(page).filter(has_text=DATE)).not_to_have_count(0)
        return page

    return open_page


def words(page: Page) -> Locator:
    """The texts in the chart: times below, prices at the right, the last price."""
    return page.locator('.candles text')


def times(page: Page) -> list[str]:
    return words(page).filter(has_text=DATE).all_text_contents()


def zoom_in(page: Page) -> list[str]:
    """Turn the wheel over the chart until that shows; what stands below the chart then.

    The chart draws a turn within 100 ms: each is seen, or seen to be lost, before the next.
    """
    whole = times(page)

    def turned() -> list[str]:
        if (now := times(page)) != whole:
            return now
        page.mouse.wheel(0, -120)
        return []

    found: list[str] = wait_until(turned, 10, 'other times below the chart', step=0.3)
    return found


def test_the_last_candle_moves_and_zoom_and_pan_are_kept(server: Server, coin: Callable[[str, str], Page]) -> None:
    page = coin('ZOOMED', '67000')
    box = page.locator('.candles').bounding_box()
    assert box is not None
    page.mouse.move(box['x'] + box['width'] * 0.7, box['y'] + 100)
    zoomed = zoom_in(page)
    page.mouse.move(5, 5)
    for price, shown in (('67400.12', '67,400.12'), ('67555.5', '67,555.50')):
        server.post({'name': 'ZOOMED', 'price': price})
        page.get_by_role('button', name='Newest', exact=True).hover()
        expect(page.locator('.head-price')).to_have_text(shown)
    assert times(page)[0] == zoomed[0]
    page.get_by_role('button', name='Newest', exact=True).click()
    expect(words(page).filter(has_text='67,555.50')).to_have_count(1)
    wait_until(lambda: times(page) != zoomed, 5, 'the newest times below the chart')


def test_tiny_prices_are_written_out_at_the_crosshair(coin: Callable[[str, str], Page]) -> None:
    page = coin('SPECK', '0.00000011')
    expect(words(page).filter(has_text='0.000000110000')).not_to_have_count(0)
    box = page.locator('.candles').bounding_box()
    assert box is not None
    page.mouse.move(box['x'] + box['width'] / 2, box['y'] + 100)
    expect(page.locator('.candles').get_by_text('Close')).to_be_visible()
    said = ' '.join([*words(page).all_text_contents(), page.locator('.candles').inner_text()])
    assert not re.search(r'\d[eE][-−+]?\d', said)


def test_a_record_is_corrected_by_keyboard_alone(server: Server, page: Page) -> None:
    server.post({'name': 'WRONG', 'price': '6700'})
    page.goto('/coin/WRONG')
    page.get_by_role('button', name='Correct 6,700 of').press('Enter')
    expect(page.get_by_label('Right price')).to_be_focused()
    page.keyboard.press('ControlOrMeta+A')
    page.keyboard.type('67000')
    page.keyboard.press('Tab')
    page.keyboard.type('a digit was missing')
    page.keyboard.press('Tab')
    page.keyboard.press('Enter')
    expect(page.locator('.head-price')).to_have_text('67,000.00')
    expect(page.locator('.records s')).to_have_text('6,700')


def show(page: Page, *indicators: str) -> None:
    """Choose these in the dialog."""
    page.get_by_role('button', name='Indicators').click()
    for name in indicators:
        page.get_by_role('checkbox', name=name).click()
    page.get_by_role('button', name='Show', exact=True).click()
    expect(page.get_by_role('dialog')).to_have_count(0)


def chart_frames(page: Page) -> list[str]:
    """The messages that bring something to the chart, as they come from now on; the page must be opened after this."""
    found: list[str] = []

    def received(payload: str | bytes) -> None:
        if isinstance(payload, str) and payload.startswith('42["update",{"4000000"'):
            found.append(payload)

    page.on('websocket', lambda socket: socket.on('framereceived', received))
    return found


def minutes(server: Server, name: str, count: int, price: str = '100') -> None:
    """A price a minute up to now."""
    now = datetime.now(UTC)
    times = [now - timedelta(minutes=number) for number in range(count, 0, -1)]
    server.post(*({'name': name, 'price': price, 'timestamp': time.isoformat()} for time in times))


def test_older_history_comes_while_the_view_stands_still(server: Server, page: Page) -> None:
    frames = chart_frames(page)
    minutes(server, 'OLD', 700)
    page.goto('/coin/OLD')
    page.get_by_role('button', name='1m', exact=True).click()
    expect(words(page).filter(has_text=DATE)).not_to_have_count(0)
    for _ in range(2):
        page.get_by_role('button', name='Zoom out').click()
    wait_until(lambda: _eight_hours(page), 5, 'four times the 120 minutes that it began with')
    while not any(len(frame) > 60_000 for frame in frames):  # the test's own timeout ends it
        page.wait_for_timeout(50)
    wait_until(lambda: _settled(page), 5, 'a chart that stands still')
    assert _eight_hours(page)
    page.get_by_role('button', name='Zoom out').click()
    wait_until(lambda: (shown := times(page)) and _minutes_ago(shown[0]) > 520, 5, 'times before the first 500 candles')


def _eight_hours(page: Page) -> bool:
    """Whether the newest 480 minutes fill the chart. A time is written at least every hour, which ones moves with
    what comes in before them."""
    shown = times(page)
    return len(shown) > 2 and 418 < _minutes_ago(shown[0]) < 484 and _minutes_ago(shown[-1]) < 62


def _minutes_ago(text: str) -> float:
    return (datetime.now(UTC) - moment(text)) / timedelta(minutes=1)


def moment(text: str) -> datetime:
    """What a time below the chart says, of the last twelve months."""
    now = datetime.now(UTC)
    found = datetime.strptime(f'{text} {now.year} +0000', '%d %b %H:%M %Y %z')
    return found if found <= now else found.replace(year=now.year - 1)


def _settled(page: Page) -> list[str]:
    """The times below the chart once two looks find the same."""
    before = times(page)
    page.wait_for_timeout(150)
    return before if times(page) == before else []


def test_indicators_keep_the_zoom_move_live_and_are_kept_by_the_browser(
    server: Server, coin: Callable[[str, str], Page]
) -> None:
    page = coin('MOVED', '67000')
    page.get_by_role('button', name='Zoom in').click()
    zoomed = wait_until(lambda: _settled(page), 5, 'a chart that stands still')
    show(page, 'Moving average', 'Relative strength')
    expect(words(page).filter(has_text='RSI 14')).to_have_count(1)
    assert times(page)[0] == zoomed[0]
    page.get_by_text('The newest candles as a table').click()
    newest = page.locator('.candle-table tbody tr').first
    expect(newest).to_contain_text('67,000.00')
    server.post({'name': 'MOVED', 'price': '67100'})
    expect(words(page).filter(has_text='67,100.00')).to_have_count(1)
    page.reload()
    expect(page.locator('.legend')).to_have_text('SMA 20')
    expect(words(page).filter(has_text='RSI 14')).to_have_count(1)


def test_other_coins_are_compared_in_per_cent_from_the_left_edge(server: Server, page: Page) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # so that all ends in one candle, whenever it is
    for name, prices in (('RISING', ('100', '110')), ('FALLING', ('50', '40'))):
        ago = (now - timedelta(minutes=10), now)
        server.post(*({'name': name, 'price': p, 'timestamp': t.isoformat()} for p, t in zip(prices, ago, strict=True)))
    page.goto('/coin/RISING')
    page.get_by_role('button', name='1m', exact=True).click()
    page.get_by_role('button', name='Compare').click()
    page.get_by_role('combobox', name='Coins, up to four').fill('FALLING')
    page.get_by_role('option', name='FALLING').click()
    page.keyboard.press('Escape')  # the list, not the dialog
    page.get_by_role('dialog').get_by_role('button', name='Compare', exact=True).click()
    expect(page.locator('.legend')).to_have_text('RISINGFALLING')
    expect(words(page).filter(has_text='+10.00 %')).to_have_count(1)
    later = now + timedelta(milliseconds=1)
    server.post({'name': 'RISING', 'price': '120', 'timestamp': later.isoformat()})
    expect(words(page).filter(has_text='+20.00 %')).to_have_count(1)
    page.get_by_text('The newest candles as a table').click()
    expect(page.locator('.candle-table tbody tr').first).to_contain_text('−20.00 %')


def test_a_logarithmic_scale_has_round_prices_on_it(server: Server, page: Page) -> None:
    now = datetime.now(UTC)
    server.post(
        {'name': 'ACME', 'price': '0.9', 'timestamp': (now - timedelta(minutes=5)).isoformat()},
        {'name': 'ACME', 'price': '1100', 'timestamp': now.isoformat()},
    )
    page.goto('/coin/ACME')
    page.get_by_role('button', name='1m', exact=True).click()
    show(page, 'Logarithmic scale')
    heights = {text: words(page).filter(has_text=re.compile(f'^{text}$')).first for text in ('1', '1,000')}
    boxes = wait_until(lambda: [place.bounding_box() for place in heights.values()], 5, 'round prices')
    assert boxes[0]['y'] - boxes[1]['y'] > 150


def test_a_range_fits_the_length_of_its_candles(server: Server, coin: Callable[[str, str], Page]) -> None:
    page = coin('RANGE', '67000')
    page.get_by_role('button', name='1W: Last week').click()
    expect(page.get_by_role('button', name='1h', exact=True)).to_have_attribute('aria-pressed', 'true')
    page.get_by_role('button', name='All: All there is').click()
    expect(page.get_by_role('button', name='1m', exact=True)).to_have_attribute('aria-pressed', 'true')
