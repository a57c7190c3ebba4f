"""After a failed commit or a merge trading goes on by itself, from what is committed; who waits hears the truth."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.errors import Conflict, Unavailable
from desk.matching.account import TradingState
from desk.orders import Change, Order, Status
from desk.registry import Registry
from desk.settings import Settings
from tests.unit.paper_desk import FREE, committed, limit, stored, ticket, told
from tests.unit.test_broker_commits import execute
from tests.waiting import until

pytestmark = pytest.mark.slow


class Trades:
    """The next commits fail so: before they happen, or after."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.before = self.after = 0
        self.trade = desk.store.trades.trade
        monkeypatch.setattr(desk.store.trades, 'trade', self.perhaps)

    async def perhaps(self, changes: Sequence[Change]) -> None:
        if self.before:
            self.before -= 1
            raise Unavailable('the cable is out')
        await self.trade(changes)
        if self.after:
            self.after -= 1
            raise Unavailable('the cable is out')


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without costs: the numbers of these tests stay round."""
    return settings.model_copy(update=FREE)


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """A desk with a fresh price of BTC and of two coins to merge."""
    await told(desk, '1000')
    await told(desk, '1', name='AAA')
    await told(desk, '1', name='AAB')
    return desk


@pytest.fixture
def trades(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Trades:
    return Trades(desk, monkeypatch)


@pytest.mark.parametrize('what', ['merge', 'merge of its coin', 'failure', 'failure of its own'])
async def test_a_trailing_stop_keeps_how_far_it_has_come(desk: Desk, trades: Trades, what: str) -> None:
    await desk.broker.place(ticket())
    order = await desk.broker.place(ticket(side='sell', type='trailing_stop', trail_amount='50'))
    await desk.broker.dealer.save_bests()
    await told(desk, '1500')
    if what == 'merge':
        await desk.merge('AAB', 'AAA')
    elif what == 'merge of its coin':
        await desk.merge('BTC', 'AAA')
    elif what == 'failure':
        trades.before = 1
        with pytest.raises(Unavailable):
            await desk.broker.place(limit('50'))
        await until(lambda: not desk.broker.dealer.trouble)
    else:
        trades.before = 1
    await told(desk, '1449')
    await until(lambda: order not in desk.broker.resting() and not desk.broker.resting())
    assert [fill.tick_price for fill in (await desk.broker.story(order.id)).fills] == [1449]


async def test_where_a_trailing_stop_stands_is_shown_once_it_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.broker.place(ticket())
    await desk.broker.place(ticket(side='sell', type='trailing_stop', trail_amount='50'))

    async def fail(*_: object) -> None:
        raise Unavailable('the cable is out')

    with monkeypatch.context() as context:
        context.setattr(desk.store.trades, 'save_bests', fail)
        await told(desk, '1100')
        with pytest.raises(Unavailable):
            await desk.broker.dealer.save_bests()
        assert desk.broker.resting()[0].best == 1000
    await desk.broker.dealer.save_bests()
    assert desk.broker.resting()[0].best == 1100


async def test_a_best_price_that_is_being_stored_while_the_account_is_read_anew_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.broker.place(ticket())
    order = await desk.broker.place(ticket(side='sell', type='trailing_stop', trail_amount='50'))
    await desk.broker.dealer.save_bests()
    store, begun, read, stored_best = desk.store.trades, asyncio.Event(), asyncio.Event(), asyncio.Event()
    save, state = store.save_bests, store.trading_state

    async def late(orders: Sequence[Order]) -> None:
        begun.set()
        with suppress(TimeoutError):  # who reads anew waits for this
            await asyncio.wait_for(read.wait(), 0.7)
        await save(orders)
        stored_best.set()

    async def early() -> TradingState:
        found = await state()
        read.set()
        await stored_best.wait()
        return found

    monkeypatch.setattr(store, 'save_bests', late)
    monkeypatch.setattr(store, 'trading_state', early)
    await told(desk, '1500')
    await asyncio.wait_for(begun.wait(), 10)
    with execute(desk) as other:
        other.execute('UPDATE book SET revision = revision + 1')
    with pytest.raises(Unavailable, match='Another program'):
        await desk.broker.place(limit('50'))
    await told(desk, '1449')
    await until(lambda: not desk.broker.resting())
    assert [fill.tick_price for fill in (await desk.broker.story(order.id)).fills] == [1449]


async def test_a_merge_that_is_cancelled_leaves_trading_as_it_was(desk: Desk) -> None:
    for coin in ('BBA', 'BBB', 'BBC'):
        await told(desk, '1', name=coin)
        placing = asyncio.create_task(desk.broker.place(limit('900')))
        merging = asyncio.create_task(desk.merge(coin, 'AAA'))
        for _ in range(('BBA', 'BBB', 'BBC').index(coin) + 1):
            await asyncio.sleep(0)
        merging.cancel()
        await asyncio.gather(merging, return_exceptions=True)
        assert (await placing).status == Status.OPEN
        assert (await asyncio.wait_for(desk.broker.place(ticket()), 10)).status == Status.FILLED


async def test_a_mistake_while_coins_are_merged_is_told_and_gone_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await desk.broker.place(limit('900'))

    def fail(_: Registry) -> None:
        raise KeyError('a mistake')

    with monkeypatch.context() as context:
        context.setattr(desk.broker.view, 'rekey', fail)
        await desk.merge('AAB', 'AAA')
        assert 'a mistake' in desk.broker.dealer.trouble
        await until(lambda: 'a mistake' in desk.status().problems.get('paper trading', ''))
        with pytest.raises(Unavailable, match='a mistake'):
            await desk.broker.place(ticket())
    await told(desk, '899')
    await until(lambda: not desk.broker.resting())
    assert (await stored(desk, order)).status == Status.FILLED
    await until(lambda: not desk.status().problems)


async def test_neither_a_merge_nor_a_failure_reads_the_whole_ledger(
    desk: Desk, trades: Trades, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(desk, '1000', name='XBT')
    order = await desk.broker.place(limit('900', name='XBT'))
    monkeypatch.setattr(desk.store.trades, 'trading_state', None)
    await desk.merge('XBT', 'BTC')
    assert [each.id for each in desk.broker.resting('BTC')] == [order.id]
    trades.before = 1
    await told(desk, '899')
    await until(lambda: not desk.broker.resting())
    assert (await desk.broker.place(ticket(side='sell'))).id == order.id + 1


async def test_who_was_stored_is_told_so_though_the_commit_failed_afterwards(desk: Desk, trades: Trades) -> None:
    trades.after = 1
    order = await desk.broker.place(limit('900'))
    assert [order] == desk.broker.resting() == (await desk.broker.orders()).items


async def test_an_order_that_the_database_takes_nothing_about_ends_and_the_others_go_on(desk: Desk) -> None:
    bad, good = await desk.broker.place(limit('900')), await desk.broker.place(limit('900'))
    with execute(desk) as other:
        other.execute(
            f'CREATE TRIGGER jam BEFORE INSERT ON fill WHEN new.order_id = {bad.id} '
            "BEGIN SELECT RAISE(ABORT, 'jammed'); END"
        )
        await told(desk, '899')
        await until(lambda: desk.broker.resting() == [])
    refused = await stored(desk, bad)
    assert (refused.status, 'jammed' in refused.reason) == (Status.REFUSED, True)
    assert [fill.tick_price for fill in (await desk.broker.story(good.id)).fills] == [899]
    assert (await desk.broker.place(ticket())).status == Status.FILLED
    await until(lambda: not desk.status().problems)


async def test_an_order_that_cannot_even_end_is_left_out_and_named(desk: Desk) -> None:
    bad, good = await desk.broker.place(limit('900')), await desk.broker.place(limit('900'))
    with execute(desk) as other:
        other.execute(
            f'CREATE TRIGGER jam BEFORE UPDATE ON paper_order WHEN new.id = {bad.id} '
            "BEGIN SELECT RAISE(ABORT, 'jammed'); END"
        )
        await told(desk, '899')
        await until(lambda: desk.broker.resting() == [bad])
    assert (await stored(desk, good)).status == Status.FILLED
    assert f'order {bad.id}' in desk.status().problems['orders']
    assert (await desk.broker.place(ticket())).status == Status.FILLED


async def test_what_is_said_of_an_order_follows_from_what_is_committed(desk: Desk, trades: Trades) -> None:
    order = await desk.broker.place(limit('900'))
    trades.before = 1
    await told(desk, '899')
    with pytest.raises(Unavailable, match='the cable is out'):
        await desk.broker.cancel(order.id)
    await until(lambda: desk.broker.resting() == [])
    with pytest.raises(Conflict, match='has ended'):
        await desk.broker.amend(order.id, size=Decimal(1))
    await committed(desk)
