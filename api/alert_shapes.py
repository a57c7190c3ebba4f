"""Alerts, firings and watchlists as the API shows them: with the coin's name of now."""

from dataclasses import fields
from typing import Any

from desk.alert import WINDOWS, Alert, Delivery, Firing
from desk.desk import Desk
from desk.watchlist import Watchlist

Made = dict[str, Any]
SPANS = {seconds: text for text, seconds in WINDOWS.items()}
ALERT_FIELDS = [field.name for field in fields(Alert) if field.name not in ('marks', 'name')]
FIRING_FIELDS = [field.name for field in fields(Firing)]


def alert_shape(desk: Desk, alert: Alert) -> Made:
    """What `AlertOut` is made of."""
    told = {name: getattr(alert, name) for name in ALERT_FIELDS}
    told |= {'name': None if alert.coin_id is None else desk.alerts.coin_name(alert.coin_id), 'title': alert.name}
    told |= {'watchlist': alert.watchlist_id, 'window': _window(alert.window)}
    return told | {'fired': alert.fired, 'firings': sum(mark.count for mark in alert.marks)}


def firing_shape(desk: Desk, firing: Firing) -> Made:
    """What `FiringOut` is made of."""
    told = {name: getattr(firing, name) for name in FIRING_FIELDS}
    return told | {'name': desk.alerts.coin_name(firing.coin_id), 'window': _window(firing.window)}


def delivered_shape(desk: Desk, firing: Firing, deliveries: list[Delivery]) -> Made:
    """What `DeliveredOut` is made of."""
    return firing_shape(desk, firing) | {'deliveries': deliveries}


def watchlist_shape(desk: Desk, watchlist: Watchlist) -> Made:
    """What `WatchlistOut` is made of."""
    coins = [desk.registry.name(coin_id) for coin_id in watchlist.coin_ids]
    return {'id': watchlist.id, 'name': watchlist.name, 'coins': coins}


def _window(seconds: int | None) -> str | None:
    return None if seconds is None else SPANS.get(seconds, f'{seconds}s')
