"""The keys of every page: what each does, and when none of them does anything."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from pages.menu import ELSEWHERE, MENU, SHORTCUTS
from tests.browser.windows import row_of
from tests.running import Server, running

COINS = ('AAA', 'BBB', 'CCC')


@pytest.fixture(scope='module')
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with three coins."""
    with running(tmp_path_factory.mktemp('keys')) as server:
        server.post(*({'name': coin, 'price': '10'} for coin in COINS))
        yield server


@pytest.fixture
def page(furnished: Server, new_window: Callable[..., Page]) -> Page:
    return new_window(furnished.url)


def go(page: Page, path: str) -> None:
    """Open a page and wait until it hears the keyboard."""
    page.goto(path)
    page.wait_for_load_state('networkidle')


def test_g_and_a_letter_lead_to_each_page(page: Page) -> None:
    go(page, '/status')
    for place in (place for place in (*MENU, *ELSEWHERE) if place.letter):
        page.keyboard.press('g')
        page.keyboard.press(place.letter)
        page.wait_for_url(f'**{place.path}')
        page.wait_for_load_state('networkidle')


def test_j_and_k_walk_along_the_rows_and_enter_opens_one(page: Page) -> None:
    go(page, '/')
    for key, coin in zip('jjjjkjkk', ('AAA', 'BBB', 'CCC', 'CCC', 'BBB', 'CCC', 'BBB', 'AAA'), strict=True):
        page.keyboard.press(key)
        expect(row_of(page, coin)).to_be_focused()
    assert page.locator(f'[data-coin="{COINS[0]}"]:focus-visible').count() == 1, 'one sees where it is'
    page.keyboard.press('Enter')
    page.wait_for_url('**/coin/AAA')


@pytest.mark.parametrize('path', ['/', '/status', '/coin/AAA'])
def test_a_adds_a_price_from_every_page(page: Page, path: str) -> None:
    go(page, path)
    page.keyboard.press('a')
    expect(page.get_by_role('dialog').get_by_label('Price', exact=True)).to_be_visible()
    page.keyboard.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)


def test_the_question_mark_shows_every_key(page: Page) -> None:
    go(page, '/status')
    page.keyboard.press('?')
    dialog = page.get_by_role('dialog')
    for words in (
        *(key.does for key in SHORTCUTS.values()),
        *(place.label for place in (*MENU, *ELSEWHERE) if place.letter),
    ):
        expect(dialog.get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press('a')
    page.keyboard.press('g')
    page.keyboard.press('b')
    page.keyboard.press('Escape')
    expect(dialog).to_have_count(0)
    assert page.url.endswith('/status'), 'a page behind a dialog does not move'


def test_no_key_does_anything_while_one_writes_or_holds_another(page: Page) -> None:
    go(page, '/')
    page.keyboard.press('/')
    expect(page.get_by_label('Search coins')).to_be_focused()
    page.keyboard.type('ajkg?b')
    expect(page.get_by_label('Search coins')).to_have_value('ajkg?b')
    page.keyboard.press('Escape')
    page.mouse.click(600, 700)
    for key in ('Control+a', 'Alt+a', 'Meta+j', 'Control+?', 'Control+g'):
        page.keyboard.press(key)
    page.keyboard.press('j')
    expect(row_of(page, 'AAA')).to_be_focused()
    expect(page.get_by_role('dialog')).to_have_count(0)


def test_the_keys_can_be_turned_off_and_on(page: Page) -> None:
    go(page, '/settings')
    page.get_by_role('switch', name='Single keys are shortcuts').click()
    go(page, '/')
    page.keyboard.press('j')
    page.keyboard.press('?')
    expect(row_of(page, 'AAA')).not_to_be_focused()
    expect(page.get_by_role('dialog')).to_have_count(0)
    go(page, '/settings')
    switch = page.get_by_role('switch', name='Single keys are shortcuts')
    expect(switch).not_to_be_checked()
    switch.click()
    page.get_by_role('button', name='Show the keys').click()
    expect(page.get_by_role('dialog')).to_contain_text('Go to a page')
