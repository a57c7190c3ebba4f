"""Orders, their fills and events as the API shows them: with the coin's name of now."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from desk.desk import Desk
from desk.orders import Event, Fill, Kind, Order
from desk.trading import stop_of

Made = dict[str, Any]
ORDER_FIELDS = [field.name for field in fields(Order)]
FILL_FIELDS = [field.name for field in fields(Fill)]


def order_shape(desk: Desk, order: Order) -> Made:
    """What `OrderOut` is made of."""
    told = {name: getattr(order, name) for name in ORDER_FIELDS}
    told |= {'name': desk.broker.name(order.coin_id), 'remaining': order.remaining}
    return told | {'average_price': order.average_price, 'stop_price': _stop_price(order)}


def fill_shape(desk: Desk, fill: Fill) -> Made:
    """What `FillOut` is made of."""
    return {**{name: getattr(fill, name) for name in FILL_FIELDS}, 'name': desk.broker.name(fill.coin_id)}


def event_shape(event: Event) -> Made:
    """What `EventOut` is made of."""
    return {'at': event.at, 'what': event.what, 'detail': event.detail}


def _stop_price(order: Order) -> Decimal | None:
    return stop_of(order) if order.kind is Kind.TRAILING_STOP and order.best is not None else order.stop_price
