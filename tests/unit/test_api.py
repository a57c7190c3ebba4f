"""The REST endpoints, on a real desk."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.desk import Desk
from tests.asgi import api_client

NOON = '2026-01-31T12:00:00Z'


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with api_client(desk) as http:
        yield http


async def post(http: httpx.AsyncClient, *prices: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await http.post('/api/prices', json=prices)
    assert answer.status_code == 201, answer.text
    stored: list[dict[str, Any]] = answer.json()
    return stored


async def test_one_price_is_stored_and_returned_as_a_record(http: httpx.AsyncClient, desk: Desk) -> None:
    answer = await http.post(
        '/api/prices',
        json={
            'name': ' BTC ',
            'price': '67,000.120',
            'timestamp': NOON,
            'note': 'auction',
            'author': 'bot',
            'volume': '0',
            'bid': None,
        },
    )
    assert answer.status_code == 201
    record = answer.json()
    assert datetime.fromisoformat(record.pop('received')) <= datetime.now(UTC)
    assert record == {
        'id': 1,
        'name': 'BTC',
        'price': '67000.12',
        'timestamp': NOON,
        'source': 'api',
        'author': 'bot',
        'note': 'auction',
        'volume': '0',
        'bid': None,
        'ask': None,
    }
    assert desk.quote('BTC').price == Decimal('67000.12')


async def test_a_list_is_answered_in_its_order(http: httpx.AsyncClient) -> None:
    stored = await post(http, *({'name': name, 'price': '1'} for name in ('B', 'A', 'B')))
    assert [record['name'] for record in stored] == ['B', 'A', 'B']
    assert len({record['id'] for record in stored}) == 3
    assert await post(http) == []


async def test_nothing_is_kept_of_a_bad_batch(http: httpx.AsyncClient, desk: Desk) -> None:
    answer = await http.post('/api/prices', json=[{'name': 'A', 'price': '1'}, {'name': 'B', 'price': '-1'}])
    assert answer.status_code == 422
    assert answer.json() == {'error': 'Item 2: A price is greater than zero; this one is negative.', 'field': 'price'}
    assert desk.coins() == []


async def test_ten_thousand_are_taken_and_one_more_is_not(http: httpx.AsyncClient, desk: Desk) -> None:
    assert len(await post(http, *({'name': 'A', 'price': '1', 'timestamp': NOON} for _ in range(10_000)))) == 10_000
    answer = await http.post('/api/prices', json=[{'name': 'B', 'price': '1'}] * 10_001)
    assert (answer.status_code, 'at most 10,000' in answer.json()['error']) == (422, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(price=st.decimals(Decimal('1e-18'), Decimal('9999999999'), places=18).filter(lambda price: price > 0))
async def test_numbers_and_strings_keep_every_digit(http: httpx.AsyncClient, price: Decimal) -> None:
    for written in (f'{price:f}', f'"{price:f}"'):
        answer = await http.post('/api/prices', content=f'{{"name": "X", "price": {written}}}')
        assert Decimal(answer.json()['price']) == price


@pytest.mark.parametrize(
    ('body', 'status', 'words'),
    [
        ('', 400, 'not JSON'),
        ('{', 400, 'not JSON'),
        ('{"name": "A", "price": NaN}', 400, 'not JSON'),
        ('\udcff', 400, 'not JSON'),
        ('[' * 100_000, 400, 'not JSON'),
        ('{"name": "\\ud800", "price": 1}', 400, 'not JSON'),
        ('7', 422, 'an object like'),
        ('[[]]', 422, 'Item 1: Send an object'),
        ('null', 422, 'an object like'),
        ('{}', 422, 'Give the coin a name'),
        ('{"name": "A"}', 422, 'Give a price'),
        ('{"name": 7, "price": 1}', 422, 'The name is text in quotes, like "BTC"'),
        ('{"name": "A", "price": 1e5}', 422, '100000 instead of 1e5'),
        ('{"name": "A", "price": true}', 422, 'text or a'),
        ('{"name": "A", "price": "12,5"}', 422, '12.5 instead of 12,5'),
        ('{"name": "A", "price": 0}', 422, 'greater than'),
        ('{"name": "A", "price": [1]}', 422, 'text or a number'),
        ('{"name": "A", "price": 1, "prize": 2}', 422, 'prize'),
        ('{"name": "A", "price": 1, "timestamp": 1700000000}', 422, 'like "2026-01-31T14:30:00Z"'),
        ('{"name": "A", "price": 1, "timestamp": "yesterday"}', 422, '“yesterday” is not a time'),
        ('{"name": "A", "price": 1, "timestamp": "2999-01-01T00:00:00Z"}', 422, 'in the future'),
        ('{"name": "A", "price": 1, "note": "\\u0000"}', 422, 'NUL'),
        ('{"name": "A\\u0000", "price": 1}', 422, 'name'),
        ('{"name": "A", "price": 1, "bid": -1}', 422, 'greater than zero'),
        ('{"name": "A", "price": 1, "volume": "..0"}', 422, 'not a number'),
        (f'{{"name": "{"A" * 51}", "price": 1}}', 422, 'at most 50'),
        (f'{{"name": "A", "price": 1, "note": "{"n" * 501}"}}', 422, 'at most 500'),
        (f'{{"name": "A", "price": {"9" * 30}}}', 422, 'at most 20 digits'),
        (f'{{"name": "A", "price": {"9" * 5000}}}', 400, 'not JSON'),
        ('[' * 9 + ']' * 9, 422, 'Item 1'),
        (
            '[{"name": "A", "price": 1}, {"name": "A", "price": 1, "timestamp": "1850-01-01"}]',
            422,
            'Item 2: A time before',
        ),
    ],
)
async def test_a_bad_body_gets_a_sentence(
    http: httpx.AsyncClient, desk: Desk, body: str, status: int, words: str
) -> None:
    answer = await http.post('/api/prices', content=body.encode(errors='surrogateescape'))
    assert words in answer.json()['error'], answer.json()
    assert answer.status_code == status
    assert desk.coins() == []


async def test_a_price_without_a_time_holds_now(http: httpx.AsyncClient) -> None:
    (record,) = await post(http, {'name': 'A', 'price': '1'})
    assert datetime.now(UTC) - datetime.fromisoformat(record['timestamp']) < timedelta(seconds=5)


async def test_prices_now(http: httpx.AsyncClient) -> None:
    await post(http, {'name': 'BTC', 'price': '100', 'timestamp': NOON}, {'name': 'A/B', 'price': '0.00000001'})
    quotes = (await http.get('/api/prices')).json()
    assert [(quote['name'], quote['price']) for quote in quotes] == [('A/B', '0.00000001'), ('BTC', '100')]
    assert (await http.get('/api/prices/btc')).json()['timestamp'] == NOON
    assert (await http.get('/api/prices/A%2FB')).json()['change_24h'] is None


@pytest.mark.parametrize('path', ['prices/NOPE', 'prices/NOPE/history', 'candles/NOPE', 'export.csv?name=NOPE', 'x/y'])
async def test_what_is_not_there_is_said_in_json(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(f'/api/{path}')
    assert answer.status_code == 404
    assert path.split('?')[-1].removeprefix('name=').split('/')[1 if '/' in path else 0] in answer.json()['error']


async def test_history_goes_backwards_page_by_page(http: httpx.AsyncClient) -> None:
    await post(http, *({'name': 'A', 'price': str(n), 'timestamp': f'2026-01-0{n}T00:00:00Z'} for n in range(1, 8)))
    first = (await http.get('/api/prices/a/history?limit=4')).json()
    second = (await http.get('/api/prices/a/history', params={'limit': 4, 'cursor': first['cursor']})).json()
    assert [record['price'] for record in [*first['records'], *second['records']]] == list('7654321')
    assert second['cursor'] == ''


async def test_history_between_two_moments(http: httpx.AsyncClient) -> None:
    await post(http, *({'name': 'A', 'price': str(n), 'timestamp': f'2026-01-0{n}T00:00:00Z'} for n in range(1, 8)))
    answer = await http.get('/api/prices/A/history?from=2026-01-03T01:00:00+01:00&to=2026-01-05T00:00:00Z')
    assert [record['price'] for record in answer.json()['records']] == ['4', '3']


@pytest.mark.parametrize(
    'query', ['limit=0', 'limit=1001', 'limit=x', 'from=x', 'to=x', 'from=2026-02-01&to=2026-01-01', 'cursor=x']
)
async def test_a_bad_query_gets_a_sentence(http: httpx.AsyncClient, query: str) -> None:
    await post(http, {'name': 'A', 'price': '1'})
    answer = await http.get(f'/api/prices/A/history?{query}')
    assert answer.status_code == 422
    assert answer.json()['error'].endswith('.')


async def test_candles_fold(http: httpx.AsyncClient) -> None:
    await post(
        http,
        *(
            {'name': 'A', 'price': price, 'timestamp': f'2026-01-31T12:0{minute}:30Z', 'volume': '2'}
            for minute, price in enumerate(['5', '9', '1', '3'])
        ),
    )
    (candle,) = (await http.get('/api/candles/A?interval=5m')).json()
    assert candle == {'start': NOON, 'open': '5', 'high': '9', 'low': '1', 'close': '3', 'volume': '8'}
    assert len((await http.get('/api/candles/A?interval=1m&from=2026-01-31T12:01:00Z')).json()) == 3
    assert (await http.get('/api/candles/A?interval=2m')).status_code == 422


async def test_a_correction_replaces_and_stays_readable(http: httpx.AsyncClient) -> None:
    (wrong,) = await post(http, {'name': 'A', 'price': '10', 'timestamp': NOON})
    change = {'price': 1.0, 'reason': 'a digit too many', 'author': 'Ada'}
    answer = await http.post(f'/api/records/{wrong["id"]}/correct', content=json.dumps(change))
    assert (answer.status_code, answer.json()['price'], answer.json()['timestamp']) == (201, '1', NOON)
    old = next(
        record for record in (await http.get('/api/prices/A/history')).json()['records'] if record['id'] == wrong['id']
    )
    assert (old['active'], old['amendment']['replacement_id']) == (False, answer.json()['id'])
    assert (await http.get('/api/prices/A')).json()['price'] == '1'
    again = await http.post(f'/api/records/{wrong["id"]}/correct', json={'price': '2', 'reason': 'again'})
    assert again.status_code == 409


async def test_a_withdrawal_wants_a_reason(http: httpx.AsyncClient) -> None:
    _, new = await post(http, {'name': 'A', 'price': '1', 'timestamp': NOON}, {'name': 'A', 'price': '2'})
    assert (await http.post(f'/api/records/{new["id"]}/withdraw', json={})).status_code == 422
    assert (await http.post(f'/api/records/{new["id"]}/withdraw', json={'reason': 'a test'})).status_code == 204
    assert (await http.get('/api/prices/A')).json()['price'] == '1'
    assert (await http.post(f'/api/records/{2**62}/withdraw', json={'reason': 'x'})).status_code == 404
    assert (await http.post(f'/api/records/{2**64}/withdraw', json={'reason': 'x'})).status_code == 422


async def test_coins_are_renamed_merged_and_governed(http: httpx.AsyncClient) -> None:
    await post(http, {'name': 'TONCOIN', 'price': '5'}, {'name': 'TON2', 'price': '6'})
    assert (await http.post('/api/coins/toncoin/rename', json={'name': 'TON'})).json()['name'] == 'TON'
    assert (await http.get('/api/prices/TONCOIN')).json()['name'] == 'TON'
    assert (await http.post('/api/coins/TON2/merge', json={'into': 'TON'})).json()['name'] == 'TON'
    assert (await http.post('/api/coins/TON/policy', json={'policy': 'manual'})).json()['policy'] == 'manual'
    assert (await http.post('/api/coins/TON/policy', json={'policy': 'x'})).status_code == 422
    assert [coin['name'] for coin in (await http.get('/api/coins')).json()] == ['TON']


async def test_following_without_an_exchange_is_refused_with_a_sentence(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/coins', json={'name': 'PEPE'})
    assert answer.status_code in (409, 422, 503)
    assert answer.json()['error']


async def test_health_tells_what_is_wrong(http: httpx.AsyncClient, desk: Desk) -> None:
    assert (await http.get('/api/health')).json()['healthy'] is True
    failed = asyncio.Event()

    def fail(names: set[str]) -> None:
        failed.set()
        raise RuntimeError('a subscriber failed')

    desk.subscribe(fail)
    await http.post('/api/prices', json={'name': 'A', 'price': '1'})
    await asyncio.wait_for(failed.wait(), 5)
    answer = await http.get('/api/health')
    assert (answer.status_code, answer.json()['healthy'], answer.json()['ready']) == (200, False, True)
    assert answer.json()['problems'] == {'frames': 'RuntimeError: a subscriber failed'}


async def test_a_body_that_is_too_large_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/prices', content=b' ' * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, 'at most 8 MB' in answer.json()['error']) == (413, True)


async def test_the_wrong_method_is_told_which_is_right(http: httpx.AsyncClient) -> None:
    answer = await http.delete('/api/prices/A')
    assert (answer.status_code, answer.headers['Allow']) == (405, 'GET')
    assert answer.json()['error'].startswith('One cannot DELETE')


async def test_the_unexpected_is_owned_up_to_and_leaks_nothing(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError('secret')

    monkeypatch.setattr(desk, 'quotes', fail)
    answer = await http.get('/api/prices')
    assert answer.status_code == 500
    assert 'secret' not in answer.text
    assert list(answer.json()) == ['error']


async def test_the_documentation_needs_no_other_server(http: httpx.AsyncClient) -> None:
    page = (await http.get('/docs')).text
    assert 'cdn' not in page
    assert (await http.get('/swagger/swagger-ui-bundle.js')).status_code == 200
    assert '/api/prices' in (await http.get('/openapi.json')).json()['paths']
