"""How the data classes of desk/alert.py lie in their tables: a column for each field, of the same name."""

from collections.abc import Sequence
from typing import Any

import alert_models  # noqa: F401  (its import makes the tables)
from desk.alert import Alert, Delivery, Firing, Mark
from desk.store.trade_rows import Shape


class AlertShape(Shape[Alert]):
    """An alert without its marks; the ids of its channels are a text with commas."""

    def __init__(self) -> None:
        super().__init__(Alert, 'alert')
        self._channels = self.names.index('channels')

    def values(self, item: Alert) -> tuple[Any, ...]:
        values = list(super().values(item))
        values[self._channels] = channels_text(item.channels)
        return tuple(values)

    def read(self, row: Sequence[Any]) -> Alert:
        values = list(row)
        values[self._channels] = parse_channels(values[self._channels])
        return super().read(values)


def channels_text(channels: Sequence[int]) -> str:
    """Ids of channels as they are stored."""
    return ','.join(map(str, channels))


def parse_channels(text: str) -> tuple[int, ...]:
    """Ids of channels as they were stored."""
    return tuple(map(int, text.split(','))) if text else ()


ALERTS, MARKS = AlertShape(), Shape(Mark, 'alert_mark')
FIRINGS, DELIVERIES = Shape(Firing, 'firing'), Shape(Delivery, 'delivery')
ALERT, MARK, FIRING, DELIVERY = ALERTS.table, MARKS.table, FIRINGS.table, DELIVERIES.table
