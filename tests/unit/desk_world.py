"""A whole desk on a SQLite file beside the reference: placed through the broker, told by what is committed."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk.acting import LOCAL
from desk.desk import Desk
from desk.errors import DeskError
from desk.feeds import Grid
from desk.orders import Order, Terms, Ticket
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin
from tests.unit.reference_matcher import Reference
from tests.unit.reference_orders import Paper
from tests.unit.trading_world import START


class DeskWorld:
    """One user; coins are made by `list_coin`. `check` compares what the database says with the reference."""

    def __init__(self, folder: Path, cash: Decimal, now: datetime = START) -> None:
        self.settings = Settings(data_dir=folder, exchange='none', demo=False, paper_cash=cash)
        self.now = now
        self.desk = Desk(self.settings, lambda: self.now)
        self.reference = Reference(
            lambda: self.now, lambda: self.desk.intake.seq, lambda id: self.desk.market.governing(id)
        )
        self.reference.open(LOCAL, cash)
        self.terms = Terms()
        self.numbers: dict[int, int] = {}
        self.records: list[int] = []

    async def start(self) -> None:
        await self.desk.start()

    async def restart(self) -> None:
        """A new desk on the same file."""
        await self.desk.stop()
        self.desk = Desk(self.settings, lambda: self.now)
        await self.desk.start()
        self.reference.restart()

    async def list_coin(self, name: str, grid: Grid) -> None:
        await self.desk.listed('binance', {name: f'{name}/USDT'}, {}, {name: grid})

    def id(self, name: str) -> int:
        return self.desk.coin(name).id or 0

    async def price(self, tick: Tick) -> None:
        """Submit a price; it fills if it then governs and is not from a file."""
        self.records += [record.id or 0 for record in await self.desk.submit_many([tick])]
        governing = self.desk.market.governing(self.id(tick.name))
        if governing is not None and governing.seq == self.desk.intake.seq and tick.origin != Origin.FILE:
            self.reference.tick(self.id(tick.name), governing)

    async def correct(self, record: int, price: Decimal | None) -> None:
        """Replace a price by hand or withdraw it (None): whatever governs then, it fills nothing."""
        self.records.remove(record)
        if price is None:
            await self.desk.withdraw(record, 'a slip')
        else:
            await self.desk.correct(record, price, 'a slip')

    async def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.reference.expire(self.now)
        await self.desk.broker.dealer.expire()

    async def place(self, ticket: Ticket, terms: Terms) -> Paper | None:
        if terms != self.terms:
            await self.desk.broker.set_terms(terms)
            self.terms = terms
        order = await _tried(self.desk.broker.place(ticket))
        steps = self.desk.broker.steps(ticket.name)
        try:
            paper = self.reference.place(LOCAL, self.id(ticket.name), ticket, steps, terms)
        except DeskError:
            assert order is None
            return None
        assert order is not None
        self.numbers[paper.id] = order.id
        return paper

    async def amend(self, paper: Paper, **changes: Any) -> None:
        order = await _tried(self.desk.broker.amend(await self._number(paper), **changes))
        try:
            self.reference.amend(LOCAL, paper.id, **changes)
        except DeskError:
            assert order is None
        else:
            assert order is not None

    async def cancel(self, paper: Paper) -> None:
        self.reference.cancel(LOCAL, paper.id)
        await self.desk.broker.cancel(await self._number(paper))

    async def reset(self) -> None:
        self.reference.reset(LOCAL, self.settings.paper_cash)
        await self.desk.broker.reset()

    async def check(self) -> None:
        """Fills, orders and balances of the open book, from the database."""
        broker = self.desk.broker
        await broker.dealer.commit(())
        orders = {order.id: order for order in await self._orders()}
        mine = self.reference.books[LOCAL]
        papers = {await self._number(paper, orders): paper for paper in self.reference.orders if paper.book == mine}
        assert papers.keys() - {0} == orders.keys()
        for number, order in orders.items():
            _check(papers[number], order)
        ours = [trade for trade in self.reference.trades if any(trade.order == paper.id for paper in papers.values())]
        assert [
            (papers[fill.order_id].id, fill.size, fill.price, fill.value, fill.fee, fill.maker, fill.rule, fill.seq)
            for fill in await broker.all_fills()
        ] == [
            (trade.order, trade.size, trade.price, trade.value, trade.fee, trade.maker, trade.rule, trade.seq)
            for trade in ours
        ]
        state, account = await self.desk.store.trades.trading_state(), broker.account()
        for asset in (None, *(coin.id for coin in self.desk.coins())):
            total = self.reference.total(LOCAL, asset)
            assert state.balances[account.book.id].get(asset, 0) == account.total(asset) == total
            assert account.held(asset) == self.reference.held(LOCAL, asset) <= total

    async def _orders(self) -> list[Order]:
        """All orders of the open book."""
        found: list[Order] = []
        cursor = ''
        while True:
            page = await self.desk.broker.orders(limit=500, cursor=cursor)
            found += page.items
            cursor = page.cursor
            if not cursor:
                return found

    async def _number(self, paper: Paper, orders: dict[int, Order] | None = None) -> int:
        """The desk's number of an order; of a leg by its entry. 0: a leg of a refused order, which is not kept."""
        if paper.parent is not None and paper.id not in self.numbers:
            orders = orders if orders is not None else {order.id: order for order in await self._orders()}
            parent = self.numbers[paper.parent.id]
            legs = [order.id for order in orders.values() if (order.parent_id, order.leg) == (parent, paper.leg)]
            self.numbers[paper.id] = next(iter(legs), 0)
        return self.numbers[paper.id]


def _check(paper: Paper, order: Order) -> None:
    assert (paper.status, paper.filled) == (order.status, order.filled_size)
    assert (paper.side, paper.kind, paper.leg) == (order.side, order.kind, order.leg)
    assert (paper.limit, paper.stop) == (order.limit_price, order.stop_price)
    if paper.is_open:
        assert (paper.size, paper.seq, paper.triggered) == (order.size, order.seq, order.triggered)


async def _tried(call: Any) -> Order | None:
    try:
        order: Order = await call
    except DeskError:
        return None
    return order
