"""Commits that fail at random: memory, view and database agree afterwards, and every order met every newer price."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest

from desk import crew
from desk.acting import LOCAL
from desk.desk import Desk
from desk.errors import Conflict, Unavailable
from desk.matching.account import Account, TradingState
from desk.orders import Change, Kind, Order, Side, Status
from desk.settings import Settings
from desk.store import TradeStore
from desk.ticks import Tick
from models import Origin, utc_now
from tests.unit.paper_desk import FREE, committed, limit, ticket, told
from tests.waiting import until

pytestmark = pytest.mark.slow
TURNS = 400
VOLUME = Decimal('0.3')
Trader = TypeVar('Trader', bound='Bystander')


class Chance:
    """Lets commits fail by chance: they do not happen, or they do and nobody says so."""

    def __init__(self, seed: int) -> None:
        self.random, self.share, self.failures = random.Random(seed), 0.0, 0

    def at_every_commit(self, store: TradeStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on."""
        trade = store.trade

        async def perhaps(changes: Sequence[Change]) -> None:
            self.perhaps()
            await trade(changes)
            self.perhaps()

        monkeypatch.setattr(store, 'trade', perhaps)

    def perhaps(self) -> None:
        """Fail, or not."""
        if self.random.random() < self.share:
            self.failures += 1
            raise Unavailable('the cable is out')


