"""One exchange as the child process runs it: opens it, says what it lists, streams and back-fills. Imports ccxt."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import ccxt.pro
import stamina

from desk.feeds.backfill import Backfill, patiently
from desk.feeds.markets import full_names, precisions, redirected, spot_pairs
from desk.feeds.outbox import Outbox
from desk.feeds.streams import Streams
from desk.feeds.wire import Message

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    'binance': {'fetchMarkets': {'types': ['spot']}, 'fetchCurrencies': False, 'fetchMargins': False},
}
TRADES_KEPT = 5000  # between two sweeps, per pair
PULSE = 0.5
RELIST = 3600.0
FIRST_PRICES = 3.0
log = logging.getLogger(__name__)


def open_exchange(exchange: str, url: str = '') -> Any:
    """A ccxt.pro exchange whose numbers are the exchange's own text; `url` takes all its traffic instead."""
    venue = getattr(ccxt.pro, exchange)(
        {'options': {'tradesLimit': TRADES_KEPT, **OPTIONS.get(exchange, {})}, 'aiohttp_trust_env': not url}
    )
    venue.number = str
    if url:
        venue.urls['api'] = redirected(venue.urls['api'], url)
    return venue


class Session:
    """Obeys the messages that `obey()` is given, and speaks through the outbox."""

    def __init__(self, exchange: str, quote: str, url: str, silence: float, outbox: Outbox) -> None:
        self._venue, self._quote, self._outbox = open_exchange(exchange, url), quote, outbox
        self._streams = Streams(self._venue, outbox.ticks, self._fill_gap, silence)
        self._backfill = Backfill(self._venue, outbox.say, lambda name: name in self._coins)
        self._coins: dict[str, str] = {}
        self._newcomers = asyncio.Event()
        self._error = ''

    async def run(self) -> None:
        """Works until cancelled."""
        asyncio.get_running_loop().set_exception_handler(self._garbled)
        self._outbox.say({'is': 'loaded'})
        works = (self._pulse, self._list, self._streams.run, self._backfill.run, self._price_quiet_ones)
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work(), name=work.__qualname__)

    def obey(self, message: Message) -> None:
        """Does what the desk wants done."""
        match message:
            case {'do': 'follow', 'coins': coins, 'since': since, 'filled': filled}:
                self._follow(coins, since, set(filled))
            case {'do': 'unfollow', 'names': names}:
                self._streams.unfollow(names)
                for name in names:
                    self._coins.pop(name, None)
            case {'do': 'more'}:
                self._backfill.confirm()

    def _follow(self, coins: dict[str, str], since: Mapping[str, int], filled: set[str]) -> None:
        for name, moment in since.items():
            self._streams.trades.resume(coins[name], moment)
        self._coins |= coins
        self._streams.follow(coins)
        self._backfill.add({name: pair for name, pair in coins.items() if name not in filled})
        self._backfill.add({name: pair for name, pair in coins.items() if name in filled}, newest_only=True)
        self._newcomers.set()

    def _fill_gap(self) -> None:
        self._backfill.add(self._coins, newest_only=True)

    async def _pulse(self) -> None:
        while True:
            self._outbox.say(
                {
                    'is': 'pulse',
                    'error': self._error or self._streams.error,
                    'outages': self._streams.outages,
                    'reconnects': self._streams.reconnects,
                    'conflated': self._outbox.conflated,
                }
            )
            await asyncio.sleep(PULSE)

    async def _list(self) -> None:
        while True:
            async for attempt in stamina.retry_context(
                Exception, attempts=None, timeout=None, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0
            ):
                with attempt:
                    await self._load_markets()
            await asyncio.sleep(RELIST)

    async def _load_markets(self) -> None:
        try:
            markets = await self._venue.load_markets(True)
            pairs = spot_pairs(markets, self._quote)
            if not pairs:
                raise LookupError(f'it lists no spot markets in {self._quote}')
        except Exception as error:
            self._error = f'its list of markets did not come: {type(error).__name__}, {error}'[:300]
            raise
        self._error = ''
        self._outbox.say(
            {
                'is': 'markets',
                'pairs': pairs,
                'full_names': full_names(markets, self._venue.currencies or {}, pairs),
                'precisions': precisions(markets, pairs.values(), self._venue.precisionMode),
            }
        )

    async def _price_quiet_ones(self) -> None:
        """Pairs that have not traded since they are watched get their last price over REST, once."""
        while True:
            await self._newcomers.wait()
            self._newcomers.clear()
            await asyncio.sleep(FIRST_PRICES)
            pairs, moment = self._streams.trades.unpriced(), self._venue.milliseconds()
            if pairs and self._venue.has.get('fetchTickers'):
                try:
                    tickers = await patiently(self._venue.fetch_tickers, pairs)
                except Exception as error:  # noqa: BLE001 - an exchange's parser may raise anything; it is reported
                    log.warning('no first prices of %s: %s', ', '.join(pairs), error)
                else:
                    self._streams.price(tickers, moment)

    def _garbled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What ccxt cannot read raises in a callback, after which it reads no more of that connection."""
        error = context.get('exception')
        log.warning('%s: %r', context['message'], error)
        if 'handle' in context:
            self._streams.reset(f'it sent something that cannot be read ({error})')
