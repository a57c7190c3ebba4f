"""How often one may ask: enough for people and their programs, too little to wear a desk out or to guess a password."""

import time
from collections.abc import Callable
from math import ceil

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from gate.asked import network
from gate.recent import Recent
from gate.refusals import Refusal

USER = RateLimitItemPerMinute(1200)  # a person's windows, or a token's programs
ADDRESS = RateLimitItemPerMinute(3000)  # an office behind one address
STRANGER = RateLimitItemPerMinute(300)  # who has not said who they are
LOGIN = RateLimitItemPerMinute(20)
WORDS = {
    USER: 'That was too often for one user or token: at most 1,200 times a minute. Try again in {wait} s.',
    ADDRESS: 'That was too often for one address: at most 3,000 times a minute. Try again in {wait} s.',
    STRANGER: 'That was too often without a login: at most 300 times a minute. Try again in {wait} s.',
    LOGIN: 'That was too often for a login: at most 20 times a minute. Try again in {wait} s.',
}


class Rates:
    """Counts. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._limiter = MovingWindowRateLimiter(Recent(clock))

    def count(self, user: str, via: str, address: str) -> None:
        """One request of a user, or of nobody (''); raises Refusal when it is one too many."""
        if user:
            self._count(USER, via or user)
            self._count(ADDRESS, network(address))
        else:
            self._count(STRANGER, network(address))

    def count_login(self, address: str) -> None:
        """One try to come in."""
        self._count(LOGIN, network(address))

    def _count(self, most: RateLimitItemPerMinute, key: str) -> None:
        if not self._limiter.hit(most, key):
            ready = self._limiter.get_window_stats(most, key).reset_time
            wait = max(1, ceil(ready - self.clock()))
            raise Refusal(429, WORDS[most].format(wait=wait), retry_after=wait)
