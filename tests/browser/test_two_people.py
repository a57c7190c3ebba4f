"""Two people, each logged in with a browser of their own: what is one's is never on the other's pages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import add, add_price, begin, choose_password, log_in
from tests.running import Server


@pytest.fixture
def people(networked: Server, new_window: Callable[..., Page]) -> tuple[Page, Page]:
    """Ada, who administers the desk, and Bob, who trades; there is a price of GOLD."""
    ada, bob = (new_window(networked.url, reduced_motion='reduce') for _ in range(2))
    begin(networked, ada)
    add_price(ada, 'GOLD', '2000')
    given = add(ada, 'Bob', 'Trader')
    bob.goto('/')
    log_in(bob, 'Bob', given)
    choose_password(bob, given, 'another boat on the lake')
    return ada, bob


def bell(page: Page) -> str | None:
    """What the bell says to who does not see it."""
    return page.locator('.bell').get_attribute('aria-label')


def test_stars_lists_orders_and_alerts_are_ones_own(people: tuple[Page, Page]) -> None:
    ada, bob = people
    for page in people:
        page.goto('/')
    bob.get_by_role('button', name='Put a star on GOLD', exact=True).click()
    expect(bob.get_by_role('button', name='Take the star off GOLD', exact=True)).to_be_visible()
    expect(bob.get_by_role('link', name='Favourites')).to_be_visible()
    bob.get_by_role('link', name='New alert for GOLD').click()
    bob.get_by_label('Price, USD').fill('2100')
    bob.get_by_role('button', name='Create alert').click()
    expect(bob.get_by_role('listitem').filter(has_text='GOLD crosses 2,100.00.')).to_have_count(1)
    bob.goto('/trading/')
    bob.get_by_label('Size', exact=True).fill('7')
    bob.get_by_label('Size', exact=True).press('Enter')
    expect(bob.get_by_role('main').get_by_text('Bought 7 GOLD').first).to_be_visible()
    add_price(ada, 'GOLD', '2200')
    bob.goto('/alerts')
    expect(bob.get_by_text('What has fired · 1 unread')).to_be_visible()
    bob.goto('/portfolio')
    expect(bob.get_by_role('main')).to_contain_text('GOLD')

    ada.goto('/')
    expect(ada.get_by_role('button', name='Put a star on GOLD', exact=True)).to_be_visible()
    expect(ada.get_by_role('link', name='Favourites')).to_have_count(0)
    assert bell(ada) != bell(bob)
    for path in ('/trading/', '/portfolio', '/orders', '/ledger', '/alerts'):
        ada.goto(path)
        expect(ada.get_by_role('main')).to_be_visible()
        expect(ada.get_by_text('7 GOLD')).to_have_count(0)
        expect(ada.get_by_text('GOLD crosses')).to_have_count(0)
