"""Any ccxt exchange, in a process of its own: this is the desk's side of it."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import stamina

from desk.errors import DeskError, NotFound, Unavailable
from desk.feeds import catalog
from desk.feeds.feed import Sink
from desk.feeds.history import History
from desk.feeds.markets import Grid, grid, other_quotes
from desk.feeds.outbox import Row
from desk.feeds.process import Child
from desk.feeds.state import Health
from desk.feeds.wire import Message
from desk.settings import Settings
from desk.ticks import FUTURE_TOLERANCE, Tick
from models import Origin

EPOCH, MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
TURN = 100  # ticks that are handled before the loop may do something else
LOADING_SECONDS, ANSWER_SECONDS = 120.0, 20.0
SILENCE = 60.0
QUIET_SECONDS = 15.0  # a child that lives speaks twice a second


class ExchangeFeed:
    """One exchange. `loaded` is set once its library is (or cannot be), `spoke` once it has given a price."""

    def __init__(
        self,
        settings: Settings,
        sink: Sink,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
        silence: float = SILENCE,
    ) -> None:
        self.exchange = settings.exchange
        self.health = Health(self.exchange, catalog.label(self.exchange), clock, changed)
        self.loaded, self.spoke = asyncio.Event(), asyncio.Event()
        self._quote, self._sink, self._clock = settings.quote, sink, clock
        self._arguments = [
            self.exchange,
            f'--quote={settings.quote}',
            f'--url={settings.exchange_url}',
            f'--silence={silence}',
        ]
        self._wanted: dict[str, str] = {}  # coin → pair, '' until the exchange has listed it
        self._followed: dict[str, str] = {}  # what the present child has been told
        self._markets: dict[str, str] = {}
        self._full_names: dict[str, str] = {}
        self._grids: dict[str, Grid] = {}
        self._listed = asyncio.Event()
        self._newest: dict[str, int] = {}
        self._unannounced: dict[str, str] = {}
        self._announce = asyncio.Event()
        self._history = History(self.exchange, sink, self.health)
        self._child: Child | None = None
        self._deadline = math.inf
        self._before, self._outages = (0, 0), 0

    @property
    def pid(self) -> int | None:
        """The number of the child process."""
        return self._child.pid if self._child else None

    def prepare(self, followed: Mapping[str, str]) -> None:
        """The coins to follow from the next start on: name → pair where it is known, else ''."""
        self._wanted = dict(followed)
        problem = catalog.problem(self.exchange)
        self.health.become('off' if self.exchange == 'none' else 'failed' if problem else 'loading', problem)

    async def run(self) -> None:
        """Runs the child until cancelled; raises when it ends or hangs. Returns at once where there is no exchange."""
        if self.health.state in ('off', 'failed'):
            self.loaded.set()
            return
        if self.loaded.is_set():
            self.health.become('reconnecting', self.health.error)
        self._followed, self._outages = {}, 0
        self._before = self.health.reconnects, self.health.conflated
        self._child = child = Child('desk.feeds.child', self._arguments)
        try:
            await child.start()
            async with asyncio.TaskGroup() as group:
                for work in (self._listen(child), self._guard(), self._tell_desk(), self._history.run()):
                    group.create_task(work)
        finally:
            self.loaded.set()
            self._listed.clear()
            await child.end()

    async def follow(self, name: str, pair: str = '') -> None:
        """Follows a coin from now on; raises Unavailable without an exchange, NotFound where it lacks the coin."""
        await self._be_listed()
        found = self._pair(name, pair)
        if not found:
            raise NotFound(f'{self.health.label} has no market for {name}{self._near(name)}.', 'name')
        self._follow({name: found})
        await self._tell({name: found})

    async def unfollow(self, name: str) -> None:
        """Follows a coin no longer; does nothing where it was not followed."""
        if self._wanted.pop(name, None) is None:
            return
        if self._followed.pop(name, None) and self._child:
            self._child.say({'do': 'unfollow', 'names': [name]})
        self._unannounced.pop(name, None)
        self._history.forget(name)
        self._take_stock()

    async def knows(self, name: str) -> bool:
        """Has the exchange a market for this coin? False also while it has not said which it has."""
        return bool(self._pair(name, ''))

    async def _listen(self, child: Child) -> None:
        self._deadline = time.monotonic() + LOADING_SECONDS
        async for message in child.messages():
            self._deadline = math.inf  # the desk's own slowness is no fault of the child
            await self._heed(message, child)
            await asyncio.sleep(0)
            self._deadline = time.monotonic() + (QUIET_SECONDS if self.loaded.is_set() else LOADING_SECONDS)

    async def _heed(self, message: Message, child: Child) -> None:
        match message['is']:
            case 'ticks':
                await self._take(message['rows'])
            case 'bars' | 'filled':
                self._history.put(message, child)
            case 'pulse':
                self._feel(message)
            case 'loaded':
                self.loaded.set()
            case 'markets':
                self._markets, self._full_names = message['pairs'], message['full_names']
                self._grids = {pair: grid(texts) for pair, texts in message['precisions'].items()}
                self._follow_all()

    async def _take(self, rows: Sequence[Row]) -> None:
        """Hands ticks on, a few at a time: pages must not wait for more."""
        for start in range(0, len(rows), TURN):
            now = self._clock()
            ticks = [tick for row in rows[start : start + TURN] if (tick := self._tick(row, now))]
            if not ticks:
                continue
            try:
                await self._sink.submit_many(ticks)
            except DeskError as error:
                self.health.reject(len(ticks), str(error))
                continue
            self.health.received({tick.name for tick in ticks}, len(ticks))
            self.spoke.set()
            self.health.become('live')
            await asyncio.sleep(0)

    def _tick(self, row: Row, now: datetime) -> Tick | None:
        name, price, moment, volume, bid, ask = row
        if name not in self._followed:
            return None
        try:
            timestamp = now if moment is None else EPOCH + moment * MILLISECOND
            if timestamp > now + FUTURE_TOLERANCE:
                timestamp, self.health.clamped = now, self.health.clamped + 1
            tick = Tick(
                name,
                Decimal(price),
                timestamp,
                self.exchange,
                Origin.FEED,
                _positive(volume),
                _positive(bid),
                _positive(ask),
            )
        except (InvalidOperation, TypeError, OverflowError) as error:
            self.health.reject(1, f'a price of {name}: {error!r}')
            return None
        if moment is not None:
            self._newest[name] = max(self._newest.get(name, 0), (timestamp - EPOCH) // MILLISECOND)
        return tick

    def _feel(self, pulse: Message) -> None:
        """The child's condition. Only a price makes the feed live again."""
        reconnects, conflated = self._before
        self.health.reconnects, self.health.conflated = reconnects + pulse['reconnects'], conflated + pulse['conflated']
        if pulse['error'] and (pulse['outages'] > self._outages or self.health.state != 'live'):
            self.health.become('reconnecting', pulse['error'])
        self._outages = pulse['outages']

    def _follow_all(self) -> None:
        found = {self._pair(name, pair): name for name, pair in self._wanted.items()}
        self._follow({name: pair for pair, name in found.items() if pair and pair not in self._followed.values()})
        self._listed.set()
        self._unannounced |= self._followed
        self._announce.set()

    def _follow(self, coins: dict[str, str]) -> None:
        """A pair goes by one name: the one that was given last."""
        for old in [name for name, pair in self._followed.items() if pair in coins.values() and name not in coins]:
            del self._followed[old]
            self._wanted.pop(old, None)
        self._wanted |= coins
        self._followed |= coins
        if coins and self._child:
            self._history.expect(coins.keys() - self._history.filled)
            self._child.say(
                {
                    'do': 'follow',
                    'coins': coins,
                    'since': {name: self._newest[name] for name in coins if self._newest.get(name)},
                    'filled': [name for name in coins if name in self._history.filled],
                }
            )
        self._take_stock()

    async def _tell_desk(self) -> None:
        """Tells the desk what is listed; a database that is locked or full is waited for."""
        while True:
            await self._announce.wait()
            self._announce.clear()
            pairs, self._unannounced = self._unannounced, {}
            async for attempt in stamina.retry_context(
                Unavailable, attempts=None, timeout=None, wait_initial=1.0, wait_max=30.0, wait_jitter=1.0
            ):
                with attempt:
                    await self._tell(pairs)

    async def _tell(self, pairs: Mapping[str, str]) -> None:
        grids = {name: self._grids[pair] for name, pair in pairs.items() if pair in self._grids}
        await self._sink.listed(self.exchange, pairs, self._names_in_full(pairs), grids)

    def _take_stock(self) -> None:
        lacking = (name for name, pair in self._wanted.items() if not self._pair(name, pair))
        self.health.missing = sorted(lacking) if self._markets else []
        self.health.note = other_quotes(self._followed.values(), self._quote, self.health.label)
        self.health.expect(self._followed)
        self.health.changed()

    def _pair(self, name: str, known: str) -> str:
        if known and known in self._markets.values():
            return known
        return self._markets.get(name) or self._markets.get(name.upper(), '')

    def _names_in_full(self, pairs: Mapping[str, str]) -> dict[str, str]:
        named = {self._markets[base]: text for base, text in self._full_names.items()}
        return {name: named[pair] for name, pair in pairs.items() if pair in named}

    def _near(self, name: str) -> str:
        near = get_close_matches(name.upper(), self._markets, n=3, cutoff=0.7)
        return f'; it has {", ".join(near)}' if near else f' in {self._quote}'

    async def _be_listed(self) -> None:
        if self.health.state in ('off', 'failed', 'stopped'):
            raise Unavailable(self.health.error or 'No exchange is connected: start Cointape with --exchange coinbase.')
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._listed.wait()
        except TimeoutError:
            raise Unavailable(f'{self.health.label} is not answering yet; try again in a moment.') from None

    async def _guard(self) -> None:
        """A child that hangs is as bad as one that died."""
        while time.monotonic() < self._deadline:  # noqa: ASYNC110 - the deadline moves
            await asyncio.sleep(1)
        raise TimeoutError('its process has not answered for a while')


def _positive(text: str | None) -> Decimal | None:
    """A volume, bid or ask that makes sense, else None."""
    number = Decimal(text) if text is not None else None
    return number if number is not None and number.is_finite() and number > 0 else None
