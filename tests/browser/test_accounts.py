"""A desk on a network, as people meet it: the first account, a second factor, somebody else, and the way out."""

from collections.abc import Callable

import httpx
import pyotp
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, add, add_price, begin, choose_password, fine, log_in, shown_once
from tests.running import Server

PHONE = {'width': 360, 'height': 740}


def test_the_first_account_its_second_factor_and_the_way_out(
    networked: Server, new_window: Callable[..., Page], complaints: list[str]
) -> None:
    page = new_window(networked.url, reduced_motion='reduce')
    begin(networked, page)
    page.goto('/account')
    page.get_by_role('button', name='Set it up…').click()
    key = page.locator('.asking code').inner_text().replace(' ', '')
    page.get_by_label('Code from the app').fill(pyotp.TOTP(key).now())
    assert fine(page)
    page.get_by_role('button', name='Turn it on').click()
    codes = shown_once(page, 'I have kept them').split()
    expect(page.get_by_text('Logging in asks for a code')).to_be_visible()
    assert fine(page)
    page.get_by_role('button', name='Log out').click()
    expect(page).to_have_url(f'{networked.url}/login')
    page.goto('/portfolio')
    expect(page).to_have_url(f'{networked.url}/login?next=/portfolio')
    log_in(page, 'Ada', PASSWORD)
    expect(page.get_by_role('alert')).to_contain_text('one-time code')
    assert fine(page)
    complaints.clear()  # Chromium says on the console that the answer was 401
    log_in(page, 'Ada', PASSWORD, codes[0])
    expect(page).to_have_url(f'{networked.url}/portfolio')
    expect(page.get_by_role('heading', name='Portfolio')).to_be_visible()
    page.goto('/audit')
    expect(page.get_by_text('recovery code used')).to_be_visible()
    assert fine(page)


def test_a_token_lets_a_program_in_until_it_is_revoked(networked: Server, new_window: Callable[..., Page]) -> None:
    page = new_window(networked.url, color_scheme='dark', viewport=PHONE, reduced_motion='reduce')
    begin(networked, page)
    page.goto('/account')
    page.get_by_role('button', name='Make a token…').click()
    page.get_by_label('What is it for?').fill('office')
    assert fine(page)
    page.get_by_role('button', name='Make the token').click()
    name, _, value = shown_once(page, 'I have kept it').partition(': ')
    with httpx.Client(base_url=networked.url, headers={name: value}) as program:
        assert program.get('/api/coins').status_code == 200
        assert program.post('/api/prices', json={'name': 'BTC', 'price': '1'}).status_code == 403
        page.get_by_role('button', name='Revoke office…').click()
        page.get_by_role('button', name='Revoke the token').click()
        expect(page.get_by_text('None. A program that')).to_be_visible()
        assert program.get('/api/coins').status_code == 401
    assert fine(page)


def test_a_viewer_chooses_a_password_and_sees_only_what_a_viewer_may(
    networked: Server, new_window: Callable[..., Page]
) -> None:
    page = new_window(networked.url, reduced_motion='reduce')
    begin(networked, page)
    given = add(page, 'Bob', 'Viewer')
    expect(page.get_by_text('has not chosen a password yet')).to_be_visible()
    other = new_window(networked.url, viewport=PHONE, reduced_motion='reduce')
    other.goto('/')
    log_in(other, 'Bob', given)
    expect(other).to_have_url(f'{networked.url}/account')
    expect(other.get_by_text('Choose your own first')).to_be_visible()
    assert fine(other)
    choose_password(other, given, 'another boat on the lake')
    add_price(page, 'GOLD', '2000')
    other.goto('/')
    expect(other.get_by_role('link', name='GOLD').first).to_be_visible()
    page.goto('/people')
    page.get_by_role('button', name='Bob: Switch off…').click()
    page.get_by_role('button', name='Switch off', exact=True).click()
    expect(page.get_by_text('switched off')).to_be_visible()
    assert fine(page)
    other.goto('/')
    expect(other).to_have_url(f'{networked.url}/login')
