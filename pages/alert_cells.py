"""The live price beside each alert's level: a cell per alert, rendered once for all windows."""

from html import escape

from desk.alert import Alert, News, Status
from desk.desk import Desk
from desk.errors import NotFound
from pages.alert_words import away_words
from pages.formats import format_price, full_price
from pages.live import Live
from pages.live_cell import Cell


class AlertCells:
    """Those that somebody has asked for. Only of alerts on one coin: a list has no one price."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._cells: dict[int, tuple[Cell, Alert]] = {}
        desk.subscribe(self._changed)
        desk.alerts.subscribe(self._hear)

    def cell(self, alert: Alert) -> Cell:
        """The alert's cell, as it is now."""
        cell = (
            self._cells[alert.id][0]
            if alert.id in self._cells
            else self.live.cell(f'alerts-{alert.user}', 'span', 'alert-price')
        )
        self._cells[alert.id] = cell, alert
        self._render(cell, alert)
        return cell

    def _hear(self, news: News) -> None:
        """Only what is deleted goes: a row that leaves one window may be looked at in another."""
        for alert in news.alerts:
            if alert.status == Status.DELETED:
                self._cells.pop(alert.id, None)

    def _changed(self, names: set[str]) -> None:
        for cell, alert in self._cells.values():
            if not self.live.watched(cell):
                continue
            if alert.coin_id is not None and self.desk.alerts.coin_name(alert.coin_id) in names:
                self._render(cell, alert)

    def _render(self, cell: Cell, alert: Alert) -> None:
        try:
            price = self.desk.quote(self.desk.alerts.coin_name(alert.coin_id)).price if alert.coin_id else None
        except NotFound:
            price = None
        if price is None:
            self.live.set(cell, '')
            return
        shown = format_price(price)
        title = f' title="{full}"' if (full := full_price(price, shown)) else ''
        away = f'<small>{escape(away_words(alert.price, price))}</small>' if alert.price is not None else ''
        self.live.set(cell, f'<b data-field="price"{title}>{shown}</b>{away}')
