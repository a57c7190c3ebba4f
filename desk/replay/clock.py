"""The time of a replay: recorded moments that pass faster than real ones, stand still, and jump."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class ReplayClock:
    """Calling it says what time it is in the recording, aware UTC.

    Time passes `speed` times as fast as outside while `playing`. It never passes `ceiling`, the moment of the next
    price: however slow the desk is, no price comes in late, and the clock follows.
    """

    def __init__(
        self, start: datetime, speed: int, playing: bool = True, real: Callable[[], float] = time.monotonic
    ) -> None:
        self.ceiling = start
        self._speed, self._playing, self._real = speed, playing, real
        self._start, self._since = start, real()

    def __call__(self) -> datetime:
        """Now, in the recording."""
        passed = self._passed()
        if passed >= (self.ceiling - self._start).total_seconds():
            return self.ceiling
        return self._start + timedelta(seconds=passed)

    @property
    def playing(self) -> bool:
        """Whether time passes by itself."""
        return self._playing

    @property
    def speed(self) -> int:
        """Recorded seconds in a real one."""
        return self._speed

    def run(self, playing: bool) -> None:
        """Let time pass, or stand still."""
        self.jump(self())
        self._playing = playing

    def set_speed(self, speed: int) -> None:
        """From now on so many recorded seconds in a real one."""
        self.jump(self())
        self._speed = speed

    def jump(self, moment: datetime) -> None:
        """It is `moment` as soon as all prices before it have come in."""
        self._start, self._since = moment, self._real()

    def until(self, moment: datetime) -> float | None:
        """Real seconds from now until that moment, 0 for one that has come; None while time stands still before it."""
        left = (moment - self._start).total_seconds() - self._passed()
        if left <= 0:
            return 0.0
        return left / self._speed if self._playing else None

    def _passed(self) -> float:
        return (self._real() - self._since) * self._speed if self._playing else 0.0
