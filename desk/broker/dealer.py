"""Decisions on paper orders: made in memory at once, committed in their order, made again where a commit fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

from desk.broker.backlog import Backlog
from desk.broker.committed import RECENT, Committed, through_merges
from desk.broker.pump import Pump, sentence
from desk.errors import Conflict, DeskError, Unavailable
from desk.matching.account import TradingState
from desk.matching.matcher import Matcher
from desk.orders import Change, Order
from desk.registry import Registry
from desk.store import TradeStore
from desk.ticks import Tick

log = logging.getLogger(__name__)
AT_ONCE = 200  # prices gone through again before others get their turn
BESTS = 1000  # trailing stops saved at once


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
        quote: str,
        clock: Callable[[], datetime],
        announce: Callable[[Sequence[Change]], None],
        probe: Callable[[], Awaitable[None]],
    ) -> None:
        self.store, self.registry, self.view, self.matcher = store, registry, view, matcher
        self.quote, self.clock, self.announce, self.probe = quote, clock, announce, probe
        self.foreign = False  # an account is in another currency than the prices, which then mean nothing to it
        self.backlog = Backlog()
        self.pump = Pump(store, self._committed, self._fall_behind)
        self._given: int | None = None  # behind: the place in the backlog up to which prices were gone through
        self._broke_at = 0
        self._closed = False
        self._bests: dict[int, Order] = {}
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
        elif not self.foreign:
            busy, changes = self.pump.busy, self._match(coin_id, tick)
            if busy or changes or self.trouble:
                self._keep(coin_id, tick, changes)

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
        found = through_merges(await self.store.trading_state(), self.registry)
        fills = {book.id: (await self.store.fills(book.id, limit=RECENT)).items for book in found.books}
        state = replace(found, orders=[self._with_best(order) for order in found.orders])
        await asyncio.to_thread(self.view.load, state, fills)
        self.matcher.load(state)
        if self.pump.broken is not None:
            self._given = self._not_committed(state)
        self._look_at_currency()

    async def work(self) -> None:
        """Commit what was decided or, where that failed, read everything anew: a step for the crew."""
        if self.pump.broken is None:
            await self.pump.once()
            return
        async with self._loading:
            if self.pump.broken is not None:
                await self._renew()

    async def expire(self) -> None:
        """Let orders end whose time is over: a step for the crew."""
        if self._given is None and (changes := self.matcher.expire(self.clock())):
            self.pump.put(changes, self.backlog.end)

    async def save_bests(self) -> None:
        """Keep how far trailing stops have come, some at once: a step for the crew."""
        if self._given is None and (moved := self.matcher.trailed()):
            await self._moved(moved)
        some = list(self._bests.values())[:BESTS]
        await self.store.save_bests(some)
        for order in some:
            if self._bests.get(order.id) is order:
                del self._bests[order.id]

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Nothing is decided within; afterwards everything is read anew."""
        async with self._loading:
            if self._given is None:
                self._given = self.backlog.end
            await self._drain()
            try:
                yield
            finally:
                try:
                    await self._renew()
                except DeskError as error:  # the crew goes on with it, and tells it
                    self.pump.break_off(error)

    async def stop(self) -> None:
        """Commit what was decided, and decide nothing more."""
        moved = self.matcher.trailed() if self._given is None else []
        self._closed = True
        if self._given is None:
            self._given = self.backlog.end
        self._tell()
        await self._drain()
        if not self.trouble:
            self._bests.update((order.id, order) for order in moved)
            with suppress(DeskError):  # the writer tells it; the stops are as they were a second ago
                while self._bests:
                    await self.save_bests()

    def _match(self, coin_id: int, tick: Tick) -> list[Change]:
        try:
            return self.matcher.tick(coin_id, tick)
        except Exception as error:  # a price must come in, whatever trading makes of it; the crew tells this
            log.exception('a price of %s could not be matched', tick.name)
            self.pump.break_off(error)
            return []

    def _keep(self, coin_id: int, tick: Tick, changes: list[Change]) -> None:
        place = self.backlog.end
        self.backlog.keep(coin_id, tick)
        if changes:
            self.pump.put(changes, place)

    async def _moved(self, orders: list[Order]) -> None:
        """Where these stand follows from what was decided before: it counts once that is committed."""
        await self.commit(())
        self._bests.update((order.id, order) for order in orders)
        if self.view.follow(orders):
            self.announce(())

    def _with_best(self, order: Order) -> Order:
        known = self._bests.get(order.id)
        return replace(order, best=known.best) if known is not None and known.revision == order.revision else order

    async def _drain(self) -> None:
        if self.pump.busy:
            with suppress(Unavailable):  # the crew tells it
                await self.commit(())

    async def _renew(self) -> None:
        if self.trouble:
            await self.probe()
        await self.load()
        self.pump.mend()
        await self._catch_up()
        self.announce(())

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
        changes = self._match(coin_id, tick) if stands and not self.foreign else []
        if self.trouble:
            self.backlog.strike(place)
            return
        self._given = place + 1
        if changes:
            self.pump.put(changes, place)

    def _not_committed(self, state: TradingState) -> int:
        """The place to go on from: a commit that nobody answered to may have happened all the same."""
        if isinstance(self.pump.broken, Conflict):
            return self.backlog.start  # it has not
        revisions = {book.id: book.revision for book in state.books}
        for decision in self.pump.failed:
            for book in (change.book for change in decision.changes[-1:]):
                closed = book.revision if book.revision > 1 else 0  # not among the open ones: closed, or never opened
                if revisions.get(book.id, closed) < book.revision:
                    return decision.place
        return self._broke_at

    def _committed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self.view.apply(change)
        if any(change.book.revision == 1 for change in changes):
            self._look_at_currency()
        self._forget()
        self.announce(changes)

    def _look_at_currency(self) -> None:
        self.foreign = any(account.book.quote != self.quote for account in self.view.accounts.values())

    def _forget(self) -> None:
        oldest, given = self.pump.oldest, self._given
        self.backlog.forget(oldest if oldest is not None else given if given is not None else self.backlog.end)

    def _fall_behind(self) -> None:
        self.backlog.lose()
        self._broke_at = self.backlog.end if self._given is None else self._given
        self._given = self.backlog.start
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news.clear()
