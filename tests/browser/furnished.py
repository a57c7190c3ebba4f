"""A desk with something on every page, for tests that visit all of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import heard, shoot_all
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
    '/alerts',
    '/alerts/new?coin=BTC',
    '/alerts/rules',
    '/lists',
    '/lists/1',
    '/import',
    '/replay',
    '/settings',
    '/status',
    '/coin/UNKNOWN',
)
LONG_NAME = 'W' * 50


@pytest.fixture(scope='module')
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a day of BTC, coins of other magnitudes, a name as long as names may be, a few fills, a list,
    and alerts that have fired, rest and wait."""
    now = datetime.now(UTC)
    day = [
        {'name': 'BTC', 'price': str(67000 + (hour * 37) % 500), 'timestamp': (now - timedelta(hours=hour)).isoformat()}
        for hour in range(30, 0, -5)
    ]
    others = [('ETH', '3456.78'), ('SHIB', '0.00000923'), ('Some Token', '12'), (LONG_NAME, '12345678901.123456789')]
    with running(tmp_path_factory.mktemp('furnished')) as server:
        server.post(*day, *({'name': name, 'price': price} for name, price in others))
        for name, side, size in (('ETH', 'buy', '1'), (LONG_NAME, 'buy', '0.000001'), ('ETH', 'sell', '0.5')):
            order = {'name': name, 'side': side, 'type': 'market', 'size': size}
            assert server.http.post('/api/orders', json=order).json()['status'] == 'filled'
        _watched(server)
        yield server


def _watched(server: Server) -> None:
    listed = {'name': LONG_NAME, 'coins': ['BTC', LONG_NAME]}
    assert server.http.post('/api/watchlists', json=listed).status_code == 201
    for name, condition, price in (('ETH', 'above', '3000'), (LONG_NAME, 'below', '1'), ('BTC', 'crosses', '70000')):
        alert = {'name': name, 'condition': condition, 'price': price, 'note': LONG_NAME}
        assert server.http.post('/api/alerts', json=alert).status_code == 201
    assert server.http.post('/api/alerts/2/pause').status_code == 200
    server.post({'name': 'ETH', 'price': '3456.79'})
    assert server.http.get('/api/alerts/firings').json()['unread'] == 1


@pytest.fixture
def visit(
    furnished: Server, visitors: Callable[..., BrowserContext], complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page in a window of its own and waits until it is alive. One that is not there may say so."""
    pages: list[Page] = []

    def open_page(path: str, **options: object) -> Page:
        pages.append(page := heard(visitors(furnished.url, **options).new_page(), complaints))
        page.goto(path)
        expect(page.get_by_role('main')).to_be_visible()
        page.wait_for_load_state('networkidle')
        return page

    yield open_page
    shoot_all(pages, request.node.name)
    for page in pages:
        page.close()
    assert [said for said in complaints if '404' not in said] == []
