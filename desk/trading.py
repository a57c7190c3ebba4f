"""What fills an order, at which price and between which bounds: `docs/trading-rules.md` as functions. Pure.

Every function is exact to 60 digits, whatever the caller's decimal context.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal, localcontext
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from desk.orders import MONEY_QUANTUM, PRICE_QUANTUM, Kind, Order, Rule, Side, Steps, Terms
from desk.ticks import MONEY, Tick

P = ParamSpec('P')
T = TypeVar('T')
ONE, HUNDRED, TEN_THOUSAND = Decimal(1), Decimal(100), Decimal(10_000)


class BidAsk(NamedTuple):
    """A quote: what one sells at and buys at."""

    bid: Decimal
    ask: Decimal


def exactly(function: Callable[P, T]) -> Callable[P, T]:
    """The function in the context for money, 60 digits, wherever it is called from."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        with localcontext(MONEY):
            return function(*args, **kwargs)

    return wrapper


def floor(number: Decimal, step: Decimal) -> Decimal:
    """The greatest multiple of the step that is no more than a number of at least 0."""
    return _short(number // step * step)


def ceil(number: Decimal, step: Decimal) -> Decimal:
    """The least multiple of the step that is no less than a number of at least 0."""
    below = number // step * step
    return _short(below if below == number else below + step)


def price_step(steps: Steps) -> Decimal:
    """The step that computed prices are rounded to: the tick size, else 18 digits after the point."""
    return steps.tick_size or PRICE_QUANTUM


@exactly
def quote(tick: Tick, terms: Terms, steps: Steps) -> BidAsk:
    """The price's own bid and ask, else the price ∓ half a spread; bounds: 0 < one tick ≤ bid ≤ ask."""
    if tick.bid is not None and tick.ask is not None and 0 < tick.bid <= tick.ask:
        return BidAsk(tick.bid, tick.ask)
    step = price_step(steps)
    half = tick.price * terms.spread / (2 * HUNDRED)
    return BidAsk(max(floor(max(tick.price - half, Decimal(0)), step), step), ceil(tick.price + half, step))


@exactly
def slipped(side: Side, price: Decimal, terms: Terms, steps: Steps) -> Decimal:
    """The price moved against the order; bounds: buy [price, price + slippage up to a tick], sell the mirror."""
    step = price_step(steps)
    if not terms.slippage:
        return price
    away = price * terms.slippage / TEN_THOUSAND
    if side is Side.BUY:
        return ceil(price + away, step)
    return min(price, max(floor(max(price - away, Decimal(0)), step), step))


def market_price(side: Side, at: BidAsk, terms: Terms, steps: Steps) -> Decimal:
    """What a market order and a triggered stop fill at; between the quote and the quote with slippage."""
    return slipped(side, at.ask if side is Side.BUY else at.bid, terms, steps)


def taking_price(order: Order, at: BidAsk) -> tuple[Decimal, Rule]:
    """What an order that takes at once fills at, and by which rule; `bounds` holds it to that."""
    if order.kind in (Kind.LIMIT, Kind.STOP_LIMIT):
        return (at.ask if order.side is Side.BUY else at.bid), Rule.MARKETABLE_LIMIT
    rules = {Kind.MARKET: Rule.MARKET, Kind.STOP: Rule.STOP, Kind.TRAILING_STOP: Rule.TRAILING_STOP}
    return market_price(order.side, at, order.terms, order.steps), rules[order.kind]


def bounds(rule: Rule, order: Order, at: BidAsk) -> tuple[Decimal, Decimal]:
    """The least and the greatest price that a fill by this rule may have, at the quote of its price."""
    buy, limit = order.side is Side.BUY, order.limit_price
    match rule:
        case Rule.RESTING_LIMIT:
            assert limit is not None
            return limit, limit
        case Rule.MARKETABLE_LIMIT:
            assert limit is not None
            return (at.ask, limit) if buy else (limit, at.bid)
    worst = market_price(order.side, at, order.terms, order.steps)
    return (at.ask, worst) if buy else (worst, at.bid)


def marketable(order: Order, at: BidAsk) -> bool:
    """Whether a limit order that arrives takes at once: ask ≤ limit to buy, bid ≥ limit to sell."""
    assert order.limit_price is not None
    return at.ask <= order.limit_price if order.side is Side.BUY else at.bid >= order.limit_price


def through(order: Order, price: Decimal) -> bool:
    """Whether a price fills a limit order that rests: past its limit or, by its terms, at it."""
    limit = order.limit_price
    assert limit is not None
    if price == limit:
        return order.terms.touch
    return price < limit if order.side is Side.BUY else price > limit


def reached(side: Side, stop_price: Decimal, price: Decimal) -> bool:
    """Whether a price triggers a stop: at or above it to buy, at or below it to sell."""
    return price >= stop_price if side is Side.BUY else price <= stop_price


@exactly
def trailing_price(side: Side, best: Decimal, amount: Decimal | None, percent: Decimal | None, steps: Steps) -> Decimal:
    """Where a trailing stop stands: best + distance rounded up (buy), best − distance rounded down (sell, or 0)."""
    distance = amount if amount is not None else best * (percent or Decimal(0)) / HUNDRED
    if side is Side.BUY:
        return ceil(best + distance, price_step(steps))
    return floor(max(best - distance, Decimal(0)), price_step(steps))


def stop_of(order: Order) -> Decimal:
    """The price that triggers it now."""
    if order.kind is Kind.TRAILING_STOP:
        assert order.best is not None
        return trailing_price(order.side, order.best, order.trail_amount, order.trail_percent, order.steps)
    assert order.stop_price is not None
    return order.stop_price


@exactly
def worst_price(order: Order, at: BidAsk | None) -> Decimal | None:
    """The price that its hold, its size by money and its worth are computed with; None: a market order, no quote."""
    if order.kind in (Kind.LIMIT, Kind.STOP_LIMIT):
        return order.limit_price
    if order.kind is Kind.MARKET:
        return market_price(order.side, at, order.terms, order.steps) if at else None
    stop = stop_of(order)
    if order.side is Side.SELL:
        return stop
    half = stop * order.terms.spread / (2 * HUNDRED)
    return slipped(Side.BUY, ceil(stop + half, price_step(order.steps)), order.terms, order.steps)


@exactly
def value(size: Decimal, price: Decimal) -> Decimal:
    """size × price in money, rounded towards zero."""
    return (size * price).quantize(MONEY_QUANTUM, ROUND_DOWN)


@exactly
def fee(size: Decimal, price: Decimal, per_cent: Decimal) -> Decimal:
    """The fee of a fill in money, rounded towards zero."""
    return (size * price * per_cent / HUNDRED).quantize(MONEY_QUANTUM, ROUND_DOWN)


@exactly
def cost(size: Decimal, price: Decimal, per_cent: Decimal) -> Decimal:
    """What a buy takes from the account: the value and the fee, each rounded towards zero."""
    return value(size, price) + fee(size, price, per_cent)


@exactly
def money_held(size: Decimal, reserve: Decimal, per_cent: Decimal) -> Decimal:
    """What buying a size at the worst price would take, rounded up."""
    return (size * reserve * (ONE + per_cent / HUNDRED)).quantize(MONEY_QUANTUM, ROUND_CEILING)


def hold(order: Order) -> tuple[int | None, Decimal]:
    """What an open order holds: the asset (None: the quote currency) and how much of it."""
    if order.side is Side.SELL:
        return order.coin_id, order.remaining
    if order.size is None:
        return None, order.quote_size or Decimal(0)
    if not order.remaining:
        return None, Decimal(0)
    assert order.reserve is not None
    return None, money_held(order.remaining, order.reserve, order.terms.worst_fee)


def lots_to_buy(money: Decimal, price: Decimal, per_cent: Decimal, lot: Decimal) -> Decimal:
    """The most lots whose cost is no more than the money."""
    return _most_lots(lambda size: cost(size, price, per_cent) <= money, money, price, per_cent, lot)


def lots_to_hold(money: Decimal, reserve: Decimal, per_cent: Decimal, lot: Decimal) -> Decimal:
    """The most lots whose hold is no more than the money."""
    return _most_lots(lambda size: money_held(size, reserve, per_cent) <= money, money, reserve, per_cent, lot)


@exactly
def lots_worth(money: Decimal, price: Decimal, lot: Decimal) -> Decimal:
    """The most lots whose size × price is no more than the money."""
    return floor(money / price, lot) if money > 0 else Decimal(0)


@exactly
def volume_left(order: Order, tick: Tick, taken: Decimal) -> Decimal | None:
    """How much of a price's volume the order may still take, in lots; None: as much as it likes."""
    if not order.terms.participation or tick.volume is None:
        return None
    share = tick.volume * order.terms.participation / HUNDRED - taken
    return floor(max(share, Decimal(0)), order.steps.lot_size)


@exactly
def _most_lots(
    fits: Callable[[Decimal], bool], money: Decimal, price: Decimal, per_cent: Decimal, lot: Decimal
) -> Decimal:
    """Halving between a count that surely fits and one that surely does not: rounding leaves at most two quanta."""
    if money <= 0:
        return Decimal(0)
    each = price * (ONE + per_cent / HUNDRED) * lot
    low, high = int(money // each), int((money + 2 * MONEY_QUANTUM) // each) + 1
    low = low if fits(low * lot) else 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle * lot) else (low, middle)
    return _short(low * lot)


def _short(number: Decimal) -> Decimal:
    """Without the zeros at its end, and without an exponent."""
    short = number.normalize(MONEY)
    return short.quantize(ONE, context=MONEY) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
