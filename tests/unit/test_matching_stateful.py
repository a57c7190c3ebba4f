"""Whatever people and prices do, the Matcher and the slow reference of the rules say the same.

`COINTAPE_EXAMPLES=2000 pytest tests/unit/test_matching_stateful.py` (or `make proof`) looks longer.
"""

import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desk.orders import Kind, Side, Terms, Ticket
from desk.ticks import Tick
from models import Coin, Origin, Policy
from tests.unit.reference_orders import Paper
from tests.unit.trading_strategies import GRIDS, Mood, moods, terms, tickets, ticks
from tests.unit.trading_world import World

EXAMPLES = int(os.environ.get('COINTAPE_EXAMPLES', '60'))
USERS = {'ada': Decimal(3000), 'bob': Decimal('777.33333333')}
coins = st.sampled_from([1, 1, 1, 2, 2, 3])
users = st.sampled_from(sorted(USERS))


class Trading(RuleBasedStateMachine):
    """People, prices and a clock; `world` compares after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World({number: Coin(**grid.coin.model_dump()) for number, grid in GRIDS.items()}, USERS)
        self.waiting: list[tuple[int, Any]] = []

    @initialize(mood=moods, unpriced=st.booleans())
    def everybody_has_some_coins(self, mood: Mood, unpriced: bool) -> None:
        self.mood = mood
        for coin, (price, size) in {1: (10, 5), 2: (100, 1), 3: (7, 10)}.items():
            if coin == 3 and unpriced:
                return
            tick = Tick('', Decimal(price), self.world.now, 'feed', Origin.FEED)
            self.world.apply(coin, self.world.number(coin, tick))
            ticket = Ticket('', Side.BUY, Kind.MARKET, size=Decimal(size))
            for user in USERS:
                self.world.place(user, coin, ticket, GRIDS[coin].steps, Terms())

    @rule(coin=coins, data=st.data(), times=st.integers(2, 8))
    def prices_come_in(self, coin: int, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.world.apply(coin, self.world.number(coin, data.draw(ticks(coin, self.world.now))))

    @rule(coin=coins, data=st.data())
    def price_is_numbered_first(self, coin: int, data: st.DataObject) -> None:
        self.waiting.append((coin, self.world.number(coin, data.draw(ticks(coin, self.world.now)))))

    @precondition(lambda self: self.waiting)
    @rule()
    def numbered_price_gets_to_the_market(self) -> None:
        self.world.apply(*self.waiting.pop(0))

    @rule(
        user=users,
        coin=coins,
        data=st.data(),
        steps=st.lists(st.sampled_from('ooopppppp~'), min_size=4, max_size=14),
    )
    def orders_meet_prices(self, user: str, coin: int, data: st.DataObject, steps: list[str]) -> None:
        """Orders (o), prices (p) and pauses (~) after which no quote is fresh."""
        by = data.draw(terms(self.mood))
        for step in ['o', *steps]:
            if step == '~':
                self.world.later(61)
            elif step == 'p':
                self.world.apply(coin, self.world.number(coin, data.draw(ticks(coin, self.world.now))))
            else:
                has = (self.world.reference.available(user, asset) for asset in (None, coin))
                ticket = data.draw(tickets(self.mood, coin, self.world.now, *has))
                self.world.place(user, coin, ticket, GRIDS[coin].steps, by)

    @precondition(lambda self: self.open_orders())
    @rule(data=st.data())
    def order_is_amended_or_cancelled(self, data: st.DataObject) -> None:
        paper = data.draw(st.sampled_from(self.open_orders()))
        if data.draw(st.integers(0, 3)) == 3:
            self.world.cancel(paper)
            return
        grid = GRIDS[paper.coin]
        fields = {'size': grid.sizes, 'limit_price': grid.prices, 'stop_price': grid.prices}
        fitting = [
            name
            for name, there in (('size', True), ('limit_price', paper.limit), ('stop_price', paper.stop))
            if there and not (name == 'size' and paper.leg)
        ]
        chosen = data.draw(st.lists(st.sampled_from(fitting or ['size']), min_size=1, max_size=2, unique=True))
        self.world.amend(paper, **{name: data.draw(st.sampled_from(fields[name])) for name in chosen})

    @rule(seconds=st.sampled_from([0.5, 0.5, 1, 29, 61]))
    def time_passes(self, seconds: float) -> None:
        self.world.later(seconds)

    @rule(user=users, coin=coins, what=st.sampled_from(['restart', 'policy', 'reset', *[''] * 12]), data=st.data())
    def something_rare_happens(self, user: str, coin: int, what: str, data: st.DataObject) -> None:
        if what == 'restart':
            self.world.restart()
        elif what == 'reset':
            self.world.reset(user)
        elif what == 'policy':
            self.world.coins[coin].policy = data.draw(st.sampled_from(['', *Policy]))

    @invariant()
    def both_say_the_same(self) -> None:
        self.world.check()

    def open_orders(self) -> list[Paper]:
        return [paper for paper in self.world.reference.orders if paper.is_open]


Trading.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
TestTrading = pytest.mark.slow(pytest.mark.timeout(3600)(Trading.TestCase))
