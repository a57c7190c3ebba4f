"""Every page in light, in dark and on a phone, alive on the demo market; and the pictures of the README's gallery.

`COINTAPE_PICTURES=1 make browser` takes the pictures anew; otherwise the test sees that they are there and small.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import content_width
from tests.running import ROOT, Server, running, wait_until

GALLERY = ROOT / 'docs' / 'gallery'
TAKE = bool(os.environ.get('COINTAPE_PICTURES'))
COIN = 'ASTRELL'
PATHS = {
    'board': '/',
    'coin': f'/coin/{COIN}',
    'trading': f'/trading/?coin={COIN}',
    'portfolio': '/portfolio',
    'alerts': '/alerts',
    'new-alert': f'/alerts/new?coin={COIN}',
    'lists': '/lists',
    'orders': '/orders',
    'ledger': '/ledger?asset=USD',
    'add': f'/add?name={COIN}',
    'import': '/import',
    'replay': '/replay',
    'settings': '/settings',
    'status': '/status',
}
WINDOWS: dict[str, dict[str, object]] = {
    'light': {'viewport': {'width': 1200, 'height': 760}, 'color_scheme': 'light'},
    'dark': {'viewport': {'width': 1200, 'height': 760}, 'color_scheme': 'dark'},
    'phone': {'viewport': {'width': 360, 'height': 740}, 'color_scheme': 'light', 'is_mobile': True, 'has_touch': True},
}
SHOWN = ('coin-light', 'trading-dark', 'portfolio-light', 'alerts-light', 'board-dark', 'board-phone', 'coin-phone')
LARGEST = 250_000  # bytes
FILLED = 45.0  # seconds until the demo's week of history has arrived


@pytest.fixture(scope='module')
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo market with its week of history, some coins held, an order that waits, and alerts."""
    with running(tmp_path_factory.mktemp('pictures'), '--exchange', 'none', '--demo') as server:
        prices = wait_until(lambda: _filled(server), FILLED, 'history', step=0.5)
        for name, amount in ((COIN, '3000'), ('GROFT', '2500'), ('HOBBEN', '1200')):
            order = {'name': name, 'side': 'buy', 'type': 'market', 'quote_size': amount}
            assert server.http.post('/api/orders', json=order).status_code == 201
        resting = {'name': COIN, 'side': 'buy', 'type': 'limit', 'size': '50', 'limit_price': '1'}
        assert server.http.post('/api/orders', json=resting).status_code == 201
        for alert in (
            {'name': COIN, 'condition': 'crosses_up', 'price': '99', 'title': 'Break-out'},
            {'name': 'GROFT', 'condition': 'below', 'price': '1', 'repeat': 'rearm', 'rearm': '1'},
            {'condition': 'falls', 'percent': '90', 'window': '1h', 'repeat': 'every', 'cooldown': 3600},
        ):
            answer = server.http.post('/api/alerts', json=alert)
            assert answer.status_code == 201, answer.text
        assert prices
        yield server


def _filled(server: Server) -> bool:
    prices = server.http.get('/api/prices').json()
    candles = server.http.get(f'/api/candles/{COIN}?interval=15m&limit=100').json()
    return len(prices) > 30 and all(price['change_7d'] for price in prices) and len(candles) > 90


@pytest.mark.timeout(150)
@pytest.mark.parametrize('look', WINDOWS)
def test_every_page_is_alive(market: Server, new_window: Callable[..., Page], look: str) -> None:
    page = new_window(market.url, **WINDOWS[look])
    for name, path in PATHS.items():
        page.goto(path)
        expect(page.get_by_role('main')).to_be_visible()
        page.wait_for_load_state('networkidle')
        expect(page.get_by_role('heading', level=1)).to_have_count(1)
        assert content_width(page) == page.viewport_size['width'] if page.viewport_size else 0, path
        if TAKE and f'{name}-{look}' in SHOWN:
            GALLERY.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=GALLERY / f'{name}-{look}.png')


def test_the_gallery_is_there_and_quick_to_load() -> None:
    readme = (ROOT / 'README.md').read_text('utf-8')
    for name in SHOWN:
        picture = GALLERY / f'{name}.png'
        assert picture.stat().st_size < LARGEST, name
        assert picture.relative_to(ROOT).as_posix() in readme
    assert {picture.stem for picture in GALLERY.glob('*.png')} == set(SHOWN)
