"""The chart on a coin's page: its interval, its candles from the desk, and what keeps them current."""

import time
from collections.abc import Callable
from dataclasses import replace

from nicegui import app, ui

from desk.candles import INTERVALS
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from models import Coin
from pages.candle_chart import CandleChart
from pages.chart_marks import Marks
from pages.chart_options import Drawing

KEPT, USUAL = 500, '15m'
MOVE_EVERY, READ_EVERY, READ_REPLAY_EVERY = 0.25, 10.0, 1.5
ZOOMS = {'+': ('Zoom in', 0.5), '−': ('Zoom out', 2.0), 'Newest': ('Newest', 0.0)}


def chosen_interval() -> str:
    """The interval that this browser chose last."""
    kept = app.storage.user.get('interval', USUAL)
    return kept if kept in INTERVALS else USUAL


async def read_drawing(desk: Desk, coin: Coin, interval: str) -> Drawing | str:
    """The newest candles, or a sentence that says why there are none."""
    try:
        candles = await desk.candles(coin.name, interval, limit=KEPT)
    except DeskError as error:
        return f'The candles cannot be read: {error}'
    if not candles:
        return 'No candles yet: they begin with the first price.'
    return Drawing(coin.name, candles, interval, desk.preference('timezone', 'UTC'))


class CoinChart:
    """Moves with the live price four times a second at most; every ten seconds (in a replay sooner: minutes pass in
    a moment there) the desk's candles correct it.

    `marks` gives what is drawn in besides candles, when asked anew.
    """

    def __init__(
        self, desk: Desk, coin: Coin, drawing: Drawing | str, marks: Callable[[], Marks] | None = None
    ) -> None:
        self.desk, self.coin, self.marks = desk, coin, marks
        self.chart: CandleChart | None = None
        self.moved, self.stale, self.marked, self.read_at = False, False, False, time.monotonic()
        with ui.element('section').classes('section').props('aria-label="Chart"'):
            with ui.element('div').classes('chart-bar'):
                self.choice = ui.toggle(list(INTERVALS), value=chosen_interval(), on_change=self.load)
                self.choice.props('role=group aria-label="Length of a candle"')
                with ui.element('div').classes('zooms'):
                    for sign, (words, factor) in ZOOMS.items():
                        button = ui.button(sign, on_click=lambda factor=factor: self._zoom(factor))
                        button.props['aria-label'] = words
            self.place = ui.element('div').classes('chart-place')
        self._show(drawing)
        ui.context.client.on_delete(desk.subscribe(self._changed))
        ui.timer(MOVE_EVERY, self._look)

    async def load(self) -> None:
        """Read the candles of the chosen interval and draw them; say so if they cannot be read."""
        app.storage.user['interval'] = interval = str(self.choice.value)
        self.read_at, self.stale = time.monotonic(), False
        drawing = await read_drawing(self.desk, self.coin, interval)
        if interval == self.choice.value:
            self._show(drawing)

    def remark(self) -> None:
        """What `marks` gives has changed: it is drawn with the next move."""
        self.marked = True

    def _show(self, drawing: Drawing | str) -> None:
        if isinstance(drawing, str):
            self._say(drawing)
            return
        drawing = replace(drawing, marks=self.marks()) if self.marks else drawing
        if self.chart is None:
            self.place.clear()
            with self.place:
                self.chart = CandleChart(drawing)
        else:
            self.chart.draw(drawing)

    def _say(self, words: str) -> None:
        self.chart = None
        self.place.clear()
        with self.place:
            ui.label(words).classes('muted')
            ui.button('Try again', on_click=self.load)

    def _zoom(self, factor: float) -> None:
        if self.chart and factor:
            self.chart.zoom(factor)
        elif self.chart:
            self.chart.show_newest()

    def _changed(self, names: set[str]) -> None:
        if self.coin.name in names:
            self.moved = self.stale = True

    async def _look(self) -> None:
        if self.marked and self.chart and self.marks:
            self.marked = False
            self.chart.mark(self.marks())
        overdue = time.monotonic() - self.read_at > (READ_REPLAY_EVERY if self.desk.replay else READ_EVERY)
        if self.stale and (overdue or self.chart is None):
            await self.load()
        elif self.moved and self.chart:
            self.moved = False
            try:
                self.chart.move(self.desk.quote(self.coin.name))
            except NotFound:
                await self.load()
