"""Every page on a phone, by keyboard alone, as axe sees it, in light and in dark, and without a word on the console."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.windows import content_width, price_of, serious
from tests.running import Server, running

PATHS = (
    '/',
    '/add',
    '/coin/BTC',
    '/trading/',
    '/trading/rules',
    '/portfolio',
    '/portfolio/counting',
    '/ledger?asset=USD',
    '/orders',
    '/orders/1',
    '/import',
    '/replay',
    '/settings',
    '/status',
    '/coin/UNKNOWN',
)
PHONE = {'width': 360, 'height': 740}
LONG_NAME = 'W' * 50
MOST_STOPS, MARGIN = 100, 14
FOCUS = ':focus, input[type=date]:focus-within'  # the button in a date field has it alone


@pytest.fixture(scope='module')
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a day of BTC, coins of other magnitudes, a name as long as names may be, and a few fills."""
    now = datetime.now(UTC)
    day = [
        {'name': 'BTC', 'price': str(67000 + (hour * 37) % 500), 'timestamp': (now - timedelta(hours=hour)).isoformat()}
        for hour in range(30, 0, -1)
    ]
    others = [('ETH', '3456.78'), ('SHIB', '0.00000923'), ('Some Token', '12'), (LONG_NAME, '12345678901.123456789')]
    with running(tmp_path_factory.mktemp('furnished')) as server:
        server.post(*day, *({'name': name, 'price': price} for name, price in others))
        for name, side, size in (('ETH', 'buy', '1'), (LONG_NAME, 'buy', '0.000001'), ('ETH', 'sell', '0.5')):
            order = {'name': name, 'side': side, 'type': 'market', 'size': size}
            assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'
        yield server


@pytest.fixture
def silence(request: pytest.FixtureRequest, complaints: list[str]) -> Iterator[None]:
    """A page that is not there may say so on the console, and nothing else."""
    yield
    complaints[:] = [said for said in complaints if '404' not in said]


@pytest.fixture
def visit(furnished: Server, new_window: Callable[..., Page], silence: None) -> Callable[..., Page]:
    """Opens a page in a window of its own and waits until it is alive."""

    def open_page(path: str, **options: object) -> Page:
        page = new_window(furnished.url, **options)
        page.goto(path)
        expect(page.get_by_role('main')).to_be_visible()
        page.wait_for_load_state('networkidle')
        return page

    return open_page


@pytest.mark.parametrize('path', PATHS)
def test_nothing_scrolls_sideways_on_a_phone(path: str, visit: Callable[..., Page]) -> None:
    page = visit(path, viewport=PHONE, has_touch=True, is_mobile=True)
    assert content_width(page) == PHONE['width']


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('path', PATHS)
def test_axe_finds_nothing_serious(path: str, scheme: str, visit: Callable[..., Page]) -> None:
    assert serious(visit(path, color_scheme=scheme)) == []


def around(box: FloatRect) -> FloatRect:
    """The box with room for an outline, which is the field's where the box is the input inside it."""
    x, y = max(0, box['x'] - MARGIN), max(0, box['y'] - MARGIN)
    return FloatRect(x=x, y=y, width=box['width'] + 2 * MARGIN, height=box['height'] + 2 * MARGIN)


@pytest.mark.parametrize('path', PATHS)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(path: str, visit: Callable[..., Page]) -> None:
    page = visit(path, reduced_motion='reduce', viewport={'width': 1200, 'height': 1400})
    expected = page.locator('a:visible, button:visible:enabled').and_(page.locator(':not([tabindex="-1"])')).count()
    assert expected > 5
    stops, unseen = 0, []
    page.mouse.click(2, 2)  # so that the focus begins at the top, wherever the page has put it
    page.keyboard.press('Tab')
    while (focused := page.locator(FOCUS)).count():
        stops += 1
        assert stops < MOST_STOPS, 'the focus goes round in a circle'
        name, box = (
            focused.first.get_attribute('aria-label') or focused.first.inner_text(),
            focused.first.bounding_box(),
        )
        assert box, f'{name} has the focus and is not on the screen'
        clip = around(box)
        focused_looks = page.screenshot(clip=clip)
        page.keyboard.press('Tab')
        if page.screenshot(clip=clip) == focused_looks:
            unseen.append(name)
    assert unseen == [], 'these look the same with the focus and without'
    assert stops >= expected


def test_from_the_board_to_a_new_price_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit('/')
    page.keyboard.press('/')
    expect(page.get_by_label('Search coins')).to_be_focused()
    page.keyboard.type('shi')
    expect(page.locator('[data-coin]')).to_have_count(1)
    page.keyboard.press('Escape')
    expect(page.locator('[data-coin]')).to_have_count(5)
    page.keyboard.press('Tab')
    page.locator('body').press('a')
    price = page.get_by_label('Price', exact=True)
    expect(price).to_be_visible()
    page.get_by_label('Name').focus()
    page.keyboard.type('SHIB')
    page.keyboard.press('Tab')
    expect(price).to_be_focused()
    page.keyboard.type('0.00000924')
    page.keyboard.press('Enter')
    expect(price).to_have_value('')
    page.goto('/')
    expect(price_of(page, 'SHIB')).to_have_text('0.00000924')
