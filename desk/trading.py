"""What fills an order, at which price and between which bounds: `docs/trading-rules.md` as functions. Pure.

Every function is exact to 60 digits, whatever the caller's decimal context.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal, localcontext
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from desk.orders import MONEY_QUANTUM, PRICE_QUANTUM, Kind, Order, Rule, Side, Steps, Terms
from desk.ticks import EARLIEST, MONEY, Tick
from models import Origin

P = ParamSpec('P')
T = TypeVar('T')
LIMITS = (Kind.LIMIT, Kind.STOP_LIMIT)
GREATEST_SIZE = Decimal(10) ** 20 - 1  # what the database keeps
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
    bid, ask, step = tick.bid, tick.ask, price_step(steps)
    if bid is None or ask is None or bid > ask or ask <= 0:
        half = tick.price * terms.spread / (2 * HUNDRED)
        bid, ask = tick.price - half, tick.price + half
    return BidAsk(max(floor(max(bid, Decimal(0)), step), step), ceil(ask, step))


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
    if order.kind in LIMITS:
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
    """Where a trailing stop stands: best + distance rounded up (buy), best − distance rounded down (sell)."""
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
def worst_price(order: Order, tick: Tick | None) -> Decimal | None:
    """What its hold, its size by money and its worth are computed with: the limit; of a buy stop what it would pay at
    its stop price, of a sell stop that price; of a market order the quote with slippage, None without a price.
    """
    if order.kind in LIMITS:
        return order.limit_price
    if order.kind is not Kind.MARKET:
        stop = stop_of(order)
        if order.side is Side.SELL:
            return stop
        tick = Tick('', stop, EARLIEST, '', Origin.FEED)
    return market_price(order.side, quote(tick, order.terms, order.steps), order.terms, order.steps) if tick else None


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


def hold_fee(order: Order) -> Decimal:
    """The fee that a buy's hold counts with, in per cent: the taker's for what only takes, else the greater."""
    return order.terms.worst_fee if order.kind in LIMITS else order.terms.taker_fee


def hold(order: Order) -> tuple[int | None, Decimal]:
    """What an open order holds: the asset (None: the quote currency) and how much of it."""
    if order.side is Side.SELL:
        return order.coin_id, order.remaining
    if order.size is None:
        return None, order.quote_size or Decimal(0)
    assert order.reserve is not None
    return None, money_held(order.remaining, order.reserve, hold_fee(order))


@exactly
def lots(money: Decimal, price: Decimal, per_cent: Decimal, lot: Decimal) -> Decimal:
    """The most lots that money pays for with a fee, before rounding: size × price × (1 + fee) ≤ money."""
    if money <= 0:
        return Decimal(0)
    return floor(min(money / (price * (ONE + per_cent / HUNDRED)), GREATEST_SIZE), lot)


@exactly
def pays(money: Decimal, size: Decimal, price: Decimal, per_cent: Decimal) -> bool:
    """Whether money pays for a size with its fee, before rounding."""
    return size * price * (ONE + per_cent / HUNDRED) <= money


@exactly
def volume_left(terms: Terms, steps: Steps, tick: Tick, taken: Decimal) -> Decimal | None:
    """How much of a price's volume an order of these terms may still take, in lots; None: as much as it likes."""
    if not terms.participation or tick.volume is None:
        return None
    share = tick.volume * terms.participation / HUNDRED - taken
    return floor(max(share, Decimal(0)), steps.lot_size)


def _short(number: Decimal) -> Decimal:
    """Without the zeros at its end, and without an exponent."""
    short = number.normalize(MONEY)
    return short.quantize(ONE, context=MONEY) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
