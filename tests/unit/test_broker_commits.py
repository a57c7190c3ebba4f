"""The broker and the database: nothing is said before its commit, nothing is lost or done twice when one fails."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import Conflict, Unavailable
from desk.orders import Change, Status
from desk.settings import Settings
from tests.unit.paper_desk import FREE, committed, limit, stored, ticket, told
from tests.unit.test_store_faults import locked
from tests.waiting import until


@contextmanager
def out_of_reach() -> Iterator[None]:
    """No database answers."""

    def refuse(_: Connection) -> None:
        raise OperationalError('', {}, Exception('the cable is out'))

    event.listen(Engine, 'begin', refuse)
    try:
        yield
    finally:
        event.remove(Engine, 'begin', refuse)


@contextmanager
def execute(desk: Desk) -> Iterator[sqlite3.Connection]:
    """Another program works on the desk's database."""
    path = desk.settings.data_dir / 'cointape.db'
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without costs: the numbers of these tests stay round."""
    return settings.model_copy(update=FREE)


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """A desk with a fresh price of BTC."""
    await told(desk, '1000')
    return desk


async def test_nothing_is_announced_before_its_commit_and_everything_after_it(desk: Desk, settings: Settings) -> None:
    changes: list[Change] = []
    frames: list[set[str]] = []
    desk.broker.subscribe(changes.append)
    desk.subscribe(lambda names: frames.append(names) if ACCOUNT in names else None)
    with locked(settings.database):
        placing = asyncio.create_task(desk.broker.place(limit('900')))
        await until(lambda: bool(desk.broker.matcher.accounts['local'].orders))
        assert (desk.broker.resting(), changes, frames, placing.done()) == ([], [], [], False)
    order = await placing
    assert desk.broker.resting() == [order] == desk.broker.resting('BTC')
    assert [change.orders for change in changes] == [(order,)]
    await until(lambda: bool(frames))
    assert frames == [{'BTC', ACCOUNT}]


async def test_a_client_order_id_is_placed_once_also_while_the_first_is_under_way(
    desk: Desk, settings: Settings
) -> None:
    asked = limit('900', client_order_id='a')
    with locked(settings.database):
        first = asyncio.create_task(desk.broker.place(asked))
        again = asyncio.create_task(desk.broker.place(replace(asked, limit_price=Decimal('900.00'))))
        await until(lambda: bool(desk.broker.matcher.accounts['local'].orders))
        with pytest.raises(Conflict, match='another order with the client_order_id “a”'):
            await desk.broker.place(limit('901', client_order_id='a'))
    order = await first
    assert await again == order == await desk.broker.place(asked)
    assert desk.broker.resting() == [order]


async def test_what_was_decided_is_committed_by_a_stop(desk: Desk, settings: Settings) -> None:
    order = await desk.broker.place(limit('900'))
    await told(desk, '899')
    await desk.stop()
    with pytest.raises(Unavailable, match='stopping'):
        await desk.broker.place(ticket())
    again = Desk(settings)
    await again.start()
    assert (await stored(again, order)).status == Status.FILLED
    await again.stop()


async def test_an_order_whose_client_has_gone_is_placed_all_the_same(desk: Desk, settings: Settings) -> None:
    for number, asked in enumerate((limit('900'), limit('900', client_order_id='a')), 1):
        with locked(settings.database):
            placing = asyncio.create_task(desk.broker.place(asked))
            await until(lambda: len(desk.broker.matcher.accounts['local'].orders) == number)  # noqa: B023
            placing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await placing
        await committed(desk)
        assert len(desk.broker.resting()) == number
    assert await desk.broker.place(limit('900', client_order_id='a')) == desk.broker.resting()[0]


async def test_while_the_database_is_away_callers_are_told_and_afterwards_prices_are_gone_through_again(
    desk: Desk,
) -> None:
    buy = await desk.broker.place(limit('900'))
    with out_of_reach():
        with pytest.raises(Unavailable, match='the cable is out'):
            await desk.broker.place(ticket())
        with pytest.raises(Unavailable, match='the cable is out'):
            await desk.broker.cancel(buy.id)
        await told(desk, '950', '890', '1100')
        assert desk.broker.resting() == [buy]
        await until(lambda: 'the cable is out' in desk.status().problems.get('paper trading', ''))
    await until(lambda: desk.broker.resting() == [])
    fills = (await desk.broker.story(buy.id)).fills
    assert [(fill.price, fill.tick_price) for fill in fills] == [(Decimal(900), Decimal(890))], (
        'the first price through it, not the last'
    )
    assert desk.broker.account().totals == {None: Decimal(99_910), buy.coin_id: Decimal('0.1')}
    await until(lambda: not desk.status().problems)
    assert (await desk.broker.place(ticket())).status == Status.FILLED
    assert (desk.broker.unseen, len((await desk.broker.orders()).items)) == (0, 2)


async def test_a_fill_that_could_not_be_committed_is_made_again_from_the_same_price(desk: Desk) -> None:
    sell = ticket(side='sell', type='stop', stop_price='950')
    await desk.broker.place(ticket())
    order = await desk.broker.place(sell)
    with execute(desk) as other:
        other.execute("CREATE TRIGGER jam BEFORE INSERT ON fill BEGIN SELECT RAISE(ABORT, 'jammed'); END")
        await told(desk, '940', '930', '1000')
        await until(lambda: 'jammed' in desk.status().problems.get('paper trading', ''))
        assert desk.broker.resting() == [order]
        other.execute('DROP TRIGGER jam')
    await until(lambda: desk.broker.resting() == [])
    fills = (await desk.broker.story(order.id)).fills
    assert [(fill.price, fill.tick_price) for fill in fills] == [(Decimal(940), Decimal(940))]


async def test_an_order_whose_cancellation_fails_meets_the_prices_that_came_meanwhile(desk: Desk) -> None:
    order = await desk.broker.place(limit('900'))
    with out_of_reach():
        cancelling = asyncio.create_task(desk.broker.cancel(order.id))
        await asyncio.sleep(0)
        await told(desk, '899', '1000')
        with pytest.raises(Unavailable):
            await cancelling
    await until(lambda: desk.broker.resting() == [])
    assert [fill.tick_price for fill in (await desk.broker.story(order.id)).fills] == [899]


async def test_an_account_that_another_program_changed_is_read_anew(desk: Desk) -> None:
    with execute(desk) as other:
        other.execute('UPDATE book SET revision = revision + 1')
    with pytest.raises(Unavailable, match='Another program has just changed this account'):
        await desk.broker.place(ticket())
    await until(lambda: not desk.broker.dealer.trouble)
    await desk.broker.dealer.ready()
    assert (await desk.broker.place(ticket())).status == Status.FILLED
    assert len(await desk.broker.all_fills()) == 1


async def test_prices_that_are_too_many_to_keep_are_counted(desk: Desk) -> None:
    order = await desk.broker.place(limit('900'))
    desk.broker.dealer.backlog.room = 2
    async with desk.broker.paused():
        await told(desk, '1001', '1002', '899', '898')
    assert desk.status().unseen == 2
    assert desk.broker.resting() == [order]
    await told(desk, '897')
    await committed(desk)
    assert (await stored(desk, order)).status == Status.FILLED


async def test_an_order_that_comes_while_coins_are_merged_waits_for_it(desk: Desk) -> None:
    async with desk.broker.paused():
        placing = asyncio.create_task(desk.broker.place(ticket()))
        await asyncio.sleep(0)
        assert not placing.done()
    assert (await placing).status == Status.FILLED


async def test_who_fails_to_follow_is_told_on_status_and_silences_nobody(desk: Desk) -> None:
    followed: list[Change] = []
    failing = True

    def fail(_: Change) -> None:
        if failing:
            raise ValueError('cannot follow')

    stop = desk.broker.subscribe(fail)
    desk.broker.subscribe(followed.append)
    await desk.broker.place(ticket())
    assert len(followed) == 1
    assert desk.status().problems['orders'] == 'ValueError: cannot follow'
    failing = False
    await desk.broker.place(ticket())
    assert 'orders' not in desk.status().problems
    stop()
