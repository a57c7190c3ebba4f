"""A ticket made into an order with its legs, and placed: filled, resting, or refused with the numbers. Pure."""

from dataclasses import replace
from decimal import Decimal

from desk.errors import Conflict, Invalid
from desk.matching.decision import Decision
from desk.matching.filling import needed, take, takes, uncovered
from desk.orders import LEAST_WORTH, Kind, Leg, Order, Side, Status, Steps, Terms, Ticket, TimeInForce
from desk.sentences import money, plain
from desk.ticket import asked_text
from desk.ticks import MONEY, Tick
from desk.trading import ceil, floor, hold, hold_fee, lots, stop_of, worst_price

NEEDS_PRICE = (Kind.MARKET, Kind.TRAILING_STOP)
AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)
FIELDS = {
    'limit_price': 'limit price',
    'stop_price': 'stop price',
    'take_profit': 'take-profit',
    'stop_loss': 'stop-loss',
}


def drafted(
    decision: Decision, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms, tick: Tick | None, fresh: bool
) -> Order:
    """The order with its size and its reserve; raises Invalid, Conflict if it cannot be one. `tick` is the newest."""
    if tick is None and ticket.kind in NEEDS_PRICE:
        raise Conflict(f'{ticket.name} has no price yet; only an order with a price of its own can wait for one.')
    _check_steps(ticket, steps)
    check_bracket(ticket.take_profit, ticket.stop_loss)
    order = _written(decision, coin_id, ticket, steps, terms, tick)
    if order.kind is Kind.TRAILING_STOP and stop_of(order) <= 0:
        raise Invalid('This distance leaves no stop price above zero.', 'trail_amount')
    price, buy = worst_price(order, tick), order.side is Side.BUY
    order = replace(order, reserve=price if buy else None)
    if order.size is None and not (buy and order.kind is Kind.MARKET and not fresh):
        assert price is not None
        assert order.quote_size is not None
        order = replace(
            order, size=lots(order.quote_size, price, hold_fee(order) if buy else Decimal(0), steps.lot_size)
        )
    check_worth(order, price, decision.quote)
    return order


def place(decision: Decision, order: Order, ticket: Ticket, at_once: Tick | None, taken: Decimal) -> Order:
    """Place what was drafted. `at_once` is the price of a fresh quote, None without one; `taken` of its volume."""
    order = decision.put(replace(order, id=decision.numbers.next('order'), rank=decision.numbers.next('rank')))
    decision.say(order, 'placed')
    for leg, price in ((Leg.TAKE_PROFIT, ticket.take_profit), (Leg.STOP_LOSS, ticket.stop_loss)):
        if price is not None:
            decision.say(decision.put(_leg(decision, order, leg, price)), 'placed', 'Waits for its entry to buy.')
    if order.kind not in (Kind.MARKET, Kind.LIMIT):
        at_once = None
    if reason := _refusal(decision, order, at_once, taken):
        return decision.refuse(order, reason)
    if at_once:
        order = take(decision, order, at_once, taken)
    if order.is_open and order.time_in_force in AT_ONCE:
        order = decision.end(order, Status.CANCELLED, _unfilled(order, at_once))
    return order


def check_bracket(take_profit: Decimal | None, stop_loss: Decimal | None) -> None:
    """Raises Invalid where the stop-loss does not lie below the take-profit."""
    if take_profit is not None and stop_loss is not None and stop_loss >= take_profit:
        raise Invalid(
            f'The stop-loss, {money(stop_loss)}, must lie below the take-profit, {money(take_profit)}.', 'stop_loss'
        )


def check_step(number: Decimal | None, step: Decimal | None, field: str, words: str) -> None:
    """Raises Invalid for a price or a size between two steps, with the nearest ones."""
    if number is None or step is None or not MONEY.remainder(number, step):
        return
    low, high = plain(floor(number, step)), plain(ceil(number, step))
    raise Invalid(f'The {words} goes in steps of {plain(step)}: {low} or {high} instead of {plain(number)}.', field)


def check_worth(order: Order, price: Decimal | None, quote: str) -> None:
    """Raises Invalid where an order is worth too little at the price that its hold is computed with."""
    size, amount = order.size, order.quote_size or Decimal(0)
    worth = amount if size is None else MONEY.multiply(size, price or Decimal(0))
    if size == 0 and price is not None and amount >= LEAST_WORTH:
        least = f'{plain(order.steps.lot_size)} at {money(price)}'
        raise Invalid(f'{plain(amount)} {quote} does not pay for the smallest size, {least}.', 'quote_size')
    if worth < LEAST_WORTH:
        field = 'size' if order.quote_size is None else 'quote_size'
        raise Invalid(f'An order is worth at least {LEAST_WORTH} {quote}; this one is worth {plain(worth)}.', field)


def _check_steps(ticket: Ticket, steps: Steps) -> None:
    check_step(ticket.size, steps.lot_size, 'size', 'size')
    for field, words in FIELDS.items():
        check_step(getattr(ticket, field), steps.tick_size, field, words)


def _written(decision: Decision, coin_id: int, ticket: Ticket, steps: Steps, terms: Terms, tick: Tick | None) -> Order:
    """What the ticket says; it gets its number once it is checked."""
    return Order(
        id=0,
        book_id=decision.account.book.id,
        coin_id=coin_id,
        side=ticket.side,
        kind=ticket.kind,
        size=ticket.size,
        terms=terms,
        placed=decision.now,
        updated=decision.now,
        seq=decision.newest,
        rank=0,
        steps=steps,
        quote_size=ticket.quote_size,
        limit_price=ticket.limit_price,
        stop_price=ticket.stop_price,
        trail_amount=ticket.trail_amount,
        trail_percent=ticket.trail_percent,
        best=tick.price if tick and ticket.kind is Kind.TRAILING_STOP else None,
        time_in_force=ticket.time_in_force,
        good_till=ticket.good_till,
        post_only=ticket.post_only,
        client_order_id=ticket.client_order_id,
        asked=asked_text(ticket),
    )


def _leg(decision: Decision, entry: Order, leg: Leg, price: Decimal) -> Order:
    """A leg sleeps, its size 0, until its entry buys; a take-profit rests from then on."""
    profit = leg is Leg.TAKE_PROFIT
    return Order(
        id=decision.numbers.next('order'),
        book_id=entry.book_id,
        coin_id=entry.coin_id,
        side=Side.SELL,
        kind=Kind.LIMIT if profit else Kind.STOP,
        size=Decimal(0),
        terms=entry.terms,
        placed=decision.now,
        updated=decision.now,
        seq=decision.newest,
        rank=decision.numbers.next('rank'),
        steps=entry.steps,
        limit_price=price if profit else None,
        stop_price=None if profit else price,
        parent_id=entry.id,
        leg=leg,
        arrived=profit,
    )


def _refusal(decision: Decision, order: Order, at_once: Tick | None, taken: Decimal) -> str:
    """Why the balance does not cover it: by what it would cost at the market now, else by its hold."""
    if at_once and order.kind is Kind.MARKET and order.side is Side.BUY:
        return uncovered(decision, order, needed(order, takes(order, at_once, taken)))
    return uncovered(decision, order, hold(order)[1])


def _unfilled(order: Order, at_once: Tick | None) -> str:
    """Why an order that does not wait ends."""
    if at_once is None:
        return 'There is no fresh price to fill it at, and it does not wait.'
    if order.time_in_force is TimeInForce.FOK:
        return 'It could not be filled whole at once.'
    return 'What could not be filled at once is cancelled.'
