"""Names and notes that would be HTML, templates, formulas or other lines of the log: shown as they are, everywhere."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.running import Server, running

RUNS = '<img src=x onerror=console.warn(7)>'
NAMES = (
    RUNS,
    '"><svg onload=console.warn(7)>',
    '{{console.warn(7)}}${console.warn(7)}',
    "'; DROP TABLE coin; --",
    '=1+cmd()',
)
MARKUP = ('img[src=x]', 'svg[onload]', 'script:text("console.warn(7)")')
TURNED = 'note \u202egnp.exe'


def furnish(server: Server) -> list[str]:
    """Every name in every place that takes one; returns the paths of the pages that show them."""
    for name in NAMES:
        server.post({'name': name, 'price': '10', 'note': f'{RUNS} {TURNED}', 'author': RUNS})
    bought = {'name': RUNS, 'side': 'buy', 'type': 'market', 'size': '1'}
    resting = {'name': RUNS, 'side': 'buy', 'type': 'limit', 'size': '1', 'limit_price': '5'}
    alert = {
        'name': RUNS,
        'condition': 'above',
        'price': '9',
        'title': RUNS,
        'note': RUNS,
        'message': f'{RUNS} {{name}}',
    }
    for path, body in (('orders', bought), ('orders', resting), ('alerts', alert)):
        assert server.http.post(f'/api/{path}', json=body).is_success
    made = server.http.post('/api/watchlists', json={'name': RUNS, 'coins': list(NAMES)})
    assert made.status_code == 201, made.text
    shown = (
        '/',
        '/orders',
        '/orders/1',
        '/portfolio',
        '/ledger',
        '/alerts',
        '/lists',
        f'/lists/{made.json()["id"]}',
        '/add',
    )
    coin = quote(RUNS, safe='')
    return [*shown, f'/coin/{coin}', f'/trading/?coin={coin}', f'/alerts/new?coin={coin}', '/status']


def test_a_name_is_text_on_every_page_and_in_what_comes_later(
    tmp_path: Path, new_window: Callable[..., Page], complaints: list[str]
) -> None:
    with running(tmp_path / 'data') as server:
        paths = furnish(server)
        page = new_window(server.url)
        for path in paths:
            page.goto(path)
            page.wait_for_load_state('networkidle')
            server.post({'name': RUNS, 'price': '11'})  # a live cell, a chart, the news of the alert
            assert complaints == [], path
            assert [page.locator(each).count() for each in MARKUP] == [0, 0, 0], path
        page.goto(paths[0])
        expect(page.get_by_text(RUNS, exact=True).first).to_be_visible()
        _leaves_as_it_came(server)
        assert not [line for line in server.log if 'warn(7)' in line]
        page.goto('about:blank')
        assert complaints == []


def _leaves_as_it_came(server: Server) -> None:
    """The API gives the very names; in an export no cell begins a formula, nor does a part of one."""
    assert {each['name'] for each in server.http.get('/api/coins').json()} >= set(NAMES)
    for path in ('/api/export.csv', '/api/export/orders.csv', '/api/export/fills.csv', '/api/export/postings.csv'):
        rows = list(csv.reader(io.StringIO(server.http.get(path).raise_for_status().text)))
        assert len(rows) > 1, path
        assert not [cell for row in rows for cell in row if cell.lstrip().startswith(('=', '+', '@'))], path
