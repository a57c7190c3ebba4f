"""How often somebody may be wrong: after some failures each further one is answered later than the one before."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil

from desk.errors import TooMany

FREE, LONGEST = 5, timedelta(minutes=15)
MEMORY = timedelta(hours=24)  # without a failure, and all is forgotten
MOST_KEYS = 20_000


@dataclass(slots=True)
class _Failures:
    count: int
    last: datetime
    earlier: datetime

    @property
    def until(self) -> datetime:
        """From when it may be tried again: 1, 2, 4 … seconds after the last failure."""
        over = self.count - FREE
        return self.last + min(LONGEST, timedelta(seconds=2 ** min(over, 20))) if over >= 0 else self.last


class Throttle:
    """Counts failures by keys, in memory: those of whom is longest silent are forgotten beyond 20,000."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def enter(self, *keys: str) -> None:
        """Count an attempt as a failure until it is forgiven, so that many at once are no way around.

        Raises TooMany, and counts nothing, while one of the keys has to wait.
        """
        now = self.clock()
        wait = max((self._until(key, now) - now for key in keys), default=timedelta())
        if wait > timedelta():
            raise TooMany(_sentence(seconds := ceil(wait.total_seconds())), seconds)
        for key in keys:
            failures = self._failures.setdefault(key, _Failures(0, now, now))
            failures.count, failures.last, failures.earlier = failures.count + 1, now, failures.last
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def forgive(self, *keys: str) -> None:
        """Take back what the last attempt counted: it was no guess."""
        for key in keys:
            if failures := self._failures.get(key):
                failures.count, failures.last = failures.count - 1, failures.earlier
                if failures.count <= 0:
                    del self._failures[key]

    def clear(self, key: str) -> None:
        """Forget all failures of a key."""
        self._failures.pop(key, None)

    def _until(self, key: str, now: datetime) -> datetime:
        failures = self._failures.get(key)
        if failures is None:
            return now
        if failures.last + MEMORY <= now:
            del self._failures[key]
            return now
        return failures.until


def neighbourhood(address: str) -> str:
    """What belongs to one person in all likelihood: an IPv4 address, the /64 network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or f'{IPv6Address(int(found) >> 64 << 64)}/64')


def _sentence(seconds: int) -> str:
    wait = f'{seconds} seconds' if seconds < 120 else f'{ceil(seconds / 60)} minutes'
    return f'There were too many failed attempts. Try again in {wait if seconds != 1 else "a second"}.'
