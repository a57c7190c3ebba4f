"""A market, a clock, the Matcher and the reference side by side: whatever happens, they must say the same."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from desk.errors import DeskError
from desk.market import Market
from desk.matching.matcher import Matcher
from desk.orders import Change, Kind, Order, Steps, Terms, Ticket
from desk.ticks import Tick
from models import Coin, Origin
from tests.unit.kept_trades import Kept
from tests.unit.reference_matcher import Reference
from tests.unit.reference_orders import Paper
from tests.unit.reference_rules import STOPS, Trade

START = datetime(2026, 1, 1, tzinfo=UTC)


class World:
    """Coins by id and people by name; every method does the same to both matchers and compares them."""

    def __init__(self, coins: dict[int, Coin], cash: dict[str, Decimal], now: datetime = START) -> None:
        self.coins, self.cash = coins, cash
        self.now, self.seq = now, 0
        self.market, self.ticks = Market(), dict[int, Tick]()
        self.kept = Kept(self.ticks)
        self.reference = Reference(lambda: self.now, lambda: self.seq, self.governing)
        self.matcher = self._matcher()
        self.numbers: dict[int, int] = {}  # the reference's number of an order → the Matcher's
        self.seen = 0
        for user in cash:
            self.reference.open(user, cash[user])
            self.kept.take(self.matcher.open(user, 'USD', cash[user]))
        self.check()

    def governing(self, coin_id: int) -> Tick | None:
        return self.market.standing(self.coins[coin_id]).governing

    # Prices

    def number(self, coin_id: int, tick: Tick) -> Tick:
        """As Intake does: a price gets its number before it is on the market."""
        self.seq += 1
        self.ticks[self.seq] = tick._replace(name=self.coins[coin_id].name, seq=self.seq, received=self.now)
        return self.ticks[self.seq]

    def apply(self, coin_id: int, tick: Tick) -> None:
        """As Intake does: only what becomes the live price as it comes in, and not from a file, fills."""
        if self.market.apply(self.coins[coin_id], tick) and tick.origin != Origin.FILE:
            self.reference.tick(coin_id, tick)
            self._took(self.matcher.tick(coin_id, tick), tick)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.reference.expire(self.now)
        self._took(self.matcher.expire(self.now))

    # People

    def place(self, user: str, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms) -> Paper | None:
        """The reference's order, or None: both say that this cannot be an order."""
        ticket = replace(ticket, name=self.coins[coin_id].name)
        estimate = _tried(lambda: self.matcher.estimate(user, coin_id, ticket, steps, terms))
        change = _tried(lambda: self.matcher.place(user, coin_id, ticket, steps, terms))
        paper: Paper | None = _tried(lambda: self.reference.place(user, coin_id, ticket, steps, terms))
        assert (paper is None) == (change is None)
        if paper is not None and change is not None:
            made = {order.leg: order.id for order in change.orders if order.id not in self.kept.orders}
            for ours in self.reference.orders:
                if ours is paper or (ours.parent is paper and ours.leg in made):
                    self.numbers[ours.id] = made[ours.leg]
            self._took([change])
            if estimate is not None:
                assert bool(estimate.refusal) == (not paper.is_open and not paper.filled)
        return paper

    def cancel(self, paper: Paper) -> None:
        self._both(
            lambda: self.reference.cancel(paper.user, paper.id),
            lambda: self.matcher.cancel(paper.user, self.numbers[paper.id]),
        )

    def amend(self, paper: Paper, **changes: Decimal) -> None:
        self._both(
            lambda: self.reference.amend(paper.user, paper.id, **changes),
            lambda: self.matcher.amend(paper.user, self.numbers[paper.id], **changes),
        )

    def reset(self, user: str) -> None:
        self.reference.reset(user, self.cash[user])
        self._took(self.matcher.reset(user, 'USD', self.cash[user]))

    def restart(self) -> None:
        """Another matcher, with nothing but what was kept."""
        self.matcher = self._matcher()
        self.matcher.load(self.kept.state())
        self.reference.restart()

    # Both say the same

    def check(self) -> None:
        """Same fills, same orders, same balances."""
        self.kept.moved(self.matcher.trailed())
        ours, theirs = self.reference.trades[self.seen :], self.kept.fills[self.seen :]
        self.seen = len(self.kept.fills)
        assert sorted(map(self._facts, ours)) == sorted(
            (fill.order_id, fill.size, fill.price, fill.value, fill.fee, fill.maker, fill.rule, fill.seq)
            for fill in theirs
        )
        for paper in self.reference.orders:
            if paper.id in self.numbers:
                self._check_order(paper, self.kept.orders[self.numbers[paper.id]])
        for user in self.cash:
            self._check_balances(user)

    def _check_order(self, paper: Paper, order: Order) -> None:
        account = self.matcher.accounts[paper.user]
        assert (paper.status, paper.filled, paper.side, paper.kind) == (
            order.status,
            order.filled_size,
            order.side,
            order.kind,
        )
        assert (paper.limit, paper.stop) == (order.limit_price, order.stop_price)
        if paper.is_open:
            assert account.orders[order.id].best == order.best == paper.best
            assert (paper.size, paper.seq) == (order.size, order.seq)
            assert paper.triggered == order.triggered
            assert paper.arrived == order.arrived or paper.kind not in (Kind.LIMIT, Kind.STOP_LIMIT)
            assert paper.kind in STOPS or not order.triggered
        else:
            assert order.id not in account.orders

    def _check_balances(self, user: str) -> None:
        account = self.matcher.accounts[user]
        balances = self.kept.balances(account.book.id)
        for asset in (None, *self.coins):
            assert account.total(asset) == balances.get(asset, 0) == self.reference.total(user, asset)
            assert account.held(asset) == self.reference.held(user, asset)
            assert account.available(asset) == self.reference.available(user, asset)
            assert account.available(asset) >= 0

    def _facts(self, trade: Trade) -> tuple[Any, ...]:
        number = self.numbers[trade.order]
        return (number, trade.size, trade.price, trade.value, trade.fee, trade.maker, trade.rule, trade.seq)

    def _matcher(self) -> Matcher:
        return Matcher(lambda: self.now, lambda: self.seq, self.governing)

    def _both(self, reference: Callable[[], None], matcher: Callable[[], Change]) -> None:
        refused = None
        try:
            reference()
        except DeskError as error:
            refused = error
        change = _tried(matcher)
        assert (change is None) == (refused is not None), refused
        if change is not None:
            self._took([change])

    def _took(self, changes: Sequence[Change], tick: Tick | None = None) -> None:
        for change in changes:
            self.kept.take(change, tick)
        if changes:
            self.check()


def _tried(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except DeskError:
        return None
