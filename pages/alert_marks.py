"""What of the alerts is drawn into a coin's chart: the prices that those of this coin wait for."""

from collections.abc import Iterable

from desk.alert import Alert, Condition, Status
from pages.chart_marks import Level

MOST_LEVELS = 20
WORDS: dict[str, str] = {
    Condition.ABOVE: 'Alert when above',
    Condition.BELOW: 'Alert when below',
    Condition.CROSSES: 'Alert when crossed',
    Condition.CROSSES_UP: 'Alert when crossed upwards',
    Condition.CROSSES_DOWN: 'Alert when crossed downwards',
}


def alert_levels(alerts: Iterable[Alert], coin_id: int) -> list[Level]:
    """A line an alert that is active and waits for a price of this coin, the newest twenty; what is said twice once."""
    found: dict[Level, None] = {}
    for alert in alerts:
        if alert.coin_id != coin_id or alert.status != Status.ACTIVE:
            continue
        if alert.price is not None and alert.condition in WORDS:
            found[Level(alert.price, alert.name or WORDS[alert.condition], 'accent')] = None
        if len(found) == MOST_LEVELS:
            break
    return list(found)
