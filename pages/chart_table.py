"""The newest candles as a table, for those who do not see the chart; made when somebody opens it."""

from collections.abc import Callable
from html import escape

from nicegui import ui

from pages.chart_feed import Feed
from pages.chart_options import Drawing
from pages.chart_slots import slot_label
from pages.formats import format_price, format_volume

ROWS = 20
HEADINGS = ('Begins', 'Open', 'High', 'Low', 'Close', 'Volume')


class CandleTable:
    """Below the chart, closed at first."""

    def __init__(self, feed: Callable[[], Feed | None]) -> None:
        self.feed, self.opened = feed, False
        with ui.element('details').classes('candle-table').on('toggle', self._toggle, args=[]):
            ui.html('The newest candles as a table', tag='summary', sanitize=False).classes('small muted')
            self.table = ui.html(tag='div', sanitize=False).classes('scroll')
            self.table.props('tabindex=0 role=region aria-label="The newest candles"')

    def refresh(self) -> None:
        """Other candles are drawn."""
        feed = self.feed()
        if self.opened and feed:
            self.table.set_content(table_html(feed.drawing))

    def _toggle(self) -> None:
        self.opened = not self.opened
        self.refresh()


def table_html(drawing: Drawing) -> str:
    """The newest candles, the newest first, with every value of a line that is drawn."""
    heads = ''.join(f'<th scope="col">{escape(name)}</th>' for name in [*HEADINGS, *_names(drawing)])
    numbers = range(len(drawing.candles) - 1, max(-1, len(drawing.candles) - 1 - ROWS), -1)
    rows = ''.join(f'<tr>{_row(drawing, number)}</tr>' for number in numbers)
    return f'<table class="plain"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _names(drawing: Drawing) -> list[str]:
    return [str(line.label) for line in drawing.told]


def _row(drawing: Drawing, number: int) -> str:
    candle = drawing.candles[number]
    prices = [format_price(price, drawing.decimals) for price in (candle.open, candle.high, candle.low, candle.close)]
    texts = [*prices, format_volume(candle.volume), *(line.text(number) for line in drawing.told)]
    start = slot_label(candle.start, drawing.interval, drawing.zone)
    return f'<th scope="row">{start}</th>' + ''.join(f'<td class="number">{text}</td>' for text in texts)
