"""Whose address it is, by which name the desk is called, and what is said to browsers: behind proxies and TLS, too."""

from typing import Any

import pytest

from tests.unit.strangers import FAR, LAN, PROXY, Accounts, built, calling


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.mark.parametrize(
    ('peer', 'chain', 'found'),
    [
        (PROXY, FAR, FAR),
        (PROXY, f'1.2.3.4, {FAR}, 10.0.0.3', FAR),
        (PROXY, '1.2.3.4, nonsense', PROXY),
        (PROXY, '2001:db8::7', '2001:db8::7'),
        (PROXY, '[2001:db8::7]:443', '2001:db8::7'),
        (PROXY, '::ffff:203.0.113.7', FAR),
        (PROXY, f'{FAR}:4711', FAR),
        (PROXY, '', PROXY),
        ('::ffff:10.0.0.2', FAR, FAR),
        (FAR, '1.2.3.4', FAR),
    ],
)
async def test_a_client_s_address_is_the_last_that_no_trusted_proxy_said(
    accounts: Accounts, peer: str, chain: str, found: str
) -> None:
    gate = built(accounts, trusted_proxies=('10.0.0.0/8',))
    async with calling(gate, peer, X_Forwarded_For=chain, cookie='cointape_session=anna') as http:
        assert (await http.get('/api/x')).status_code == 200
    assert accounts.addresses == [found]


async def test_behind_tls_origin_cookie_and_headers_are_those_of_tls(accounts: Accounts) -> None:
    gate = built(accounts, trusted_proxies=(PROXY,))
    said = {'X_Forwarded_For': FAR, 'X_Forwarded_Proto': 'https'}
    async with calling(gate, PROXY, 'http://desk.example', **said) as http:
        came = await http.post('/login', headers={'Origin': 'https://desk.example'})
        assert came.headers['set-cookie'] == (
            '__Host-cointape_session=anna; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax; Secure'
        )
        assert 'max-age=31536000' in came.headers['strict-transport-security']
        mine = {'Cookie': '__Host-cointape_session=anna'}
        assert (await http.get('/api/x', headers=mine)).text == f'anna|{FAR}|https'
        assert (await http.get('/api/x', headers={'Cookie': 'cointape_session=anna'})).status_code == 401
        assert (await http.post('/login', headers={'Origin': 'http://desk.example'})).status_code == 403
    async with calling(gate, FAR, 'http://192.168.1.5', **said) as http:  # nobody believes a stranger's word
        assert 'strict-transport-security' not in (await http.get('/login')).headers


async def test_behind_a_prefix_the_cookie_may_have_a_path(accounts: Accounts) -> None:
    gate = built(accounts, trusted_proxies=(PROXY,), path_prefix='/desk')
    said = {'X_Forwarded_For': FAR, 'X_Forwarded_Proto': 'https', 'Origin': 'https://desk.example'}
    async with calling(gate, PROXY, 'http://desk.example', **said) as http:
        assert (await http.post('/login')).headers['set-cookie'].startswith('cointape_session=anna; HttpOnly;')
        assert 'Max-Age=0' in (await http.post('/logout')).headers['set-cookie']


@pytest.mark.parametrize(
    ('settings', 'base', 'status'),
    [
        ({}, LAN, 200),
        ({}, 'http://localhost:8080', 200),
        ({}, 'http://[::1]:8080', 200),
        ({}, 'http://192.168.1.5', 200),  # another port leads here
        ({}, 'http://rebound.example:8080', 403),
        ({'trusted_origins': ('http://desk.lan:8080',)}, 'http://desk.lan:8080', 200),
        ({'host': '192.168.1.5'}, LAN, 200),
        ({'host': '192.168.1.5'}, 'http://192.168.1.6:8080', 403),
        ({'host': '127.0.0.1'}, LAN, 403),
    ],
)
async def test_beyond_loopback_addresses_and_the_machine_s_names_are_known(
    accounts: Accounts, settings: dict[str, Any], base: str, status: int
) -> None:
    async with calling(built(accounts, **settings), base=base) as http:
        assert (await http.get('/login')).status_code == status


async def test_a_page_says_what_a_browser_may_do_and_is_kept_by_nobody(accounts: Accounts) -> None:
    async with calling(built(accounts), cookie='cointape_session=anna') as http:
        first, second = (await http.get('/page')).headers, (await http.get('/page')).headers
        policy = first['content-security-policy']
        assert "default-src 'self'; script-src 'self' 'nonce-" in policy
        assert policy.endswith("object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
        assert 'unsafe-eval' not in policy  # which NiceGUI's own pages alone need
        assert policy != second['content-security-policy']
        assert first['cache-control'] == 'no-store'
        assert first['x-content-type-options'] == 'nosniff'
        assert first['referrer-policy'] == 'same-origin'
        assert first['cross-origin-opener-policy'] == 'same-origin'
        assert 'camera=()' in first['permissions-policy']
        assert (await http.get('/api/x')).headers['content-security-policy'].startswith("default-src 'none'")
