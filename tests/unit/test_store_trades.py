"""Paper trading in the database: a decision is stored whole or not at all, and comes out as it went in."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import SQLModel

from desk import ledger
from desk.acting import LOCAL
from desk.errors import Conflict, DeskError, Invalid, NotFound
from desk.matching.account import TradingState
from desk.orders import Book, Change, Event, Fill, Leg, Order, Posting, Side, Status, Transaction
from desk.store import Store, Story
from models import OPEN_ORDER
from tests.unit.store_records import coin, record
from tests.unit.trade_changes import Hand, full_order

TABLES: dict[type[Any], str] = {
    Book: 'book',
    Order: 'paper_order',
    Fill: 'fill',
    Event: 'order_event',
    Transaction: 'ledger_transaction',
    Posting: 'posting',
}
ELSEWHERE = {'postings'}  # of a transaction: a table of their own
ADDED = {'order_event': {'id'}, 'posting': {'id', 'transaction_id', 'book_id'}}


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.mark.parametrize('kind', TABLES)
def test_every_field_has_a_column_and_every_column_a_field(kind: type[Any]) -> None:
    table = SQLModel.metadata.tables[TABLES[kind]]
    named = {field.name for field in fields(kind)} - ELSEWHERE
    assert {column.name for column in table.c} - ADDED.get(table.name, set()) == named


def test_an_order_is_open_for_the_database_when_it_is_for_the_desk() -> None:
    said = ', '.join(f"'{status}'" for status in Status if replace(an_order(), status=status).is_open)
    assert f'status IN ({said})' == OPEN_ORDER


async def test_a_new_desk_has_nothing(store: Store) -> None:
    assert await store.trades.trading_state() == TradingState([], {}, [])


async def test_trading_goes_on_from_what_was_decided(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    placed = [hand.open(), hand.place(btc), hand.place(btc)]
    await store.trades.trade(placed)
    filled = hand.fill(placed[1].orders[0], '0.5', seq=7)
    await store.trades.trade([filled])
    assert await store.trades.trading_state() == TradingState(
        books=[filled.book],
        balances={1: {None: Decimal('99994.995'), btc: Decimal('0.5')}},
        orders=[filled.orders[0], placed[2].orders[0]],
        last_order=2,
        last_fill=1,
        last_transaction=2,
        last_book=1,
        last_rank=2,
    )


async def test_an_order_has_its_story(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), placed := hand.place(btc)])
    first = hand.fill(placed.orders[0], '0.5')
    second = hand.fill(first.orders[0], '1.5')
    await store.trades.trade([first, second])
    told = Story(second.orders[0], [*placed.events, *first.events, *second.events], [*first.fills, *second.fills])
    assert await store.trades.order_story(1) == told
    with pytest.raises(NotFound, match='no order 2'):
        await store.trades.order_story(2)


async def test_every_digit_and_every_field_comes_out_as_it_went_in(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    tiny, huge = Decimal('0.0000000000000000000123'), Decimal('1234567890123456789012345.12345678')
    entry = full_order(hand, btc, tiny=tiny, huge=huge)
    leg = replace(entry, id=2, parent_id=1, leg=Leg.STOP_LOSS, side=Side.SELL, client_order_id='', size=Decimal(0))
    opened = hand.open(str(huge))
    placed = Change(hand.next_book(), (entry, leg))
    filled = hand.fill(entry, str(tiny), '1000', note='why “so”?')
    await store.trades.trade([opened, placed, filled])
    assert (await store.trades.order_story(1)).order == filled.orders[0]
    assert (await store.trades.order_story(2)).order == leg
    assert await store.trades.all_fills(1) == [*filled.fills]
    lines = (await store.trades.postings(1)).items
    postings = [posting for change in (opened, filled) for each in change.transactions for posting in each.postings]
    assert [Posting(line.account, line.coin_id, line.amount) for line in reversed(lines)] == postings


async def test_an_order_that_changes_later_keeps_all_that_changed(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), hand.place(btc)])
    first = (await store.trades.order_story(1)).order
    after = replace(full_order(hand, btc), id=1, placed=first.placed, kind=first.kind, client_order_id='', revision=2)
    await store.trades.trade([Change(hand.next_book(), (after,))])
    assert (await store.trades.order_story(1)).order == after


async def test_a_batch_whose_second_change_is_stale_leaves_nothing_behind(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), hand.place(btc)])
    before = await store.trades.trading_state()
    mine, other = Hand(), Hand()
    other.ids, mine.book, other.book = hand.ids, replace(before.books[0], id=2, user='eve'), before.books[0]
    good = mine.open(user='eve')
    stale = replace(other.place(btc), book=before.books[0])
    with pytest.raises(Conflict, match='Nothing was stored'):
        await store.trades.trade([replace(good, book=replace(good.book, id=2)), stale])
    assert await store.trades.trading_state() == before
    assert await store.trades.books('eve') == []
    assert (await store.trades.orders(1)).items == before.orders


async def test_what_comes_before_a_stale_change_of_the_same_book_is_not_stored_either(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open()])
    before = await store.trades.trading_state()
    good = hand.place(btc)
    skipping = hand.fill(good.orders[0])
    skipping = replace(skipping, book=replace(skipping.book, revision=skipping.book.revision + 1))
    with pytest.raises(Conflict):
        await store.trades.trade([good, skipping])
    assert await store.trades.trading_state() == before


async def test_the_same_change_is_not_stored_twice(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    opened = hand.open()
    placed = hand.place(btc)
    await store.trades.trade([opened, placed])
    filled = hand.fill(placed.orders[0])
    await store.trades.trade([filled])
    for change in (opened, placed, filled):
        with pytest.raises(Conflict):
            await store.trades.trade([change])
    assert len(await store.trades.all_fills(1)) == 1
    with pytest.raises(Conflict):
        await store.trades.trade([twice := hand.place(btc), twice])


async def test_an_order_that_is_newer_already_is_not_replaced(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), placed := hand.place(btc)])
    filled = hand.fill(placed.orders[0], '1')
    await store.trades.trade([filled])
    late = replace(placed.orders[0], revision=2, limit_price=Decimal(9))
    with pytest.raises(Conflict):
        await store.trades.trade([Change(replace(filled.book, revision=filled.book.revision + 1), (late,))])
    assert (await store.trades.order_story(1)).order == filled.orders[0]


async def test_a_closed_book_takes_nothing_more_and_stays_readable(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), placed := hand.place(btc)])
    closed = hand.close(*placed.orders)
    await store.trades.trade([closed, opened := hand.open('5')])
    state = await store.trades.trading_state()
    assert (state.books, state.orders) == ([opened.book], [])
    assert state.balances == {2: {None: Decimal(5)}}
    assert await store.trades.books(LOCAL) == [closed.book, opened.book]
    assert [each.status for each in (await store.trades.orders(1)).items] == [Status.CANCELLED]
    late = replace(closed, book=replace(closed.book, revision=closed.book.revision + 1), orders=())
    with pytest.raises(Conflict):
        await store.trades.trade([late])


async def test_a_user_has_one_open_book(store: Store, hand: Hand) -> None:
    await store.trades.trade([hand.open()])
    with pytest.raises(Conflict):
        await store.trades.trade([hand.open()])
    assert len((await store.trades.trading_state()).books) == 1


async def test_a_whole_life_in_one_batch_is_stored_as_it_ended(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    batch = [hand.open(), placed := hand.place(btc), filled := hand.fill(placed.orders[0]), hand.close(), hand.open()]
    await store.trades.trade(batch)
    assert [book.closed is None for book in await store.trades.books(LOCAL)] == [False, True]
    assert (await store.trades.orders(1)).items == [*filled.orders]


async def test_what_the_database_refuses_leaves_nothing_behind(store: Store, hand: Hand) -> None:
    await store.trades.trade([hand.open()])
    before = await store.trades.trading_state()
    with pytest.raises(DeskError, match='database'):
        await store.trades.trade([hand.place(999)])
    assert await store.trades.trading_state() == before


async def test_a_client_order_id_is_used_once_per_book(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    named = hand.open(), hand.place(btc, client_order_id='a'), hand.place(btc), hand.place(btc)
    await store.trades.trade(named)
    assert await store.trades.find_order(1, 'a') == named[1].orders[0]
    assert await store.trades.find_order(1, 'b') is None
    assert await store.trades.find_order(2, 'a') is None
    assert await store.trades.find_order(1, '') is None
    with pytest.raises(Conflict):
        await store.trades.trade([hand.place(btc, client_order_id='a')])


async def test_best_prices_are_kept_where_nothing_else_has_changed(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    changes = [hand.open(), *(hand.place(btc, best=Decimal(10)) for _ in range(3))]
    filled = hand.fill(changes[2].orders[0], '1')
    await store.trades.trade([*changes, filled, hand.close(changes[3].orders[0])])
    moved = [replace(change.orders[0], best=Decimal('12.5')) for change in changes[1:]]
    moved[2] = replace(moved[2], revision=2)
    await store.trades.save_bests(moved)
    bests = [(await store.trades.order_story(number)).order.best for number in (1, 2, 3)]
    assert bests == [Decimal('12.5'), Decimal(10), Decimal(10)]


async def test_nothing_to_store_stores_nothing(store: Store) -> None:
    await store.trades.trade([])
    await store.trades.save_bests([])
    assert await store.trades.trading_state() == TradingState([], {}, [])


async def test_a_fill_can_be_given_a_note(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), placed := hand.place(btc), hand.fill(placed.orders[0])])
    await store.trades.set_fill_note(1, 'too early', 'local')
    assert [fill.note for fill in await store.trades.all_fills(1)] == ['too early']
    with pytest.raises(NotFound):
        await store.trades.set_fill_note(2, 'x', 'local')
    with pytest.raises(NotFound):
        await store.trades.set_fill_note(1, 'not mine', 'somebody')
    with pytest.raises(Invalid, match='500 characters; this one has 501'):
        await store.trades.set_fill_note(1, 'x' * 501, 'local')


async def test_the_last_number_is_that_of_a_record_an_order_or_a_fill(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    assert await store.last_seq() == 0
    await store.add([known := record(btc)])
    assert await store.last_seq() == known.seq
    await store.trades.trade([hand.open(), placed := hand.place(btc, seq=known.seq + 5)])
    assert await store.last_seq() == known.seq + 5
    await store.trades.trade([hand.fill(placed.orders[0], seq=known.seq + 9)])
    assert await store.last_seq() == known.seq + 9


async def test_postings_belong_to_the_book_of_their_transaction(store: Store, hand: Hand) -> None:
    btc = await coin(store)
    await store.trades.trade([hand.open(), hand.close(), hand.open(), placed := hand.place(btc)])
    await store.trades.trade([hand.fill(placed.orders[0])])
    by_book = [(await store.trades.postings(number)).items for number in (1, 2)]
    assert [{line.transaction_id for line in lines} for lines in by_book] == [{1}, {2, 3}]
    for lines in by_book:
        sums = ledger.sums(Posting(line.account, line.coin_id, line.amount) for line in lines)
        assert not any(sums.values())


def an_order() -> Order:
    return Hand().place(1).orders[0]
