"""Watches prices for alerts: at once, in memory. No input, no output, no waiting. The rules: docs/alert-rules.md."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from desk.alert import Alert, Condition, Mark, Repeat, Status
from desk.alerting.coin import WatchedCoin
from desk.alerting.conditions import CROSSES, Conditions
from desk.alerting.firing import fired
from desk.alerting.hits import Expired, Hit, Rearmed
from desk.alerting.post import Post
from desk.alerting.times import Times
from desk.alerting.watched import Watched, taken_over
from desk.market import Quote
from desk.ticks import Tick

NOTHING: Sequence[Hit] = ()
MINUTE = timedelta(minutes=1)
Point = tuple[datetime, Decimal, Decimal]  # time, low, high


class Watch:
    """Alerts by the coins that they watch. What hits counts in memory at once; who commits it may still be too late.

    `live` gives a coin's live price, `quote` the coin as the board shows it (for plugins' tests and for messages),
    `clock` now. Nothing here is stored: `put` takes an alert as the store has it.
    """

    def __init__(
        self,
        live: Callable[[int], Tick | None],
        clock: Callable[[], datetime],
        conditions: Conditions,
        quote: Callable[[int], Quote | None] = lambda coin_id: None,
    ) -> None:
        self.live, self.clock, self.conditions, self.quote = live, clock, conditions, quote
        self.problem = ''
        self._alerts: dict[int, Watched] = {}
        self._everywhere: dict[int, Watched] = {}
        self._coins: dict[int, WatchedCoin] = {}
        self._times: Times[Post | Watched] = Times()
        self._stamps = count(1)

    def __contains__(self, alert_id: int) -> bool:
        return alert_id in self._alerts

    def meet(self, coins: Iterable[int]) -> None:
        """Know these coins, so that alerts on all coins watch them: all at the start, and each new one.

        A coin that was not met is met with its first price here, and its side before that is not known.
        """
        for coin_id in coins:
            self._coin(coin_id, self.live(coin_id))

    def put(self, alert: Alert, coins: Collection[int] | None) -> None:
        """Take an alert as it is stored, in place of what it was; `coins` None: it watches all that are met.

        Sides stay, and what has fired here but is not stored yet, unless the alert was dropped before or asks for
        something else. Only active and paused alerts are kept.
        """
        old = self._alerts.pop(alert.id, None)
        if alert.status in (Status.ACTIVE, Status.PAUSED):
            self._take(alert, coins, old)
        else:
            self._everywhere.pop(alert.id, None)
        if old is not None:
            self._leave(old)

    def drop(self, alert_id: int) -> None:
        """Forget an alert, if it is here, with its sides and what was not stored."""
        watched = self._alerts.pop(alert_id, None)
        self._everywhere.pop(alert_id, None)
        if watched is not None:
            self._leave(watched)

    def tick(self, coin_id: int, tick: Tick) -> Sequence[Hit]:
        """What a price brings that has just become the coin's live price."""
        now = self.clock()
        hits = self.pass_time(now) if now >= self._times.next else NOTHING
        coin = self._coins.get(coin_id)
        if coin is None:
            coin = self._coin(coin_id, None)
            coin.begin()
        coin.heard = now
        if not coin.eager and coin.floor < tick.price < coin.ceiling:
            return hits
        return [*hits, *self._touch(coin, tick, now)]

    def pass_time(self, now: datetime) -> Sequence[Hit]:
        """What has come with the time: alerts that expired, then silences that are long enough."""
        hits: list[Hit] = []
        for due in sorted(self._times.pop(now), key=lambda due: (due.coin_id > 0, due.alert.id, due.coin_id)):
            if isinstance(due, Watched):
                self.drop(due.alert.id)
                hits.append(Expired(due.alert.id))
            elif due.alert.id in self._alerts:
                hits += self._due(due, now)
        return hits

    def adopt(self, alert_id: int, mark: Mark) -> None:
        """Another process has committed a firing, or armed the alert again: follow it, unless we are further."""
        post = self._post(alert_id, mark.coin_id)
        if post is None or mark.count < post.mark.count:
            return
        if mark.count > post.mark.count:
            self._follow(post, mark)
        else:
            post.mark = replace(mark, armed=mark.armed or post.mark.armed)
        self._place(post, self.clock())

    def take_back(self, alert_id: int, mark: Mark, stored: Mark) -> None:
        """A firing that left this mark was not stored: the store's counts, unless the alert has fired again since."""
        post = self._post(alert_id, mark.coin_id)
        if post is not None and replace(post.mark, armed=mark.armed) == mark:
            self._come_as_far(post, stored)
            self._place(post, self.clock())

    def needs_history(self) -> set[int]:
        """The coins of which alerts need the lows and highs of the last 24 hours: they fire once these are `seed`ed."""
        return {coin.coin_id for coin in self._coins.values() if coin.unseeded}

    def seed(self, coin_id: int, points: Iterable[Point]) -> None:
        """What is stored of a coin's last 24 hours: time (a candle's start), low, high; in any order."""
        if coin := self._coins.get(coin_id):
            coin.seed(points)

    def rekey(self, root: Callable[[int], int]) -> None:
        """Coins were merged: what watched one watches its root, with the root's mark and a new side."""
        gone = {coin_id for coin_id in self._coins if root(coin_id) != coin_id}
        moved = [watched for watched in self._alerts.values() if not gone.isdisjoint(watched.posts)]
        for coin_id in gone:
            del self._coins[coin_id]
        self.meet({root(coin_id) for coin_id in gone})
        for watched in moved:
            coins = None if watched.alert.id in self._everywhere else {root(coin_id) for coin_id in watched.posts}
            for post in [watched.posts.pop(coin_id) for coin_id in gone & watched.posts.keys()]:
                post.stamp = -1
            self.put(watched.alert, coins)

    def _take(self, alert: Alert, coins: Collection[int] | None, old: Watched | None) -> None:
        watched = self._alerts[alert.id] = Watched(alert, next(self._stamps))
        self._everywhere.pop(alert.id, None)
        if coins is None:
            self._everywhere[alert.id] = watched
        if alert.expires is not None:
            self._times.put(watched, alert.expires)
        marks, now = {mark.coin_id: mark for mark in alert.marks}, self.clock()
        for coin_id in list(self._coins) if coins is None else coins:
            known = old.posts.get(coin_id) if old else None
            coin = self._coins.get(coin_id) or self._coin(coin_id, self.live(coin_id))
            if coin_id not in watched.posts:  # else it was met just now
                self._join(watched, coin, marks.get(coin_id, Mark(coin_id)), known, now)

    def _coin(self, coin_id: int, live: Tick | None) -> WatchedCoin:
        """A coin, watched by the alerts on all coins from now on if it was not met before."""
        if coin := self._coins.get(coin_id):
            return coin
        coin = self._coins[coin_id] = WatchedCoin(coin_id, live.received if live else None)
        for watched in self._everywhere.values():
            marks = {mark.coin_id: mark for mark in watched.alert.marks}
            self._join(watched, coin, marks.get(coin_id, Mark(coin_id)), None, self.clock(), live)
        return coin

    def _join(
        self,
        watched: Watched,
        coin: WatchedCoin,
        mark: Mark,
        known: Post | None,
        now: datetime,
        live: Tick | None = None,
    ) -> None:
        live = live or (self.live(coin.coin_id) if coin.heard else None)
        post = watched.posts[coin.coin_id] = Post(watched.alert, coin.coin_id, mark)
        post.stand(live.price if live else None)
        self._come_as_far(post, mark)
        taken_over(post, known)
        coin.join(post, live)
        self._place(post, now)

    def _leave(self, watched: Watched) -> None:
        watched.stamp = -1
        for post in watched.posts.values():
            self._coins[post.coin_id].leave(post)

    def _post(self, alert_id: int, coin_id: int) -> Post | None:
        watched = self._alerts.get(alert_id)
        return watched.posts.get(coin_id) if watched else None

    def _come_as_far(self, post: Post, mark: Mark) -> None:
        heard = self._coins[post.coin_id].heard
        post.mark = mark
        post.told = heard is not None and mark.fired is not None and mark.fired >= heard

    def _follow(self, post: Post, mark: Mark) -> None:
        """As if it had fired here on the price of that mark."""
        self._come_as_far(post, mark)
        if post.alert.condition in CROSSES and mark.price is not None:
            post.cross(mark.price)

    def _place(self, post: Post, now: datetime) -> None:
        """Let a post wait for what comes next for it."""
        post.stamp, coin = next(self._stamps), self._coins[post.coin_id]
        if post.alert.condition == Condition.SILENT and post.told:
            coin.wait_for_price(post)
        if post.spent:
            return
        if post.alert.condition in CROSSES:
            coin.wait(post)
        elif post.disarmed:
            coin.wait_to_arm(post)
        elif post.alert.status == Status.ACTIVE:
            self._wait(post, coin, now)

    def _wait(self, post: Post, coin: WatchedCoin, now: datetime) -> None:
        free = post.free_at
        if post.alert.condition == Condition.SILENT:
            due = coin.silence(post)
            if due is None:
                coin.wait_for_price(post)
            elif not post.told:
                self._times.put(post, max(due, free) if free else due)
        elif free is not None and free > now:
            self._times.put(post, free)
        else:
            coin.wait(post)

    def _due(self, post: Post, now: datetime) -> list[Hit]:
        """A post's time has come: it may fire from now on, or at once for the silence."""
        coin = self._coins[post.coin_id]
        long_enough = coin.silence(post) if post.alert.condition == Condition.SILENT else None
        live = self.live(post.coin_id)
        if coin.heard is None or long_enough is None or long_enough > now or live is None:
            self._place(post, now)
            return []
        post.told = True
        return [self._fire(post, live, now, Decimal((now - coin.heard) // MINUTE))]

    def _touch(self, coin: WatchedCoin, tick: Tick, now: datetime) -> list[Hit]:
        touched = sorted([*coin.take(tick), *self._tested(coin)], key=lambda post: post.alert.id)
        return [hit for post in touched for hit in self._meet(coin, post, tick, now)]

    def _meet(self, coin: WatchedCoin, post: Post, tick: Tick, now: datetime) -> Iterable[Hit]:
        """A post meets a price that touches it."""
        alert, disarmed = post.alert, post.disarmed
        if alert.condition == Condition.SILENT:
            post.told = False
        elif disarmed and alert.repeat == Repeat.REARM and post.back(tick.price):
            if alert.condition in CROSSES:
                post.cross(tick.price)
            post.mark = replace(post.mark, armed=True)
            self._place(post, now)
            return [Rearmed(alert.id, post.mark)]
        elif (post.cross(tick.price) if alert.condition in CROSSES else True) and post.free(now):
            return [self._fire(post, tick, now, coin.reading(post, tick.price))]
        self._place(post, now)
        return []

    def _fire(self, post: Post, tick: Tick, now: datetime, reading: Decimal | None) -> Hit:
        label = self.conditions.added.get(post.alert.condition, '')
        hit = fired(post, tick, now, reading, self.quote(post.coin_id), label)
        post.mark = hit.mark
        self._place(post, now)
        return hit

    def _tested(self, coin: WatchedCoin) -> list[Post]:
        """The posts whose plugin's test says yes; those whose test fails are dropped, and that is told."""
        keys = coin.tests()
        quote = self.quote(coin.coin_id) if keys else None
        touched: list[Post] = []
        for key in keys:
            test = self.conditions.test(key)
            if test is None or quote is None:
                continue
            try:
                touched += coin.pop(key) if test(quote) else ()
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is told
                self._fail(coin, key, error)
        return touched

    def _fail(self, coin: WatchedCoin, key: str, error: Exception) -> None:
        for post in coin.pop(key):
            self.drop(post.alert.id)
        self.problem = (
            f'The plugin’s condition {key} failed ({type(error).__name__}: {error}); the alerts that met it are off.'
        )
