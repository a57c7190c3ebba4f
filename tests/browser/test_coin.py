"""What only real browsers can show of a coin's page: a chart that moves while zoom and pan are kept, and its words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running import Server, wait_until

DATE = re.compile(r'^\d+ [A-Z][a-z]{2} ')
MINUTES = 90


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
    page = coin('BTC', '67000')
    box = page.locator('.candles').bounding_box()
    assert box is not None
    page.mouse.move(box['x'] + box['width'] * 0.7, box['y'] + 100)
    zoomed = zoom_in(page)
    page.mouse.move(5, 5)
    for price, shown in (('67400.12', '67,400.12'), ('67555.5', '67,555.50')):
        server.post({'name': 'BTC', 'price': price})
        page.get_by_role('button', name='Newest', exact=True).hover()
        expect(page.locator('.head-price')).to_have_text(shown)
    assert times(page)[0] == zoomed[0]
    page.get_by_role('button', name='Newest', exact=True).click()
    expect(words(page).filter(has_text='67,555.50')).to_have_count(1)
    assert times(page) != zoomed


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
    server.post({'name': 'BTC', 'price': '6700'})
    page.goto('/coin/BTC')
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
