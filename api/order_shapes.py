"""Orders, their fills and events as the API shows them: with the coin's name of now."""

from dataclasses import fields
from typing import Any

from desk.desk import Desk
from desk.orders import Event, Fill, Order

Made = dict[str, Any]
ORDER_FIELDS = [field.name for field in fields(Order)]
FILL_FIELDS = [field.name for field in fields(Fill)]


def order_shape(desk: Desk, order: Order) -> Made:
    """What `OrderOut` is made of."""
    told = {name: getattr(order, name) for name in ORDER_FIELDS}
    name = desk.broker.name(order.coin_id)
    return {**told, 'name': name, 'remaining': order.remaining, 'average_price': order.average_price}


def fill_shape(desk: Desk, fill: Fill) -> Made:
    """What `FillOut` is made of."""
    return {**{name: getattr(fill, name) for name in FILL_FIELDS}, 'name': desk.broker.name(fill.coin_id)}


def event_shape(event: Event) -> Made:
    """What `EventOut` is made of."""
    return {'at': event.at, 'what': event.what, 'detail': event.detail}
