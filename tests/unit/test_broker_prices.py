"""Prices that paper orders cannot work with: they cost nobody anything, and are counted."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.orders import Change, Status
from desk.ticks import Tick
from tests.unit.feed_sink import until
from tests.unit.paper_desk import committed, limit, stored, tick, ticket, told


@pytest.mark.parametrize('quote', ['1E+50', '-1', 'NaN', '1E-30'])
async def test_a_feeds_bid_and_ask_that_are_no_prices_are_left_out(desk: Desk, quote: str) -> None:
    await told(desk, '100')
    order = await desk.broker.place(limit('90'))
    await desk.submit_many([replace(tick('85'), bid=Decimal(quote), ask=Decimal(quote))])
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
