"""Portfolios on a real desk: live, through merges and restarts, closed books as they ended, statements, exports."""

import csv
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest

from desk.desk import Desk
from desk.equity import Point
from desk.errors import NotFound
from desk.orders import Kind, Order, Side, Ticket
from desk.portfolio import Portfolio
from desk.settings import Settings
from desk.statement import Why
from desk.ticks import Tick
from models import Origin, utc_now

DEPOSIT = Decimal(100_000)


async def price(desk: Desk, name: str, amount: str) -> None:
    await desk.submit(Tick(name, Decimal(amount), desk.clock(), 'api', Origin.PROGRAM))


async def trade(desk: Desk, side: str, name: str, size: str) -> Order:
    return await desk.broker.place(Ticket(name, Side(side), Kind.MARKET, Decimal(size)))


async def bought(desk: Desk) -> None:
    """0.5 BTC at about 67,000, 2 ETH at about 3,000."""
    await price(desk, 'BTC', '67000')
    await price(desk, 'ETH', '3000')
    await trade(desk, 'buy', 'BTC', '0.5')
    await trade(desk, 'buy', 'ETH', '2')


def balanced(book: Portfolio) -> bool:
    return book.equity - book.deposit == book.profit == book.realised + book.unrealised - book.fees


async def test_an_untouched_book_is_its_deposit(desk: Desk) -> None:
    book = await desk.portfolio.read()
    assert (book.equity, book.cash, book.available, book.deposit) == (DEPOSIT, DEPOSIT, DEPOSIT, DEPOSIT)
    assert [point.equity for point in (await desk.portfolio.curve()).points] == [DEPOSIT]


async def test_it_follows_fills_and_prices_at_once(desk: Desk) -> None:
    await bought(desk)
    before = await desk.portfolio.read()
    assert [position.name for position in before.positions] == ['BTC', 'ETH']
    assert before.cash == desk.broker.account().total(None)
    assert balanced(before)
    await price(desk, 'BTC', '68000')
    after = desk.portfolio.now()
    assert after is not None
    assert after.equity == before.equity + 500
    await trade(desk, 'sell', 'BTC', '0.25')
    sold = desk.portfolio.now()
    assert sold is not None
    assert (sold.positions[0].size, sold.closings, sold.wins) == (Decimal('0.25'), 1, 1)
    assert sold.cash == desk.broker.account().total(None)
    assert balanced(sold)


async def test_nothing_is_known_at_once_before_the_first_reading(settings: Settings) -> None:
    desk = Desk(settings)
    await desk.start()
    await bought(desk)
    known = await desk.portfolio.read()
    await desk.stop()
    again = Desk(settings)
    await again.start()
    try:
        assert again.portfolio.now() is None
        assert await again.portfolio.read() == known
        assert again.portfolio.now() == known
    finally:
        await again.stop()


