"""Caddy, with the Caddyfile of deploy/, in front of the real program, under a path prefix: TLS, sockets, addresses."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.browser.windows import price_of
from tests.caddy import Caddy, caddy
from tests.deploying import image
from tests.running import QUIET, Server, free_port, running, wait_until

PREFIX, HOME = '/desk', '127.0.0.1'


class Behind(NamedTuple):
    """A desk and the Caddy before it; `url` is where browsers find it."""

    desk: Server
    caddy: Caddy
    url: str


@pytest.fixture(scope='module')
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """One for all, of the files that the image has; it is open, so that no test here is about who one is."""
    folder, port = tmp_path_factory.mktemp('behind'), free_port()
    flags = ('--path-prefix', PREFIX, '--trusted-proxies', HOME, '--open-to-everyone-without-login')
    kind = type('Imaged', (Server,), {'program': (str(image(folder / 'app') / 'app.py'),)})
    with caddy(folder / 'caddy', upstream=f'{HOME}:{port}', path_prefix=PREFIX) as proxy:
        with running(folder / 'data', *QUIET, *flags, '--trusted-origins', proxy.url, port=port, kind=kind) as desk:
            yield Behind(desk, proxy, proxy.url + PREFIX)


def test_browsers_are_led_to_tls_and_to_the_prefix(behind: Behind) -> None:
    plain = httpx.get(f'http://localhost:{behind.caddy.plain_port}/desk/alerts?a=1', trust_env=False)
    assert (plain.status_code, plain.headers['location']) == (308, 'https://localhost/desk/alerts?a=1')
    with behind.caddy.client() as http:
        assert http.get('/desk').headers['location'] == '/desk/'
        assert http.get('/').status_code == http.get('/desktop/').status_code == 404


def test_what_the_desk_says_comes_through_as_it_said_it(behind: Behind) -> None:
    with behind.caddy.client(path=PREFIX) as http:
        page = http.get('/')
        assert page.headers['content-encoding'] == 'gzip'  # by the desk
        assert page.headers['x-content-type-options'] == 'nosniff'
        assert 'max-age=' in page.headers['strict-transport-security']
        assert 'uvicorn' not in page.headers.values()
        assert all('; path=/desk' in cookie.lower() for cookie in page.headers.get_list('set-cookie'))
        made = http.post('/api/prices', json=[{'name': 'TLS', 'price': '1.23'}])
        assert made.status_code == 201, made.text
        order = {'name': 'TLS', 'side': 'buy', 'type': 'market', 'size': '1'}
        assert http.post('/api/orders', json=order).headers['location'] == '/desk/api/orders/1'
        assert http.get('/coin/TLS').status_code == 200


def test_the_apis_sockets_go_through(behind: Behind) -> None:
    behind.desk.post({'name': 'WSS', 'price': '41'})
    address = f'wss{behind.url.removeprefix("https")}/ws/cryptocurrency'
    with connect(address, ssl=behind.caddy.trust, origin=Origin(behind.caddy.url), proxy=None) as socket:
        socket.send(json.dumps({'cryptocurrency': 'WSS'}))
        assert '41' in str(socket.recv(10))
        behind.desk.post({'name': 'WSS', 'price': '42'})
        assert '42' in str(socket.recv(10))


def test_two_windows_live_through_it(behind: Behind, new_window: Callable[..., Page]) -> None:
    one, other = (new_window(behind.caddy.url, ignore_https_errors=True) for _ in range(2))
    one.goto(f'{PREFIX}/add')
    other.goto(f'{PREFIX}/')
    for label, value in (('Name', 'CADDY'), ('Price', '65.43')):
        one.get_by_label(label, exact=True).fill(value)
    one.get_by_role('button', name='Add price').click()
    expect(price_of(other, 'CADDY')).to_have_text('65.43')
    other.locator('[data-coin="CADDY"]').click()
    expect(other).to_have_url(f'{behind.url}/coin/CADDY')
    other.get_by_role('main').get_by_role('link', name='Add price').click()
    expect(other).to_have_url(f'{behind.url}/add?name=CADDY')


def test_no_log_names_a_page(behind: Behind) -> None:
    """client_ids stand in the query of a page's socket, and in the address of its uploads."""
    with behind.caddy.client(path=PREFIX) as http:
        http.get('/?q=hidden', headers={'Authorization': 'Bearer hidden', 'Cookie': 'session=hidden'})
        http.post('/_nicegui/client/hidden/upload/1')
    wait_until(lambda: '/desk/_nicegui/client/-/upload/1' in asked(behind), 5, 'a line in the log')
    assert '/desk/_nicegui_ws/socket.io/' in asked(behind)
    assert not [line for line in behind.caddy.log if 'hidden' in line or 'client_id' in line or '?' in line]


def asked(behind: Behind) -> list[str]:
    """The addresses in its log."""
    lines = [json.loads(line) for line in behind.caddy.log if line.startswith('{')]
    return [line['request']['uri'] for line in lines if 'request' in line]


def test_the_first_account_is_made_by_tls_from_its_real_address(tmp_path: Path) -> None:
    """What a visitor says of where they come from is not believed; the cookie is for TLS and for the prefix."""
    port, elsewhere = free_port(), '127.0.0.2'
    flags = ('--path-prefix', PREFIX, '--trusted-proxies', HOME)
    with caddy(tmp_path / 'caddy', upstream=f'{HOME}:{port}', path_prefix=PREFIX) as proxy:
        with running(tmp_path / 'data', *QUIET, *flags, port=port) as desk, proxy.client(elsewhere, PREFIX) as http:
            assert http.get('/alerts').headers['location'] == '/desk/welcome'
            code = wait_until(lambda: re.search(r'\w{4}(-\w{4})+', desk.output), 5, 'a code on the console')[0]
            form = {'code': code, 'name': 'ada', 'password': 'a horse that nobody staples', 'next': '/alerts'}
            said = {'Origin': proxy.url, 'X-Forwarded-For': '9.9.9.9', 'X-Forwarded-Prefix': '/evil'}
            made = http.post('/welcome', data=form, headers=said)
            assert (made.status_code, made.headers['location']) == (303, '/desk/alerts'), made.text
            (cookie,) = (each for each in made.headers.get_list('set-cookie') if each.startswith('cointape_session='))
            assert {'Secure', 'HttpOnly', 'Path=/desk'} <= set(cookie.split('; '))
            told = http.get('/audit').text
    assert elsewhere in told
    assert '9.9.9.9' not in told
