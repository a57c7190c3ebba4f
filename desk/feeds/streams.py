"""Keeps pairs subscribed on a ccxt.pro exchange, through whatever happens to the connection. For the child process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

import ccxt.pro
import stamina

from desk.feeds.outbox import Row
from desk.feeds.trades import Trades

GROUP = 50
SWEEP, CALM, TURN = 0.02, 0.1, 0.15
SILENCE, MOST_SILENCE, GAP = 60.0, 900.0, 60.0
Watch = Callable[[], Awaitable[object]]


class Streams:
    """One loop per group of pairs (per pair, where the exchange takes no groups). `send` takes the rows that came,
    `gap` is called when prices come again after a minute without.

    `outages` counts the moments when no loop brought prices any more, `error` says why while it lasts;
    `reconnects` counts the connections that were taken up again.
    """

    def __init__(
        self, venue: Any, send: Callable[[list[Row]], None], gap: Callable[[], None], silence: float = SILENCE
    ) -> None:
        self.outages = self.reconnects = 0
        self.by_trade = bool(venue.has['watchTrades'])
        self.trades = Trades(venue, self.by_trade)
        self._venue, self._send, self._gap = venue, send, gap
        self._clock = asyncio.get_running_loop().time
        self._covered: set[str] = set()
        self._connected: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._prices: set[Watch] = set()
        self._trouble: dict[Watch, str] = {}
        self._turn = asyncio.Lock()
        self._first_silence = self._silence = silence
        self._heard = self._checked = self._clock()
        self._outage = True

    @property
    def error(self) -> str:
        """What keeps every price away, '' while some come."""
        return self._trouble[next(iter(self._prices))] if self._down else ''

    @property
    def _down(self) -> bool:
        return bool(self._prices) and self._prices <= self._trouble.keys()

    def follow(self, coins: dict[str, str]) -> None:
        """Subscribes to these pairs (name → pair) too."""
        self.trades.names |= {pair: name for name, pair in coins.items()}
        pairs = [pair for pair in coins.values() if pair not in self._covered]
        self._covered.update(pairs)
        methods = ('trades_for_symbols', 'trades') if self.by_trade else ('tickers', 'ticker')
        self._begin(methods, pairs, prices=True)
        if self.by_trade:
            self._begin(('bids_asks', 'ticker', 'tickers'), pairs, prices=False)

    def unfollow(self, names: Iterable[str]) -> None:
        """Tells nothing more of these coins; what the exchange still sends of them is dropped."""
        gone = set(names)
        self.trades.names = {pair: name for pair, name in self.trades.names.items() if name not in gone}

    async def run(self) -> None:
        """Sweeps until cancelled, and starts connections anew that have been silent for too long."""
        while True:
            self._sweep()
            if self._clock() - max(self._heard, self._checked) > self._silence:
                self.reset(f'nothing came for {self._silence:.0f} s')
                self._checked, self._silence = self._clock(), min(2 * self._silence, MOST_SILENCE)
            await asyncio.sleep(SWEEP)

    def price(self, tickers: Mapping[str, Mapping[str, Any]], moment: int) -> None:
        """First prices for pairs without any, from a look at the market at `moment` (ms)."""
        self._send(self.trades.priced(tickers, self._clock(), moment))

    def reset(self, why: str) -> None:
        """Drops every connection; the loops take them up again."""
        for client in list((self._venue.clients or {}).values()):
            client.on_error(ccxt.pro.NetworkError(why))

    def _sweep(self) -> None:
        now = self._clock()
        self._count_connections()
        if rows := self.trades.sweep(now):
            if now - self._heard > GAP:
                self._gap()
            self._heard, self._silence, self._outage = now, self._first_silence, False
            self._send(rows)

    def _count_connections(self) -> None:
        for url, client in (self._venue.clients or {}).items():
            if client.isConnected and client is not self._connected.get(url):
                self.reconnects += url in self._connected
                self._connected[url] = client

    def _begin(self, methods: Iterable[str], pairs: list[str], prices: bool) -> None:
        """Loops over these pairs by the first of the methods that the exchange has."""
        method = next((method for method in methods if self._venue.has.get(_camel(method))), None)
        if method is None or not pairs:
            return
        size = 1 if method in ('trades', 'ticker') else GROUP
        for start in range(0, len(pairs), size):
            self._spawn(method, pairs[start : start + size], prices)

    def _spawn(self, method: str, pairs: list[str], prices: bool) -> None:
        watch = partial(getattr(self._venue, f'watch_{method}'), pairs[0] if method in ('trades', 'ticker') else pairs)
        if prices:
            self._prices.add(watch)
        task = asyncio.create_task(self._keep(watch, method, pairs), name=f'watch {method} {pairs}')
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, watch: Watch, method: str, pairs: list[str]) -> None:
        """Watches until cancelled; a group of which the exchange refuses a part gives way to a loop for each pair."""
        while True:
            async for attempt in stamina.retry_context(
                Exception, attempts=None, timeout=None, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0
            ):
                with attempt:
                    try:
                        await self._once(watch)
                    except ccxt.pro.ExchangeError:
                        if len(pairs) == 1:
                            raise
                        return self._split(watch, method, pairs)
            await asyncio.sleep(CALM)

    async def _once(self, watch: Watch) -> None:
        if watch in self._trouble or self._outage:
            async with self._turn:  # exchanges count a client's messages
                await asyncio.sleep(TURN)
        try:
            await watch()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._note(watch, 'the connection was closed')
            raise ConnectionError('the connection was closed') from None
        except Exception as error:
            self._note(watch, str(error) or type(error).__name__)
            raise
        self._trouble.pop(watch, None)

    def _note(self, watch: Watch, why: str) -> None:
        self._trouble[watch] = why[:300]
        if self._down and not self._outage:
            self._outage = True
            self.outages += 1

    def _split(self, watch: Watch, method: str, pairs: list[str]) -> None:
        for pair in pairs:
            self._spawn(method, [pair], watch in self._prices)
        self._prices.discard(watch)
        self._trouble.pop(watch, None)


def _camel(method: str) -> str:
    return 'watch' + ''.join(word.capitalize() for word in method.split('_'))
