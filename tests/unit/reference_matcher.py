"""A slow, obvious matcher, written from docs/trading-rules.md alone; `desk.matching` must do what this does.

Plain lists and linear scans. A balance is summed from postings and a hold from open orders whenever one is asked for.
"""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal

from desk.errors import Conflict
from desk.orders import Kind, Leg, Rule, Side, Status, Steps, Terms, Ticket, TimeInForce
from desk.ticks import Tick
from tests.unit.reference_books import Books, exactly
from tests.unit.reference_orders import Paper
from tests.unit.reference_rules import (
    ALWAYS_TAKES,
    STOPS,
    Trade,
    cost,
    gone_through,
    hold,
    money,
    most_lots,
    quote,
    reaches,
    reserve_price,
    slipped,
    triggers,
)
from tests.unit.reference_writing import check_bracket, check_worth, rewrite, write, write_leg

FRESH = timedelta(seconds=60)
NOW_OR_NEVER = (TimeInForce.IOC, TimeInForce.FOK)


class Reference(Books):
    """All books of all users; it asks what the Matcher asks: the time, the newest number, a coin's live price."""

    def __init__(
        self, clock: Callable[[], datetime], newest: Callable[[], int], governing: Callable[[int], Tick | None]
    ) -> None:
        super().__init__()
        self.clock, self.newest, self.governing = clock, newest, governing
        self.came_live: dict[int, Tick] = {}
        self.last_book = self.last_id = self.last_rank = 0

    # What people do

    def open(self, user: str, cash: Decimal) -> None:
        self.last_book += 1
        self.books[user] = self.last_book
        self.post(self.last_book, None, cash, 'deposits')

    def reset(self, user: str, cash: Decimal) -> None:
        for order in self.open_orders(user):
            order.status = Status.CANCELLED
        self.open(user, cash)

    @exactly
    def place(self, user: str, coin: int, ticket: Ticket, steps: Steps, terms: Terms) -> Paper:
        """The order, filled, resting, cancelled or refused; Invalid if it cannot be an order at all."""
        tick = self.governing(coin)
        at_once = tick if self._fresh(coin) else None
        order = self._paper(user, coin, ticket.side, ticket.kind, steps, terms)
        write(order, ticket, tick, at_once is not None)
        check_bracket(ticket.take_profit, ticket.stop_loss)
        covered = self._covered(order, at_once)
        self.orders.append(order)
        for leg, price in ((Leg.TAKE_PROFIT, ticket.take_profit), (Leg.STOP_LOSS, ticket.stop_loss)):
            if price is not None:
                kind = Kind.LIMIT if leg is Leg.TAKE_PROFIT else Kind.STOP
                self.orders.append(self._paper(user, coin, Side.SELL, kind, steps, terms))
                write_leg(self.orders[-1], order, leg, price)
        if not covered:
            self._end(order, Status.REFUSED)
        elif at_once and order.kind is Kind.MARKET:
            self._take(order, at_once)
        elif at_once and order.kind is Kind.LIMIT:
            self._arrive(order, at_once)
        if order.is_open and order.time_in_force in NOW_OR_NEVER:
            self._end(order, Status.CANCELLED)
        return order

    @exactly
    def cancel(self, user: str, number: int) -> None:
        self._end(self.find(user, number), Status.CANCELLED)

    @exactly
    def amend(
        self,
        user: str,
        number: int,
        size: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> None:
        """Change what is given, or raise and change nothing."""
        order = self.find(user, number)
        tick, new = self.governing(order.coin), copy(order)
        rewrite(new, size, limit_price, stop_price)
        new.seq, new.rank = self.newest(), self._next_rank()
        if new.leg:
            self._check_legs(new)
        else:
            check_worth(new, tick)
            new.reserve = reserve_price(new, tick) if new.buys else None
            asset = None if new.buys else new.coin
            if hold(new) > self.available(user, asset) + hold(order):
                raise Conflict('not covered')
        arrives = new.remaining > 0 and (new.kind is Kind.LIMIT or (new.kind is Kind.STOP_LIMIT and new.triggered))
        at_once = tick if arrives and self._fresh(order.coin) else None
        if at_once and order.leg and at_once.seq <= order.seq:
            at_once = None
        if at_once and new.post_only and reaches(new.limit, new, at_once):
            raise Conflict('would fill')
        vars(order).update(vars(new))
        order.arrived = order.arrived and not arrives
        if at_once:
            self._arrive(order, at_once)

    # What happens by itself

    @exactly
    def expire(self, now: datetime) -> None:
        for order in self.orders:
            if order.is_open and order.good_till is not None and order.good_till <= now:
                self._end(order, Status.EXPIRED)

    @exactly
    def tick(self, coin: int, tick: Tick) -> None:
        """A price that has just become the coin's live price."""
        self.expire(max(tick.received, self.clock()))
        self.came_live[coin] = tick
        met = [order for order in self.orders if order.coin == coin and self._can_meet(order, tick)]
        takers = [order for order in met if _takes(order, tick.price)]
        resting = [order for order in met if order.arrived and gone_through(order, tick.price)]
        for order in sorted(takers, key=lambda order: order.rank):
            if self._can_meet(order, tick):
                self._meet(order, tick)
        for order in sorted(resting, key=lambda order: (-abs((order.limit or 0) - tick.price), order.rank)):
            if self._can_meet(order, tick) and order.limit is not None:
                self._fill(order, self._room(order, tick), order.limit, Rule.RESTING_LIMIT, tick)
        for order in met:
            if order.kind is Kind.TRAILING_STOP and not order.triggered and order.best is not None:
                order.best = min(order.best, tick.price) if order.buys else max(order.best, tick.price)

    def restart(self) -> None:
        """Another desk begins: all is as before, but no price has come in yet."""
        self.came_live.clear()

    # How an order meets a price

    def _can_meet(self, order: Paper, tick: Tick) -> bool:
        return order.is_open and order.seq < tick.seq and (order.size is None or order.remaining > 0)

    def _meet(self, order: Paper, tick: Tick) -> None:
        """An order that takes (market, stop that triggers, limit that arrives) and a newer price."""
        order.triggered = order.kind in STOPS
        if order.kind not in ALWAYS_TAKES:
            self._arrive(order, tick)
        elif self._room(order, tick) != 0 and (not order.buys or self._afford(order, slipped(order, tick))):
            self._take(order, tick)

    def _arrive(self, order: Paper, tick: Tick) -> None:
        if not reaches(order.limit, order, tick):
            order.arrived = True
            return
        bid, ask = quote(tick, order.steps, order.terms)
        if order.post_only:
            self._end(order, Status.CANCELLED if order.filled else Status.REFUSED)
        else:
            self._fill(order, self._room(order, tick), ask if order.buys else bid, Rule.MARKETABLE_LIMIT, tick)

    def _take(self, order: Paper, tick: Tick) -> None:
        rule = {Kind.MARKET: Rule.MARKET, Kind.STOP: Rule.STOP}.get(order.kind, Rule.TRAILING_STOP)
        self._fill(order, self._room(order, tick), slipped(order, tick), rule, tick)

    def _afford(self, order: Paper, price: Decimal) -> bool:
        """Give a buy the size that its money pays for: by an amount, or cut because the price has gapped."""
        fee = order.terms.taker_fee / 100
        if order.size is None:
            assert order.amount is not None
            order.size, order.reserve = most_lots(order, order.amount, price, fee), price
        has = self.available(order.user, None) + hold(order)
        if order.remaining * price * (1 + fee) > has:
            order.size = order.filled + (most_lots(order, has, price, fee) if order.terms.cut else 0)
        if order.remaining == 0:
            self._end(order, Status.CANCELLED if order.filled else Status.REFUSED)
        return order.is_open

    def _room(self, order: Paper, tick: Tick) -> Decimal | None:
        """How much of a price is left for this order; None: any size."""
        if not order.terms.participation or tick.volume is None:
            return None
        coin = {paper.id for paper in self.orders if paper.coin == order.coin}
        taken = sum((trade.size for trade in self.trades if trade.seq == tick.seq and trade.order in coin), Decimal(0))
        share = tick.volume * order.terms.participation / 100 // order.steps.lot_size * order.steps.lot_size
        return max(share - taken, Decimal(0))

    def _fill(self, order: Paper, room: Decimal | None, price: Decimal, rule: Rule, tick: Tick) -> None:
        size = order.remaining if room is None else min(order.remaining, room)
        if size == 0 or (order.time_in_force is TimeInForce.FOK and size < order.remaining):
            return
        maker = rule is Rule.RESTING_LIMIT
        rate = (order.terms.maker_fee if maker else order.terms.taker_fee) / 100
        value, fee = money(size * price), money(size * price * rate)
        self.trades.append(Trade(order.id, size, price, value, fee, maker, rule, tick.seq))
        sign = 1 if order.buys else -1
        self.post(order.book, order.coin, sign * size, 'market')
        self.post(order.book, None, -sign * value, 'market')
        self.post(order.book, None, -fee, 'fees')
        order.filled += size
        order.status = Status.PARTLY_FILLED if order.remaining else Status.FILLED
        self._bracket(order, tick)

    # Brackets

    def _bracket(self, order: Paper, tick: Tick) -> None:
        """After a fill: legs sell what their entry has bought, once."""
        entry = order.parent or order
        legs = [leg for leg in self.orders if leg.parent is entry]
        if order is entry:
            for leg in legs:
                leg.seq = max(leg.seq, tick.seq)
        elif entry.is_open:
            self._end(entry, Status.CANCELLED)
        sold = sum((leg.filled for leg in legs), Decimal(0))
        for leg in legs:
            if leg.is_open:
                leg.size = entry.filled - (sold - leg.filled)
            if leg.is_open and leg.remaining == 0 and entry.filled:
                leg.status = Status.CANCELLED

    def _end(self, order: Paper, status: Status) -> None:
        order.status = status
        for leg in self.orders:
            if leg.parent is order and order.filled == 0 and leg.is_open:
                leg.status = Status.CANCELLED

    def _covered(self, order: Paper, at_once: Tick | None) -> bool:
        available = self.available(order.user, None if order.buys else order.coin)
        if not (order.kind is Kind.MARKET and order.buys and at_once):
            return hold(order) <= available
        assert order.size is not None
        assert order.reserve is not None
        room = self._room(order, at_once)
        now = order.size if room is None or order.time_in_force is TimeInForce.FOK else min(order.size, room)
        rest = copy(order)
        rest.filled = order.size if order.time_in_force is TimeInForce.IOC else now
        return cost(order, now, order.reserve) + hold(rest) <= available

    def _check_legs(self, leg: Paper) -> None:
        prices = {
            other.leg: other.limit or other.stop
            for other in self.orders
            if other.parent is leg.parent and other.is_open
        }
        prices[leg.leg] = leg.limit or leg.stop
        check_bracket(prices.get(Leg.TAKE_PROFIT), prices.get(Leg.STOP_LOSS))

    # Small things

    def _paper(self, user: str, coin: int, side: Side, kind: Kind, steps: Steps, terms: Terms) -> Paper:
        self.last_id += 1
        return Paper(
            self.last_id, user, self.books[user], coin, side, kind, steps, terms, self.newest(), self._next_rank()
        )

    def _fresh(self, coin: int) -> bool:
        tick, live = self.governing(coin), self.came_live.get(coin)
        return bool(tick and live and tick.seq == live.seq and self.clock() - tick.timestamp <= FRESH)

    def _next_rank(self) -> int:
        self.last_rank += 1
        return self.last_rank


def _takes(order: Paper, price: Decimal) -> bool:
    """Whether an order takes at this price, if the price is newer."""
    if order.kind in STOPS and not order.triggered:
        return triggers(order, price)
    return order.kind in ALWAYS_TAKES or not order.arrived
