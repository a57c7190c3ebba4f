"""Who is let in: this machine's own pages and programs, and no website."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from desk.settings import Settings
from gate.gate import BODY_LIMIT, Gate
from gate.visitors import IN_ALL, PER_ADDRESS, Visitors
from tests.asgi import connected
from tests.unit.strangers import NoAccounts

OWN = 'http://127.0.0.1:8080'


class Clients(dict[str, Any]):
    """Pages as NiceGUI keeps them."""

    def open(self, created: float, ip: str = '127.0.0.1', environ: Any = None) -> None:
        name = str(len(self))
        self[name] = SimpleNamespace(created=created, ip=ip, environ=environ, delete=lambda: self.pop(name))


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def guarded(*origins: str, clients: Clients | None = None, port: int = 8080) -> Gate:
    app = Starlette(
        routes=[
            Route('/', echo, methods=['GET', 'POST']),
            Route('/api/prices', echo, methods=['POST']),
            WebSocketRoute('/_nicegui_ws/socket.io/', greet),
        ]
    )
    visitors = Visitors(Clients() if clients is None else clients, lambda: 100.0)
    return Gate(app, Settings(trusted_origins=origins, port=port), NoAccounts(), visitors)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded()), base_url=OWN) as http:
        yield http


@pytest.mark.parametrize('host', ['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080', '127.0.0.9:8080'])
async def test_its_own_names_are_let_in(http: httpx.AsyncClient, host: str) -> None:
    assert (await http.get('/', headers={'Host': host})).status_code == 200


@pytest.mark.parametrize(
    'host',
    [
        'evil.example',
        'evil.example:8080',
        '127.0.0.1',
        'localhost:80',
        'localhost:9000',
        '192.168.1.5:8080',
        '[::1',
        'localhost.evil.example:8080',
        'localhost:8080@evil.example',
        'evil@localhost:8080',
        '',
        'localhost:8080/x',
    ],
)
async def test_a_rebound_name_is_refused_with_a_sentence(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.get('/', headers={'Host': host})
    assert answer.status_code == 403
    assert 'answers to 127.0.0.1:8080' in answer.text


async def test_port_80_needs_no_number() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded(port=80)), base_url='http://localhost') as http:
        assert (await http.get('/')).status_code == 200


@pytest.mark.parametrize(
    'origin',
    [
        'https://evil.example',
        'null',
        '',
        'http://localhost:3000',
        'file://',
        'http://127.0.0.1:8080.evil.example',
        'chrome-extension://localhost:8080',
    ],
)
@pytest.mark.parametrize('method', ['GET', 'POST'])
async def test_another_origin_is_refused(http: httpx.AsyncClient, origin: str, method: str) -> None:
    answer = await http.request(method, '/', headers={'Origin': origin})
    assert answer.status_code == 403


async def test_the_api_refuses_in_json(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/prices', headers={'Origin': 'https://evil.example'}, json={})
    assert (answer.status_code, list(answer.json())) == (403, ['error'])


async def test_a_trusted_origin_and_its_host_are_let_in() -> None:
    gate = guarded('http://127.0.0.1:9000', 'null')
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url='http://127.0.0.1:9000') as http:
        for origin in ('http://127.0.0.1:9000', 'null'):
            assert (await http.post('/', headers={'Origin': origin})).status_code == 200
        assert (await http.post('/', headers={'Origin': 'https://127.0.0.1:9000'})).status_code == 403


async def test_a_trusted_name_that_is_not_this_machine_s_is_known_and_needs_a_login() -> None:
    gate = guarded('https://desk.example')
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url='https://desk.example') as http:
        assert (await http.post('/', headers={'Origin': 'https://desk.example'})).status_code == 401
        assert (await http.post('/', headers={'Origin': 'http://desk.example'})).status_code == 403


@pytest.mark.parametrize(
    ('headers', 'method', 'status'),
    [
        ({}, 'POST', 200),
        ({'Sec-Fetch-Site': 'same-origin'}, 'POST', 200),
        ({'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document'}, 'GET', 200),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document'}, 'GET', 200),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document'}, 'POST', 403),
        ({'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors'}, 'POST', 403),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image'}, 'GET', 403),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe'}, 'GET', 403),
    ],
)
async def test_another_website_may_link_here_and_nothing_else(
    http: httpx.AsyncClient, headers: dict[str, str], method: str, status: int
) -> None:
    assert (await http.request(method, '/', headers=headers)).status_code == status


async def test_no_other_website_may_frame_the_desk(http: httpx.AsyncClient) -> None:
    assert (await http.get('/')).headers['Content-Security-Policy'].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    ('headers', 'accepted'),
    [
        ({}, True),
        ({'origin': OWN}, True),
        ({'origin': 'https://evil.example'}, False),
        ({'host': 'evil.example'}, False),
    ],
)
async def test_sockets_of_pages_are_guarded_too(headers: dict[str, str], accepted: bool) -> None:
    async with connected(guarded(), '/_nicegui_ws/socket.io/', **headers) as socket:
        assert ((await socket.next())['type'] == 'websocket.accept') is accepted


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100_000):
        yield bytes(100_000)


@pytest.mark.parametrize('path', ['/', '/api/prices'])
async def test_a_body_that_is_too_large_is_refused_while_it_streams(http: httpx.AsyncClient, path: str) -> None:
    taken = await http.post(path, content=chunks(BODY_LIMIT))
    refused = await http.post(path, content=chunks(BODY_LIMIT + 200_000))
    assert (taken.status_code, refused.status_code) == (200, 413)


async def test_a_body_that_is_declared_too_large_is_not_read(http: httpx.AsyncClient) -> None:
    answer = await http.post('/', content=b'', headers={'Content-Length': str(BODY_LIMIT + 1)})
    assert answer.status_code == 413


async def get(clients: Clients, path: str = '/', address: str = '127.0.0.1') -> httpx.Response:
    transport = httpx.ASGITransport(guarded(clients=clients), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as http:
        return await http.get(path)


async def test_pages_that_never_opened_a_socket_are_few_per_address() -> None:
    clients = Clients()
    for _ in range(PER_ADDRESS):
        clients.open(created=99)
    answer = await get(clients)
    assert (answer.status_code, answer.headers['Retry-After']) == (429, '5')
    assert (await get(clients, address='127.0.0.2')).status_code == 200
    assert (await get(clients, '/api/prices')).status_code != 429


async def test_pages_that_never_opened_a_socket_are_few_in_all() -> None:
    clients = Clients()
    for number in range(IN_ALL):
        clients.open(created=99, ip=f'127.0.1.{number}')
    assert (await get(clients)).status_code == 429


async def test_pages_with_a_socket_are_not_counted() -> None:
    clients = Clients()
    for _ in range(IN_ALL + 1):
        clients.open(created=1, environ={})
    assert (await get(clients)).status_code == 200
    assert len(clients) == IN_ALL + 1


async def test_the_oldest_unopened_pages_make_room() -> None:
    clients = Clients()
    for number in range(PER_ADDRESS):
        clients.open(created=10 if number in (3, 4) else 99)
    assert (await get(clients)).status_code == 200
    assert '3' not in clients
    assert '4' in clients
