"""A store for `limits`: when each key was last used. The library's own starts a thread after every quiet moment, which
costs more than all of the gate, and keeps the keys of its windows for ever."""

import time
from collections import deque
from collections.abc import Callable

from limits.storage import MovingWindowSupport, Storage

KEYS = 20_000
SWEEP = 60.0  # seconds


class Recent(Storage, MovingWindowSupport):
    """Moments by key, in memory, for the moving window. At most KEYS keys: the one that came first makes room.

    `clock` gives seconds.
    """

    STORAGE_SCHEME = ['recent']  # noqa: RUF012  # as the library declares it

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.moments: dict[str, deque[float]] = {}
        self._swept = clock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing of it fails."""
        return ValueError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note `amount` uses now, if with them there are at most `limit` within `expiry` seconds."""
        now = self.clock()
        self._sweep(now, expiry)
        moments = self._since(key, now - expiry)
        if len(moments) + amount > limit:
            return False
        moments.extend([now] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest use within the window was, and how many there are."""
        now = self.clock()
        moments = self._since(key, now - expiry)
        return (moments[0] if moments else now), len(moments)

    def _since(self, key: str, begin: float) -> deque[float]:
        moments = self.moments.get(key)
        if moments is None:
            if len(self.moments) >= KEYS:
                self.moments.pop(next(iter(self.moments)))
            moments = self.moments[key] = deque()
        while moments and moments[0] <= begin:
            moments.popleft()
        return moments

    def _sweep(self, now: float, expiry: int) -> None:
        if now - self._swept < SWEEP:
            return
        self._swept = now
        for key in [key for key, moments in self.moments.items() if not moments or moments[-1] <= now - expiry]:
            del self.moments[key]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Not for other kinds of windows."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """How many uses are noted."""
        return len(self.moments.get(key, ()))

    def get_expiry(self, key: str) -> float:
        """When the newest use was."""
        return self.moments[key][-1] if self.moments.get(key) else self.clock()

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget everything; how many keys there were."""
        found = len(self.moments)
        self.moments.clear()
        return found

    def clear(self, key: str) -> None:
        """Forget one key."""
        self.moments.pop(key, None)
