"""Prices and paper orders: those that orders cannot work with are counted, others are answered after their fills."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from desk.broker import broker
from desk.desk import Desk
from desk.errors import Conflict
from desk.orders import Change, Status
from desk.ticks import Tick
from models import Origin
from tests.unit.paper_desk import committed, limit, stored, tick, ticket, told
from tests.waiting import until


@pytest.mark.parametrize('quote', ['1E+50', '-1', 'NaN', '1E-30'])
async def test_a_feeds_bid_and_ask_that_are_no_prices_are_left_out(desk: Desk, quote: str) -> None:
    await told(desk, '100')
    order = await desk.broker.place(limit('90'))
    await desk.submit_many([tick('85')._replace(bid=Decimal(quote), ask=Decimal(quote))])
    await committed(desk)
    assert (await stored(desk, order)).status == Status.FILLED
    assert not desk.broker.glance('BTC').own
    assert desk.broker.estimate(ticket()).at_once
    assert (desk.status().problems, desk.status().unseen) == ({}, 0)


async def test_a_price_that_cannot_be_matched_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await told(desk, '100')
    order = await desk.broker.place(limit('90'))
    match: Callable[[int, Tick], list[Change]] = desk.broker.matcher.tick

    def fail(coin_id: int, tick: Tick) -> list[Change]:
        if tick.price == 95:
            raise ArithmeticError('too much')
        return match(coin_id, tick)

    monkeypatch.setattr(desk.broker.matcher, 'tick', fail)
    await told(desk, '95', '89')
    await until(lambda: desk.broker.resting() == [])
    assert [fill.tick_price for fill in (await desk.broker.story(order.id)).fills] == [89]
    assert desk.status().unseen == 1


async def test_who_sends_a_price_is_answered_after_the_commit_of_what_it_fills(desk: Desk) -> None:
    await told(desk, '100')
    order = await desk.broker.place(limit('90'))
    await desk.submit(tick('89', origin=Origin.PROGRAM))
    assert (await stored(desk, order)).status == Status.FILLED


async def test_a_price_comes_in_also_while_orders_cannot_be_committed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = asyncio.Event()
    commit = desk.store.trades.trade

    async def later(changes: Sequence[Change]) -> None:
        await going.wait()
        await commit(changes)

    monkeypatch.setattr(broker, 'SETTLE', 0.01)
    await told(desk, '100')
    order = await desk.broker.place(limit('90'))
    monkeypatch.setattr(desk.store.trades, 'trade', later)
    assert (await desk.submit(tick('89', origin=Origin.PROGRAM))).price == 89
    assert (await stored(desk, order)).status == Status.OPEN
    going.set()
    await committed(desk)
    assert (await stored(desk, order)).status == Status.FILLED


async def test_a_reset_of_a_book_that_is_closed_by_now_ends_no_other(desk: Desk) -> None:
    assert (await desk.broker.reset(number=1)).number == 2
    with pytest.raises(Conflict, match='Book 1 is closed already; book 2 is open'):
        await desk.broker.reset(number=1)
    assert desk.broker.account().book.number == 2
