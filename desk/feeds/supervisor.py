"""Runs the feeds: starts each again when it fails, and lets the demo market come and go."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import stamina

from desk.acting import Right, as_the_desk, needing
from desk.feeds.demo import DemoFeed
from desk.feeds.exchange import SILENCE, ExchangeFeed
from desk.feeds.feed import Feed, FeedMaker, Sink
from desk.feeds.state import FeedState, reason
from desk.settings import Settings
from models import utc_now

PATIENCE = 10.0
STEADY = 60.0
log = logging.getLogger(__name__)


FEEDS: dict[str, FeedMaker] = {'exchange': ExchangeFeed, 'demo': DemoFeed}


class Feeds:
    """Every feed of the desk: those of FEEDS, and `more`. All but the demo market run from the start.

    `patience`: seconds that an empty desk waits for the exchange before the demo market starts; `silence`: seconds
    without a price after which the exchange's connections are taken up anew.
    `desk_is_empty` may be set to False once somebody has added a price: the demo then no longer starts by itself.
    """

    def __init__(
        self,
        settings: Settings,
        sink: Sink,
        clock: Callable[[], datetime] = utc_now,
        patience: float = PATIENCE,
        silence: float = SILENCE,
        more: Sequence[FeedMaker] = (),
    ) -> None:
        self.desk_is_empty = False
        self._settings, self._sink, self._clock, self._patience = settings, sink, clock, patience
        self._callbacks: list[Callable[[], None]] = []
        self.exchange = ExchangeFeed(settings, sink, clock, self._changed, silence)
        self._demo = DemoFeed(settings, sink, clock, self._changed)
        others = [make for name, make in FEEDS.items() if name not in ('exchange', 'demo')]
        self._others = [make(settings, sink, clock, self._changed) for make in (*others, *more)]
        self._tasks: dict[Feed, asyncio.Task[None]] = {}
        self._host: asyncio.Task[None] | None = None
        self._started = False

    @property
    def demo_running(self) -> bool:
        """Does the demo market trade at this moment?"""
        return self._demo in self._tasks

    def add(self, make: FeedMaker) -> Feed:
        """One more feed, which runs from the next start on; returns it, raises what its maker raises."""
        feed = make(self._settings, self._sink, self._clock, self._changed)
        self._others.append(feed)
        return feed

    async def start(self, followed: Sequence[str] | Mapping[str, str], desk_is_empty: bool) -> None:
        """Starts all feeds. `followed`: coins for the exchange, or coin → its pair there ('' where not known)."""
        if self._started:
            return
        self._started, self.desk_is_empty = True, desk_is_empty
        stamina.instrumentation.set_on_retry_hooks([])  # who retries here tells why in its own words
        self.exchange.prepare(followed if isinstance(followed, Mapping) else dict.fromkeys(followed, ''))
        for feed in (self.exchange, *self._others):
            self._begin(feed)
        await self._host_demo(self._welcome)

    async def stop(self) -> None:
        """Stops all feeds; no process is left behind."""
        self._started = False
        await self._host_demo(None)
        await asyncio.gather(*(self._end(feed) for feed in list(self._tasks)))

    def states(self) -> list[FeedState]:
        """How each feed does at this moment, the exchange first."""
        feeds: list[Feed] = [self.exchange, self._demo, *self._others]
        return [feed.health.report() for feed in feeds]

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back whenever a feed's state changes; returns what ends it."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    @needing(Right.ADMINISTER)
    async def follow(self, name: str, pair: str = '') -> None:
        """Follows a coin on the exchange; returns when the exchange has confirmed it, else raises DeskError."""
        await self.exchange.follow(name, pair)

    @needing(Right.ADMINISTER)
    async def unfollow(self, name: str) -> None:
        """Follows a coin no longer."""
        await self.exchange.unfollow(name)

    async def knows(self, name: str) -> bool:
        """Has the exchange a market for this coin? False also while it cannot say."""
        return await self.exchange.knows(name)

    @needing(Right.ADMINISTER)
    async def try_again(self) -> None:
        """Starts the exchange anew, at once."""
        await self._end(self.exchange)
        self._begin(self.exchange)

    @needing(Right.ADMINISTER)
    async def start_demo(self) -> None:
        """Starts the demo market. It stays until `stop_demo()`, or until an exchange that was silent gives prices."""
        if self.demo_running:
            return
        self._begin(self._demo)
        if self._settings.demo is None and not self.exchange.spoke.is_set():
            await self._host_demo(self._leave_to_exchange)

    @needing(Right.ADMINISTER)
    async def stop_demo(self) -> None:
        """Stops the demo market; it does not come back by itself."""
        await self._host_demo(None)
        await self._end(self._demo)

    async def _host_demo(self, plan: Callable[[], Awaitable[None]] | None) -> None:
        """At any time one task at most decides when the demo market comes and goes."""
        if self._host:
            await _ended(self._host)
        with as_the_desk():
            self._host = asyncio.create_task(self._follow_plan(plan), name='demo market: come and go') if plan else None

    async def _follow_plan(self, plan: Callable[[], Awaitable[None]]) -> None:
        try:
            await plan()
        except Exception as error:
            log.exception('%s: cannot come or go', self._demo.health.label)
            self._demo.health.become(self._demo.health.state if self.demo_running else 'failed', reason(error))

    async def _welcome(self) -> None:
        if self._settings.demo is True:
            self._begin(self._demo)
        elif self._settings.demo is None and await self._exchange_is_silent() and self.desk_is_empty:
            self._begin(self._demo)
            await self._leave_to_exchange()

    async def _exchange_is_silent(self) -> bool:
        await self.exchange.loaded.wait()
        if self.exchange.health.state in ('off', 'failed'):
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self.exchange.spoke.wait()
        return not self.exchange.spoke.is_set()

    async def _leave_to_exchange(self) -> None:
        await self.exchange.spoke.wait()
        await self._end(self._demo)

    def _begin(self, feed: Feed) -> None:
        if feed not in self._tasks:
            with as_the_desk():  # also where somebody's click has started it
                self._tasks[feed] = asyncio.create_task(self._keep(feed), name=f'feed {feed.health.name}')

    async def _end(self, feed: Feed) -> None:
        if task := self._tasks.pop(feed, None):
            worked = not task.done()
            await _ended(task)
            if worked:
                feed.health.become('stopped')

    async def _keep(self, feed: Feed) -> None:
        """Runs one feed until it is done, with back-off and jitter between its failures."""
        done = False
        while not done:
            async for attempt in stamina.retry_context(
                Exception, attempts=None, timeout=None, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0
            ):
                with attempt:
                    done = await self._once(feed)

    async def _once(self, feed: Feed) -> bool:
        """True: the feed is done by itself. A failure after a steady run starts the back-off anew."""
        started = asyncio.get_running_loop().time()
        try:
            await feed.run()
        except Exception as error:
            log.warning('%s: %s', feed.health.label, reason(error), exc_info=log.isEnabledFor(logging.DEBUG))
            if feed not in self._tasks:  # it ends: an error on the way out has taken the cancellation's place
                raise asyncio.CancelledError from error
            feed.health.restarts += 1
            feed.health.become('reconnecting', reason(error))
            if asyncio.get_running_loop().time() - started < STEADY:
                raise
            return False
        return True

    def _changed(self) -> None:
        for callback in list(self._callbacks):
            callback()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
