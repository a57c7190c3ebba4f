"""What a browser alone can show of the portfolio: the curve is drawn and goes on, and a link does not lose a click."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.windows import Pulse
from tests.running import Server


def buy(server: Server, name: str, size: str) -> None:
    order = {'name': name, 'side': 'buy', 'type': 'market', 'size': size}
    assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'


def test_two_windows_follow_the_price_and_the_curve_goes_on(server: Server, two_windows: tuple[Page, Page]) -> None:
    server.post({'name': 'BTC', 'price': '67000'})
    buy(server, 'BTC', '1')
    for window in two_windows:
        window.goto('/portfolio')
        expect(window.locator('.equity')).to_have_text('99,798.85')
        expect(window.locator('.equity-curve svg path').first).to_be_attached()
    before = [window.locator('.equity-curve svg').text_content() or '' for window in two_windows]
    server.post({'name': 'BTC', 'price': '68000'})
    for window, drawn in zip(two_windows, before, strict=True):
        expect(window.locator('.equity')).to_have_text('100,798.85')
        expect(window.locator('[role=cell].value')).to_contain_text('68,000.00')
        expect(window.locator('.equity-curve svg')).not_to_have_text(drawn)  # its axis reaches higher now


def test_no_click_on_a_position_is_lost_while_prices_run(server: Server, new_window: Callable[..., Page]) -> None:
    server.post({'name': 'BTC', 'price': '1000'})
    buy(server, 'BTC', '1')
    page = new_window(server.url)
    with Pulse(server, ['BTC']):
        for _ in range(5):
            page.goto('/portfolio')
            expect(page.locator('[role=cell].last')).to_have_text(re.compile('1,0[0-9][0-9]'))
            page.locator('.position .size a').click(delay=100)
            expect(page).to_have_url(re.compile('/ledger'))


def test_a_note_is_written_by_keyboard_alone(server: Server, two_windows: tuple[Page, Page]) -> None:
    server.post({'name': 'BTC', 'price': '1000'})
    buy(server, 'BTC', '1')
    one, other = two_windows
    one.goto('/portfolio')
    other.goto('/portfolio')
    one.get_by_role('button', name='Add note').focus()
    one.keyboard.press('Enter')
    expect(one.get_by_role('textbox', name='Note')).to_be_focused()
    one.keyboard.type('too early')
    one.keyboard.press('Enter')
    for window in two_windows:
        expect(window.get_by_role('button', name='Change note')).to_have_text('too early')


def test_a_new_position_comes_live_and_a_reset_leads_on(server: Server, two_windows: tuple[Page, Page]) -> None:
    server.post({'name': 'BTC', 'price': '1000'}, {'name': 'ETH', 'price': '100'})
    buy(server, 'BTC', '1')
    for window in two_windows:
        window.goto('/portfolio')
        expect(window.locator('[role=cell].last')).to_have_text('1,000.00')
    buy(server, 'ETH', '10')
    server.post({'name': 'ETH', 'price': '105'})
    for window in two_windows:
        expect(window.locator('[role=cell].last')).to_have_text(['1,000.00', '105.00'])
        expect(window.locator('[data-fill]')).to_have_count(2)
    assert server.http.post('/api/account/reset', json={'confirm': 'book 1'}).status_code == 200
    for window in two_windows:
        expect(window.get_by_text('Nothing is bought yet.')).to_be_visible()
        expect(window.locator('.equity')).to_have_text('100,000.00')