@pytest.fixture
def settings(settings: Settings, database: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """On both databases, without costs; a failure is over soon."""
    monkeypatch.setattr(crew, 'SHORTEST_PAUSE', 0.01)
    monkeypatch.setattr(crew, 'LONGEST_PAUSE', 0.01)
    return settings.model_copy(update={**FREE, 'database_url': database})


class Bystander:
    """Trades at random and writes down each live price, with its number."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self.desk, self.random = desk, chance
        self.prices: list[Tick] = []
        live = desk.intake.live

        def seen(coin_id: int, tick: Tick) -> None:
            if tick.name == 'BTC':
                self.prices.append(tick)
            live(coin_id, tick)

        desk.intake.live = seen
        self.placed: list[Order] = []

    async def turn(self) -> None:
        if self.random.random() < 0.3:
            await until(lambda: not self.desk.broker.dealer.trouble)
        acting = asyncio.create_task(self.act())
        for _ in range(self.random.randint(1, 3)):
            await asyncio.sleep(0)
            await self.price()
        await acting

    async def act(self) -> None:
        resting = self.desk.broker.resting()
        with suppress(Unavailable, Conflict):
            if self.random.random() < 0.4:
                self.placed.append(await self.place())
            elif resting and self.random.random() < 0.3:
                await self.desk.broker.cancel(self.random.choice(resting).id)

    async def price(self) -> None:
        price = Decimal(self.random.randint(950, 1050))
        await self.desk.submit_many([Tick('BTC', price, utc_now(), 'test', Origin.FEED, volume=VOLUME)])

    async def place(self) -> Order:
        if self.random.random() < 0.3:
            return await self.desk.broker.place(ticket(side='buy', size='0.2'))
        side = self.random.choice(['buy', 'sell'])
        price = self.random.randint(930, 1000) if side == 'buy' else self.random.randint(1000, 1070)
        return await self.desk.broker.place(limit(str(price), side=side))


class Ambitious(Bystander):
    """Trades brackets and trailing stops, which follow from prices that came long before; merges other coins."""

    merged = 0

    async def act(self) -> None:
        chosen = self.random.random()
        with suppress(Unavailable, asyncio.CancelledError):
            if chosen < 0.3:
                self.placed.append(await self.place())
            elif chosen < 0.35:
                await self.merge()

    async def merge(self) -> None:
        """Two coins that nobody trades; sometimes who asked for it leaves."""
        self.merged += 1
        for name in ('AAA', f'AAA{self.merged}'):
            await told(self.desk, '1', name=name)
        merging = asyncio.create_task(self.desk.merge(f'AAA{self.merged}', 'AAA'))
        for _ in range(self.random.randint(0, 20)):
            await asyncio.sleep(0)
        if self.random.random() < 0.5:
            merging.cancel()
        await merging

    async def place(self) -> Order:
        chosen = self.random.random()
        if chosen < 0.3:
            return await self.desk.broker.place(ticket(side='buy', size='0.2'))
        if chosen < 0.6:
            trail = str(self.random.randint(60, 95))
            return await self.desk.broker.place(ticket(side='sell', type='trailing_stop', trail_amount=trail))
        entry = self.random.randint(970, 1000)
        legs = {'take_profit': f'{entry + 40}.5', 'stop_loss': f'{entry - 15}.5'}
        return await self.desk.broker.place(limit(str(entry), **legs))


def through(order: Order, tick: Tick) -> bool:
    """Whether a price goes through a resting limit."""
    assert order.limit_price is not None
    past = tick.price < order.limit_price if order.side is Side.BUY else tick.price > order.limit_price
    return past and tick.seq > order.seq


def same(state: TradingState, account: Account) -> None:
    """An account in memory is what the store has."""
    assert account.book == state.books[0]
    assert account.totals == {asset: total for asset, total in state.balances[account.book.id].items() if total}
    assert account.orders == {order.id: order for order in state.orders}


def sold_by(leg: Order, tick: Tick) -> bool:
    """Whether a price lets a leg sell; none is just at its own."""
    if leg.stop_price is not None:
        return tick.price < leg.stop_price
    return through(leg, tick)


def triggers(order: Order, prices: list[Tick]) -> Tick | None:
    """The price at which a trailing stop sells, by all that came after it."""
    assert order.best is not None
    assert order.trail_amount is not None
    best = order.best
    for tick in prices:
        if tick.seq > order.seq and tick.price <= best - order.trail_amount:
            return tick
        best = max(best, tick.price) if tick.seq > order.seq else best
    return None


async def traded(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch, kind: type[Trader]) -> Trader:
    """What somebody saw who traded while commits failed; afterwards memory, view and database agree."""
    chance = Chance(seed)
    someone = kind(desk, chance.random)
    await someone.price()
    chance.at_every_commit(desk.store.trades, monkeypatch)
    for turn in range(TURNS):
        chance.share = 0.2 if turn % 50 < 25 else 0.0
        await asyncio.wait_for(someone.turn(), 30)
    chance.share = 0.0
    await until(lambda: not desk.status().problems)
    await desk.broker.dealer.ready()
    await committed(desk)
    await desk.broker.dealer.save_bests()
    assert (chance.failures > 10, desk.broker.unseen) == (True, 0)
    state = await desk.store.trades.trading_state()
    same(state, desk.broker.account())
    same(state, desk.broker.matcher.accounts[LOCAL])
    return someone


@pytest.mark.parametrize('seed', range(2))
async def test_every_order_meets_every_newer_price(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    someone = await traded(desk, seed, monkeypatch, Bystander)
    orders = {order.id: order for order in (await desk.broker.orders(limit=1000)).items}
    assert {order.id for order in someone.placed} <= orders.keys()
    fills = {fill.order_id: fill for fill in await desk.broker.all_fills()}
    assert len(fills) == len(await desk.broker.all_fills()), 'each of these orders fills whole or not at all'
    for order in orders.values():
        first = next((tick for tick in someone.prices if order.limit_price and through(order, tick)), None)
        if order.status is Status.OPEN:
            assert first is None, f'order {order.id} missed the price {first}'
        elif order.status is Status.FILLED and fills[order.id].maker:
            assert first is not None
            assert fills[order.id].seq == first.seq, f'order {order.id} was filled by a later price'


@pytest.mark.parametrize('seed', range(2))
async def test_no_volume_is_taken_twice(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.broker.set_terms(replace(desk.broker.terms, participation=Decimal(40)))
    await traded(desk, seed, monkeypatch, Bystander)
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for fill in await desk.broker.all_fills():
        taken[fill.seq] += fill.size
    assert len(taken) > 20
    assert max(taken.values()) == VOLUME * 40 / 100


@pytest.mark.parametrize('seed', range(2))
async def test_brackets_and_trailing_stops_go_on_as_if_nothing_had_failed(
    desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await traded(desk, seed, monkeypatch, Ambitious)
    orders = {order.id: order for order in (await desk.broker.orders(limit=1000)).items}
    fills = {fill.order_id: fill for fill in await desk.broker.all_fills()}
    stops = [order for order in someone.placed if order.kind is Kind.TRAILING_STOP and order.is_open]
    for stop in stops:
        tick = triggers(stop, someone.prices)
        assert (fills[stop.id].seq if stop.id in fills else None) == (tick.seq if tick else None), f'order {stop.id}'
    brackets: dict[int, list[Order]] = defaultdict(list)
    for order in orders.values():
        if order.parent_id in fills:
            brackets[order.parent_id].append(order)
    for entry, legs in brackets.items():
        newer = [tick for tick in someone.prices if tick.seq > fills[entry].seq]
        first = next((tick for tick in newer if any(sold_by(replace(leg, seq=0), tick) for leg in legs)), None)
        sold = [fills[leg.id].seq for leg in legs if leg.id in fills]
        assert sold == ([first.seq] if first else []), f'the legs of order {entry}'
    assert min(len(stops), len(brackets), someone.merged) > 5
