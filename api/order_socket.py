"""The websocket /ws/orders: what becomes of paper orders, each change after its commit.

First comes {"orders": [those that are open], "more"}; then {"order", "events", "fills"} for each change. A client that
sends {"name": "BTC"} hears of that coin alone, with {"name": null} of all again; first come its open orders, anew.
That a trailing stop follows the price is no change of the order: where it stands is told with the next one.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import islice
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
from desk.orders import Change, Event, Fill, Order

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
        found = self.desk.broker.resting(next(iter(reader.asked), None), limit=SHOWN + 1)
        orders = [order_shape(self.desk, order) for order in found[:SHOWN]]
        reader.waiting.pop('snapshot', None)
        reader.offer({'snapshot': _text(SNAPSHOT, {'orders': orders, 'more': len(found) > SHOWN})}, WAITING)

    def _announce(self, change: Change) -> None:
        """No more is made into text than a reader may have waiting: who would get more is let go by its first part."""
        tell = _Telling(self.desk, change)
        for names, readers in self._audiences().items():
            found = (order for order in change.orders if not names or self.desk.broker.name(order.coin_id) in names)
            wanted = {f'{order.id}.{order.revision}': tell.text(order) for order in islice(found, WAITING + 1)}
            for reader in readers:
                reader.offer(wanted, WAITING)

    def _audiences(self) -> dict[frozenset[str], list[Reader]]:
        """The readers by the coins that they ask for, by the names of now; none: all coins."""
        found: dict[frozenset[str], list[Reader]] = {}
        for reader in self.readers:
            found.setdefault(frozenset(self.desk.coin(name).name for name in reader.asked), []).append(reader)
        return found


class _Telling:
    """A change, order by order: each is made into text when first asked for."""

    def __init__(self, desk: Desk, change: Change) -> None:
        self.desk = desk
        self.events: defaultdict[int, list[Event]] = defaultdict(list)
        self.fills: defaultdict[int, list[Fill]] = defaultdict(list)
        for event in change.events:
            self.events[event.order_id].append(event)
        for fill in change.fills:
            self.fills[fill.order_id].append(fill)
        self.texts: dict[int, str] = {}

    def text(self, order: Order) -> str:
        if order.id not in self.texts:
            events = [event_shape(event) for event in self.events[order.id]]
            fills = [fill_shape(self.desk, fill) for fill in self.fills[order.id]]
            told = {'order': order_shape(self.desk, order), 'events': events, 'fills': fills}
            self.texts[order.id] = _text(CHANGE, told)
        return self.texts[order.id]


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
