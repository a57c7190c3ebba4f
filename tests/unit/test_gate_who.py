"""Who acts: the local user, a session, a token, or nobody; and what nobody is answered."""

from typing import Any

import pytest

from desk.acting import LOCAL
from desk.settings import Settings
from gate.opening import Opening
from gate.paths import own_path
from tests.asgi import connected
from tests.unit.strangers import FAR, LAN, Accounts, built, calling


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


async def test_the_local_user_is_on_this_machine_and_came_straight(accounts: Accounts) -> None:
    gate = built(accounts, host='127.0.0.1')
    async with calling(gate, '127.0.0.1', 'http://localhost:8080') as http:
        assert (await http.get('/api/x')).text == f'{LOCAL}|127.0.0.1|http'
        for header in (
            'X-Forwarded-For',
            'Forwarded',
            'X-Real-IP',
            'Via',
            'X-Forwarded-Prefix',
            'X-Forwarded-Anything',
        ):
            assert (await http.get('/api/x', headers={header: '127.0.0.1'})).status_code == 401
    async with calling(gate, '192.168.1.9', 'http://localhost:8080') as http:
        assert (await http.get('/api/x')).status_code == 401


@pytest.mark.parametrize('settings', [{'host': '0.0.0.0'}, {'host': '127.0.0.1', 'trusted_proxies': ('127.0.0.1',)}])
async def test_beyond_loopback_or_behind_a_proxy_nobody_is_local(accounts: Accounts, settings: dict[str, Any]) -> None:
    async with calling(built(accounts, **settings), '127.0.0.1', 'http://localhost:8080') as http:
        assert (await http.get('/api/x')).status_code == 401


async def test_open_to_everyone_means_everyone(accounts: Accounts) -> None:
    gate = built(accounts, open_to_everyone_without_login=True)
    async with calling(gate) as http:
        assert (await http.get('/api/x')).text.startswith(LOCAL)
    async with calling(gate, base='http://rebound.example:8080') as http:
        assert (await http.get('/api/x')).status_code == 403


async def test_nobody_is_sent_to_the_login_and_back(accounts: Accounts) -> None:
    async with calling(built(accounts)) as http:
        sent = await http.get('/coin/BTC?interval=1h&x=%2F')
        assert (sent.status_code, sent.headers['location']) == (
            303,
            '/login?next=/coin/BTC%3Finterval%3D1h%26x%3D%252F',
        )
        accounts.empty = True
        assert (await http.get('/alerts')).headers['location'] == '/welcome'
        refused = await http.get('/api/coins')
        assert (refused.status_code, list(refused.json())) == (401, ['error'])
        assert refused.headers['www-authenticate'].startswith('Bearer')
        assert (await http.get('/docs')).status_code == 303
        assert (await http.post('/page')).status_code == 401


@pytest.mark.parametrize(
    'text',
    [
        '',
        '//evil.example',
        '/\\evil.example',
        'https://evil.example',
        '/\t/evil.example',
        '/login?next=/',
        '/logout',
        'x',
    ],
)
def test_a_login_leads_to_no_other_website_and_not_out_again(text: str) -> None:
    assert own_path(text) == '/'
    assert own_path('/coin/A%2FB?x=//y') == '/coin/A%2FB?x=//y'


OPEN = (
    '/login',
    '/api/health',
    '/api/health/ready',
    '/style-0123456789ab.css',
    '/icons/icon-192.png',
    '/manifest.webmanifest',
    '/favicon.ico',
    '/_nicegui/3.18.0/static/nicegui.js',
)
CLOSED = (
    '/api/healthy',
    '/api/health/../coins',
    '/_nicegui/client/x/upload/3',
    '/_nicegui/auto/x',
    '/icons/a/b',
    '/docs',
)


async def test_what_is_open_needs_nobody_and_what_only_looks_like_it_is_not(accounts: Accounts) -> None:
    async with calling(built(accounts)) as http:
        assert [path for path in OPEN if (await http.get(path)).status_code != 200] == []
        assert [path for path in CLOSED if (await http.get(path)).status_code not in (303, 401)] == []


