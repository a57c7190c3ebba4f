"""A replay in Chromium: its banner on a phone, as axe sees it, and worked by hand while an order waits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import content_width, price_of, violations
from tests.running import Server, running, wait_until

NOON = datetime(2024, 8, 8, 12, tzinfo=UTC)
PATHS = ('/', '/trading/', '/coin/BTC', '/replay')
PHONE = {'width': 360, 'height': 740}


@pytest.fixture
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An hour between two prices: 60,000, 59,990, 59,980, …"""
    folder = tmp_path_factory.mktemp('replay')
    rows = (f'BTC,{60000 - 10 * hour},{(NOON + timedelta(hours=hour)).isoformat()}\n' for hour in range(48))
    (folder / 'tape.csv').write_text('name,price,timestamp\n' + ''.join(rows))
    with running(folder / 'data', '--replay', str(folder / 'tape.csv'), '--speed', '1') as server:
        wait_until(lambda: server.http.get('/api/prices').json(), 10, 'the first price')
        yield server


def test_the_banner_fits_on_a_phone_and_axe_finds_nothing_serious(
    replay: Server, new_window: Callable[..., Page]
) -> None:
    for scheme in ('light', 'dark'):
        page = new_window(replay.url, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme=scheme)
        for path in PATHS:
            page.goto(path)
            expect(page.get_by_text('Replay of tape.csv').first).to_be_visible()
            assert content_width(page) == PHONE['width'], path
            assert violations(page) == [], path


def test_a_replay_is_paused_stepped_and_traded_by_hand(replay: Server, new_window: Callable[..., Page]) -> None:
    page, other = new_window(replay.url), new_window(replay.url)
    page.goto('/')
    other.goto('/')
    page.get_by_role('button', name='Pause').click()
    expect(page.get_by_text('paused')).to_be_visible()
    expect(other.get_by_role('button', name='Play')).to_be_visible()
    order = {'name': 'BTC', 'side': 'buy', 'type': 'limit', 'size': '0.1', 'limit_price': '59985'}
    number = replay.http.post('/api/orders', json=order).json()['id']

    def has_become(status: str) -> bool:
        return bool(replay.http.get(f'/api/orders/{number}').json()['status'] == status)

    for shown, status in (('59,990.00', 'open'), ('59,980.00', 'filled')):
        page.get_by_role('button', name='Next price').click()
        expect(price_of(page, 'BTC')).to_have_text(shown)
        expect(price_of(other, 'BTC')).to_have_text(shown)
        wait_until(partial(has_become, status), 5, status)
    expect(page.get_by_text('2024-08-08 14:00:00 UTC')).to_be_visible()
    page.get_by_role('combobox', name='Speed').click()
    page.get_by_role('option', name='max').click()
    expect(other.get_by_text('max · paused')).to_be_visible()
    other.get_by_role('button', name='Play').click()
    expect(page.get_by_text('the recording has ended')).to_be_visible()
    expect(price_of(page, 'BTC')).to_have_text('59,530.00')
