"""Alerts in two windows: made in one, there in the other; told in both, once; acknowledged in one, seen in both."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import content_width, row_of
from tests.running import Server


@pytest.fixture
def windows(server: Server, two_windows: tuple[Page, Page]) -> tuple[Page, Page]:
    """One on the board, the other on /alerts, where there is none yet; ACME stands at 100."""
    server.post({'name': 'ACME', 'price': '100'})
    one, other = two_windows
    one.goto('/')
    other.goto('/alerts')
    expect(other.get_by_text('No alert yet')).to_be_visible()
    return two_windows


def bell(page: Page) -> str | None:
    """What the bell says to who cannot see it."""
    return page.locator('.bell').get_attribute('aria-label')


def test_the_life_of_an_alert_in_two_windows(server: Server, windows: tuple[Page, Page]) -> None:
    one, other = windows
    row_of(one, 'ACME').hover()
    one.get_by_role('link', name='New alert for ACME').click()
    expect(one.get_by_label('Price, USD')).to_have_value('100')
    one.get_by_label('Price, USD').fill('110')
    expect(one.locator('.promise')).to_contain_text('ACME crosses 110.00.')
    one.get_by_role('button', name='Create alert').click()
    for window in windows:
        expect(window.get_by_role('listitem').filter(has_text='ACME crosses 110.00.')).to_have_count(1)
        expect(window.locator('.alert-price')).to_contain_text('9.09 % below 110.00')
    server.post({'name': 'ACME', 'price': '105'})
    for window in windows:
        expect(window.locator('.alert-price b')).to_have_text('105.00')
    server.post({'name': 'ACME', 'price': '111'})
    for window in windows:
        expect(window.locator('.alert-toast', has_text='ACME crossed 110.00, at 111.00.')).to_have_count(1)
        expect(window.locator('.bell b')).to_have_text('1')
        expect(window.get_by_text('What has fired · 1 unread')).to_be_visible()
    one.get_by_role('button', name='Acknowledge all').click()
    for window in windows:
        expect(window.locator('.bell b')).to_have_count(0)
        expect(window.locator('.alert .state')).to_have_text('Acknowledged')
        expect(window.locator('.alert-toast', has_text='ACME crossed')).to_have_count(1)  # not said again
    assert bell(other) == 'Alerts, none unread'


def test_from_the_board_in_two_clicks_by_its_row(windows: tuple[Page, Page]) -> None:
    one, other = windows
    row_of(one, 'ACME').hover()
    one.get_by_role('link', name='New alert for ACME').click()
    one.get_by_role('button', name='Create alert').click()
    for window in (one, other):  # the first goes there, the second is there
        expect(window.get_by_role('listitem').filter(has_text='ACME crosses 100.00.')).to_have_count(1)


def test_the_menu_of_an_alert_on_a_phone(server: Server, windows: tuple[Page, Page]) -> None:
    one, _ = windows
    one.set_viewport_size({'width': 360, 'height': 740})
    alert = {'name': 'ACME', 'price': '90'}
    one.goto('/alerts/new?coin=ACME&price=90')
    one.get_by_role('button', name='Create alert').click()
    expect(one.locator('.alert')).to_contain_text('crosses 90.00.')
    one.get_by_role('button', name='More for: ACME crosses 90.00.').click()
    one.get_by_text('Snooze for 1 hour').click()
    expect(one.locator('.alert .state')).to_have_text('Snoozed')
    assert content_width(one) == 360
    server.post(alert)
    one.get_by_role('button', name='Wake up: ACME crosses 90.00.').click()
    expect(one.locator('.alert .state')).to_have_text('Active')
    expect(one.locator('.alert-toast', has_text='crossed')).to_have_count(0)
    server.post({'name': 'ACME', 'price': '95'}, {'name': 'ACME', 'price': '89'})
    expect(one.locator('.alert-toast', has_text='ACME crossed 90.00, at 89.00.')).to_have_count(1)
