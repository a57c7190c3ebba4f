"""Fills over HTTP: found by coin, order and time, and their notes."""

from collections.abc import AsyncIterator

import httpx
import pytest

from desk.desk import Desk
from tests.asgi import api_client
from tests.unit.paper_api import BUY, get, price


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a desk on which BTC stands at 100, bid and ask too."""
    async with api_client(desk) as http:
        await price(http, '100')
        yield http


async def test_fills_are_narrowed_by_coin_order_and_time(http: httpx.AsyncClient) -> None:
    await price(http, '10', 'ETH')
    for name in ('BTC', 'ETH', 'BTC'):
        await http.post('/api/orders', json=BUY | {'name': name})
    newest, _, oldest = (await get(http, '/api/fills'))['fills']
    assert [fill['id'] for fill in (await get(http, '/api/fills', name='BTC'))['fills']] == [newest['id'], oldest['id']]
    since = await get(http, '/api/fills', **{'from': newest['at'], 'name': 'BTC'})
    assert [fill['id'] for fill in since['fills']] == [newest['id']]
    assert (await get(http, '/api/fills', to=oldest['at']))['fills'] == []


async def test_a_note_is_written_and_wiped(http: httpx.AsyncClient) -> None:
    await http.post('/api/orders', json=BUY)
    (fill,) = (await get(http, '/api/fills'))['fills']
    for note in ('too early', ''):
        assert (await http.patch(f'/api/fills/{fill["id"]}', json={'note': note})).status_code == 204
        assert (await get(http, '/api/fills'))['fills'] == [{**fill, 'note': note}]
    for given in ({'note': 'x' * 501}, {'note': 7}, {'note': None}, {}, {'price': '1'}):
        assert (await http.patch(f'/api/fills/{fill["id"]}', json=given)).status_code == 422
    assert (await http.patch('/api/fills/99', json={'note': 'x'})).status_code == 404
