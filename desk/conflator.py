"""Changes gathered into frames: at once after a quiet moment, at most so many a second under load."""

import asyncio
from collections.abc import Callable, Iterable

from desk.acting import as_the_desk
from desk.followers import Followers

Subscriber = Callable[[set[str]], None]


class Conflator:
    """A dirty set of names that is drained `rate` times a second at most."""

    def __init__(self, rate: int) -> None:
        self.interval = 1 / rate
        self.frames = 0
        self._followers = Followers[set[str]]()
        self._dirty: set[str] = set()
        self._last = 0.0
        self._waiting: asyncio.TimerHandle | None = None

    def beside(self) -> 'Conflator':
        """Another with the same rate and subscribers, whose changes do not wait for a frame of this one's."""
        other = Conflator(round(1 / self.interval))
        other._followers = self._followers
        return other

    @property
    def problem(self) -> str:
        """What went wrong with a subscriber, until it takes a frame again; '' while all is well."""
        return self._followers.problem

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with the changed names at each flush; returns how to stop that."""
        return self._followers.subscribe(callback)

    def mark(self, names: Iterable[str]) -> None:
        """These changed. Must be called on the event loop."""
        self._dirty.update(names)
        if self._dirty and self._waiting is None:
            loop = asyncio.get_running_loop()
            with as_the_desk():  # a frame is of all and for all
                self._waiting = loop.call_at(max(loop.time(), self._last + self.interval), self._flush)

    def close(self) -> None:
        """Forget what waits."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _flush(self) -> None:
        self._waiting = None
        self._last = asyncio.get_running_loop().time()
        names, self._dirty = self._dirty, set()
        self.frames += 1
        self._followers.tell(names)
