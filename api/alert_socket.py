"""The websocket /ws/alerts: what becomes of one's alerts, and each firing, after its commit.

First comes {"alerts": [the newest], "more", "unread"}; then {"alert"} for each change and {"firing"} for each firing,
and again when it was acknowledged. A client that sends {"name": "BTC"} hears of that coin's firings and of alerts that
may fire for it; with {"name": null} of all again; first come the alerts, anew.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.websockets import WebSocket

from api.alert_schemas import AlertNews, AlertSnapshot, FiringNews
from api.alert_shapes import alert_shape, firing_shape
from api.reader import PATIENCE, WAITING, CoinHub, Reader, text_of
from desk.alert import Alert, Firing, News
from desk.desk import Desk

PATH = '/ws/alerts'
SHOWN = 500
SNAPSHOT, ALERT, FIRING = TypeAdapter(AlertSnapshot), TypeAdapter(AlertNews), TypeAdapter(FiringNews)


class AlertReaders(CoinHub):
    """The readers of a desk's alerts. Each change is made into text once."""

    def follow(self) -> Callable[[], None]:
        """Hear of everything from now on."""
        return self.desk.alerts.subscribe(self._announce)

    def snapshot(self, reader: Reader) -> str:
        """The alerts that may fire for what the reader asked for."""
        alerts, coins = self.desk.alerts, self._coins(reader)
        found = [alert for alert in alerts.all(reader.user) if self._concerns(alert, coins)]
        told = [alert_shape(self.desk, alert) for alert in found[:SHOWN]]
        return text_of(SNAPSHOT, {'alerts': told, 'more': len(found) > SHOWN, 'unread': alerts.unread(reader.user)})

    def _announce(self, news: News) -> None:
        """No more is made into text than a reader may have waiting: who would get more is let go by its first part."""
        tell = _Telling(self.desk)
        for reader in self.readers:
            coins = self._coins(reader)
            alerts = (one for one in news.alerts if one.user == reader.user and self._concerns(one, coins))
            firings = (one for one in news.firings if one.user == reader.user and (not coins or one.coin_id in coins))
            wanted = dict(map(tell.alert, islice(alerts, WAITING + 1)))
            wanted |= dict(map(tell.firing, islice(firings, WAITING + 1)))
            reader.offer(wanted, WAITING)

    def _coins(self, reader: Reader) -> set[int]:
        """The ids behind the names that a reader asked for, as they are now; none: all coins."""
        return {self.desk.coin(name).id or 0 for name in reader.asked}

    def _concerns(self, alert: Alert, coins: set[int]) -> bool:
        """Whether an alert may fire for one of these coins."""
        if not coins or (alert.coin_id is None and alert.watchlist_id is None):
            return True
        if alert.watchlist_id is not None:
            return not coins.isdisjoint(self.desk.watchlists.members(alert.watchlist_id))
        return alert.coin_id in coins


class _Telling:
    """Alerts and firings as keyed messages: each is made into text when first asked for."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.texts: dict[str, str] = {}

    def alert(self, alert: Alert) -> tuple[str, str]:
        """One that waits already is told as it is now."""
        return self._keyed(f'alert {alert.id}', ALERT, lambda: {'alert': alert_shape(self.desk, alert)})

    def firing(self, firing: Firing) -> tuple[str, str]:
        """As it was made, and as it was acknowledged."""
        key = f'firing {firing.id} {firing.acknowledged}'
        return self._keyed(key, FIRING, lambda: {'firing': firing_shape(self.desk, firing)})

    def _keyed(self, key: str, shape: TypeAdapter[Any], make: Callable[[], dict[str, Any]]) -> tuple[str, str]:
        if key not in self.texts:
            self.texts[key] = text_of(shape, make())
        return key, self.texts[key]


def router(desk: Desk, patience: float = PATIENCE) -> APIRouter:
    """The websocket, with and without a last slash. A message that cannot be sent for `patience` seconds ends it."""
    routes, readers = APIRouter(), AlertReaders(desk, patience)
    desk.metrics.sockets[PATH] = lambda: len(readers.readers)

    @routes.websocket(PATH)
    @routes.websocket(PATH + '/')
    async def alert_changes(socket: WebSocket) -> None:
        await readers.serve(socket)

    return routes
