"""Watchlists over HTTP, on a real desk."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from tests.asgi import api_client
from tests.unit.paper_api import get, price


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a desk that knows three coins."""
    async with api_client(desk) as http:
        for name in ('BTC', 'ETH', 'SOL'):
            await price(http, '1', name)
        yield http


async def make(http: httpx.AsyncClient, *coins: str) -> dict[str, Any]:
    answer = await http.post('/api/watchlists', json={'name': 'Majors', 'coins': coins})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers['location'] == f'/api/watchlists/{made["id"]}'
    return made


async def test_a_list_is_made_read_renamed_and_deleted(http: httpx.AsyncClient) -> None:
    made = await make(http, 'eth', 'BTC')
    path = f'/api/watchlists/{made["id"]}'
    assert made == {'id': made['id'], 'name': 'Majors', 'coins': ['ETH', 'BTC']}
    assert await get(http, '/api/watchlists') == [made]
    assert (await http.patch(path, json={'name': 'Big ones'})).json() == await get(http, path)
    assert (await get(http, path))['name'] == 'Big ones'
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).json() == {'error': f'There is no watchlist {made["id"]}.'}


async def test_coins_come_go_and_change_their_order(http: httpx.AsyncClient) -> None:
    path = f'/api/watchlists/{(await make(http, "BTC"))["id"]}/coins'
    for name in ('SOL', 'ETH', 'sol'):
        answer = await http.post(path, json={'name': name})
    assert answer.json()['coins'] == ['BTC', 'SOL', 'ETH']
    assert (await http.put(path, json={'coins': ['ETH', 'BTC']})).json()['coins'] == ['ETH', 'BTC', 'SOL']
    assert (await http.delete(path, params={'name': 'BTC'})).json()['coins'] == ['ETH', 'SOL']
    strange = await http.put(path, json={'coins': ['BTC']})
    assert (strange.status_code, strange.json()['error']) == (409, 'BTC is not on the list “Majors”; look again.')


async def test_what_is_wrong_is_said(http: httpx.AsyncClient) -> None:
    made = await make(http)
    assert (await http.post('/api/watchlists', json={'name': 'majors'})).status_code == 409
    assert (await http.post('/api/watchlists', json={'name': ' '})).json()['field'] == 'name'
    assert (await http.post('/api/watchlists', json={'name': 'X', 'coins': 'BTC'})).status_code == 422
    assert (await http.post(f'/api/watchlists/{made["id"]}/coins', json={'name': 'NOPE'})).status_code == 404


@pytest.mark.parametrize('form', [False, True])
async def test_a_list_goes_out_as_csv_and_comes_back(http: httpx.AsyncClient, form: bool) -> None:
    made = await make(http, 'SOL', 'BTC')
    exported = await http.get(f'/api/watchlists/{made["id"]}.csv')
    assert (exported.headers['content-type'], exported.text) == ('text/csv; charset=utf-8', 'name\r\nSOL\r\nBTC\r\n')
    sent: Any = {'files': {'file': ('list.csv', exported.content)}} if form else {'content': exported.content}
    again = await http.post('/api/watchlists/import', params={'name': 'Again'}, **sent)
    assert (again.status_code, again.json()['coins']) == (201, ['SOL', 'BTC'])


async def test_a_file_that_names_what_is_not_there_is_refused_or_thinned(http: httpx.AsyncClient) -> None:
    unknown = await http.post('/api/watchlists/import', params={'name': 'A'}, content=b'name\nBTC\nNOPE\n')
    assert (unknown.status_code, unknown.json()['error']) == (422, 'This desk has no coin called “NOPE”.')
    known = await http.post(
        '/api/watchlists/import', params={'name': 'A', 'known_only': True}, content=b'name\nBTC\nNOPE\n'
    )
    assert known.json()['coins'] == ['BTC']
    odd = await http.post('/api/watchlists/import', params={'name': 'B'}, content=b'name\n\xff\xfe\n')
    assert odd.json()['error'] == 'This file is not written in UTF-8; save it as CSV in UTF-8.'
    long = await http.post('/api/watchlists/import', params={'name': 'B'}, content=b'x' * 4_000_001)
    assert long.json()['error'] == 'A list of names has at most 1,000,000 characters.'


async def test_a_thousand_names_are_the_most_however_often_one_is_among_them(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/watchlists', json={'name': 'Long', 'coins': ['BTC'] * 1001})
    assert (answer.status_code, answer.json()['field']) == (422, 'coins')
