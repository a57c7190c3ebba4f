"""The picture at the top of the README: the board with the demo market.

`COINTAPE_PICTURES=1 make browser` takes it anew; otherwise the test sees that what it shows is still there.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import lit
from tests.running import ROOT, running

PICTURE = ROOT / 'docs' / 'board.png'
TAKE = bool(os.environ.get('COINTAPE_PICTURES'))
SIZE = {'width': 1200, 'height': 760}
FILLED = 45_000.0  # ms until the demo's week of history has arrived
FIELDS = ('name', 'price', 'change-1h', 'change-24h', 'change-7d', 'volume', 'range', 'sparkline', 'source')


@pytest.mark.timeout(150)
def test_the_picture_of_the_board_is_true(tmp_path: Path, new_window: Callable[..., Page]) -> None:
    with running(tmp_path, '--exchange', 'none', '--demo') as server:
        page = new_window(server.url, viewport=SIZE, device_scale_factor=2, color_scheme='light')
        page.goto('/')
        rows = page.locator('[data-coin]')
        expect(rows.nth(30)).to_be_attached()
        for field in FIELDS:
            cells = rows.locator(f'[data-field="{field}"]')
            expect(cells).to_have_count(rows.count(), timeout=FILLED)
            if field not in ('range', 'sparkline'):
                expect(cells.filter(has_text='—')).to_have_count(0, timeout=FILLED)
        expect(rows.locator('[data-field="sparkline"] svg')).to_have_count(rows.count(), timeout=FILLED)
        lit(page).nth(2).wait_for()
        if TAKE:
            PICTURE.parent.mkdir(exist_ok=True)
            page.screenshot(path=PICTURE)
        page.context.close()
    assert f'({PICTURE.relative_to(ROOT)})' in (ROOT / 'README.md').read_text('utf-8')
    assert PICTURE.stat().st_size < 600_000, 'quick to load'
