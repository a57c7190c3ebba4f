"""History over REST: the candles that a desk missed, the newest pages of all coins first. For the child process."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ccxt.pro
import stamina

from desk.feeds.wire import Message

DAY = 86_400_000
SPANS = ((3_600_000, '1h', 30 * DAY), (60_000, '1m', DAY), (DAY, '1d', 365 * DAY))
PAGE, MOST = 300, 1000
WORKERS = 4
UNCONFIRMED = 2
NOTHING = 'the exchange offers none'


@dataclass(frozen=True, order=True, slots=True)
class Page:
    """One request, most urgent first: the newest page of every coin before the second page of any."""

    age: int
    order: int
    number: int
    name: str
    pair: str
    timeframe: str
    length: int
    since: int
    count: int


class Backfill:
    """Fetches candles of coins given to `add()`, within the exchange's rate limit, and says them in `bars` messages.

    At most two messages wait for their `confirm()`. What fails three times is left out and named in `filled`;
    of an exchange without candles that is said at once.
    """

    def __init__(self, venue: Any, say: Callable[[Message], None], wanted: Callable[[str], bool]) -> None:
        self._venue, self._say, self._wanted = venue, say, wanted
        self._pages: asyncio.PriorityQueue[Page] = asyncio.PriorityQueue()
        self._room = asyncio.Semaphore(UNCONFIRMED)
        self._left: Counter[str] = Counter()
        self._errors: dict[str, str] = {}
        self._number = 0

    def add(self, coins: Mapping[str, str], newest_only: bool = False) -> None:
        """Coins (name → pair) to fetch the history of; `newest_only`: just the last hours, after a gap."""
        for name, pair in coins.items():
            pages = offered = list(self._split(name, pair))
            if newest_only:
                pages = [page for page in offered if (page.age, page.timeframe) == (0, '1m')]
            self._left[name] += len(pages)
            if not self._left[name]:
                self._say({'is': 'filled', 'name': name, 'error': '' if offered else NOTHING})
            for page in pages:
                self._pages.put_nowait(page)

    def confirm(self) -> None:
        """The desk has taken one message."""
        self._room.release()

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    def _split(self, name: str, pair: str) -> Iterator[Page]:
        features = ((self._venue.features or {}).get('spot') or {}).get('fetchOHLCV') or {}
        size = min(features.get('limit') or PAGE, MOST)
        for order, (length, timeframe, span) in enumerate(SPANS):
            if timeframe in (self._venue.timeframes or {}) and self._venue.has.get('fetchOHLCV'):
                end = int(time.time() * 1000) // length * length + length
                for age, count in enumerate(_portions(span // length, size)):
                    end -= count * length
                    self._number += 1
                    yield Page(age, order, self._number, name, pair, timeframe, length, end, count)

    async def _work(self) -> None:
        while True:
            page = await self._pages.get()
            if self._wanted(page.name):
                await self._fetch(page)
            self._left[page.name] -= 1
            if not self._left[page.name]:
                self._say({'is': 'filled', 'name': page.name, 'error': self._errors.pop(page.name, '')})

    async def _fetch(self, page: Page) -> None:
        try:
            rows = await patiently(self._venue.fetch_ohlcv, page.pair, page.timeframe, page.since, page.count)
        except Exception as error:  # noqa: BLE001 - an exchange's parser may raise anything; it is reported
            self._errors[page.name] = f'{page.timeframe}: {str(error) or type(error).__name__}'[:300]
            return
        if rows:
            await self._room.acquire()
            self._say({'is': 'bars', 'name': page.name, 'interval': page.length // 1000, 'rows': rows})


async def patiently(ask: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
    """A REST answer, asked for up to three times while the network is to blame."""
    async for attempt in stamina.retry_context(ccxt.pro.NetworkError, attempts=3, timeout=None, wait_initial=1.0):
        with attempt:
            return await ask(*arguments)
    return None


def _portions(whole: int, size: int) -> Iterator[int]:
    while whole > 0:
        yield min(whole, size)
        whole -= size
