"""How one price fills one order: triggering, taking at the market, resting, and money that does not suffice. Pure."""

from dataclasses import replace
from decimal import Decimal

from desk.matching.decision import Decision
from desk.orders import LOT, Order, Rule, Side, TimeInForce
from desk.sentences import apart, counted, money, plain, rounded
from desk.ticks import MONEY, Tick
from desk.trading import (
    LIMITS,
    cost,
    hold,
    hold_fee,
    lots,
    marketable,
    pays,
    quote,
    stop_of,
    taking_price,
    volume_left,
)

ZERO = Decimal(0)


def trigger(decision: Decision, order: Order, tick: Tick) -> Order:
    """A stop that the price has reached: it goes on as a market order, or arrives as a limit."""
    stop = stop_of(order)
    decision.say(order, 'triggered', f'{money(tick.price)} reached the stop at {money(stop)}.')
    return decision.put(order, triggered=True, arrived=False)


def take(decision: Decision, order: Order, tick: Tick, taken: Decimal) -> Order:
    """An order that meets a price as a taker: market, triggered stop, arriving limit. `taken`: of its volume.

    A limit order goes on arriving as long as it does not get all at a quote that it reaches.
    """
    at = quote(tick, order.terms, order.steps)
    if order.kind in LIMITS:
        if not marketable(order, at):
            return decision.put(order, arrived=True)
        if order.post_only:
            return decision.refuse(order, would_take(order, at.ask if order.side is Side.BUY else at.bid))
    size, (price, rule) = takes(order, tick, taken), taking_price(order, at)
    if order.kind not in LIMITS:
        if not size:
            return order
        order = _afforded(decision, sized(order, price), price)
        size = takes(order, tick, taken)
    if order.is_open and size:
        return decision.fill(replace(order, arrived=order.kind not in LIMITS), size, price, rule, tick, at)
    return order


def rest(decision: Decision, order: Order, tick: Tick, taken: Decimal) -> None:
    """A limit order that rests and that the price went through: filled at its limit."""
    size = takes(order, tick, taken)
    if size:
        assert order.limit_price is not None
        at = quote(tick, order.terms, order.steps)
        decision.fill(order, size, order.limit_price, Rule.RESTING_LIMIT, tick, at)


def takes(order: Order, tick: Tick, taken: Decimal) -> Decimal:
    """How much of what is still to be filled this price gives; fill or kill: all or nothing."""
    left = volume_left(order.terms, order.steps, tick, taken)
    if order.size is None:
        return LOT if left is None else left
    if left is None or left >= order.remaining:
        return order.remaining
    return Decimal(0) if order.time_in_force is TimeInForce.FOK else left


def sized(order: Order, price: Decimal) -> Order:
    """A buy by an amount of money that has its price: the most lots that the money pays for."""
    if order.size is not None:
        return order
    assert order.quote_size is not None
    return replace(order, size=lots(order.quote_size, price, hold_fee(order), order.steps.lot_size), reserve=price)


def needed(order: Order, size: Decimal) -> Decimal:
    """What a market buy that fills a size at once needs, at its reserve: that fill's cost, and the hold of the rest."""
    if order.time_in_force is TimeInForce.FOK:
        size = order.remaining
    assert order.reserve is not None
    now = cost(size, order.reserve, order.terms.taker_fee)
    if order.time_in_force is not TimeInForce.GTC:
        return now
    return MONEY.add(now, hold(replace(order, filled_size=size))[1])


def uncovered(decision: Decision, order: Order, need: Decimal, own: Decimal = ZERO) -> str:
    """Why the balance does not cover an order, with the numbers; empty if it does. `own`: what it holds already."""
    account, buy = decision.account, order.side is Side.BUY
    asset = None if buy else order.coin_id
    if need <= MONEY.add(account.available(asset), own):
        return ''
    others, free = MONEY.subtract(account.held(asset), own), MONEY.add(account.available(asset), own)
    needs, has = apart(need, free) if buy else (plain(need), plain(free))
    total, held = map(rounded if buy else plain, (account.total(asset), others))
    what = f'This needs {needs} {decision.quote} with its fee' if buy else f'This sells {needs} {decision.name}'
    holders = counted(account.holders(asset) - bool(own), 'other open order' if own else 'open order')
    return f'{what}; {has} is available{f": {total} less {held} held by {holders}" if others else ""}.'


def would_take(order: Order, price: Decimal) -> str:
    """Why a post-only order is refused."""
    assert order.limit_price is not None
    side = 'ask' if order.side is Side.BUY else 'bid'
    return f'Post only: at {money(order.limit_price)} it would fill at once, at the {side} of {money(price)}.'


def _afforded(decision: Decision, order: Order, price: Decimal) -> Order:
    """A buy if the money suffices for all of it; else cut to what is paid for, or refused, as the account is set."""
    if order.side is Side.SELL or order.id not in decision.account.orders:
        return order
    budget, fee, lot = decision.budget(order), order.terms.taker_fee, order.steps.lot_size
    if order.remaining and pays(budget, order.remaining, price, fee):
        return order
    paid = lots(budget, price, fee, lot)
    need, has = apart(cost(order.remaining or lot, price, fee), budget)
    short = f'At {money(price)} it needs {need} {decision.quote} with its fee; '
    short += f'what it holds and what is available is {has}.'
    if not paid or not order.remaining or not order.terms.cut:
        return decision.refuse(order, short)
    whole, size = order.size or paid, MONEY.add(order.filled_size, paid)
    order = decision.put(order, size=size)
    decision.say(order, 'cut', f'Cut from {plain(whole)} to {plain(size)} {decision.name}. {short}')
    return order
