"""The chart on a coin's page: its interval, its candles from the desk, and what keeps them current."""

import time
from collections.abc import Sequence

from nicegui import app, ui

from desk.candles import INTERVALS, Candle
from desk.desk import Desk
from desk.errors import DeskError, NotFound
from models import Coin
from pages.candle_chart import CandleChart
from pages.chart_options import Drawing

KEPT, USUAL = 500, '15m'
MOVE_EVERY, READ_EVERY = 0.25, 10.0


class CoinChart:
    """Moves with the live price four times a second at most; every ten seconds the desk's candles correct it."""

    def __init__(self, desk: Desk, coin: Coin) -> None:
        self.desk, self.coin = desk, coin
        self.chart: CandleChart | None = None
        self.moved, self.stale, self.read_at = False, False, 0.0
        with ui.element('section').classes('section').props('aria-label="Chart"'):
            with ui.element('div').classes('chart-bar'):
                self.choice = ui.toggle(list(INTERVALS), value=self._interval(), on_change=self.load)
                self.choice.props('aria-label="Length of a candle"')
                with ui.element('div').classes('zooms'):
                    for sign, words, factor in (('+', 'Zoom in', 0.5), ('−', 'Zoom out', 2.0), ('Newest', 'Newest', 0)):
                        button = ui.button(sign, on_click=lambda factor=factor: self._zoom(factor))
                        button.props['aria-label'] = words
            self.place = ui.element('div').classes('chart-place')
        ui.context.client.on_delete(desk.subscribe(self._changed))
        ui.timer(MOVE_EVERY, self._look)

    @property
    def zone(self) -> str:
        """The time zone that people chose for this desk."""
        return self.desk.preference('timezone', 'UTC')

    async def load(self) -> None:
        """Read the candles of the chosen interval and draw them; say so if they cannot be read."""
        app.storage.user['interval'] = interval = str(self.choice.value)
        self.read_at, self.stale = time.monotonic(), False
        try:
            candles = await self.desk.candles(self.coin.name, interval, limit=KEPT)
        except DeskError as error:
            self._say(f'The candles cannot be read: {error}')
            return
        if interval == self.choice.value:
            self._draw(candles, interval)

    def _draw(self, candles: Sequence[Candle], interval: str) -> None:
        if not candles:
            self._say('No candles yet: they begin with the first price.')
            return
        drawing = Drawing(self.coin.name, candles, interval, self.zone)
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
        if self.stale and time.monotonic() - self.read_at > READ_EVERY:
            await self.load()
        elif self.moved and self.chart:
            self.moved = False
            try:
                self.chart.move(self.desk.quote(self.coin.name))
            except NotFound:
                await self.load()

    def _interval(self) -> str:
        kept = app.storage.user.get('interval', USUAL)
        return kept if kept in INTERVALS else USUAL
