"""The websocket of the article that Cointape grew from, /ws/cryptocurrency/, with the push that it promises.

A client sends {"cryptocurrency": "BTC"} and gets {"name", "price", "timestamp"}, all strings, at once and then at each
change. One that has asked for nothing gets every coin's changes. What cannot be answered gets {"error": sentence}.
"""

from collections.abc import Callable, Iterable
from functools import partial

import orjson
from fastapi import APIRouter
from starlette.websockets import WebSocket

from api.reader import PATIENCE, Hub, Reader, refusal
from columns import canonical
from desk.desk import Desk
from desk.errors import DeskError, Invalid, NotFound
from desk.market import Quote

PATH = '/ws/cryptocurrency'


class Prices(Hub):
    """The readers of a desk's prices. A change is made into text once, whoever gets it."""

    def __init__(self, desk: Desk, patience: float) -> None:
        super().__init__(patience)
        self.desk = desk
        self._told: dict[str, str] = {}

    def follow(self) -> Callable[[], None]:
        """Hear of every coin's changes from what it is now."""
        self._told = {quote.name: rendered(quote) for quote in self.desk.quotes()}
        return self.desk.subscribe(self._announce)

    async def hear(self, reader: Reader, text: str | None) -> None:
        """Answer with the latest price of the coin that is asked for, and go on with its changes."""
        await reader.answer(partial(self._reply, reader, text))

    def _reply(self, reader: Reader, text: str | None) -> tuple[str, str]:
        try:
            name, answer = self._find(_asked(text))
        except DeskError as error:
            return '', refusal(str(error))
        reader.asked.add(name)
        return name, answer

    def _find(self, name: str) -> tuple[str, str]:
        """A coin's name as it is now and its latest price as text; raises NotFound."""
        quote = self.desk.quote(name)
        return quote.name, rendered(quote)

    def _announce(self, names: Iterable[str]) -> None:
        changes = dict(filter(None, map(self._change, names)))
        self._told.update(changes)
        for reader in self.readers:
            reader.offer(self._wanted(reader, changes) if reader.asked else changes)

    def _change(self, name: str) -> tuple[str, str] | None:
        """A flush may name what is no coin, one whose price is as it was (a late record), or one merged away."""
        try:
            name, text = self._find(name)
        except NotFound:
            return None
        return (name, text) if self._told.get(name) != text else None

    def _wanted(self, reader: Reader, changes: dict[str, str]) -> dict[str, str]:
        names = {self.desk.coin(asked).name for asked in reader.asked}
        return {name: changes[name] for name in names & changes.keys()}


def router(desk: Desk, patience: float = PATIENCE) -> APIRouter:
    """The websocket, with and without its last slash. A message that cannot be sent for `patience` seconds ends it."""
    routes, prices = APIRouter(), Prices(desk, patience)
    desk.metrics.sockets[PATH] = lambda: len(prices.readers)

    @routes.websocket(PATH)
    @routes.websocket(PATH + '/')
    async def cryptocurrency(socket: WebSocket) -> None:
        await prices.serve(socket)

    return routes


def rendered(quote: Quote) -> str:
    """A price in the article's own form."""
    return orjson.dumps(
        {'name': quote.name, 'price': canonical(quote.price), 'timestamp': str(quote.timestamp)}
    ).decode()


def _asked(text: str | None) -> str:
    """The coin a message asks for; raises Invalid."""
    try:
        name = orjson.loads(text or '')['cryptocurrency']
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        name = None
    if not isinstance(name, str):
        raise Invalid('Ask for a coin like this: {"cryptocurrency": "BTC"}.')
    return name
