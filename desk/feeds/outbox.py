"""The child's way out: bounded. A thread writes, so a full pipe never stops the exchange's own loop."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from desk.feeds.wire import Message, encode

Row = list[Any]  # [name, price, ms, volume, bid, ask]
BOUND = 20_000
BATCH = 200
OF_THE_MOMENT = ('pulse', 'markets')  # the newest says all that those before it did


class Outbox:
    """Messages first, then ticks in batches. Beyond `bound` waiting ticks, the newest per coin stays."""

    def __init__(self, write: Callable[[bytes], object], bound: int = BOUND) -> None:
        self.conflated = 0
        self._write, self._bound = write, bound
        self._messages: deque[Message] = deque()
        self._rows: deque[Row] = deque()
        self._ready = threading.Condition()
        self._closed = False

    def say(self, message: Message) -> None:
        """Queues a message; a pulse or a list of markets takes the place of one that waits.

        Of the others, the caller keeps the number small.
        """
        with self._ready:
            if message['is'] in OF_THE_MOMENT:
                self._messages = deque(waiting for waiting in self._messages if waiting['is'] != message['is'])
            self._messages.append(message)
            self._ready.notify()

    def ticks(self, rows: list[Row]) -> None:
        """Queues ticks, the oldest first."""
        if not rows:
            return
        with self._ready:
            self._rows.extend(rows)
            if len(self._rows) > self._bound:
                newest = {row[0]: row for row in self._rows}
                self.conflated += len(self._rows) - len(newest)
                self._rows = deque(newest.values())
            self._ready.notify()

    def close(self) -> None:
        """Ends `run()` once everything queued is written."""
        with self._ready:
            self._closed = True
            self._ready.notify()

    def run(self) -> None:
        """Writes until closed; raises OSError when nobody reads any more."""
        while (message := self._next()) is not None:
            self._write(encode(message))

    def _next(self) -> Message | None:
        with self._ready:
            self._ready.wait_for(lambda: self._messages or self._rows or self._closed)
            if self._messages:
                return self._messages.popleft()
            if self._rows:
                return {'is': 'ticks', 'rows': [self._rows.popleft() for _ in range(min(BATCH, len(self._rows)))]}
            return None
