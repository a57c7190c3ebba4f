"""What an order would come to, told from a placing that was only tried. Pure."""

from decimal import Decimal

from desk.matching.account import Estimate
from desk.matching.decision import Decision, words
from desk.orders import Kind, Leg, Order, Side, Status, TimeInForce
from desk.sentences import money
from desk.ticks import MONEY, Tick
from desk.trading import fee, hold, quote, reached, stop_of, value, worst_price


def estimated(decision: Decision, order: Order, tick: Tick | None, fresh: bool) -> Estimate:
    """`order` as the tried placing left it. `tick` is the coin's newest price."""
    buy = order.side is Side.BUY
    at = quote(tick, order.terms, order.steps) if tick else None
    fills = decision.fills
    size, price = order.size, fills[0].price if fills else worst_price(order, tick)
    if fills:
        worth, charge = fills[0].value, fills[0].fee
    else:
        worth = value(size, price) if size is not None and price is not None else order.quote_size or Decimal(0)
        rate = order.terms.maker_fee if order.kind is Kind.LIMIT and order.arrived else order.terms.taker_fee
        charge = fee(size, price, rate) if size is not None and price is not None else Decimal(0)
    return Estimate(
        size=size,
        price=_shown_price(order, price, bool(fills)),
        value=worth,
        fee=charge,
        total=MONEY.add(worth, charge) if buy else MONEY.subtract(worth, charge),
        at_once=bool(fills),
        maker=order.kind is Kind.LIMIT and order.arrived,
        holds=hold(order)[1] if order.is_open else Decimal(0),
        available=decision.account.available(None if buy else order.coin_id),
        bid=at.bid if at else None,
        ask=at.ask if at else None,
        age=max(0.0, (decision.now - tick.timestamp).total_seconds()) if tick else None,
        notes=(*_notes(order, tick, fresh), *_bracket_notes(decision, order, price)),
        refusal=order.reason if order.status in (Status.REFUSED, Status.CANCELLED) and not fills else '',
    )


def _shown_price(order: Order, price: Decimal | None, filled: bool) -> Decimal | None:
    """A stop shows where it waits, not what its hold is computed with."""
    return price if filled or order.kind in (Kind.MARKET, Kind.LIMIT, Kind.STOP_LIMIT) else stop_of(order)


def _notes(order: Order, tick: Tick | None, fresh: bool) -> list[str]:
    notes = []
    if order.kind in (Kind.MARKET, Kind.LIMIT) and not fresh and order.is_open:
        why = 'the newest price is too old' if tick else 'there is no price yet'
        notes.append(f'Waits for the next price: {why} to fill it at once.')
    if order.kind in (Kind.MARKET, Kind.LIMIT) and fresh and order.is_open and not (order.filled_size or order.arrived):
        notes.append('Nothing is left to take of the volume of this price: it goes on at the next prices.')
    if order.kind in (Kind.STOP, Kind.STOP_LIMIT) and tick and reached(order.side, stop_of(order), tick.price):
        notes.append(f'The price, {money(tick.price)}, is past the stop already: the next one there triggers it.')
    if order.filled_size and order.status is Status.PARTLY_FILLED:
        notes.append('A part fills at once; the rest goes on at the next prices.')
    if order.time_in_force is TimeInForce.IOC and order.filled_size and order.status is Status.CANCELLED:
        notes.append('A part fills at once; the rest is cancelled.')
    return notes


def _bracket_notes(decision: Decision, entry: Order, price: Decimal | None) -> list[str]:
    """A leg on the wrong side of what the entry pays sells again at the next price."""
    notes = []
    for leg in decision.legs(entry.id):
        at, side = (leg.stop_price, 'below') if leg.leg is Leg.STOP_LOSS else (leg.limit_price, 'above')
        if at is not None and price is not None and (at >= price if side == 'below' else at <= price):
            told = f'The {words(leg.leg)}, {money(at)}, is not {side} {money(price)}'
            notes.append(f'{told}: it may sell at the next price.')
    return notes
