"""An open order changed: its size or its prices. It then counts as placed anew. Pure."""

from dataclasses import replace
from decimal import Decimal

from desk.errors import Conflict, Invalid
from desk.matching.decision import Decision
from desk.matching.filling import take, uncovered, would_take
from desk.matching.placing import check_bracket, check_step, check_worth
from desk.orders import Kind, Leg, Order, Side
from desk.sentences import money, plain
from desk.ticks import Tick
from desk.trading import hold, marketable, quote, worst_price


def amended(
    decision: Decision,
    order: Order,
    tick: Tick | None,
    size: Decimal | None,
    limit_price: Decimal | None,
    stop_price: Decimal | None,
) -> Order:
    """The order with what is given; raises Invalid, Conflict. `tick` is the coin's newest price."""
    if size is None and limit_price is None and stop_price is None:
        raise Invalid('Say what to change: the size, the limit price or the stop price.', 'size')
    check_step(size, order.steps.lot_size, 'size', 'size')
    check_step(limit_price, order.steps.tick_size, 'limit_price', 'limit price')
    check_step(stop_price, order.steps.tick_size, 'stop_price', 'stop price')
    new = _with_size(order, size) if size is not None else order
    new = _with_limit(new, limit_price) if limit_price is not None else new
    new = _with_stop(new, stop_price) if stop_price is not None else new
    if new.leg:
        _check_legs(decision, new)
        return new
    if new.size is not None or new.quote_size is None:
        price = worst_price(new, tick) or new.reserve
        new = replace(new, reserve=price if new.side is Side.BUY else None)
        check_worth(new, price, decision.quote)
    return new


def amend(decision: Decision, order: Order, new: Order, at_once: Tick | None, taken: Decimal) -> None:
    """Take the amended order in the old one's place; raises Conflict, with the numbers, where it is not covered."""
    if new.good_till is not None and new.good_till <= decision.now:
        raise Conflict(f'It was good till {new.good_till:%Y-%m-%d %H:%M:%S} UTC; that is over.')
    arrives = new.kind is Kind.LIMIT or (new.kind is Kind.STOP_LIMIT and new.triggered)
    arrives = arrives and bool(new.remaining)
    if new.leg and at_once and at_once.seq <= order.seq:
        at_once = None  # its entry may have bought at this price
    if not new.leg and (reason := uncovered(decision, new, hold(new)[1], hold(order)[1])):
        raise Conflict(reason)
    if arrives and at_once and new.post_only and marketable(new, at := quote(at_once, new.terms, new.steps)):
        raise Conflict(would_take(new, at.ask if new.side is Side.BUY else at.bid))
    new = replace(new, seq=decision.newest, rank=decision.numbers.next('rank'), arrived=new.arrived and not arrives)
    new = decision.put(new)
    decision.say(new, 'amended', _words(order, new))
    if arrives and at_once:
        take(decision, new, at_once, taken)


def _with_size(order: Order, size: Decimal) -> Order:
    if order.leg:
        raise Conflict('The leg of a bracket sells what its entry has bought; its size is not set by hand.')
    if order.size is None:
        raise Conflict('This order waits for its first price, which makes its size from the amount of money.')
    if size <= order.filled_size:
        raise Invalid(f'{plain(order.filled_size)} is filled already; the size must be greater.', 'size')
    return replace(order, size=size)


def _with_limit(order: Order, price: Decimal) -> Order:
    if order.limit_price is None:
        raise Invalid('This order has no limit price.', 'limit_price')
    return replace(order, limit_price=price)


def _with_stop(order: Order, price: Decimal) -> Order:
    if order.stop_price is None:
        raise Invalid('This order has no stop price to set.', 'stop_price')
    if order.triggered:
        raise Conflict('The stop has triggered already; its price has done its work.')
    return replace(order, stop_price=price)


def _check_legs(decision: Decision, leg: Order) -> None:
    legs = [leg, *decision.siblings(leg)]
    profits = [order.limit_price for order in legs if order.leg is Leg.TAKE_PROFIT]
    losses = [order.stop_price for order in legs if order.leg is Leg.STOP_LOSS]
    check_bracket(*profits or [None], *losses or [None])


def _words(old: Order, new: Order) -> str:
    changed = [
        f'{words} {show(before)} → {show(after)}'
        for words, show, before, after in (
            ('size', plain, old.size, new.size),
            ('limit', money, old.limit_price, new.limit_price),
            ('stop', money, old.stop_price, new.stop_price),
        )
        if before is not None and after is not None and before != after
    ]
    return ', '.join(changed)
