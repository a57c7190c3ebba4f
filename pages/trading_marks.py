"""What of the account is drawn into a coin's chart: open orders, fills and the average cost."""

from collections.abc import Iterable
from decimal import Decimal

from desk.broker.broker import Broker
from desk.orders import Fill, Kind, Order
from desk.trading import stop_of
from models import Coin
from pages.chart_marks import Level, Marks, Spot
from pages.formats import format_full, format_price
from pages.trading_words import DO, DONE, LEGS, WAYS

MOST_LEVELS = 20
STOPS = (Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


def marks_of(broker: Broker, coin: Coin, average: Decimal | None) -> Marks:
    """Lines for open orders and the average cost, arrows for fills."""
    levels = [level for order in broker.resting(coin.name, limit=MOST_LEVELS) for level in levels_of(order)]
    if average is not None:
        levels.append(Level(average, 'Average cost', 'text', dashed=False))
    mine = (fill for fill in broker.recent_fills() if broker.name(fill.coin_id) == coin.name)
    return Marks(tuple(levels), spots_of(mine))


def levels_of(order: Order) -> list[Level]:
    """Where an order waits: its stop until it is triggered, its limit."""
    words, found = level_words(order), []
    if order.kind in STOPS and not order.triggered:
        found.append(Level(stop_of(order), words if order.leg else f'{words}, stop', WAYS[order.side]))
    if order.limit_price is not None:
        found.append(Level(order.limit_price, words, WAYS[order.side]))
    return found


def level_words(order: Order) -> str:
    """What stands at an order's line: 'Buy 0.25', 'Take profit 0.25'."""
    what = LEGS[order.leg].capitalize() if order.leg else DO[order.side]
    return f'{what} {format_full(order.size)}' if order.size else what


def spots_of(fills: Iterable[Fill]) -> tuple[Spot, ...]:
    """An arrow a fill."""
    return tuple(
        Spot(
            fill.at,
            fill.price,
            f'{DONE[fill.side]} {format_full(fill.size)} at {format_price(fill.price)}',
            WAYS[fill.side],
        )
        for fill in fills
    )
