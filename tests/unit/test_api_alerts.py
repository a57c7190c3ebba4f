"""Alerts and their firings over HTTP, on a real desk."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from models import utc_now
from tests.asgi import api_client
from tests.unit.paper_api import get, price

ISSUE = {'name': 'BTC', 'condition': 'crosses_up', 'price': '70000', 'repeat': 'once'}


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a desk on which BTC stands at 69,000."""
    async with api_client(desk) as http:
        await price(http, '69000')
        yield http


async def make(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await http.post('/api/alerts', json={**ISSUE, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def acted(http: httpx.AsyncClient, path: str, **sent: Any) -> dict[str, Any]:
    answer = await http.post(path, **sent)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def fire(desk: Desk, http: httpx.AsyncClient) -> None:
    for amount in ('69000', '70000.5'):
        await price(http, amount)
    await desk.alerts.settled()


async def test_an_alert_is_made_as_the_program_asks_for_it(http: httpx.AsyncClient) -> None:
    answer = await http.post('/api/alerts', json=ISSUE)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers['location'] == f'/api/alerts/{made["id"]}'
    assert {name: made[name] for name in ISSUE} == ISSUE
    assert (made['status'], made['firings'], made['fired'], made['watchlist']) == ('active', 0, None, None)
    assert await get(http, answer.headers['location']) == made
    assert (await get(http, '/api/alerts'))['alerts'] == [made]


async def test_every_field_comes_back_as_it_was_sent(http: httpx.AsyncClient) -> None:
    asked = {
        'condition': 'falls',
        'percent': '2.5',
        'window': '1h',
        'repeat': 'every',
        'cooldown': 3600,
        'title': 'A fall',
        'note': 'of anything',
        'message': '{name} fell to {price}',
        'toast': False,
        'sound': True,
        'expires': '2100-01-31T14:30:00Z',
    }
    answer = await http.post('/api/alerts', json=asked)
    assert answer.status_code == 201, answer.text
    assert {name: answer.json()[name] for name in asked} == asked
    assert answer.json()['name'] is None, 'it is on all coins'
    silent = await http.post('/api/alerts', json={'name': 'BTC', 'condition': 'silent', 'minutes': '10'})
    assert silent.json()['minutes'] == 10


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({'condition': 'over'}, 'condition', 'There is no condition “over”; take one of above, below, '),
    ({'condition': None}, 'condition', 'Choose the condition: what the alert waits for.'),
    ({'name': ' '}, 'name', 'Name a coin, like "BTC"; without a name'),
    ({'price': None}, 'price', 'Give the price to watch for, like 70000.'),
    ({'price': '70000,5'}, 'price', 'Write the decimals after a point: 70000.5 instead of 70000,5.'),
    ({'repeat': 'often'}, 'repeat', '“often” is no way to repeat; take one of once, every, rearm.'),
    ({'repeat': 'rearm', 'rearm': '-1'}, 'rearm', 'Give per cents greater than 0, like "5".'),
    ({'cooldown': 1.5}, 'cooldown', '“cooldown” is a whole number, like 60.'),
    ({'window': '2h'}, 'window', 'A window is one of 5m, 1h, 24h.'),
    ({'expires': 'soon'}, 'expires', '“soon” is not a time; write it like 2026-01-31T14:30:00Z.'),
    ({'expires': '2020-01-31T14:30:00Z'}, 'expires', '2020-01-31 14:30:00 UTC is over; an alert expires at a'),
    ({'message': '{nothing}'}, 'message', 'There is no placeholder {nothing}; take one of {name}, '),
    ({'toast': 'yes'}, 'toast', '“toast” is true or false, without quotes.'),
    ({'channels': [1]}, 'channels', 'There is no field “channels” here; there are name, watchlist, '),
    ({'watchlist': 1}, 'watchlist_id', 'An alert watches one coin or a watchlist, not both.'),
]


async def test_what_is_wrong_is_said_with_its_field(http: httpx.AsyncClient) -> None:
    for asked, field, says in WRONG:
        answer = await http.post('/api/alerts', json={**ISSUE, **asked})
        assert (answer.status_code, answer.json()['field']) == (422, field), says
        assert answer.json()['error'].startswith(says)
    assert (await get(http, '/api/alerts'))['alerts'] == []


async def test_what_is_not_there_is_404(http: httpx.AsyncClient) -> None:
    assert (await http.post('/api/alerts', json={**ISSUE, 'name': 'NOPE'})).status_code == 404
    lists = {'condition': 'new_high', 'watchlist': 9}
    assert (await http.post('/api/alerts', json=lists)).json() == {'error': 'There is no watchlist 9.'}
    for method, path in (('GET', ''), ('PATCH', ''), ('DELETE', ''), ('POST', '/pause'), ('POST', '/activate')):
        answer = await http.request(method, f'/api/alerts/9{path}', json={'note': 'x'} if method == 'PATCH' else None)
        assert (answer.status_code, answer.json()['error']) == (404, 'There is no alert 9.')


async def test_an_alert_changes_and_null_takes_away(http: httpx.AsyncClient) -> None:
    made = await make(http, expires='2100-01-31T14:30:00Z')
    path = f'/api/alerts/{made["id"]}'
    changed = (await http.patch(path, json={'price': '72000', 'title': 'Higher'})).json()
    assert (changed['price'], changed['title'], changed['expires']) == ('72000', 'Higher', '2100-01-31T14:30:00Z')
    changed = (await http.patch(path, json={'name': None, 'expires': None})).json()
    assert (changed['name'], changed['expires'], changed['price']) == (None, None, '72000')
    assert (await http.patch(path, json={})).json()['error'] == 'Say what changes, like {"price": "72000"}.'
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404


async def test_a_firing_is_read_with_its_price_and_acknowledged(desk: Desk, http: httpx.AsyncClient) -> None:
    made = await make(http, message='{name} at {price}')
    await fire(desk, http)
    (firing,) = (page := await get(http, '/api/alerts/firings'))['firings']
    told = ('alert', 'name', 'nth', 'condition', 'level', 'price', 'tick_source', 'acknowledged', 'deliveries')
    assert [firing[name] for name in told] == [made['id'], 'BTC', 1, 'crosses_up', '70000', '70000.5', 'api', None, []]
    assert (page['cursor'], page['unread']) == ('', 1)
    assert (await get(http, f'/api/alerts/{made["id"]}'))['status'] == 'fired'
    seen = await http.post('/api/alerts/firings/acknowledge', json={'firings': [firing['id']]})
    assert seen.status_code == 204
    alert = await get(http, f'/api/alerts/{made["id"]}')
    assert (alert['status'], alert['firings'], alert['fired']) == ('acknowledged', 1, firing['at'])
    page = await get(http, '/api/alerts/firings')
    assert (page['unread'], page['firings'][0]['acknowledged'] is None) == (0, False)


async def test_firings_come_page_by_page_and_of_one_alert(desk: Desk, http: httpx.AsyncClient) -> None:
    first, second = await make(http), await make(http, price='70000.25')
    await fire(desk, http)
    page = await get(http, '/api/alerts/firings', limit=1)
    rest = await get(http, '/api/alerts/firings', limit=1, cursor=page['cursor'])
    assert {told['firings'][0]['alert'] for told in (page, rest)} == {first['id'], second['id']}
    assert rest['cursor'] == ''
    of_one = await get(http, '/api/alerts/firings', alert=first['id'])
    assert [firing['alert'] for firing in of_one['firings']] == [first['id']]
    await http.post('/api/alerts/firings/acknowledge', json={'firings': 'all'})
    assert (await get(http, '/api/alerts/firings'))['unread'] == 0


async def test_an_alert_rests_goes_on_is_snoozed_and_starts_anew(desk: Desk, http: httpx.AsyncClient) -> None:
    path = f'/api/alerts/{(await make(http))["id"]}'
    assert (await acted(http, f'{path}/pause'))['status'] == 'paused'
    assert (await acted(http, f'{path}/resume'))['status'] == 'active'
    until = (utc_now() + timedelta(hours=1)).replace(microsecond=0)
    snoozed = await acted(http, f'{path}/snooze', json={'until': until.isoformat()})
    assert snoozed['snoozed'] == f'{until:%Y-%m-%dT%H:%M:%SZ}'
    assert (await acted(http, f'{path}/snooze', json={'until': None}))['snoozed'] is None
    past = await http.post(f'{path}/snooze', json={'until': '2020-01-31T14:30:00Z'})
    assert past.json()['error'] == '2020-01-31 14:30:00 UTC is over; snooze till a later time.'
    await fire(desk, http)
    assert (await get(http, path))['status'] == 'fired'
    assert (await acted(http, f'{path}/activate'))['status'] == 'active'
    other = await http.post(f'{path}/duplicate')
    assert (other.status_code, other.json()['price']) == (201, '70000')


async def test_the_list_is_filtered_and_paged(http: httpx.AsyncClient) -> None:
    ids = [(await make(http, price=str(70_000 + number)))['id'] for number in range(3)]
    await http.post(f'/api/alerts/{ids[0]}/pause')
    await price(http, '1', 'ETH')
    await make(http, name='ETH', price='2')
    assert [alert['id'] for alert in (await get(http, '/api/alerts', name='btc', limit=2))['alerts']] == ids[:0:-1]
    page = await get(http, '/api/alerts', limit=2)
    rest = await get(http, '/api/alerts', limit=2, cursor=page['cursor'])
    assert ([alert['id'] for alert in rest['alerts']], rest['cursor']) == ([ids[1], ids[0]], '')
    assert [alert['id'] for alert in (await get(http, '/api/alerts', status='paused'))['alerts']] == ids[:1]
    assert (await http.get('/api/alerts', params={'cursor': 'x'})).status_code == 422
