"""A list that is read again when the account changed, without pulling it from under whoever reads it."""

import time
from collections.abc import Awaitable, Callable, Collection

from nicegui import ui

from pages.event import Event

LOOK_EVERY, AT_MOST_EVERY = 0.25, 0.2


class Following:
    """At once after a quiet moment, at most four times a second; not while `held` is filled, nor while stopped."""

    def __init__(self, changes: Event[[]], read: Callable[[], Awaitable[None]], held: Collection[str] = ()) -> None:
        self.read, self.held = read, held
        self.stale = self.stopped = False
        self.read_at = 0.0
        changes.subscribe(self._changed)
        ui.timer(LOOK_EVERY, self._look, immediate=False)

    async def _changed(self) -> None:
        self.stale = True
        await self._look()

    async def _look(self) -> None:
        early = time.monotonic() - self.read_at < AT_MOST_EVERY
        if self.stale and not (early or self.stopped or self.held):
            self.stale, self.read_at = False, time.monotonic()
            await self.read()
