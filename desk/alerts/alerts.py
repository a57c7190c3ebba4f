"""Alerts for pages and the API: decided in memory at every price, committed once, announced after the commit."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk.acting import Right, needing, whose
from desk.alert import Alert, Draft, Status
from desk.alerting.conditions import Conditions
from desk.alerting.drafts import check_draft
from desk.alerts.asking import ENDED, WATCHED, Asking, ahead
from desk.alerts.channels import Channels
from desk.alerts.delivery import Deliverer
from desk.alerts.lookout import Lookout
from desk.alerts.pump import Pump
from desk.alerts.reader import AlertReader
from desk.crew import Crew
from desk.errors import Conflict, Overtaken, Unavailable
from desk.market import Market
from desk.registry import Registry
from desk.settings import Settings
from desk.store import Store
from desk.store.alert_claims import Claims
from desk.store.alert_queries import AsOf
from desk.ticks import Tick
from desk.watchlists import Watchlists
from models import utc_now

log = logging.getLogger(__name__)
MOST = 1_000  # alerts of one user; the watch itself takes a hundred thousand
TRIES = 3
SETTLE = 1.0
LOOK_EVERY = 0.5
LIVING = (Status.ACTIVE, Status.PAUSED, *ENDED)


class Alerts(AlertReader):
    """What pages and the API talk to. All that it shows is committed; prices and per cents are exact, times aware UTC.

    What changes something raises NotFound for an alert that is not there or is somebody else's, and Unavailable, in a
    sentence, while the database does not answer.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Registry,
        market: Market,
        watchlists: Watchlists,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(store.alerts, registry)
        self.channels = Channels(settings.channel_key, store, utc_now if settings.replay else clock, self.tell)
        self.deliverer = Deliverer(store, self.channels, self.tell)
        self.watchlists, self.clock = watchlists, clock
        self.conditions = Conditions()
        self.asking = Asking(registry, watchlists, self.conditions, clock)
        self.lookout = Lookout(store, registry, market, watchlists, clock, self.conditions, self._shelf.find)
        self.pump = Pump(self.store, self._committed)
        self._as_of = AsOf()
        self._own: dict[int, str] = {}  # firings of this process that the next look will find, and whose they are
        self._troubled = ''
        self.fired = 0

    async def start(self, crew: Crew) -> None:
        """Read the alerts and how far they have come, take sides from the live prices, and let the crew go on."""
        state = await self.store.state()
        self._as_of, self._unread = state.as_of, state.unread
        for alert in state.alerts:
            self._put(alert)
        await self._fold()
        self.lookout.look_around()
        await self.channels.load()
        self.deliverer.start(crew)
        crew.every(0, 'alerts', self.pump.once)
        crew.every(LOOK_EVERY, 'alerts of others', self._look)
        crew.every(1, 'time of alerts', self.pass_time)

    async def stop(self) -> None:
        """Commit what was decided."""
        await self.pump.last(SETTLE)

    @property
    def problem(self) -> str:
        """What goes wrong with alerts or with who follows them, in sentences; '' while all is well."""
        said = self.pump.problem, self._troubled, self.lookout.watch.problem, self._followers.problem
        return ' '.join(filter(None, said))

    def tick(self, coin_id: int, tick: Tick) -> None:
        """A price has become the live one. Every price takes this way: what touches no alert costs next to nothing."""
        if not self.lookout.watched:
            return
        try:
            if hits := self.lookout.watch.tick(coin_id, tick):
                self.pump.put(hits)
        except Exception as error:  # a price must come in, whatever alerts make of it; /status tells this
            self._troubled = f'A price of {tick.name} could not be looked at ({type(error).__name__}: {error}).'
            log.exception('a price of %s could not be looked at', tick.name)

    async def settled(self) -> None:
        """Return once what was decided so far is committed; where that takes long, or fails, it goes on by itself."""
        if self.pump.busy:
            await self.pump.settled(SETTLE)

    @needing(Right.KEEP)
    async def create(self, draft: Draft, user: str | None = None) -> Alert:
        """A new alert, active from now on; raises Invalid, NotFound for its coin or list, Conflict where it is one
        too many."""
        draft, user = check_draft(draft, self.conditions, self.clock()), whose(user)
        self._check_channels(draft.channels, user)
        row = self.asking.row(draft, user)
        if self._shelf.count(user) >= MOST:
            raise Conflict(f'There are {MOST:,} alerts already; delete some that you do not need.')
        now = self.clock()
        new = Alert(id=0, user=user, status=Status.ACTIVE, snoozed=None, created=now, changed=now, revision=1, **row)
        stored = await self.store.add(new)
        await self._took([stored], anew=True)
        return self.get(stored.id, user)

    @needing(Right.KEEP)
    async def change(self, alert_id: int, user: str | None = None, **asked: Any) -> Alert:
        """Change fields of its Draft; where that is what it watches, it is armed anew, and active if it had ended.

        Raises Invalid, NotFound, and Conflict where another change comes between again and again.
        """
        for tries_left in reversed(range(TRIES)):
            alert = self._own_alert(alert_id, user)
            changed = self.asking.changes(alert, asked, self.channels.there(alert.channels, alert.user))
            self._check_channels(changed.get('channels', ()), user)
            anew = not {'status', *WATCHED}.isdisjoint(changed)
            if not changed:
                break
            try:
                await self._took([await self.store.change(alert, changed, rearm=anew)], anew=anew)
                break
            except Overtaken:
                if not tries_left:
                    raise
                await self._look()
        return self.get(alert_id, user)

    @needing(Right.KEEP)
    async def delete(self, alert_id: int, user: str | None = None) -> None:
        """Let an alert go; its firings stay."""
        await self._move([self._own_alert(alert_id, user).id], LIVING, {'status': Status.DELETED})

    @needing(Right.KEEP)
    async def duplicate(self, alert_id: int, user: str | None = None) -> Alert:
        """Another that asks for the same, active from now on; without channels that were removed."""
        draft = self.draft(alert_id, user)
        channels, expires = self.channels.there(draft.channels, whose(user)), ahead(draft.expires, self.clock())
        return await self.create(replace(draft, channels=channels, expires=expires), user)

    @needing(Right.KEEP)
    async def pause(self, alert_ids: Collection[int], paused: bool, user: str | None = None) -> list[Alert]:
        """Let active alerts rest, or let those that rest go on; those that are neither stay as they are."""
        ids = [self._own_alert(alert_id, user).id for alert_id in alert_ids]
        before, after = (Status.ACTIVE, Status.PAUSED) if paused else (Status.PAUSED, Status.ACTIVE)
        await self._move(ids, [before], {'status': after})
        return [self.get(alert_id, user) for alert_id in ids if alert_id in self._shelf]

    @needing(Right.KEEP)
    async def activate(self, alert_id: int, user: str | None = None) -> Alert:
        """Let it watch anew, as if it were made now: armed for all its coins, sides taken from the live prices."""
        alert = self._own_alert(alert_id, user)
        fresh = {'status': Status.ACTIVE, 'snoozed': None, 'expires': ahead(alert.expires, self.clock())}
        await self._move([alert.id], LIVING, fresh, anew=True)
        return self.get(alert_id, user)

    @needing(Right.KEEP)
    async def snooze(self, alert_id: int, until: datetime | None, user: str | None = None) -> Alert:
        """Keep it silent until then (None: no longer)."""
        await self._move([self._own_alert(alert_id, user).id], LIVING, {'snoozed': until})
        return self.get(alert_id, user)

    @needing(Right.KEEP)
    async def acknowledge(self, firing_ids: Collection[int] | None = None, user: str | None = None) -> None:
        """Firings were seen (None: all of them); an alert that has fired for good is then acknowledged."""
        user = whose(user)
        seen = await self.store.acknowledge(user, firing_ids)
        self._unread[user] = seen.unread
        for alert in seen.alerts:
            self._put(alert)
        if seen.firings:
            self._tell(seen.alerts, seen.firings)

    async def pass_time(self) -> None:
        """What comes with the time: expiry, silence, new coins, windows to be filled. A step for the crew."""
        self.lookout.look_around()
        if hits := self.lookout.watch.pass_time(self.clock()):
            self.pump.put(hits)
        await self.lookout.seed()

    async def merged(self) -> None:
        """Coins were merged: what is said of one of them is said of its root from now on."""
        await self._fold()
        self.lookout.look_around()
        await self.lookout.seed()

    async def _move(
        self, ids: Collection[int], states: Sequence[Status], values: dict[str, Any], anew: bool = False
    ) -> None:
        await self._took(await self.store.move(ids, states, values, rearm=anew), anew)

    async def _took(self, stored: Sequence[Alert], anew: bool = False) -> None:
        """Alerts are committed: watch them as they are now, and tell."""
        for alert in stored:
            self._put(alert, anew)
        await self._seed()
        if stored:
            self._tell(stored)

    async def _seed(self) -> None:
        """What takes longer, or fails, is for the crew, which tells it; alerts that need it do not fire before."""
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(SETTLE):
                await self.lookout.seed()

    def _put(self, alert: Alert, anew: bool = False) -> None:
        before = self._shelf.find(alert.id)
        if self._shelf.put(alert):
            resumed = before is not None and before.status in ENDED and alert.status not in ENDED
            self.lookout.put(alert, anew or resumed)

    def _committed(self, claims: Claims) -> None:
        """Hits of this process were stored, or were another's: the watch follows that."""
        for alert_id, mark in (*claims.marks, *claims.lost):
            self._shelf.mark(alert_id, mark)
        for alert_id, mark in claims.lost:
            self.lookout.watch.adopt(alert_id, mark)
        for left in claims.left:
            self.lookout.watch.take_back(*left)
        for alert in claims.moved:
            self._put(alert)
        firings = [firing for firing in claims.firings if firing.id > self._as_of.firing]  # else `_look` was faster
        self.fired += len(claims.firings)
        for firing in firings:
            self._own[firing.id] = firing.user
            self._unread[firing.user] = self._unread.get(firing.user, 0) + 1
        alerts = self._of([*(number for number, _ in claims.marks), *(alert.id for alert in claims.moved)])
        if firings:
            self.deliverer.wake()
        if alerts or firings:
            self._tell(alerts, firings)

    async def _look(self) -> None:
        """What other processes have committed on this database: a step for the crew."""
        since = self._as_of
        news = await self.store.news(since)
        if news.as_of == since or since is not self._as_of:
            return
        self._as_of, firings = news.as_of, [firing for firing in news.firings if firing.id not in self._own]
        self._own = {number: user for number, user in self._own.items() if number > news.as_of.firing}
        self._unread = Counter(news.unread) + Counter(self._own.values())
        alerts = [alert for alert in news.alerts if self._is_new(alert)]
        for alert in alerts:
            self._put(alert)
        for alert_id, mark in news.marks:
            self._shelf.mark(alert_id, mark)
            self.lookout.watch.adopt(alert_id, mark)
        if alerts or firings or news.acknowledged:
            self._tell([*alerts, *self._of(alert_id for alert_id, _ in news.marks)], [*firings, *news.acknowledged])

    def _is_new(self, alert: Alert) -> bool:
        known = self._shelf.find(alert.id)
        return alert.status != Status.DELETED if known is None else alert.revision > known.revision

    async def _fold(self) -> None:
        """Coins that were merged: their alerts, and how far these have come, belong to the root."""
        gone = {number: root for number in self._shelf.coins() if (root := self._root(number)) != number}
        if gone:
            for alert in await self.store.merge(gone):
                self._put(alert)

    def _check_channels(self, ids: Collection[int], user: str | None) -> None:
        for channel_id in ids:
            self.channels.get(channel_id, user)

    def _root(self, coin_id: int) -> int:
        return self.registry.root(coin_id) if self.registry.knows(coin_id) else coin_id