async def test_a_session_s_cookie_lets_in_until_it_ends(accounts: Accounts) -> None:
    async with calling(built(accounts), cookie='a=b; cointape_session=anna') as http:
        assert (await http.get('/api/x')).text == f'anna|{FAR}|http'
        accounts.end()
        assert (await http.get('/api/x')).status_code == 401


async def test_a_token_counts_before_a_cookie_and_for_programs_alone(accounts: Accounts) -> None:
    async with calling(built(accounts), authorization='bearer key', cookie='cointape_session=anna') as http:
        assert (await http.get('/api/x')).text.startswith('ben|')
        assert (await http.post('/api/x')).text.startswith('ben|')
        assert (await http.get('/elsewhere')).text.startswith('anna|')
        assert (await http.get('/api/x', headers={'Authorization': 'Bearer none'})).status_code == 401
        assert (await http.get('/api/x', headers={'Authorization': 'Bearer '})).status_code == 401


@pytest.mark.parametrize(
    ('headers', 'status'),
    [
        ({}, 403),
        ({'Origin': LAN}, 200),
        ({'Sec-Fetch-Site': 'same-origin'}, 200),
        ({'Sec-Fetch-Site': 'none'}, 403),
        ({'Sec-Fetch-Site': 'same-site'}, 403),
        ({'Origin': 'null'}, 403),
        ({'Origin': 'https://evil.example'}, 403),
        ({'Origin': LAN.replace('http', 'https')}, 403),
        ({'Origin': 'http://192.168.1.5:9999'}, 403),
    ],
)
@pytest.mark.parametrize('path', ['/api/x', '/login', '/logout'])
async def test_what_rides_on_a_cookie_comes_from_our_own_pages(
    accounts: Accounts, headers: dict[str, str], status: int, path: str
) -> None:
    async with calling(built(accounts), cookie='cointape_session=anna') as http:
        assert (await http.post(path, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ('headers', 'accepted'),
    [
        ({'cookie': 'cointape_session=anna', 'origin': LAN}, True),
        ({'cookie': 'cointape_session=anna'}, False),
        ({'cookie': 'cointape_session=anna', 'origin': 'https://evil.example'}, False),
        ({'cookie': 'cointape_session=none', 'origin': LAN}, False),
        ({'authorization': 'Bearer key'}, True),
        ({'authorization': 'Bearer other'}, False),
        ({}, False),
    ],
)
async def test_sockets_are_asked_too(accounts: Accounts, headers: dict[str, str], accepted: bool) -> None:
    async with connected(built(accounts), '/ws/orders', **{'host': LAN[7:], **headers}) as socket:
        assert ((await socket.next())['type'] == 'websocket.accept') is accepted


async def test_an_open_socket_ends_with_its_session(accounts: Accounts) -> None:
    headers = {'host': LAN[7:], 'cookie': 'cointape_session=anna', 'origin': LAN}
    async with connected(built(accounts), '/ws/orders', **headers) as socket:
        await socket.next()
        await socket.send('')
        assert await socket.next() == 'anna'
        accounts.end()
        await socket.send('')
        last = await socket.next()
        assert (last['type'], last['code']) == ('websocket.close', 4401)
        await socket.ended()


def test_the_code_is_said_once_and_the_open_desk_warned_of() -> None:
    accounts, said = Accounts(), list[str]()
    accounts.empty = True
    for settings in (
        Settings(),
        Settings(host='0.0.0.0'),
        Settings(host='0.0.0.0', open_to_everyone_without_login=True),
    ):
        opening = Opening(settings, accounts, said.append)
        opening.start()
        opening.start()
    assert ['1234-5678' in each for each in said] == [True, False, False]
    opening = Opening(Settings(), accounts, said.append)
    opening.need()
    opening.need()
    assert [each.count('1234-5678') for each in said[3:]] == [1]
