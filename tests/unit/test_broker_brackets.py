"""A bracket at the whole desk: its legs meet every price after their entry's, however those are worked on."""

from datetime import timedelta
from decimal import Decimal

import pytest

from desk.desk import Desk
from desk.orders import Side
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, utc_now
from tests.unit.paper_desk import FREE, limit, told
from tests.unit.test_broker_commits import out_of_reach
from tests.waiting import until


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update=FREE)


async def _sold_at(desk: Desk) -> list[Decimal]:
    await until(lambda: bool(desk.broker.recent_fills()) and not desk.broker.resting())
    return [fill.tick_price for fill in desk.broker.recent_fills() if fill.side is Side.SELL]


async def test_a_stop_loss_sells_at_a_price_of_the_batch_that_filled_its_entry(desk: Desk) -> None:
    await told(desk, '100')
    await desk.broker.place(limit('95', size='1', stop_loss='80'))
    now = utc_now()
    batch = [
        Tick('BTC', Decimal(price), now + timedelta(milliseconds=number), 'api', Origin.PROGRAM)
        for number, price in enumerate((94, 70, 90))
    ]
    await desk.submit_many(batch)
    assert await _sold_at(desk) == [70]


async def test_a_failed_commit_does_not_hide_a_price_from_a_stop_loss(desk: Desk) -> None:
    await told(desk, '100')
    await desk.broker.place(limit('95', size='1', stop_loss='80'))
    with out_of_reach():
        await told(desk, '94', '70', '90')
        await until(lambda: 'the cable is out' in desk.status().problems.get('paper trading', ''))
    assert await _sold_at(desk) == [70]
