"""The paper account over HTTP: balances, terms, the ledger, the portfolio, a reset and the exports."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from tests.asgi import api_client
from tests.unit.paper_api import BUY, get, place_this, price

TERMS = {
    'maker_fee': '0.1',
    'taker_fee': '0.2',
    'spread': '0.1',
    'slippage': '5',
    'touch': False,
    'participation': '0',
    'cut': True,
}


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a desk on which BTC stands at 100, bid and ask too."""
    async with api_client(desk) as http:
        await price(http, '100')
        yield http


async def place(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await place_this(http, {**BUY, **changes})


async def test_an_account_is_there_with_its_money_and_its_terms(http: httpx.AsyncClient) -> None:
    account = await get(http, '/api/account')
    assert account['balances'] == [{'asset': 'USD', 'total': '100000', 'held': '0', 'available': '100000'}]
    assert (account['terms'], account['open_orders']) == (TERMS, 0)
    assert account['books'] == [account['book']]
    assert (account['book']['number'], account['book']['quote'], account['book']['closed']) == (1, 'USD', None)


async def test_balances_tell_what_open_orders_hold(http: httpx.AsyncClient) -> None:
    await place(http)
    await place(http, type='limit', limit_price='90')
    await place(http, side='sell', type='limit', size='0.4', limit_price='110')
    account = await get(http, '/api/account')
    assert account['open_orders'] == 2
    assert account['balances'] == [
        {'asset': 'USD', 'total': '99899.7499', 'held': '90.18', 'available': '99809.5699'},
        {'asset': 'BTC', 'total': '1', 'held': '0.4', 'available': '0.6'},
    ]


async def test_terms_are_changed_one_by_one_and_orders_are_placed_by_them(http: httpx.AsyncClient) -> None:
    answer = await http.put('/api/account/terms', json={'taker_fee': 0, 'slippage': '0.00', 'touch': True})
    changed = {**TERMS, 'taker_fee': '0', 'slippage': '0', 'touch': True}
    assert (answer.status_code, answer.json()) == (200, changed)
    assert await get(http, '/api/account/terms') == (await get(http, '/api/account'))['terms'] == changed
    order = await place(http)
    assert (order['average_price'], order['fees']) == ('100', '0')


@pytest.mark.parametrize(
    'given',
    [
        '{}',
        '[]',
        '{"fee": "1"}',
        '{"taker_fee": "-1"}',
        '{"taker_fee": "101"}',
        '{"spread": "high"}',
        '{"touch": "yes"}',
        '{"cut": 1}',
        '{"participation": "101"}',
        '{"slippage": true}',
    ],
)
async def test_terms_that_cannot_be_get_a_sentence(http: httpx.AsyncClient, given: str) -> None:
    answer = await http.put('/api/account/terms', content=given)
    assert (answer.status_code, bool(answer.json()['error'])) == (422, True)
    assert await get(http, '/api/account/terms') == TERMS


async def test_the_ledger_answers_where_the_money_went(http: httpx.AsyncClient) -> None:
    order = await place(http)
    postings = (await get(http, '/api/ledger'))['postings']
    assert [each['id'] for each in postings] == sorted((each['id'] for each in postings), reverse=True)
    assert {(each['account'], each['asset'], each['amount'], each['kind']) for each in postings} == {
        ('deposits', 'USD', '-100000', 'deposit'),
        ('trader', 'USD', '100000', 'deposit'),
        ('market', 'BTC', '-1', 'fill'),
        ('trader', 'BTC', '1', 'fill'),
        ('trader', 'USD', '-100.05', 'fill'),
        ('market', 'USD', '100.05', 'fill'),
        ('trader', 'USD', '-0.2001', 'fill'),
        ('fees', 'USD', '0.2001', 'fill'),
    }
    assert {each['order'] for each in postings} == {None, order['id']}
    assert len({each['transaction'] for each in postings}) == 2


async def test_a_balance_is_the_sum_of_its_postings(http: httpx.AsyncClient) -> None:
    await place(http)
    await place(http, side='sell', size='0.25')
    for balance in (await get(http, '/api/account'))['balances']:
        postings = (await get(http, '/api/ledger', asset=balance['asset'].lower(), account='trader'))['postings']
        assert {each['asset'] for each in postings} == {balance['asset']}
        assert sum(Decimal(each['amount']) for each in postings) == Decimal(balance['total'])


async def test_the_ledger_is_paged(http: httpx.AsyncClient) -> None:
    await place(http)
    whole, seen, cursor = (await get(http, '/api/ledger'))['postings'], [], ''
    while True:
        page = await get(http, '/api/ledger', limit=3, cursor=cursor)
        seen += page['postings']
        if not (cursor := page['cursor']):
            break
    assert seen == whole


async def test_the_portfolio_adds_up(http: httpx.AsyncClient) -> None:
    await place(http, size='2')
    await price(http, '110')
    await place(http, side='sell')
    found = await get(http, '/api/portfolio')
    cash = (await get(http, '/api/account'))['balances'][0]
    assert found['cash'] == {name: cash[name] for name in ('total', 'held', 'available')}
    (position,) = found['positions']
    told = ('name', 'size', 'average_cost', 'last', 'value', 'unrealised', 'realised', 'realised_fifo')
    assert [position[name] for name in told] == ['BTC', '1', '100.05', '110', '110', '9.95', '9.895', '9.895']
    assert Decimal(found['equity']) == Decimal(cash['total']) + 110
    total = sum(Decimal(found[name]) for name in ('realised', 'unrealised')) - Decimal(found['fees'])
    assert Decimal(found['profit']) == total == Decimal(found['equity']) - 100_000


async def test_a_reset_begins_anew_and_the_old_book_stays_readable(http: httpx.AsyncClient) -> None:
    filled = await place(http)
    waiting = await place(http, type='limit', limit_price='90')
    answer = await http.post('/api/account/reset', json={'confirm': 'book 1'})
    account = answer.json()
    assert (answer.status_code, account['book']['number'], account['open_orders']) == (200, 2, 0)
    assert account['balances'] == [{'asset': 'USD', 'total': '100000', 'held': '0', 'available': '100000'}]
    assert [book['number'] for book in account['books']] == [1, 2]
    assert account['books'][0]['closed']
    assert (await get(http, '/api/orders'))['orders'] == []
    old = {order['id']: order['status'] for order in (await get(http, '/api/orders', book=1))['orders']}
    assert old == {filled['id']: 'filled', waiting['id']: 'cancelled'}
    assert len((await get(http, '/api/fills', book=1))['fills']) == 1
    assert len((await get(http, '/api/ledger', book=1))['postings']) == 8
    assert (await get(http, '/api/portfolio', book=1))['positions'][0]['size'] == '1'
    assert (await get(http, f'/api/orders/{waiting["id"]}'))['status'] == 'cancelled'


@pytest.mark.parametrize('given', [{}, {'confirm': ''}, {'confirm': 'book 2'}, {'confirm': 1}, {'confirm': 'yes'}])
async def test_a_reset_must_name_the_book(http: httpx.AsyncClient, given: dict[str, Any]) -> None:
    answer = await http.post('/api/account/reset', json=given)
    assert (answer.status_code, answer.json()['field']) == (422, 'confirm')
    assert (await get(http, '/api/account'))['book']['number'] == 1


async def test_a_reset_that_comes_twice_ends_one_book(http: httpx.AsyncClient) -> None:
    await http.post('/api/account/reset', json={'confirm': 'book 1'})
    again = await http.post('/api/account/reset', json={'confirm': 'book 1'})
    assert (again.status_code, 'book 2' in again.json()['error']) == (422, True)


@pytest.mark.parametrize(
    ('path', 'status'),
    [
        ('/api/ledger?account=savings', 422),
        ('/api/ledger?asset=NOPE', 404),
        ('/api/ledger?book=9', 404),
        ('/api/ledger?limit=1001', 422),
        ('/api/ledger?cursor=nonsense', 422),
        ('/api/portfolio?book=9', 404),
        ('/api/export/fills.csv?book=9', 404),
        ('/api/export/nothing.csv', 422),
    ],
)
async def test_what_is_not_there_or_not_right_gets_a_sentence(http: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await http.get(path)
    assert (answer.status_code, bool(answer.json()['error'])) == (status, True)


async def test_orders_fills_and_postings_leave_as_csv(http: httpx.AsyncClient) -> None:
    await place(http)
    for what, lines in (('orders', 1), ('fills', 1), ('postings', 8)):
        answer = await http.get(f'/api/export/{what}.csv')
        assert (answer.status_code, answer.headers['content-type']) == (200, 'text/csv; charset=utf-8')
        assert f'{what}-book-1.csv' in answer.headers['content-disposition']
        header, *rows = answer.text.splitlines()
        assert (header.split(',')[0], len(rows)) == ('id', lines)
