"""One coin's posts by what touches them: a price that touches none costs two comparisons. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from desk.alert import Condition
from desk.alerting.conditions import CROSSES
from desk.alerting.gauge import Gauge, Measure, measure_of
from desk.alerting.levels import Levels
from desk.alerting.post import Post
from desk.ticks import Tick

NEVER_BELOW, NEVER_ABOVE = Decimal(0), Decimal('Infinity')


class WatchedCoin:
    """A price between `floor` and `ceiling` touches nothing, unless there are gauges or plugins' tests: then `eager`.

    `heard` is when the last price came in; None: there was none.
    """

    def __init__(self, coin_id: int, heard: datetime | None) -> None:
        self.coin_id, self.heard = coin_id, heard
        self.floor, self.ceiling, self.eager = NEVER_BELOW, NEVER_ABOVE, False
        self.posts: dict[int, Post] = {}
        self.gauges: dict[Measure, Gauge] = {}
        self.unseeded = False
        self._up, self._down = Levels(), Levels(falling=True)
        self._tests: dict[str, dict[Post, int]] = {}
        self._told: dict[Post, None] = {}

    def join(self, post: Post, live: Tick | None) -> None:
        """Take a post, with the window that it needs."""
        self.posts[post.alert.id] = post
        measure = measure_of(post.alert)
        if measure is None:
            return
        gauge = self.gauges.get(measure)
        if gauge is None:
            gauge = self.gauges[measure] = Gauge(measure)
            self.eager = self.unseeded = True
            if live is not None:
                gauge.start(live)
        gauge.members += 1

    def leave(self, post: Post) -> None:
        """Forget a post, and a window that none needs any more."""
        post.stamp = -1
        if self.posts.get(post.alert.id) is post:
            del self.posts[post.alert.id]
        self._told.pop(post, None)
        measure = measure_of(post.alert)
        if measure is not None:
            self.gauges[measure].members -= 1
            if not self.gauges[measure].members:
                del self.gauges[measure]
        for key in [key for key, posts in self._tests.items() if posts.pop(post, None) is not None and not posts]:
            del self._tests[key]
        self._look()

    def seed(self, points: Iterable[tuple[datetime, Decimal, Decimal]]) -> None:
        """What is stored of the last 24 hours: time, low, high."""
        known = list(points)
        for gauge in self.gauges.values():
            gauge.seed(known)
        self.unseeded = False

    def begin(self) -> None:
        """Its first price comes, and nobody has met it before: its windows do not wait for what may be stored."""
        for gauge in self.gauges.values():
            gauge.whole = True

    def wait(self, post: Post) -> None:
        """Let a post that may fire wait for what fires it; a crossing also while it may not."""
        alert, condition = post.alert, post.alert.condition
        if condition in CROSSES:
            self._wait_to_cross(post)
        elif condition == Condition.ABOVE:
            self._up.put(post, alert.price or NEVER_BELOW, strict=True)
        elif condition == Condition.BELOW:
            self._down.put(post, alert.price or NEVER_BELOW, strict=True)
        elif measure := measure_of(alert):
            self.gauges[measure].wait(post)
        elif condition != Condition.SILENT:
            self._tests.setdefault(condition, {})[post] = post.stamp
            self.eager = True
        self._look()

    def wait_to_arm(self, post: Post) -> None:
        """Let a post that is disarmed wait for the price to go back."""
        low, high = post.bounds()
        if low is not None:
            self._down.put(post, low, strict=False)
        if high is not None:
            self._up.put(post, high, strict=False)
        self._look()

    def wait_for_price(self, post: Post) -> None:
        """Let a post that fired for the silence wait for its end."""
        self._told[post] = None
        self._look()

    def silence(self, post: Post) -> datetime | None:
        """When the silence is long enough for a post; None: there is nothing to be silent."""
        return None if self.heard is None else self.heard + timedelta(minutes=post.alert.minutes or 0)

    def take(self, tick: Tick) -> list[Post]:
        """The posts that a price touches, but for those that wait for tests; they leave."""
        touched: list[Post] = []
        if not self.floor < tick.price < self.ceiling:
            touched = [*self._up.pop(tick.price), *self._down.pop(tick.price), *self._told]
            self._told.clear()
            self._look()
        if self.gauges:
            second = int(tick.timestamp.timestamp())
            for gauge in self.gauges.values():
                touched += gauge.take(tick.price, second)
        return touched

    def tests(self) -> list[str]:
        """The keys of the plugins' tests that posts wait for."""
        return list(self._tests)

    def pop(self, key: str) -> list[Post]:
        """The posts that wait for a plugin's test; they leave."""
        posts = [post for post, stamp in self._tests.pop(key, {}).items() if post.stamp == stamp]
        self._look()
        return posts

    def reading(self, post: Post, price: Decimal) -> Decimal | None:
        """What was measured for a post."""
        measure = measure_of(post.alert)
        return self.gauges[measure].reading(price) if measure else None

    def _wait_to_cross(self, post: Post) -> None:
        """For the next price that changes its side, or arms it again."""
        level, open_ended = post.alert.price or NEVER_BELOW, post.reached or not post.side
        low, high = post.bounds() if post.disarmed else (None, None)
        if open_ended or post.side > 0:
            self._down.put(post, level, strict=open_ended)
        elif low is not None:
            self._down.put(post, low, strict=False)
        if open_ended or post.side < 0:
            self._up.put(post, level, strict=open_ended)
        elif high is not None:
            self._up.put(post, high, strict=False)

    def _look(self) -> None:
        self.eager = bool(self.gauges or self._tests)
        low, high = self._down.first(), self._up.first()
        self.floor = NEVER_ABOVE if self._told else NEVER_BELOW if low is None else low
        self.ceiling = NEVER_ABOVE if high is None else high
