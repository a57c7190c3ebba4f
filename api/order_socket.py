"""The websocket /ws/orders: what becomes of paper orders, each change after its commit.

First comes {"orders": [those that are open], "more"}; then {"order", "events", "fills"} for each change. A client that
sends {"name": "BTC"} hears of that coin alone, with {"name": null} of all again; first come its open orders, anew.
That a trailing stop follows the price is no change of the order: where it stands is told with the next one.
"""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.websockets import WebSocket

from api.order_schemas import OrderChange, OrderSnapshot
from api.order_shapes import event_shape, fill_shape, order_shape
from api.reader import PATIENCE, Hub, Reader, refusal
from desk.desk import Desk
from desk.errors import DeskError, Invalid
from desk.orders import Change, Order

PATH = '/ws/orders'
SHOWN, WAITING = 500, 1000
SNAPSHOT, CHANGE = TypeAdapter(OrderSnapshot), TypeAdapter(OrderChange)


class Orders(Hub):
    """The readers of a desk's orders. A change is made into text once; each gets all of them, in order."""

    def __init__(self, desk: Desk, patience: float) -> None:
        super().__init__(patience)
        self.desk = desk
        self._answers = 0

    def follow(self) -> Callable[[], None]:
        """Hear of every change from now on."""
        return self.desk.broker.subscribe(self._announce)

    def join(self, reader: Reader) -> None:
        """The open orders first, then their changes: nothing comes between."""
        super().join(reader)
        self._offer_snapshot(reader)

    async def hear(self, reader: Reader, text: str | None) -> None:
        """Narrow or widen what a reader hears of."""
        try:
            name = _asked(text)
            reader.asked = {self.desk.coin(name).name} if name else set()
        except DeskError as error:
            self._answers += 1
            reader.offer({f'error {self._answers}': refusal(str(error))}, WAITING)
        else:
            self._offer_snapshot(reader)

    def _offer_snapshot(self, reader: Reader) -> None:
        """A snapshot that still waits is given up for this one, which comes after the changes that it holds."""
        found = self.desk.broker.resting(next(iter(reader.asked), None))
        orders = [order_shape(self.desk, order) for order in found[:SHOWN]]
        reader.waiting.pop('snapshot', None)
        reader.offer({'snapshot': _text(SNAPSHOT, {'orders': orders, 'more': len(found) > SHOWN})}, WAITING)

    def _announce(self, change: Change) -> None:
        told = [(self.desk.broker.name(order.coin_id), order, self._told(change, order)) for order in change.orders]
        for reader in self.readers:
            names = {self.desk.coin(name).name for name in reader.asked}
            wanted = {f'{order.id}.{order.revision}': text for name, order, text in told if not names or name in names}
            reader.offer(wanted, WAITING)

    def _told(self, change: Change, order: Order) -> str:
        events = [event_shape(event) for event in change.events if event.order_id == order.id]
        fills = [fill_shape(self.desk, fill) for fill in change.fills if fill.order_id == order.id]
        return _text(CHANGE, {'order': order_shape(self.desk, order), 'events': events, 'fills': fills})


def router(desk: Desk, patience: float = PATIENCE) -> APIRouter:
    """The websocket, with and without a last slash. A message that cannot be sent for `patience` seconds ends it."""
    routes, orders = APIRouter(), Orders(desk, patience)

    @routes.websocket(PATH)
    @routes.websocket(PATH + '/')
    async def order_changes(socket: WebSocket) -> None:
        await orders.serve(socket)

    return routes


def _text(adapter: TypeAdapter[Any], value: dict[str, Any]) -> str:
    return adapter.dump_json(adapter.validate_python(value)).decode()


def _asked(text: str | None) -> str | None:
    """The coin a message names, None for all; raises Invalid."""
    try:
        name = orjson.loads(text or '')['name']
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        name = 7
    if name is not None and not isinstance(name, str):
        raise Invalid('Name a coin like this: {"name": "BTC"}; or all: {"name": null}.')
    return name
