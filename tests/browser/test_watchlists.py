"""What only real browsers can show of watchlists: forms that go nowhere, dragging, the keyboard, a phone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import content_width, row_of, violations
from tests.running import Server, running

COINS = ('AAA', 'BBB', 'CCC', 'DDD')
LONG = 'VERYLONGNAME'


@pytest.fixture(scope='module')
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with four coins; each test leaves a list."""
    with running(tmp_path_factory.mktemp('lists')) as server:
        server.post(*({'name': coin, 'price': '89160.48'} for coin in (*COINS, LONG)))
        yield server


@pytest.fixture
def pair(furnished: Server, new_window: Callable[..., Page]) -> tuple[Page, Page]:
    """Two windows of one user."""
    return new_window(furnished.url), new_window(furnished.url)


def star(page: Page, coin: str, on: bool = False) -> Locator:
    """The button of a star that is off, or on."""
    name = f'Take the star off {coin}' if on else f'Put a star on {coin}'
    return page.get_by_role('button', name=name, exact=True)


def coins(page: Page) -> Locator:
    """The rows of the board."""
    return page.locator('[data-coin]')


def made(page: Page, name: str) -> str:
    """Make a list on its page and put all coins on it; the path of its own page."""
    page.goto('/lists')
    page.get_by_label('Name of the new list').fill(name)
    page.get_by_role('button', name='Make a list').click()
    page.get_by_role('option', name=f'{name} (0)').click()
    page.get_by_role('button', name='Edit coins').click()
    page.wait_for_url(re.compile(r'/lists/\d+$'))
    for coin in COINS:
        page.get_by_label('Add a coin').fill(coin)
        page.get_by_role('option', name=coin, exact=True).last.click()
        expect(page.get_by_role('listbox', name='Coins').get_by_role('option')).to_have_count(COINS.index(coin) + 1)
    return page.url


def test_a_star_changes_in_both_windows_and_neither_goes_anywhere(pair: tuple[Page, Page]) -> None:
    first, second = pair
    gone: list[str] = []
    for page in pair:
        page.goto('/')
        row_of(page, 'BBB').wait_for()
        page.on('request', lambda request: gone.append(request.url) if request.resource_type == 'websocket' else None)
    star(first, 'BBB').click()
    for page in pair:
        expect(star(page, 'BBB', on=True)).to_be_visible()
        expect(page.get_by_role('link', name='Favourites', exact=True)).to_be_visible()
    expect(star(first, 'BBB', on=True)).to_be_focused()
    second.goto('/coin/BBB')
    expect(star(second, 'BBB', on=True)).to_be_visible()
    first.keyboard.press('Enter')
    expect(star(second, 'BBB')).to_be_visible()
    expect(star(first, 'BBB')).to_be_focused()
    assert (first.url.rsplit('/', 1)[1], gone) == ('', [])


def test_a_row_leads_to_a_new_alert(pair: tuple[Page, Page]) -> None:
    page, _ = pair
    page.goto('/')
    row_of(page, 'CCC').hover()
    link = page.get_by_role('link', name='New alert for CCC')
    expect(link).to_have_css('opacity', '1')
    expect(link).to_have_attribute('href', '/alerts/new?coin=CCC')
    box, row = link.bounding_box(), row_of(page, 'CCC').bounding_box()
    assert box
    assert row
    assert row['height'] == 44
    assert row['x'] + row['width'] / 2 < box['x'] < box['x'] + box['width'] <= row['x'] + row['width']
    assert row['y'] <= box['y'] < box['y'] + box['height'] <= row['y'] + row['height']


def test_a_coin_is_dragged_and_the_board_of_another_window_follows(pair: tuple[Page, Page]) -> None:
    page, board = pair
    path = made(page, 'Dragged')
    board.goto(f'/?list={path.rsplit("/", 1)[1]}')
    expect(coins(board)).to_have_count(len(COINS))
    options = page.get_by_role('listbox', name='Coins').get_by_role('option')
    options.nth(0).drag_to(options.nth(2))
    expect(options).to_have_text(['BBB', 'CCC', 'AAA', 'DDD'])
    expect(page.get_by_text('AAA is now number 3 of 4.')).to_be_attached()
    for place, coin in enumerate(('BBB', 'CCC', 'AAA', 'DDD')):
        expect(coins(board).nth(place)).to_have_attribute('data-coin', coin)
    options.nth(3).drag_to(options.nth(0))
    expect(options).to_have_text(['DDD', 'BBB', 'CCC', 'AAA'])
    page.reload()
    expect(options).to_have_text(['DDD', 'BBB', 'CCC', 'AAA'])


def test_a_coin_is_moved_with_the_keyboard_alone(pair: tuple[Page, Page]) -> None:
    page, other = pair
    other.goto(made(page, 'Typed'))
    box = page.get_by_role('listbox', name='Coins')
    box.focus()
    page.keyboard.press('ArrowDown')
    expect(page.get_by_role('option', name='AAA', exact=True)).to_have_attribute('aria-selected', 'true')
    page.keyboard.press('Alt+ArrowDown')
    expect(page.get_by_text('AAA is now number 2 of 4.')).to_be_attached()
    page.keyboard.press('ArrowDown')
    page.keyboard.press('Alt+ArrowUp')
    expect(page.get_by_text('CCC is now number 2 of 4.')).to_be_attached()
    expect(box).to_be_focused()
    for window in pair:
        options = window.get_by_role('listbox', name='Coins').get_by_role('option')
        expect(options).to_have_text(['BBB', 'CCC', 'AAA', 'DDD'])


@pytest.mark.parametrize('look', [{'viewport': {'width': 360, 'height': 700}}, {'color_scheme': 'dark'}, {}])
def test_a_list_fits_and_axe_finds_nothing(
    furnished: Server, new_window: Callable[..., Page], look: dict[str, object]
) -> None:
    page = new_window(furnished.url, **look)
    narrow = 'viewport' in look
    page.goto('/')
    star(page, COINS[0]).or_(star(page, COINS[0], on=True)).wait_for()
    assert violations(page) == []
    name = row_of(page, LONG).locator('[data-field="name"]').bounding_box()
    assert name
    assert name['width'] > 60, 'seven letters at least can be read'
    page.goto('/lists')
    page.get_by_role('heading', name='Import a list').wait_for()
    assert violations(page) == []
    if narrow:
        assert content_width(page) <= 360
    path = made(page, f'Fits {len(str(look))}')
    page.get_by_role('option').nth(1).click()
    expect(page.locator('.q-menu')).to_have_count(0)  # it fades
    assert violations(page) == []
    assert not narrow or content_width(page) <= 360
    page.goto(f'/?list={path.rsplit("/", 1)[1]}')
    coins(page).nth(len(COINS) - 1).wait_for()
    assert violations(page) == []
    assert not narrow or content_width(page) <= 360
