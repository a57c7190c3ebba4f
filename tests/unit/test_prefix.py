"""A desk behind a path prefix: it comes off what is asked for, and before what is answered."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response, WebSocket
from starlette.responses import RedirectResponse

from api import prefix
from tests.asgi import connected

HOST = 'desk.example'


def behind(path: str) -> FastAPI:
    """An app that says what reaches it, and answers with places and cookies."""
    app = FastAPI(openapi_url=None)
    prefix.install(app, path)

    @app.get('/')
    @app.get('/told')
    @app.get('/desktop')
    def told(request: Request) -> dict[str, Any]:
        return {'path': request.url.path, 'query': request.url.query, 'told': request.headers.get('x-forwarded-prefix')}

    @app.get('/folder/')
    def folder() -> None:
        """Starlette leads here from /folder, by a whole address."""

    @app.get('/leads')
    def leads(to: str) -> Response:
        return RedirectResponse(to)

    @app.get('/cookies')
    def cookies(response: Response) -> None:
        response.set_cookie('session', 'a; Path=/')
        response.set_cookie('__Host-key', 'b', secure=True)
        response.set_cookie('deep', 'c', path='/deep')

    @app.websocket('/socket')
    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({'path': socket.url.path})
        await socket.close()

    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client('/desk') as http:
        yield http


def client(path: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(behind(path)), base_url=f'https://{HOST}')


@pytest.mark.parametrize(
    ('asked', 'path'), [('/desk/', '/'), ('/desk/told', '/told'), ('/told', '/told'), ('/desktop', '/desktop')]
)
async def test_a_proxy_may_keep_the_prefix_or_strip_it(http: httpx.AsyncClient, asked: str, path: str) -> None:
    assert (await http.get(f'{asked}?a=1')).json() == {'path': path, 'query': 'a=1', 'told': '/desk'}


async def test_the_prefix_alone_leads_to_the_board(http: httpx.AsyncClient) -> None:
    answer = await http.get('/desk?q=B')
    assert (answer.status_code, answer.headers['location']) == (307, '/desk/?q=B')


@pytest.mark.parametrize(
    ('to', 'place'),
    [
        ('/login?next=/coin/BTC', '/desk/login?next=/coin/BTC'),
        ('/', '/desk/'),
        ('/desk/login', '/desk/login'),
        ('/desktop', '/desk/desktop'),
        (f'http://{HOST}/login#top', '/desk/login#top'),
        ('https://elsewhere.example/login', 'https://elsewhere.example/login'),
        ('//elsewhere.example/login', '//elsewhere.example/login'),
    ],
)
async def test_places_of_its_own_get_the_prefix_once(http: httpx.AsyncClient, to: str, place: str) -> None:
    assert (await http.get('/desk/leads', params={'to': to})).headers['location'] == place


async def test_starlettes_own_redirects_get_it_too(http: httpx.AsyncClient) -> None:
    assert (await http.get('/desk/folder?a=1')).headers['location'] == '/desk/folder/?a=1'


async def test_cookies_are_for_the_prefix_alone(http: httpx.AsyncClient) -> None:
    session, key, deep = (await http.get('/desk/cookies')).headers.get_list('set-cookie')
    assert session == 'session="a\\073 Path=/"; Path=/desk; SameSite=lax'
    assert key == '__Host-key=b; Path=/; SameSite=lax; Secure'  # a browser takes it at no other path
    assert deep == 'deep=c; Path=/deep; SameSite=lax'


async def test_sockets_are_found_behind_it() -> None:
    async with connected(behind('/desk'), '/desk/socket') as socket:
        assert (await socket.next())['type'] == 'websocket.accept'
        assert await socket.next() == {'path': '/socket'}


@pytest.mark.parametrize(('path', 'told'), [('', ''), ('/desk', '/desk')])
async def test_nobody_else_says_what_the_prefix_is(path: str, told: str) -> None:
    """Where it came it is still there, empty: that a request was forwarded stays to be seen."""
    async with client(path) as http:
        answer = await http.get('/told', headers={'X-Forwarded-Prefix': 'https://evil.example'})
    assert answer.json()['told'] == told
