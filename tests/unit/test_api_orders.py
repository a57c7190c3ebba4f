"""Paper orders and fills over HTTP, on a real desk."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from tests.asgi import api_client
from tests.unit.paper_api import BUY, REST, ended, get, place, place_this, price


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a desk on which BTC stands at 100, bid and ask too."""
    async with api_client(desk) as http:
        await price(http, '100')
        yield http


async def test_a_market_order_is_answered_filled_with_its_price_and_fee(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/orders', json=BUY)
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers['location'] == f'/api/orders/{order["id"]}'
    told = {name: order[name] for name in ('name', 'side', 'type', 'status', 'size', 'filled_size', 'remaining')}
    assert told == BUY | {'status': 'filled', 'filled_size': '1', 'remaining': '0'}
    assert (order['average_price'], order['fees'], order['reason']) == ('100.05', '0.2001', '')
    assert datetime.fromisoformat(order['placed']) <= datetime.now(UTC)


async def test_where_it_says_it_is_is_its_whole_story(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/orders', json=BUY)
    story = await get(http, answer.headers['location'])
    assert [event['what'] for event in story['events']] == ['placed', 'filled']
    (fill,) = story['fills']
    assert {**answer.json(), 'events': story['events'], 'fills': story['fills']} == story
    told = (
        'order',
        'name',
        'size',
        'price',
        'value',
        'fee',
        'maker',
        'rule',
        'tick_price',
        'tick_source',
        'bid',
        'ask',
    )
    assert {name: fill[name] for name in told} == {
        'order': story['id'],
        'name': 'BTC',
        'size': '1',
        'price': '100.05',
        'value': '100.05',
        'fee': '0.2001',
        'maker': False,
        'rule': 'market',
        'tick_price': '100',
        'tick_source': 'api',
        'bid': '100',
        'ask': '100',
    }


async def test_an_order_of_each_kind_is_taken_and_told_as_it_was_asked_for(http: httpx.AsyncClient) -> None:
    till = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace('+00:00', 'Z')
    await http.post('/api/orders', json=BUY)
    for asked in (
        REST | {'good_till': till, 'time_in_force': 'gtd'},
        REST | {'post_only': True, 'client_order_id': 'mine'},
        REST | {'type': 'stop_limit', 'stop_price': '110', 'limit_price': '111'},
        {'name': 'BTC', 'side': 'sell', 'type': 'stop', 'size': '0.1', 'stop_price': '80.5'},
        {'name': 'BTC', 'side': 'sell', 'type': 'trailing_stop', 'size': '0.1', 'trail_amount': '5'},
        {'name': 'BTC', 'side': 'sell', 'type': 'trailing_stop', 'size': '0.1', 'trail_percent': '2.5'},
    ):
        order = await place_this(http, asked)
        assert {name: order[name] for name in asked} == asked
        assert order['status'] == 'open'


async def test_a_coin_is_called_by_its_own_name_whatever_the_request_calls_it(http: httpx.AsyncClient) -> None:
    order = await place_this(http, BUY | {'name': 'btc'})
    story = await get(http, f'/api/orders/{order["id"]}')
    assert (story['name'], '1 BTC at 100.05' in story['events'][-1]['detail']) == ('BTC', True)


async def test_the_documented_orders_are_placed_as_they_stand_there(http: httpx.AsyncClient) -> None:
    await price(http, '67000')
    documented = (await get(http, '/openapi.json'))['paths']['/api/orders']['post']['requestBody']['content']
    examples = documented['application/json']['examples']
    assert len(examples) == 5
    for example in examples.values():
        assert (await place_this(http, example['value']))['status'] in ('filled', 'open')


async def test_numbers_may_be_numbers_and_keep_their_digits(http: httpx.AsyncClient) -> None:
    body = '{"name": "BTC", "side": "buy", "type": "limit", "size": 0.10000001, "limit_price": 66.123456789012345678}'
    order = (await http.post('/api/orders', content=body)).json()
    assert (order['size'], order['limit_price']) == ('0.10000001', '66.123456789012345678')


async def test_a_resting_order_fills_later_and_every_reading_agrees(http: httpx.AsyncClient) -> None:
    order = await place(http)
    assert [found['id'] for found in (await get(http, '/api/orders', open=True))['orders']] == [order['id']]
    await price(http, '89')
    story = await ended(http, order['id'])
    assert (story['status'], story['average_price'], story['fees']) == ('filled', '90', '0.18')
    assert story['fills'] == (await get(http, '/api/fills', order=order['id']))['fills']
    assert (await get(http, '/api/orders', open=True))['orders'] == []


async def test_a_bracket_has_its_legs_behind_it(http: httpx.AsyncClient) -> None:
    entry = (await http.post('/api/orders', json=BUY | {'take_profit': '120', 'stop_loss': '95'})).json()
    legs = (await get(http, '/api/orders', open=True))['orders']
    assert {(leg['leg'], leg['parent'], leg['size']) for leg in legs} == {
        ('take_profit', entry['id'], '1'),
        ('stop_loss', entry['id'], '1'),
    }
    await price(http, '94')
    stopped, other = sorted([await ended(http, leg['id']) for leg in legs], key=lambda leg: str(leg['leg']))
    assert (stopped['leg'], stopped['status'], stopped['triggered']) == ('stop_loss', 'filled', True)
    assert (other['leg'], other['status']) == ('take_profit', 'cancelled')


async def test_one_that_is_not_covered_is_kept_as_refused_with_the_numbers(http: httpx.AsyncClient) -> None:
    order = await place(http, size='2000')
    assert (order['status'], order['filled_size']) == ('refused', '0')
    assert '100,000' in order['reason']
    assert (await get(http, f'/api/orders/{order["id"]}'))['events'][-1]['what'] == 'refused'


async def test_the_same_client_order_id_places_once(http: httpx.AsyncClient) -> None:
    first = await http.post('/api/orders', json=BUY | {'client_order_id': 'once'})
    again = await http.post('/api/orders', json=BUY | {'client_order_id': 'once'})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers['location'] == first.headers['location']
    other = await http.post('/api/orders', json=REST | {'client_order_id': 'once'})
    assert (other.status_code, 'once' in other.json()['error']) == (409, True)
    assert len((await get(http, '/api/fills'))['fills']) == 1


async def test_an_order_is_amended_and_cancelled_while_it_is_open(http: httpx.AsyncClient) -> None:
    path = f'/api/orders/{(await place(http))["id"]}'
    amended = (await http.patch(path, json={'limit_price': '91', 'size': 3})).json()
    assert (amended['limit_price'], amended['size'], amended['status']) == ('91', '3', 'open')
    cancelled = await http.delete(path)
    assert (cancelled.status_code, cancelled.json()['status']) == (200, 'cancelled')
    assert [event['what'] for event in (await get(http, path))['events']] == ['placed', 'amended', 'cancelled']
    for late in (await http.delete(path), await http.patch(path, json={'size': '1'})):
        assert (late.status_code, 'ended' in late.json()['error']) == (409, True)


async def test_an_amendment_that_is_refused_leaves_the_order_as_it_was(http: httpx.AsyncClient) -> None:
    order = await place(http)
    path = f'/api/orders/{order["id"]}'
    for given, field in (({'size': '2000'}, 'size'), ({'stop_price': '1'}, 'stop_price'), ({'size': '-1'}, 'size')):
        answer = await http.patch(path, json=given)
        assert (answer.status_code, answer.json().get('field')) in (
            (422, field),
            (409, field),
            (422, None),
            (409, None),
        )
    assert (await get(http, '/api/orders'))['orders'] == [order]


@pytest.mark.parametrize('given', ['{}', '[]', '{"size": null}', '{"price": "1"}', '{"size": [1]}', '{"size": true}'])
async def test_an_amendment_says_what_changes(http: httpx.AsyncClient, given: str) -> None:
    path = f'/api/orders/{(await place(http))["id"]}'
    answer = await http.patch(path, content=given)
    assert (answer.status_code, bool(answer.json()['error'])) == (422, True)


@pytest.mark.parametrize(
    ('changes', 'status', 'field', 'words'),
    [
        ({'name': 'NOPE'}, 404, 'name', 'NOPE'),
        ({'side': 'short'}, 422, 'side', 'buy or sell'),
        ({'type': 'iceberg'}, 422, 'type', 'trailing_stop'),
        ({'size': None}, 422, 'size', 'how much'),
        ({'size': '0'}, 422, 'size', 'greater than zero'),
        ({'size': 1.5e300}, 422, 'size', 'exponent'),
        ({'size': True}, 422, 'size', 'text'),
        ({'size': ['1']}, 422, 'size', 'text'),
        ({'size': '1', 'quote_size': '5'}, 422, 'quote_size', 'not both'),
        ({'stop_price': '80'}, 422, 'stop_price', 'stop-limit'),
        ({'time_in_force': 'day'}, 422, 'time_in_force', 'gtc'),
        ({'time_in_force': {}}, 422, 'time_in_force', 'gtc'),
        ({'time_in_force': 'gtd', 'good_till': '2020-01-01'}, 422, 'good_till', 'over'),
        ({'post_only': 'maybe'}, 422, 'post_only', 'true or false'),
        ({'client_order_id': 'x' * 65}, 422, 'client_order_id', 'at most 64'),
        ({'client_order_id': 'a\0'}, 422, 'client_order_id', 'printable'),
        ({'name': 'BTC\0'}, 422, 'name', 'printable'),
        ({'user': 'eve'}, 422, 'user', 'no field'),
        ({'side': 'sell', 'take_profit': '1'}, 422, 'take_profit', 'bracket'),
        ({'size': '0.000000001'}, 422, 'size', '0.00000001'),
        ({'size': '0.00000001'}, 422, None, '0.01'),
    ],
)
async def test_what_is_no_order_gets_a_sentence_and_is_not_kept(
    http: httpx.AsyncClient, changes: dict[str, Any], status: int, field: str | None, words: str
) -> None:
    for path in ('/api/orders', '/api/orders/estimate'):
        answer = await http.post(path, json={**REST, **changes})
        assert words in answer.json()['error'], answer.text
        assert answer.status_code == status
        assert field is None or answer.json()['field'] == field
    assert (await get(http, '/api/orders'))['orders'] == []


@pytest.mark.parametrize('body', ['', '{', '{"name": "BTC", "size": NaN}'])
async def test_what_is_no_json_is_a_400(http: httpx.AsyncClient, body: str) -> None:
    answer = await http.post('/api/orders', content=body)
    assert (answer.status_code, 'not JSON' in answer.json()['error']) == (400, True)
    assert '"side"' in answer.json()['error']


async def test_an_estimate_says_what_it_would_cost_and_places_nothing(http: httpx.AsyncClient) -> None:
    estimate = (await http.post('/api/orders/estimate', json=BUY)).json()
    told = ('size', 'price', 'value', 'fee', 'total', 'at_once', 'maker', 'available', 'refusal')
    assert {name: estimate[name] for name in told} == {
        'size': '1',
        'price': '100.05',
        'value': '100.05',
        'fee': '0.2001',
        'total': '100.2501',
        'at_once': True,
        'maker': False,
        'available': '100000',
        'refusal': '',
    }
    assert 0 <= estimate['age'] < 60
    waiting = (await http.post('/api/orders/estimate', json=REST)).json()
    assert (waiting['at_once'], waiting['maker'], waiting['holds']) == (False, True, '180.36')
    assert '100,000' in (await http.post('/api/orders/estimate', json=REST | {'size': '2000'})).json()['refusal']
    assert (await get(http, '/api/orders'))['orders'] == []


async def test_lists_are_paged_and_narrowed(http: httpx.AsyncClient) -> None:
    await price(http, '10', 'ETH')
    placed = [await place(http, name=name, limit_price='5') for name in ('BTC', 'ETH', 'BTC', 'BTC')]
    await http.delete(f'/api/orders/{placed[0]["id"]}')
    seen, cursor = [], ''
    while True:
        page = await get(http, '/api/orders', name='btc', limit=1, cursor=cursor)
        seen += [order['id'] for order in page['orders']]
        if not (cursor := page['cursor']):
            break
    assert seen == [placed[3]['id'], placed[2]['id'], placed[0]['id']]
    assert [order['name'] for order in (await get(http, '/api/orders', name='ETH', open=True))['orders']] == ['ETH']


@pytest.mark.parametrize(
    ('path', 'status'),
    [
        ('/api/orders/99', 404),
        ('/api/orders/0', 422),
        ('/api/orders/x', 422),
        ('/api/orders/99999999999999999999', 422),
        ('/api/orders?name=NOPE', 404),
        ('/api/orders?limit=1001', 422),
        ('/api/orders?limit=0', 422),
        ('/api/orders?cursor=nonsense', 422),
        ('/api/orders?open=perhaps', 422),
        ('/api/orders?book=7', 404),
        ('/api/fills?cursor=nonsense', 422),
        ('/api/fills?from=yesterday', 422),
        ('/api/fills?from=2026-01-02&to=2026-01-01', 422),
        ('/api/fills?name=NOPE', 404),
        ('/api/fills?book=7', 404),
    ],
)
async def test_what_is_not_there_or_not_right_gets_a_sentence(http: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await http.get(path)
    assert (answer.status_code, bool(answer.json()['error'])) == (status, True)


async def test_another_website_places_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/orders', json=BUY, headers={'origin': 'https://evil.example'})
    assert answer.status_code == 403
    assert (await get(http, '/api/orders'))['orders'] == []
