"""A coin's chart as axe sees it: its dialogs and its table, with lines of alerts and where they fired."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import violations
from tests.running import Server


def prepare(server: Server) -> None:
    """An hour of prices, two alerts at one level, one that has fired."""
    now = datetime.now(UTC)
    times = [now - timedelta(minutes=number) for number in range(60, 0, -1)]
    server.post(*({'name': 'BTC', 'price': f'6700{at.minute % 10}', 'timestamp': at.isoformat()} for at in times))
    for level in ('67050', '67050', '67040'):
        alert = {'name': 'BTC', 'condition': 'crosses', 'price': level}
        assert server.http.post('/api/alerts', json=alert).status_code == 201
    server.post({'name': 'BTC', 'price': '67041'})


@pytest.mark.parametrize(('scheme', 'width'), [('light', 1200), ('dark', 360)])
def test_axe_finds_nothing_in_the_dialogs_and_the_table_of_a_chart(
    server: Server, new_window: Callable[..., Page], scheme: str, width: int
) -> None:
    prepare(server)
    page = new_window(
        server.url, color_scheme=scheme, reduced_motion='reduce', viewport={'width': width, 'height': 1100}
    )
    page.goto('/coin/BTC')
    page.get_by_role('button', name='1m', exact=True).click()
    expect(page.locator('.candles text').filter(has_text='Alert when crossed')).to_have_count(1)
    dialogs: tuple[tuple[str, Literal['checkbox', 'combobox']], ...]
    dialogs = ('Indicators', 'checkbox'), ('Compare', 'combobox')
    for name, role in dialogs:
        page.get_by_role('button', name=name, exact=True).click()
        dialog = page.get_by_role('dialog')
        expect(dialog.get_by_role(role).first).to_be_visible()
        if name == 'Indicators':
            dialog.get_by_role('checkbox', name='Relative strength').click()
        assert violations(page) == []
        page.keyboard.press('Escape')
        expect(dialog).to_have_count(0)
    page.get_by_text('The newest candles as a table').click()
    expect(page.locator('.candle-table tbody tr').first).to_be_visible()
    assert violations(page) == []
