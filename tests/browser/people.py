"""What people do on a desk that asks for logins, with a browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.layout import cut_off
from tests.browser.windows import content_width, violations
from tests.running import Server

CODE = re.compile(r'^\s+([0-9a-f]{4}(?:-[0-9a-f]{4})+)\s*$', re.MULTILINE)
PASSWORD = 'a boat on the old canal'


def fine(page: Page) -> bool:
    """Whether axe finds nothing and nothing is cut off; says what if not."""
    assert violations(page) == []
    assert cut_off(page) == []
    return page.viewport_size is not None and content_width(page) <= page.viewport_size['width']


def begin(server: Server, page: Page) -> None:
    """Make the first account, by the code on the console."""
    page.goto('/')
    expect(page).to_have_url(f'{server.url}/welcome')
    found = CODE.search(server.output)
    assert found, server.output
    page.get_by_label('Code from the console').fill(found[1])
    page.get_by_label('Your name').fill('Ada')
    page.get_by_label('Password').fill(PASSWORD)
    assert fine(page)
    page.get_by_role('button', name='Make the account').click()
    expect(page).to_have_url(f'{server.url}/')


def log_in(page: Page, name: str, password: str, code: str = '') -> None:
    page.get_by_label('Name').fill(name)
    page.get_by_label('Password').fill(password)
    page.get_by_label('One-time code').fill(code)
    page.get_by_role('button', name='Log in').click()


def shown_once(page: Page, done: str) -> str:
    """What a dialog shows that is not shown again; closes it."""
    text = page.locator('.codes').inner_text()
    assert fine(page)
    page.get_by_role('button', name=done).click()
    expect(page.get_by_role('dialog')).to_have_count(0)
    return text


def add(page: Page, name: str, role: str) -> str:
    """Somebody else; their first password."""
    page.goto('/people')
    page.get_by_role('button', name='Add somebody…').click()
    page.get_by_label('Name', exact=True).fill(name)
    page.get_by_role('radio', name=role).click()
    assert fine(page)
    page.get_by_role('button', name='Add', exact=True).click()
    return shown_once(page, 'Done')


def choose_password(page: Page, given: str, own: str) -> None:
    """The first thing that somebody does who was given one."""
    page.get_by_label('Old password').fill(given)
    page.get_by_label('New password').fill(own)
    page.get_by_role('button', name='Change the password').click()
    expect(page.get_by_text('The password is changed')).to_be_visible()


def add_price(page: Page, name: str, price: str) -> None:
    """By the form."""
    page.goto('/add')
    page.get_by_label('Name', exact=True).fill(name)
    page.get_by_label('Price', exact=True).fill(price)
    page.get_by_role('button', name='Add price').click()
    expect(page.get_by_label('Price', exact=True)).to_have_value('')
