"""The websocket /ws/orders: what becomes of one's paper orders, each change after its commit.

First comes {"orders": [those that are open], "more"}; then {"order", "events", "fills"} for each change. A client that
sends {"name": "BTC"} hears of that coin alone, with {"name": null} of all again; first come its open orders, anew.
That a trailing stop follows the price is no change of the order: where it stands is told with the next one.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import islice

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.websockets import WebSocket

from api.order_schemas import OrderChange, OrderSnapshot
from api.order_shapes import event_shape, fill_shape, order_shape
from api.reader import PATIENCE, WAITING, CoinHub, Reader, text_of
from desk.desk import Desk
from desk.orders import Change, Event, Fill, Order

PATH = '/ws/orders'
SHOWN = 500
SNAPSHOT, CHANGE = TypeAdapter(OrderSnapshot), TypeAdapter(OrderChange)


class Orders(CoinHub):
    """The readers of a desk's orders. A change is made into text once; each gets all of its user's, in order."""

    def follow(self) -> Callable[[], None]:
        """Hear of every change from now on."""
        return self.desk.broker.subscribe(self._announce)

    def snapshot(self, reader: Reader) -> str:
        """The open orders."""
        found = self.desk.broker.resting(next(iter(reader.asked), None), reader.user, SHOWN + 1)
        orders = [order_shape(self.desk, order) for order in found[:SHOWN]]
        return text_of(SNAPSHOT, {'orders': orders, 'more': len(found) > SHOWN})

    def _announce(self, change: Change) -> None:
        """No more is made into text than a reader may have waiting: who would get more is let go by its first part."""
        tell = _Telling(self.desk, change)
        for names, readers in self._audiences(change.book.user).items():
            found = (order for order in change.orders if not names or self.desk.broker.name(order.coin_id) in names)
            wanted = {f'{order.id}.{order.revision}': tell.text(order) for order in islice(found, WAITING + 1)}
            for reader in readers:
                reader.offer(wanted, WAITING)

    def _audiences(self, user: str) -> dict[frozenset[str], list[Reader]]:
        """The readers of a user by the coins that they ask for, by the names of now; none: all coins."""
        found: dict[frozenset[str], list[Reader]] = {}
        for reader in (reader for reader in self.readers if reader.user == user):
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
            self.texts[order.id] = text_of(CHANGE, told)
        return self.texts[order.id]


def router(desk: Desk, patience: float = PATIENCE) -> APIRouter:
    """The websocket, with and without a last slash. A message that cannot be sent for `patience` seconds ends it."""
    routes, orders = APIRouter(), Orders(desk, patience)
    desk.metrics.sockets[PATH] = lambda: len(orders.readers)

    @routes.websocket(PATH)
    @routes.websocket(PATH + '/')
    async def order_changes(socket: WebSocket) -> None:
        await orders.serve(socket)

    return routes