async def test_what_open_orders_hold_is_not_available(desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await desk.broker.place(Ticket('BTC', Side.BUY, Kind.LIMIT, Decimal(1), limit_price=Decimal(60000)))
    book = await desk.portfolio.read()
    assert book.cash == DEPOSIT
    assert book.available == DEPOSIT - 60120


async def test_coins_that_became_one_are_one_position(desk: Desk) -> None:
    await price(desk, 'XBT', '67000')
    await price(desk, 'BTC', '67000')
    await trade(desk, 'buy', 'XBT', '0.25')
    await trade(desk, 'buy', 'BTC', '0.25')
    before = await desk.portfolio.read()
    await desk.merge('XBT', 'BTC')
    assert desk.portfolio.now() is None
    after = await desk.portfolio.read()
    assert [(position.name, position.size) for position in after.positions] == [('BTC', Decimal('0.5'))]
    assert (after.cash, after.fees) == (before.cash, before.fees)
    assert balanced(after)
    await trade(desk, 'sell', 'BTC', '0.5')
    assert (await desk.portfolio.read()).positions[0].size == 0


async def test_a_closed_book_stays_as_it_ended(desk: Desk) -> None:
    await bought(desk)
    ended = await desk.portfolio.read()
    await desk.broker.reset()
    assert (await desk.portfolio.read()).equity == DEPOSIT
    await price(desk, 'BTC', '99000')
    closed = await desk.portfolio.read(1)
    assert (closed.equity, closed.positions) == (ended.equity, ended.positions)
    assert closed.book.closed is not None
    assert (await desk.portfolio.curve(1)).points[0].equity == DEPOSIT
    new = desk.portfolio.now()
    assert new is not None
    assert (new.book.number, new.positions) == (2, ())
    with pytest.raises(NotFound, match='There is no book 3'):
        await desk.portfolio.read(3)


async def test_fills_are_found_by_coin_and_side_and_page_by_page(desk: Desk) -> None:
    await bought(desk)
    for _ in range(3):
        await trade(desk, 'sell', 'BTC', '0.1')
        await trade(desk, 'buy', 'BTC', '0.1')
    sales = await desk.portfolio.fills(side=Side.SELL, limit=2)
    rest = await desk.portfolio.fills(side=Side.SELL, limit=2, cursor=sales.cursor)
    found = [fill.id for fill in (*sales.items, *rest.items)]
    assert len(found) == 3
    assert found == sorted(found, reverse=True)
    assert len((await desk.portfolio.fills(coin='ETH')).items) == 1
    assert not (await desk.portfolio.fills(end=desk.clock() - timedelta(days=1))).items


async def test_a_statement_says_where_the_cash_went(desk: Desk) -> None:
    await bought(desk)
    await trade(desk, 'sell', 'ETH', '1')
    first = await desk.portfolio.statement('usd', limit=4)
    second = await desk.portfolio.statement('USD', limit=4, cursor=first.cursor)
    entries = [*first.entries, *second.entries]
    assert second.cursor == ''
    whys = [Why.FEE, Why.SOLD, Why.FEE, Why.BOUGHT, Why.FEE, Why.BOUGHT, Why.DEPOSIT]
    assert [entry.why for entry in entries] == whys
    assert entries[0].balance == desk.broker.account().total(None)
    stored = await desk.store.trades.balance(first.book.id, None, entries[0].line.id)
    assert entries[0].balance == stored
    assert entries[-1].balance == DEPOSIT == entries[-1].line.amount
    for newer, older in itertools.pairwise(entries):
        assert newer.balance - newer.line.amount == older.balance


async def test_a_statement_of_a_coin_counts_coins(desk: Desk) -> None:
    await bought(desk)
    await trade(desk, 'sell', 'ETH', '0.5')
    found = await desk.portfolio.statement('eth')
    assert found.asset == 'ETH'
    assert [(entry.why, entry.balance) for entry in found.entries] == [(Why.SOLD, Decimal('1.5')), (Why.BOUGHT, 2)]
    with pytest.raises(NotFound):
        await desk.portfolio.statement('nothing')


async def test_the_exports_are_the_whole_book(desk: Desk) -> None:
    await bought(desk)
    order = await desk.broker.place(Ticket('BTC', Side.BUY, Kind.LIMIT, Decimal(1), limit_price=Decimal(60000)))
    portfolio = desk.portfolio
    orders, fills, postings = [
        list(csv.DictReader(StringIO(b''.join([part async for part in stream]).decode())))
        for stream in (await portfolio.orders_csv(), await portfolio.fills_csv(), await portfolio.postings_csv(1))
    ]
    assert next(row['id'] for row in orders) == str(order.id)
    assert [row['coin'] for row in fills] == ['ETH', 'BTC']
    own = [Decimal(row['amount']) for row in postings if row['account'] == 'trader' and row['asset'] == 'USD']
    assert sum(own) == desk.broker.account().total(None)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = utc_now().replace(second=0, microsecond=0)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def clock() -> Clock:
    """The clock of `slow_desk`."""
    return Clock()


@pytest.fixture
async def slow_desk(settings: Settings, clock: Clock) -> AsyncIterator[Desk]:
    """A desk whose time stands still unless the test moves it."""
    desk = Desk(settings, clock)
    await desk.start()
    yield desk
    await desk.stop()


async def test_the_curve_gets_its_points_as_time_passes(slow_desk: Desk, clock: Clock) -> None:
    desk = slow_desk
    await price(desk, 'BTC', '67000')
    await trade(desk, 'buy', 'BTC', '1')
    spent = (await desk.portfolio.read()).cash
    for amount in ('68000', '60000', '69000'):
        clock.now += timedelta(seconds=30)
        await price(desk, 'BTC', amount)
        clock.now += timedelta(seconds=30)
    points = (await desk.portfolio.curve()).points
    assert [point.equity for point in points[-3:]] == [spent + 68000, spent + 60000, spent + 69000]
    assert (await desk.portfolio.read()).drawdown > 7
    assert await desk.portfolio.curve() is await desk.portfolio.curve()


async def test_the_curve_of_many_fills_grows_by_the_equity_of_the_moment(
    slow_desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.portfolios.MOST', 0)  # one fill is many
    desk = slow_desk
    await price(desk, 'BTC', '67000')
    await trade(desk, 'buy', 'BTC', '1')
    known = await desk.portfolio.curve()
    clock.now += timedelta(seconds=70)
    await price(desk, 'BTC', '68000')
    grown = await desk.portfolio.curve()
    live = desk.portfolio.now()
    assert live is not None
    assert grown.points == (*known.points, Point(clock.now, live.equity))
