"""How the reference matcher writes an order down, and rewrites it: its size, its reserve, what cannot be an order."""

from decimal import Decimal

from desk.errors import Conflict, Invalid
from desk.orders import Kind, Leg, Steps, Ticket
from desk.ticks import Tick
from tests.unit.reference_orders import Paper
from tests.unit.reference_rules import hold_fee, most_lots, reserve_price, sale_price, stop_price

CENT = Decimal('0.01')


def write(order: Paper, ticket: Ticket, tick: Tick | None, at_once: bool) -> None:
    """Fill in what the ticket says and what follows from the coin's price; Invalid if that makes no order."""
    if tick is None and ticket.kind in (Kind.MARKET, Kind.TRAILING_STOP):
        raise Invalid('no price')
    prices = [ticket.limit_price, ticket.stop_price, ticket.take_profit, ticket.stop_loss]
    check_grid(order.steps, [ticket.size], prices)
    order.size, order.amount = ticket.size, ticket.quote_size
    order.limit, order.stop = ticket.limit_price, ticket.stop_price
    order.trail_amount, order.trail_percent = ticket.trail_amount, ticket.trail_percent
    order.time_in_force, order.good_till = ticket.time_in_force, ticket.good_till
    order.post_only = ticket.post_only
    if tick and ticket.kind is Kind.TRAILING_STOP:
        order.best = tick.price
    if order.best is not None and (stop_price(order) or 0) <= 0:
        raise Invalid('no stop above zero')
    order.reserve = reserve_price(order, tick) if order.buys else None
    if order.size is None and not (order.buys and order.kind is Kind.MARKET and not at_once):
        order.size = size_of(order, tick)
    check_worth(order, tick)


def size_of(order: Paper, tick: Tick | None) -> Decimal:
    """The size that an amount of money makes."""
    assert order.amount is not None
    if order.reserve is not None:
        return most_lots(order, order.amount, order.reserve, hold_fee(order))
    return most_lots(order, order.amount, sale_price(order, tick), Decimal(0))


def write_leg(order: Paper, entry: Paper, leg: Leg, price: Decimal) -> None:
    """A take-profit rests from the start; a stop-loss is a stop. Neither has anything to sell yet."""
    order.leg, order.parent, order.size = leg, entry, Decimal(0)
    if leg is Leg.TAKE_PROFIT:
        order.limit, order.arrived = price, True
    else:
        order.stop = price


def check_bracket(take_profit: Decimal | None, stop_loss: Decimal | None) -> None:
    if take_profit is not None and stop_loss is not None and take_profit <= stop_loss:
        raise Invalid('the stop-loss must lie below the take-profit')


def check_worth(order: Paper, tick: Tick | None) -> None:
    if order.size is None:
        assert order.amount is not None
        worth = order.amount
    else:
        worth = order.size * (reserve_price(order, tick) if order.buys else sale_price(order, tick))
    if worth < CENT:
        raise Invalid('worth too little')


def check_grid(steps: Steps, sizes: list[Decimal | None], prices: list[Decimal | None]) -> None:
    for number, step in [(size, steps.lot_size) for size in sizes] + [(price, steps.tick_size) for price in prices]:
        if number is not None and (number <= 0 or (step is not None and number % step)):
            raise Invalid('off the grid')


def rewrite(order: Paper, size: Decimal | None, limit: Decimal | None, stop: Decimal | None) -> None:
    check_grid(order.steps, [size], [limit, stop])
    if size is not None:
        if order.leg or order.size is None:
            raise Conflict('it has no size of its own')
        if size <= order.filled:
            raise Invalid('it has filled more')
        order.size = size
    if limit is not None:
        if order.limit is None:
            raise Invalid('it has no limit')
        order.limit = limit
    if stop is not None:
        if order.stop is None:
            raise Invalid('it has no stop')
        if order.triggered:
            raise Conflict('it has triggered')
        order.stop = stop
