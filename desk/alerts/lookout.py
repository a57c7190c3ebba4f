"""Which coins each alert watches, and what the watch must know of their past."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from desk.alert import Alert, Status
from desk.alerting.conditions import Conditions
from desk.alerting.watch import Watch
from desk.market import Market, Quote, effective_policy
from desk.registry import Registry
from desk.store import Store
from desk.watchlists import Watchlists

DAY, MINUTE, MINUTES = timedelta(days=1), 60, 1441
WATCHED = (Status.ACTIVE, Status.PAUSED)


class Lookout:
    """The watch with its surroundings. Alerts of a coin that this process does not know yet wait for it.

    `watched` are the alerts that are looked at; while there are none the watch need not be told any price. `find` gives
    an alert as it is stored by now, with how far it has come.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        market: Market,
        watchlists: Watchlists,
        clock: Callable[[], datetime],
        conditions: Conditions,
        find: Callable[[int], Alert | None],
    ) -> None:
        self.store, self.registry, self.market, self.clock = store, registry, market, clock
        self.watchlists, self.conditions, self.find = watchlists, conditions, find
        self.watched: set[int] = set()
        self.watch = self._new_watch()
        self._known = -1
        self._waiting: dict[int, Alert] = {}
        self._listed: dict[int, dict[int, None]] = {}
        watchlists.subscribe(self._list_changed)

    def put(self, alert: Alert, anew: bool = False) -> None:
        """Watch an alert as it is stored; `anew`: sides and windows too."""
        self._forget(alert.id)
        if anew or alert.status not in WATCHED:
            self.watch.drop(alert.id)
        if alert.status not in WATCHED:
            self.watched.discard(alert.id)
            return
        if not self.watched:  # it has seen no price since the last one went
            self.watch = self._new_watch()
            self.watch.meet(coin.id or 0 for coin in self.registry.all())
        self.watched.add(alert.id)
        if alert.watchlist_id is not None:
            self._listed.setdefault(alert.watchlist_id, {})[alert.id] = None
        if alert.coin_id is not None and not self.registry.knows(alert.coin_id):
            self._waiting[alert.id] = alert
        else:
            self._put(alert)

    def look_around(self) -> None:
        """Coins that came, and alerts that waited for them."""
        if self._known == self.registry.version:
            return
        self._known = self.registry.version
        self.watch.rekey(self.registry.root)
        self.watch.meet(coin.id or 0 for coin in self.registry.all())
        for alert in list(self._waiting.values()):
            self.put(alert)

    async def seed(self) -> None:
        """Give the watch the last 24 hours of the coins that it asks for; what waited for that may fire then."""
        if wanted := self.watch.needs_history():
            await self.store.flush(everything=False)  # candles lag behind a feed by up to a second
            for coin_id in wanted:
                await self._seed(coin_id)

    async def _seed(self, coin_id: int) -> None:
        coin, now = self.registry.coin(coin_id), self.clock()
        ids, policy = self.registry.ids(coin), effective_policy(coin)
        candles = await self.store.candles(ids, MINUTE, now - DAY, now, MINUTES, policy)
        self.watch.seed(coin_id, [(candle.start, candle.low, candle.high) for candle in candles])

    def _put(self, alert: Alert) -> None:
        self.watch.put(alert, self._coins(alert))

    def _coins(self, alert: Alert) -> Collection[int] | None:
        if alert.coin_id is not None:
            return [self.registry.root(alert.coin_id)]
        return None if alert.watchlist_id is None else self.watchlists.members(alert.watchlist_id)

    def _forget(self, alert_id: int) -> None:
        self._waiting.pop(alert_id, None)
        for listed in self._listed.values():
            listed.pop(alert_id, None)

    def _list_changed(self, list_id: int) -> None:
        for alert in filter(None, map(self.find, list(self._listed.get(list_id, ())))):
            self._put(alert)

    def _new_watch(self) -> Watch:
        return Watch(self.market.governing, self.clock, self.conditions, self._quote)

    def _quote(self, coin_id: int) -> Quote | None:
        return self.market.quote(self.registry.coin(coin_id), self.clock())
