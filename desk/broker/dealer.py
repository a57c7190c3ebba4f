"""Decisions on paper orders: made in memory at once, committed in their order, made again where a commit fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

from desk.broker.backlog import Backlog
from desk.broker.bests import Bests
from desk.broker.committed import RECENT, Committed, through_merges
from desk.broker.pump import Pump, sentence
from desk.broker.refusals import Refusals
from desk.errors import DeskError, Overtaken, Unavailable
from desk.matching.matcher import Matcher
from desk.orders import Change
from desk.registry import Registry
from desk.store import TradeStore
from desk.ticks import Tick

log = logging.getLogger(__name__)
AT_ONCE = 200  # prices gone through again before others get their turn


class Dealer:
    """The matcher, what it decided that is not committed yet, and the accounts as committed.

    Prices that come while the database fails, or while coins are merged, are kept and gone through afterwards. It is
    *behind* until then, and takes no orders. `announce` is called with each batch of changes after its commit; `probe`
    writes something, and raises Unavailable as long as that fails.
    """

    def __init__(
        self,
        store: TradeStore,
        registry: Registry,
        view: Committed,
        matcher: Matcher,
        clock: Callable[[], datetime],
        announce: Callable[[Sequence[Change]], None],
        probe: Callable[[], Awaitable[None]],
    ) -> None:
        self.store, self.registry, self.view, self.matcher = store, registry, view, matcher
        self.clock, self.announce, self.probe = clock, announce, probe
        self.backlog = Backlog()
        self.refusals = Refusals()
        self.pump = Pump(store, self._committed, self._fall_behind)
        self._given: int | None = None  # behind: the place in the backlog up to which prices were gone through
        self._broke_at = 0
        self._stale = False  # coins were merged: what is in memory has their numbers of before
        self._astray = False  # what is in memory is not what is committed
        self._closed = False
        self._bests = Bests()
        self._loading = asyncio.Lock()
        self._news = asyncio.Event()

    @property
    def trouble(self) -> str:
        """Why no orders are taken now; '' while they are."""
        return sentence(self.pump.broken) if self.pump.broken is not None else ''

    def tick(self, coin_id: int, tick: Tick) -> None:
        """A price has become the live one: decide what it does, or keep it until that can be done."""
        if self._given is not None:
            self.backlog.keep(coin_id, tick)
        elif self.matcher.idle and not self.pump.busy:
            self.matcher.live[coin_id] = tick  # no order can ever need it again
        else:
            changes, place = self._match(coin_id, tick), self.backlog.end
            self.backlog.keep(coin_id, tick)
            if changes:
                self.pump.put(changes, place)

    async def ready(self) -> None:
        """Return when decisions can be made; raises Unavailable where that takes more than a moment."""
        while self._given is not None:
            if self._closed:
                raise Unavailable('The desk is stopping; nothing was done.')
            if self.trouble:
                raise Unavailable(self.trouble)
            await self._news.wait()

    async def commit(self, changes: Sequence[Change]) -> None:
        """What was just decided for somebody; raises Unavailable. It goes on even if nobody waits any more."""
        await self.pump.commit(changes, self.backlog.end)

    async def load(self) -> None:
        """Everything as the store has it; raises Unavailable."""
        state = through_merges(await self.store.trading_state(), self.registry)
        fills = {book.id: (await self.store.fills(book.id, limit=RECENT)).items for book in state.books}
        await asyncio.to_thread(self.view.load, state, fills)
        self._astray = False
        self._begin()

    async def work(self) -> None:
        """Commit what was decided or, where that failed or coins were merged, begin anew: a step for the crew."""
        if self.pump.broken is None and (self.pump.busy or not self._stale):
            await self._commit()
            return
        async with self._loading:
            if self.pump.broken is not None or self._stale:
                await self._renew()
        if self.pump.busy:
            await self._commit()  # in the same step: the crew's patience grows until a commit succeeds

    async def expire(self) -> None:
        """Let orders end whose time is over: a step for the crew."""
        if self._given is None and (changes := self.matcher.expire(self.clock())):
            self.pump.put(changes, self.backlog.end)

    async def save_bests(self) -> None:
        """Keep how far trailing stops have come: a step for the crew. A kill costs what they moved since the last."""
        async with self._loading:  # what is stored and what is shown go on together
            await self._take_bests()
            if await self._bests.save(self.store, self.view):
                self.announce(())

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Nothing is decided within; afterwards the crew takes coins for what they are then."""
        async with self._loading:
            try:
                if self._given is None:
                    self._given = self.backlog.end
                    await self._drain()
                    self._fold()
                yield
            finally:
                self._stale = True
                self.pump.wake()
        while self._stale and not self._closed and not self.trouble:
            await self._news.wait()

    async def stop(self) -> None:
        """Commit what was decided, and decide nothing more."""
        decided, self._closed = self._given is None, True
        if self._given is None:
            self._given = self.backlog.end
        self._tell()
        await self._drain()
        self.pump.give_up()
        if decided and not self.trouble:
            async with self._loading:
                self._fold()
            with suppress(DeskError):  # the writer tells it; the stops are as they were a second ago
                await self.save_bests()

    def _match(self, coin_id: int, tick: Tick) -> list[Change]:
        try:
            return self.matcher.tick(coin_id, tick)
        except Exception as error:  # a price must come in, whatever trading makes of it; the crew tells this
            log.exception('a price of %s could not be matched', tick.name)
            self.pump.break_off(error)
            return []

    async def _take_bests(self) -> None:
        """Where stops stand follows from what was decided before: it counts once that is committed."""
        place, moved = self.backlog.end, []
        while self._given is None and (some := self.matcher.trailed()):
            moved += some
            await asyncio.sleep(0)  # others get their turn
        if self._given is None:
            if moved:
                await self.commit(())
            self._bests.take(moved, place)
            self._forget()

    def _fold(self) -> None:
        """Take how far stops have come now that nothing is decided and all is committed."""
        moved = []
        while not self.trouble and (some := self.matcher.trailed()):
            moved += some
        if not self.trouble and self._given is not None:
            self._bests.take(moved, self._given)
            self._forget()

    async def _drain(self) -> None:
        if self.pump.busy:
            with suppress(Unavailable):  # the crew tells it
                await self.commit(())

    async def _commit(self) -> None:
        try:
            await self.pump.once()
        except Exception:
            await self._tell_who_waits()
            raise
        self._forget()

    async def _tell_who_waits(self) -> None:
        """A failure may have come after the commit: who was stored hears of it once that is read."""
        try:
            stored = self.pump.stored(await self.store.revisions())
        except DeskError:
            self.pump.give_up()
        else:
            self.pump.refuse(stored)

    async def _renew(self) -> None:
        try:
            if self.trouble:
                await self.probe()
            await self._look()
        except Exception as error:  # the crew goes on with it, and tells it
            self.pump.break_off(error)
            self.pump.give_up()
            raise
        self.pump.mend()
        for order_id, reason in self.refusals.asked.items():
            if changes := self.matcher.refuse(order_id, reason):
                self.pump.put(changes, self.backlog.end if self._given is None else self._given)
        await self._catch_up()
        self.announce(())

    async def _look(self) -> None:
        """Go on from what is committed; the store is asked for all of it only where it has something else."""
        broken, revisions = self.pump.broken, await self.store.revisions()
        if self.pump.culprit is not None:
            self.refusals.blame(self.pump.culprit, broken)
        stored = self.pump.stored(revisions)
        if broken is not None:
            lost = self.pump.failed[stored:]
            self._given = lost[0].place if lost else self._broke_at
        if self._astray or isinstance(broken, Overtaken) or revisions != self.view.revisions:
            await self.load()
        else:
            if self._stale:
                self.view.rekey(self.registry)
            self._begin()
        self._stale = False
        if broken is not None:
            self.pump.settle(stored)

    def _begin(self) -> None:
        """Decide from what is committed on; stops follow the prices whose decisions are."""
        state = self.view.state
        self.refusals.forget({order.id for order in state.orders})
        orders = [self._bests.upon(order) for order in state.orders if order.id not in self.refusals.left_out]
        self.matcher.load(replace(state, orders=orders))
        if self._given is not None:
            for coin_id, tick in self.backlog.some(self.backlog.start, self._given - self.backlog.start):
                if self.registry.root(coin_id) == coin_id:
                    self.matcher.follow(coin_id, tick)

    async def _catch_up(self) -> None:
        assert self._given is not None
        while not self.trouble and (some := self.backlog.some(self._given, AT_ONCE)):
            for coin_id, tick in some:
                if not self.trouble:
                    self._again(coin_id, tick)
            await asyncio.sleep(0)  # others get their turn
        if not self.trouble:
            self._given = None
            self.backlog.lose()
            self._forget()
            self._tell()

    def _again(self, coin_id: int, tick: Tick) -> None:
        """A price that came while nothing could be decided, or whose decision was not committed."""
        assert self._given is not None
        place, stands = self._given, self.registry.root(coin_id) == coin_id
        changes = self._match(coin_id, tick) if stands else []
        if self.trouble:
            self.backlog.strike(place)
            return
        self._given = place + 1
        if changes:
            self.pump.put(changes, place)

    def _committed(self, changes: Sequence[Change]) -> None:
        self._astray = True
        for change in changes:
            self.view.apply(change)
        self._astray = False
        self.announce(changes)

    def _forget(self) -> None:
        """Prices serve again from the oldest decision that is not committed on, and from where stops are known on."""
        oldest, end = self.pump.oldest, self.backlog.end if self._given is None else self._given
        self.backlog.forget(min(self._bests.base, end if oldest is None else oldest, end))

    def _fall_behind(self) -> None:
        self.backlog.lose()
        self._broke_at = self.backlog.end if self._given is None else self._given
        self._given = self.pump.failed[0].place if self.pump.failed else self._broke_at
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news.clear()
