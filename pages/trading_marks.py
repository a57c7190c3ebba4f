"""What of the account is drawn into a coin's chart: open orders, fills, the average cost and alerts."""

from collections.abc import Iterable
from decimal import Decimal

from desk.acting import Right, may, whose
from desk.desk import Desk
from desk.errors import NotFound
from desk.orders import Fill, Kind, Order
from desk.trading import stop_of
from pages.alert_marks import alert_levels
from pages.chart_firings import Fired
from pages.chart_marks import Level, Marks, Spot
from pages.formats import format_full, format_price
from pages.trading_words import DO, DONE, LEGS, WAYS

MOST_LEVELS = 20
STOPS = (Kind.STOP, Kind.STOP_LIMIT, Kind.TRAILING_STOP)


def marks_of(desk: Desk, fired: Fired, name: str, user: str) -> Marks:
    """Of the coin of this name: lines for open orders, the average cost and alerts, spots for fills and firings.

    A user '' has none.
    """
    if not user:
        return Marks()
    broker, average = desk.broker, _average(desk, name, user)
    levels = [level for order in broker.resting(name, user, MOST_LEVELS) for level in levels_of(order)]
    levels += alert_levels(desk.alerts.all(user), desk.coin(name).id or 0)
    if average is not None:
        levels.append(Level(average, 'Average cost', 'text', dashed=False))
    called = desk.coin(name).name
    mine = (fill for fill in broker.recent_fills(user) if broker.name(fill.coin_id) == called)
    return Marks(tuple(levels), spots_of(mine), fired.spots(name, user))


def marked_user(desk: Desk) -> str:
    """Who acts, '' for who has nothing to be drawn and may not trade: all of them share a chart."""
    return whose() if may(Right.ORDERS) or desk.alerts.all() else ''


def _average(desk: Desk, name: str, user: str) -> Decimal | None:
    try:
        found, coin_id = desk.portfolio.now(user), desk.coin(name).id
    except NotFound:  # there is no account yet
        return None
    costs = {position.coin_id: position.average_cost for position in found.positions} if found else {}
    return costs.get(coin_id or 0)


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
