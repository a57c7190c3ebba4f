"""The arithmetic of docs/trading-rules.md, said once more for the tests: quotes, holds, sizes. Slow, exact, obvious."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from desk.orders import Kind, Rule, Steps, Terms
from desk.ticks import EARLIEST, Tick
from models import Origin
from tests.unit.reference_orders import Paper

EXACT = Context(prec=200)  # nothing here ever rounds by accident
ALWAYS_TAKES = (Kind.MARKET, Kind.STOP, Kind.TRAILING_STOP)
STOPS = (Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


@dataclass(frozen=True)
class Trade:
    """A fill of the reference."""

    order: int
    size: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal
    maker: bool
    rule: Rule
    seq: int


def to_step(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    """The next multiple of a step, up or down."""
    return (amount / step).to_integral_value(rounding) * step


def tick_size(steps: Steps) -> Decimal:
    return steps.tick_size or Decimal('1e-18')


def quote(tick: Tick, steps: Steps, terms: Terms) -> tuple[Decimal, Decimal]:
    """Bid and ask: the price's own, else the last price ∓ half a spread; on the grid, the bid at least one tick."""
    if tick.bid is not None and tick.ask is not None and tick.bid <= tick.ask:
        bid, ask = tick.bid, tick.ask
    else:
        half = terms.spread / 100 / 2
        bid, ask = tick.price * (1 - half), tick.price * (1 + half)
    step = tick_size(steps)
    return max(step, to_step(bid, step, ROUND_FLOOR)), to_step(ask, step, ROUND_CEILING)


def slipped(order: Paper, tick: Tick) -> Decimal:
    """What the order would pay or get at the market: the quote with slippage against it."""
    bid, ask = quote(tick, order.steps, order.terms)
    slippage, step = order.terms.slippage / 10_000, tick_size(order.steps)
    if order.buys:
        return to_step(ask * (1 + slippage), step, ROUND_CEILING)
    return max(step, to_step(bid * (1 - slippage), step, ROUND_FLOOR))


def reaches(limit: Decimal | None, order: Paper, tick: Tick) -> bool:
    """Whether the quote is as good as the limit: the order would fill on arrival."""
    bid, ask = quote(tick, order.steps, order.terms)
    assert limit is not None
    return ask <= limit if order.buys else bid >= limit


def gone_through(order: Paper, price: Decimal) -> bool:
    """Whether a price fills a limit that rests."""
    assert order.limit is not None
    if order.terms.touch and price == order.limit:
        return True
    return price < order.limit if order.buys else price > order.limit


def stop_price(order: Paper) -> Decimal | None:
    """Where a stop stands; a trailing one's follows its best price."""
    if order.best is None:
        return order.stop
    distance = order.trail_amount or order.best * (order.trail_percent or Decimal(0)) / 100
    step = tick_size(order.steps)
    if order.buys:
        return to_step(order.best + distance, step, ROUND_CEILING)
    return to_step(order.best - distance, step, ROUND_FLOOR)


def triggers(order: Paper, price: Decimal) -> bool:
    stop = stop_price(order)
    assert stop is not None
    return price >= stop if order.buys else price <= stop


def hold_fee(order: Paper) -> Decimal:
    """As a part of one: taker for what only takes, else the greater."""
    terms = order.terms
    return (terms.taker_fee if order.kind in ALWAYS_TAKES else max(terms.taker_fee, terms.maker_fee)) / 100


def hold(order: Paper) -> Decimal:
    """What an open order holds, in money (buys) or coins (sells); the legs of a bracket are looked at elsewhere."""
    if not order.buys:
        return order.remaining
    if order.size is None:
        assert order.amount is not None
        return order.amount
    assert order.reserve is not None
    return money(order.remaining * order.reserve * (1 + hold_fee(order)), ROUND_CEILING)


def money(amount: Decimal, rounding: str = ROUND_FLOOR) -> Decimal:
    return to_step(amount, Decimal('0.00000001'), rounding)


def cost(order: Paper, size: Decimal, price: Decimal) -> Decimal:
    """What a taker's fill really costs a buyer."""
    return money(size * price) + money(size * price * order.terms.taker_fee / 100)


def most_lots(order: Paper, amount: Decimal, price: Decimal, fee: Decimal) -> Decimal:
    """The greatest size that `amount` pays for, of sizes with 20 digits before the point at most."""
    return to_step(min(amount / (price * (1 + fee)), Decimal(10) ** 20 - 1), order.steps.lot_size, ROUND_FLOOR)


def reserve_price(order: Paper, tick: Tick | None) -> Decimal:
    """The worst price that a buy means to pay."""
    if order.limit is not None:
        return order.limit
    stop = stop_price(order)
    if stop is not None:  # what it would pay if the price were the stop price
        tick = Tick('', stop, EARLIEST, '', Origin.FEED)
    assert tick is not None
    return slipped(order, tick)


def sale_price(order: Paper, tick: Tick | None) -> Decimal:
    """What a sell is valued at when it is placed."""
    price = order.limit or stop_price(order)
    if price is not None:
        return price
    assert tick is not None
    return slipped(order, tick)
