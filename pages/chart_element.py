"""ECharts in a page as an element that is the same in every browser, so that one message can be for all of them.

What is relied upon inside NiceGUI: an element takes its number from `client.next_element_id`; its browser keeps what
is there of a listener whose id it knows, and hands new options to ECharts, which merges them while the number of
series is the same. `tests/user/test_chart_element.py` holds it to what is pinned.
"""

from collections.abc import Callable
from typing import Any

import orjson
from nicegui import events, ui
from nicegui.context import context

from pages.live import update
from pages.wire import Message, ends

NUMBER = 4_000_000  # beyond what a page has of its own, before what never changes
ZOOM_EVERY = 0.1
PLACE = b'"options":{}'
Handler = Callable[[events.GenericEventArguments], Any]


class ChartElement(ui.echart):
    """One a page. `whole` gives all options as they are now, zoom included."""

    def __init__(self, label: str, whole: Callable[[], dict[str, Any]], begun: Handler, zoomed: Handler) -> None:
        client = context.client
        number, client.next_element_id = client.next_element_id, NUMBER
        try:
            super().__init__({}, renderer='svg')
        finally:
            client.next_element_id = number
        self.whole = whole
        self.classes('candles')
        self.props('role=img').props['aria-label'] = label
        self.on('chart:rendered.once', begun, args=[])
        self.on('chart:datazoom', zoomed, args=[['start', 'end', 'batch']], throttle=ZOOM_EVERY)
        listeners = list(self._event_listeners.values())
        for listener in listeners:
            listener.id = listener.type  # the same in every browser
        self._event_listeners = {listener.id: listener for listener in listeners}

    @property
    def options(self) -> dict[str, Any]:
        """All options as they are now."""
        return self.whole()

    def dress(self, panes: int) -> None:
        """Make room for so many panes, with the next message."""
        self._classes[:] = [name for name in self._classes if not name.startswith('panes-')]
        if panes:
            self._classes.append(f'panes-{panes}')

    def message(self, options: bytes) -> Message:
        """What lets any browser take these options, the inside of a JSON object."""
        before, _, after = orjson.dumps(super()._to_dict()).partition(PLACE)
        return update([b'"%d":%b"options":{%b}%b' % (self.id, before, options, after)])

    def send(self, message: Message) -> bool:
        """Whether all of the page's connections take it; what they do not take is lost."""
        taken = [end.write(message) for end in ends(self.client)]
        return bool(taken) and all(taken)

    @property
    def drained(self) -> bool:
        """Whether all that was sent is taken."""
        return all(end.drained for end in ends(self.client))

    def _to_dict(self) -> dict[str, Any]:
        shown = super()._to_dict()
        return {**shown, 'props': {**shown['props'], 'options': self.whole()}}
