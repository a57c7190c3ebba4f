"""What moves, flashes or speaks by itself: as little as somebody asks for, and never a flood."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import lit, price_of, violations
from tests.running import Server, running

SPEAKING = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output'
SHOWN_AT = {  # where the price stands on each page
    '/': '[data-coin=BTC] [data-field=price]',
    '/coin/BTC': '.head-price',
    '/trading/?coin=BTC': '.head-price',
    '/portfolio': '.equity',
}
PRICES = [str(67000 + number) for number in range(100)]


@pytest.fixture(scope='module')
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a coin, some of which is held."""
    with running(tmp_path_factory.mktemp('calm')) as server:
        server.post({'name': 'BTC', 'price': '66999'})
        order = {'name': 'BTC', 'side': 'buy', 'type': 'market', 'size': '1'}
        assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'
        yield server


@pytest.mark.parametrize('path', SHOWN_AT)
def test_a_hundred_changes_of_a_price_announce_nothing(
    furnished: Server, new_window: Callable[..., Page], path: str
) -> None:
    page = new_window(furnished.url)
    furnished.post({'name': 'BTC', 'price': '66999'})
    page.goto(path)
    page.wait_for_load_state('networkidle')
    expect(page.locator(SHOWN_AT[path]).first).to_be_visible()
    before, said = page.locator(SHOWN_AT[path]).first.inner_text(), set[tuple[str, ...]]()
    for price in PRICES:
        furnished.post({'name': 'BTC', 'price': price})
        said.add(tuple(page.locator(SPEAKING).all_inner_texts()))
    expect(page.locator(SHOWN_AT[path]).first).not_to_have_text(before)
    assert len(said | {tuple(page.locator(SPEAKING).all_inner_texts())}) == 1
    assert page.locator(f':is({SPEAKING}) :is({SHOWN_AT[path]})').count() == 0


def test_nothing_flashes_or_fades_for_who_wants_no_motion(furnished: Server, new_window: Callable[..., Page]) -> None:
    page = new_window(furnished.url, reduced_motion='reduce')
    page.goto('/')
    price_of(page, 'BTC').wait_for()
    colour = row_colour(page)
    furnished.post({'name': 'BTC', 'price': '70000.12'})
    lit(page).first.wait_for(state='attached')
    for name, still in (('color', colour), ('transition-duration', '1e-05s'), ('animation-name', 'none')):
        expect(price_of(page, 'BTC').locator('.lit > *')).to_have_css(name, still)


def test_it_flashes_for_the_others(furnished: Server, new_window: Callable[..., Page]) -> None:
    page = new_window(furnished.url)
    page.goto('/')
    price_of(page, 'BTC').wait_for()
    colour = row_colour(page)
    furnished.post({'name': 'BTC', 'price': '71000.34'})
    expect(price_of(page, 'BTC').locator('.lit > *')).not_to_have_css('color', colour)


def row_colour(page: Page) -> str:
    """The colour of a price that has not just changed."""
    found = page.context.new_cdp_session(page)
    root = found.send('DOM.getDocument')['root']['nodeId']
    found.send('CSS.enable')
    node = found.send('DOM.querySelector', {'nodeId': root, 'selector': SHOWN_AT['/']})['nodeId']
    styles = found.send('CSS.getComputedStyleForNode', {'nodeId': node})['computedStyle']
    return str(next(one['value'] for one in styles if one['name'] == 'color'))


def test_what_has_happened_is_said_in_a_pause(furnished: Server, new_window: Callable[..., Page]) -> None:
    page = new_window(furnished.url)
    page.goto('/add?name=BTC')
    page.wait_for_load_state('networkidle')
    page.get_by_label('Price', exact=True).fill('70000')
    page.get_by_label('Price', exact=True).press('Enter')
    toast = page.locator('.q-notification', has_text='added')
    expect(toast).to_have_attribute('role', 'status')
    assert page.locator('.q-notification[role=alert]').count() == 0


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('key', ['?', 'a'])
def test_axe_finds_nothing_in_the_dialogs(
    furnished: Server, new_window: Callable[..., Page], key: str, scheme: str
) -> None:
    page = new_window(
        furnished.url, color_scheme=scheme, reduced_motion='reduce', viewport={'width': 360, 'height': 740}
    )
    page.goto('/status')
    page.wait_for_load_state('networkidle')
    page.keyboard.press(key)
    expect(page.get_by_role('dialog')).to_be_visible()
    assert violations(page) == []
