"""What an alert watches, by the names that it has now."""

from collections.abc import Mapping

from desk.alert import Alert
from desk.desk import Desk
from desk.errors import NotFound
from pages.alert_words import ALL, COIN, LIST, watch_words


def labels_of(desk: Desk) -> Mapping[str, str]:
    """The labels of plugins' conditions."""
    return desk.alerts.conditions.added


def list_name(desk: Desk, number: int | None) -> str:
    """The name of a list; '' for none and for one that was deleted."""
    try:
        return desk.watchlists.get(number).name if number is not None else ''
    except NotFound:
        return ''


def form_of(alert: Alert) -> int:
    """Which form of a sentence speaks of what it watches."""
    return COIN if alert.coin_id is not None else LIST if alert.watchlist_id is not None else ALL


def subject_of(desk: Desk, alert: Alert) -> str:
    """The name of its coin or its list."""
    return desk.alerts.coin_name(alert.coin_id) if alert.coin_id is not None else list_name(desk, alert.watchlist_id)


def sentence_of(desk: Desk, alert: Alert) -> str:
    """What it watches, in one sentence."""
    return watch_words(alert, subject_of(desk, alert), labels_of(desk), form_of(alert))
