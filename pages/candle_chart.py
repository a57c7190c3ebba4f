"""A candlestick chart with volume whose last candle moves while one zooms and pans.

Zoom and pan belong to the browser: nothing that is sent for a new price or a new candle touches them.
"""

from dataclasses import replace
from typing import Any

from nicegui import events, ui

from desk.candles import INTERVALS, Candle, floor
from desk.market import Quote
from pages.chart_marks import Marks
from pages.chart_options import Drawing, Slots

NARROWEST, AT_THE_END, ZOOM_EVERY = 2.0, 99.5, 0.1


class CandleChart:
    """One chart in one browser. `draw` gives it all candles, `move` the running one.

    `window` is the part of the time axis that the browser shows, from and to, in per cent: it tells.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing, self.window = drawing, drawing.newest
        self.ready, self.missed = False, False
        self.element = ui.echart(drawing.options(), renderer='svg').classes('candles')
        self.element.props('role=img').props['aria-label'] = f'Candlestick chart of {drawing.name}'
        self.element.on('chart:rendered.once', self._begin, args=[])
        self.element.on('chart:datazoom', self._zoomed, args=[['start', 'end', 'batch']], throttle=ZOOM_EVERY)

    def draw(self, drawing: Drawing) -> None:
        """Show this instead. Another interval begins with its newest candles; the same one keeps zoom and pan."""
        before, self.drawing = self.drawing, drawing
        if drawing == before and not self.missed:
            return
        if drawing.interval != before.interval or not before.candles:
            self.window = drawing.newest
            self._send(drawing.options())
        elif drawing.differs_at_the_end_alone(before) and not self.missed:
            self._send({'series': drawing.running()})
        else:
            self._send(drawing.contents() | self._held(before))

    def move(self, quote: Quote) -> None:
        """The live price moved: so does the running candle, or a new one begins."""
        before, last = self.drawing, self.drawing.last
        candle = moved(last, quote, before.interval)
        if candle is None or candle == last:
            return
        if last is not None and candle.start == last.start:
            self.drawing = replace(before, candles=[*before.done, candle])
            self._send_part(self.drawing.running())
        else:
            self.drawing = replace(before, candles=[*before.candles, candle])
            self._send(self.drawing.contents() | self._held(before))

    def mark(self, marks: Marks) -> None:
        """Draw these levels and trades in, instead of those that are there."""
        if marks != self.drawing.marks:
            self.drawing = replace(self.drawing, marks=marks)
            self._send_part(self.drawing.marked())

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much, to the same newest candle (for those who have no wheel to turn)."""
        start, end = self.window
        self._show(max(0.0, end - max(NARROWEST, (end - start) * factor)), end)

    def show_newest(self) -> None:
        """Back to the newest candles."""
        self._show(*self.drawing.newest)

    def _show(self, start: float, end: float) -> None:
        self.window = start, end
        if self.ready:
            self.element.run_chart_method('dispatchAction', {'type': 'dataZoom', 'start': start, 'end': end})

    def _held(self, before: Drawing) -> dict[str, Any]:
        """The same candles stay in sight when newer ones come; who looks at the newest goes on doing so."""
        if self.window[1] > AT_THE_END:
            return {}
        start, end = held(self.window, before.slots, self.drawing.slots)
        if (start, end) == self.window:
            return {}
        self.window = start, end
        return {'dataZoom': [{'start': start, 'end': end}]}

    def _begin(self) -> None:
        self.ready = True
        if self.missed:
            self._send(self.drawing.contents())

    def _zoomed(self, event: events.GenericEventArguments) -> None:
        told = (event.args.get('batch') or [event.args])[0]
        if isinstance(told.get('start'), int | float) and isinstance(told.get('end'), int | float):
            self.window = float(told['start']), float(told['end'])

    def _send_part(self, series: list[dict[str, Any]]) -> None:
        self._send(self.drawing.contents() if self.missed else {'series': series})

    def _send(self, options: dict[str, Any]) -> None:
        """Only to a browser that listens: messages would pile up. What it misses comes with the next drawing."""
        self.missed = not (self.ready and self.element.client.has_socket_connection)
        if not self.missed:
            self.element.run_chart_method('setOption', options)


def moved(last: Candle | None, quote: Quote, interval: str) -> Candle | None:
    """The running candle after a live price: `last` with the price in it, or a new one; None for one of the past."""
    start, price = floor(quote.timestamp, INTERVALS[interval]), quote.price
    if last is None or start > last.start:
        return Candle(start, price, price, price, price, None)
    if start < last.start:
        return None
    return Candle(start, last.open, max(last.high, price), min(last.low, price), price, last.volume)


def held(window: tuple[float, float], before: Slots, after: Slots) -> tuple[float, float]:
    """The window, in per cent of the places `after`, that shows what `window` showed of the places `before`."""
    places = {slot: place for place, slot in enumerate(after) if slot is not None}
    common = next(((place, places[slot]) for place, slot in enumerate(before) if slot in places), None)
    if common is None or len(after) < 2:
        return window
    shift, last = common[1] - common[0], len(after) - 1
    if shift == 0 and len(before) == len(after):
        return window
    start, end = (min(100.0, max(0.0, 100 * (edge / 100 * (len(before) - 1) + shift) / last)) for edge in window)
    return start, end
