"""Pages of orders, fills and postings: newest first, nothing twice, nothing left out, whatever one asks for."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest

from desk.errors import Invalid
from desk.orders import Change, Status
from desk.store import Line, Page, Store
from tests.unit.store_records import NOON
from tests.unit.trade_changes import Hand

Ask = Callable[[str], Awaitable[Page[Any]]]


@pytest.fixture
async def traded(store: Store) -> list[Change]:
    """A book with nine orders, three for each of the coins 1, 2 and 3, of which the first six are filled."""
    hand = Hand()
    await store.ensure_coins(['BTC', 'ETH', 'SOL'])
    changes = [hand.open()]
    changes += [hand.place(1 + number % 3) for number in range(9)]
    changes += [hand.fill(change.orders[0]) for change in changes[1:7]]
    await store.trades.trade(changes)
    return changes


async def read(ask: Ask) -> list[int]:
    """The ids on all pages."""
    page = await ask('')
    ids = [each.id for each in page.items]
    while page.cursor:
        page = await ask(page.cursor)
        assert page.items
        ids += [each.id for each in page.items]
    return ids


@pytest.mark.parametrize('limit', [1, 2, 3, 9, 100])
async def test_pages_go_on_where_the_last_one_ended(store: Store, traded: list[Change], limit: int) -> None:
    trades = store.trades
    assert await read(lambda cursor: trades.orders(1, limit=limit, cursor=cursor)) == [*range(9, 0, -1)]
    assert await read(lambda cursor: trades.orders(1, coin_ids=[1, 3], limit=limit, cursor=cursor)) == [
        9,
        7,
        6,
        4,
        3,
        1,
    ]
    assert await read(lambda cursor: trades.orders(1, open_only=True, limit=limit, cursor=cursor)) == [9, 8, 7]
    assert await read(lambda cursor: trades.fills(1, limit=limit, cursor=cursor)) == [6, 5, 4, 3, 2, 1]
    assert await read(lambda cursor: trades.fills(1, coin_ids=[2, 3], limit=limit, cursor=cursor)) == [6, 5, 3, 2]
    assert await read(lambda cursor: trades.postings(1, limit=limit, cursor=cursor)) == [*range(38, 0, -1)]


async def test_what_is_open_can_be_asked_for_by_coin(store: Store, traded: list[Change]) -> None:
    found = await store.trades.orders(1, open_only=True, coin_ids=[2])
    assert [(each.id, each.status) for each in found.items] == [(8, Status.OPEN)]


async def test_of_no_coins_there_is_nothing(store: Store, traded: list[Change]) -> None:
    assert (await store.trades.orders(1, coin_ids=[])).items == []
    assert (await store.trades.fills(1, coin_ids=[])).items == []
    assert (await store.trades.postings(1, coin_ids=[])).items == []


async def test_of_another_book_there_is_nothing(store: Store, traded: list[Change]) -> None:
    assert (await store.trades.orders(2)).items == []
    assert (await store.trades.fills(2)).items == []
    assert (await store.trades.postings(2)).items == []


async def test_fills_between_two_moments(store: Store, traded: list[Change]) -> None:
    second, fourth = (NOON + timedelta(seconds=9 + number) for number in (2, 4))
    assert [fill.id for fill in (await store.trades.fills(1, start=second, end=fourth)).items] == [3, 2]


async def test_fills_of_one_order(store: Store, traded: list[Change]) -> None:
    found = (await store.trades.fills(1, order_id=4)).items
    assert found == [*traded[13].fills]


async def test_where_the_cash_went(store: Store, traded: list[Change]) -> None:
    lines = (await store.trades.postings(1, account='trader', quote=True, limit=3)).items
    fill = traded[-1].fills[0]
    assert lines[0] == Line(38, 7, 'fill', fill.at, 'trader', None, -fill.fee, 6, 6)
    assert [line.amount for line in lines[:2]] == [-fill.fee, -fill.value]


async def test_the_first_posting_is_the_deposit(store: Store, traded: list[Change]) -> None:
    (line,) = (await store.trades.postings(1, account='deposits')).items
    assert (line.kind, line.amount, line.fill_id, line.order_id) == ('deposit', Decimal(-100_000), None, None)


async def test_postings_of_some_assets(store: Store, traded: list[Change]) -> None:
    quote = (await store.trades.postings(1, quote=True)).items
    assert len(quote) == 2 + 6 * 4
    assert {line.coin_id for line in quote} == {None}
    bought = (await store.trades.postings(1, account='trader', coin_ids=[1])).items
    assert [line.amount for line in bought] == [2, 2]
    both = (await store.trades.postings(1, account='trader', quote=True, coin_ids=[1, 2])).items
    assert {line.coin_id for line in both} == {None, 1, 2}
    assert [line.id for line in both] == sorted((line.id for line in both), reverse=True)


async def test_a_balance_is_the_sum_of_the_postings_up_to_one(store: Store, traded: list[Change]) -> None:
    for quote, coin_ids in ((True, None), (False, [1, 2])):
        lines = (await store.trades.postings(1, account='trader', quote=quote, coin_ids=coin_ids)).items
        sums = accumulate(line.amount for line in reversed(lines))
        assert [await store.trades.balance(1, coin_ids, line.id) for line in reversed(lines)] == list(sums)


async def test_a_cursor_that_is_none_is_refused(store: Store) -> None:
    for ask in (store.trades.orders, store.trades.fills, store.trades.postings):
        with pytest.raises(Invalid, match='cursor'):
            await ask(1, cursor='nonsense')
