"""The same through the whole desk on SQLite, with restarts: what is committed is what the reference says."""

import asyncio
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from desk.acting import LOCAL
from desk.feeds import Grid
from desk.orders import Kind, Side, Terms, Ticket
from desk.ticks import Tick
from models import Origin
from tests.unit.desk_world import DeskWorld
from tests.unit.reference_orders import Paper
from tests.unit.trading_strategies import GRIDS, Mood, moods, terms, tickets, ticks

EXAMPLES = max(4, int(os.environ.get('COINTAPE_EXAMPLES', '0')) // 20)
coins = st.sampled_from(sorted(GRIDS))


class TradingDesk(RuleBasedStateMachine):
    """One person at a desk that is started again now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix='cointape-')
        self.world = DeskWorld(Path(self.folder.name), Decimal(1000))

    @initialize(mood=moods)
    def opens(self, mood: Mood) -> None:
        self.mood = mood
        self.runner.run(self._open())

    @rule(coin=coins, data=st.data(), times=st.integers(1, 6))
    def prices_come_in(self, coin: int, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.runner.run(self.world.price(data.draw(ticks(coin, self.world.now))))

    @rule(coin=coins, data=st.data(), times=st.integers(1, 4))
    def orders_are_placed(self, coin: int, data: st.DataObject, times: int) -> None:
        by = data.draw(terms(self.mood))
        for _ in range(times):
            has = (self.world.reference.available(LOCAL, asset) for asset in (None, coin))
            self.runner.run(self.world.place(data.draw(tickets(self.mood, coin, self.world.now, *has)), by))

    @precondition(lambda self: self.open_orders())
    @rule(data=st.data())
    def order_is_cancelled(self, data: st.DataObject) -> None:
        self.runner.run(self.world.cancel(data.draw(st.sampled_from(self.open_orders()))))

    @precondition(lambda self: self.open_orders())
    @rule(data=st.data())
    def order_is_amended(self, data: st.DataObject) -> None:
        paper = data.draw(st.sampled_from(self.open_orders()))
        grid = GRIDS[paper.coin]
        change: dict[str, Any] = {'size': data.draw(st.sampled_from(grid.sizes))}
        if paper.limit or paper.stop:
            change = {'limit_price' if paper.limit else 'stop_price': data.draw(st.sampled_from(grid.prices))}
        self.runner.run(self.world.amend(paper, **change))

    @rule(seconds=st.sampled_from([0.5, 29, 61]))
    def time_passes(self, seconds: float) -> None:
        self.runner.run(self.world.later(seconds))

    @rule(chance=st.integers(0, 2))
    def desk_starts_again(self, chance: int) -> None:
        if chance == 0:
            self.runner.run(self.world.restart())
            self.runner.run(self.world.check())

    @precondition(lambda self: self.world.records)
    @rule(data=st.data(), withdrawn=st.booleans())
    def price_is_corrected(self, data: st.DataObject, withdrawn: bool) -> None:
        record = data.draw(st.sampled_from(self.world.records))
        price = None if withdrawn else data.draw(st.sampled_from(GRIDS[1].prices))
        self.runner.run(self.world.correct(record, price))

    @rule(chance=st.integers(0, 4))
    def account_is_reset(self, chance: int) -> None:
        if chance == 0:
            self.runner.run(self.world.reset())

    def open_orders(self) -> list[Paper]:
        return [paper for paper in self.world.reference.orders if paper.is_open]

    def teardown(self) -> None:
        with self.folder, self.runner:
            self.runner.run(self._close())

    async def _open(self) -> None:
        world = self.world
        await world.start()
        for number, grid in GRIDS.items():
            await world.list_coin(grid.coin.name, Grid(grid.steps.tick_size, grid.steps.lot_size))
            assert world.id(grid.coin.name) == number
            await world.price(Tick(grid.coin.name, grid.prices[0], world.now, 'feed', Origin.FEED))
            await world.place(Ticket(grid.coin.name, Side.BUY, Kind.MARKET, quote_size=Decimal(150)), Terms())

    async def _close(self) -> None:
        try:
            await self.world.check()
        finally:
            await self.world.desk.stop()


TradingDesk.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestTradingDesk = pytest.mark.slow(pytest.mark.timeout(3600)(TradingDesk.TestCase))
