"""What becomes of orders while nobody presses anything, said in every window: filled, cut, refused, expired.

What is placed and filled at once is not said here: the ticket says it.
"""

import time
from collections import deque
from collections.abc import Iterator

from nicegui import ui

from desk.acting import whose
from desk.desk import Desk
from desk.orders import Change, Event, Fill
from pages.formats import format_count
from pages.trading_words import fill_words

AT_ONCE, WITHIN = 3, 3.0
TOLD = ('cut', 'refused', 'expired')


class OrderNews:
    """One window. A few are said at once; of those that come close upon them, how many they were."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.client, self.user = desk, ui.context.client, whose()
        self.said: deque[float] = deque(maxlen=AT_ONCE)
        self.unsaid = 0
        self.client.on_delete(desk.broker.subscribe(self._hear))

    def _hear(self, change: Change) -> None:
        """A window that is not connected is told nothing: it would be told all of it later."""
        if change.book.user == self.user and self.client.has_socket_connection:
            for piece in news(change):
                self._take(piece)

    def _take(self, piece: Fill | Event) -> None:
        now = time.monotonic()
        if len(self.said) < AT_ONCE or now - self.said[0] > WITHIN:
            self.said.append(now)
            with self.client:
                ui.notify(news_words(self.desk, piece))
        else:
            self.unsaid += 1
            if self.unsaid == 1:
                with self.client:
                    ui.timer(WITHIN, self._tell_rest, once=True, immediate=False)

    def _tell_rest(self) -> None:
        rest, self.unsaid = self.unsaid, 0
        ui.notify(f'And {format_count(rest)} more of your orders’ fills and ends.')


def news(change: Change) -> Iterator[Fill | Event]:
    """What of a change befell orders that were there already."""
    new = {event.order_id for event in change.events if event.what == 'placed'}
    yield from (fill for fill in change.fills if fill.order_id not in new)
    yield from (event for event in change.events if event.what in TOLD and event.order_id not in new)


def news_words(desk: Desk, piece: Fill | Event) -> str:
    """In a line: 'Bought 0.1 ACME at 99.00, order 7: resting limit.'"""
    if isinstance(piece, Fill):
        return f'{fill_words(piece, desk.broker.name(piece.coin_id))}, order {piece.order_id}: {piece.rule}.'
    return f'Order {piece.order_id}, {piece.what}. {piece.detail}'.strip()
