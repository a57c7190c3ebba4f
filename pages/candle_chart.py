"""A chart in one browser: a view of a feed, with zoom and pan of its own.

Zoom and pan belong to the browser: nothing that is sent for a new price touches them, and when candles come or go, the
same ones stay in sight.
"""

from collections.abc import Callable
from typing import Any

import orjson
from nicegui import events

from pages.chart_element import ChartElement
from pages.chart_feed import Feed
from pages.chart_slots import NARROWEST, Slots, Window, held, newest
from pages.wire import Message

AT_THE_END = 99.5
LABELS = {'candles': 'Candlestick chart of {name}', 'line': 'Line chart of {name}'}


class CandleChart:
    """`window` is the part of the time axis that the browser shows, in per cent: it tells; `moved` is called then."""

    def __init__(self, feed: Feed, moved: Callable[[], None], window: Window | None = None) -> None:
        self.feed, self.window, self.moved = feed, window or newest(feed.drawing.slots), moved
        self.ready, self.missed, self.unmoved = False, True, False
        self._painted = feed.drawing
        self.element = ChartElement(_label(feed), self._whole, self._begin, self._zoomed)
        self.element.dress(len(feed.key.choice.panes))
        feed.views.add(self)
        self.element.client.on_delete(self.close)
        self.element.client.on_connect(self._reconnected)

    def close(self) -> None:
        """This browser does not show it any longer."""
        self.feed.views.discard(self)

    def show(self, feed: Feed, window: Window | None = None) -> None:
        """Show another feed: its newest candles, or this window of it; None keeps the candles in sight."""
        before = self.feed
        before.views.discard(self)
        self.feed = feed
        feed.views.add(self)
        self.window = window or held(self.window, before.drawing.slots, feed.drawing.slots)
        self.element.dress(len(feed.key.choice.panes))
        self.element._props['aria-label'] = _label(feed)
        self._send_all(True)

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much, to the same newest candle (for those who have no wheel to turn)."""
        start, end = self.window
        least = 100 * NARROWEST / max(NARROWEST, len(self.feed.drawing.slots))
        self.look(max(0.0, end - max(least, (end - start) * factor)), end)

    def look(self, start: float, end: float) -> None:
        """Show this part of the time axis."""
        self.window = start, end
        if self.ready:
            self.element.run_chart_method('dispatchAction', {'type': 'dataZoom', 'start': start, 'end': end})
        self.moved()

    @property
    def connected(self) -> bool:
        """Whether anything reaches this browser."""
        return self.ready and self.element.client.has_socket_connection

    def envelope(self, options: bytes) -> Message:
        """The message that brings options to any browser that shows the feed."""
        return self.element.message(options)

    def receive(self, message: Message) -> None:
        """A part of the options: for all of the feed's views one message."""
        if self.missed:
            self._send_all(False)
        else:
            self.missed = not self.element.send(message)

    def receive_all(self, before: Slots) -> None:
        """Everything is drawn anew. Who looks at the newest candles goes on doing so."""
        if self.window[1] <= AT_THE_END:
            window = held(self.window, before, self.feed.drawing.slots)
            moves, self.window = window != self.window, window
        else:
            moves = False
        if self.connected:
            self._send_all(moves)
        else:
            self.missed, self.unmoved = True, moves or self.unmoved

    def catch_up(self) -> None:
        """What was missed, as soon as the browser has taken what it was sent before."""
        if self.missed:
            self._send_all(False)

    def _send_all(self, zooms: bool) -> None:
        """What cannot be sent now is missed, and comes later, with the zoom that belongs to it."""
        self.unmoved = zooms = zooms or self.unmoved
        if not self.connected or (self.missed and not self.element.drained):
            self.missed = True
            return
        if zooms:
            start, end = self.window
            zoom = orjson.dumps([{'start': start, 'end': end}])
            message = self.element.message(b'%b,"dataZoom":%b' % (self.feed.contents, zoom))
        else:
            message = self.feed.everything(self)
        self.missed = not self.element.send(message)
        self.unmoved = zooms and self.missed

    def _whole(self) -> dict[str, Any]:
        return self.feed.drawing.options(self.window)

    def _begin(self, _: events.GenericEventArguments) -> None:
        """The page brought what was drawn when it was made."""
        self.ready, self.missed = True, False
        if self.feed.drawing is not self._painted:
            self._send_all(False)

    def _reconnected(self) -> None:
        if self.ready:
            self.missed = True
            self._send_all(False)

    def _zoomed(self, event: events.GenericEventArguments) -> None:
        batch = event.args.get('batch')
        told = batch[0] if isinstance(batch, list) and batch and isinstance(batch[0], dict) else event.args
        if isinstance(told.get('start'), int | float) and isinstance(told.get('end'), int | float):
            self.window = float(told['start']), float(told['end'])
            self.moved()


def _label(feed: Feed) -> str:
    """For those who do not see it."""
    return LABELS[feed.key.choice.kind].format(name=feed.key.source.name)
