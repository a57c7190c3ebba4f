"""The child's loops on a made-up exchange: groups that break up, tickers, quiet times, and history page by page."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import ccxt.pro
import pytest
import stamina

from desk.feeds.backfill import Backfill
from desk.feeds.streams import Streams
from tests.waiting import until

HOUR, DAY = 3_600_000, 86_400_000


class Venue(SimpleNamespace):
    """As much of ccxt as Streams and Backfill use. Watching a group with `bad` in it fails; else it waits for ever."""

    def __init__(self, *methods: str, bad: str = '') -> None:
        super().__init__(has=dict.fromkeys((*methods, 'fetchOHLCV'), True) | {'watchTrades': 'watchTrades' in methods})
        self.trades: dict[str, Any] = {}
        self.tickers: dict[str, Any] = {}
        self.bidsasks: dict[str, Any] = {}
        self.clients: dict[str, Any] = {}
        self.timeframes = {'1m': 60, '1h': 3600, '1d': 86400}
        self.features = {'spot': {'fetchOHLCV': {'limit': 300}}}
        self.bad, self.watched, self.asked = bad, Counter[str](), list[tuple[str, str, int, int]]()
        self.failures: list[Exception] = []

    async def _watch(self, what: str | list[str]) -> None:
        pairs = [what] if isinstance(what, str) else what
        if self.bad in pairs:
            raise ccxt.pro.BadSymbol(f'no {self.bad} here')
        self.watched.update(pairs)
        await asyncio.Event().wait()

    watch_trades_for_symbols = watch_trades = watch_tickers = watch_ticker = _watch

    def milliseconds(self) -> int:
        return int(time.time() * 1000)

    async def fetch_ohlcv(self, pair: str, timeframe: str, since: int, limit: int) -> list[list[Any]]:
        if self.failures:
            raise self.failures.pop()
        self.asked.append((pair, timeframe, since, limit))
        return [[since, '1', '2', '1', '2', '5']]


@asynccontextmanager
async def streaming(venue: Venue, *pairs: str, silence: float = 60.0) -> AsyncIterator[tuple[Streams, list[list[Any]]]]:
    rows: list[list[Any]] = []
    before = asyncio.all_tasks()
    streams = Streams(venue, rows.extend, lambda: None, silence)
    streams.follow({pair.partition('/')[0]: pair for pair in pairs})
    asyncio.create_task(streams.run())  # noqa: RUF006 - ended below, with all that it starts
    try:
        yield streams, rows
    finally:
        tasks = asyncio.all_tasks() - before
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_one_bad_pair_takes_no_other_with_it() -> None:
    venue = Venue('watchTrades', 'watchTradesForSymbols', bad='X/USD')
    async with streaming(venue, 'BTC/USD', 'X/USD', 'ETH/USD') as (streams, _):
        await until(lambda: venue.watched == {'BTC/USD': 1, 'ETH/USD': 1})
        assert streams.error == ''


async def test_an_exchange_without_trades_is_watched_by_ticker() -> None:
    venue = Venue('watchTicker')
    async with streaming(venue, 'BTC/USD', 'ETH/USD') as (_, rows):
        await until(lambda: venue.watched == {'BTC/USD': 1, 'ETH/USD': 1})
        venue.tickers['ETH/USD'] = {'last': '7', 'timestamp': 5, 'bid': '6', 'ask': '8'}
        await until(lambda: rows == [['ETH', '7', 5, None, '6', '8']])


async def test_a_pair_is_subscribed_once_however_often_it_is_followed() -> None:
    venue = Venue('watchTrades')
    async with streaming(venue, 'BTC/USD') as (streams, rows):
        await until(lambda: venue.watched['BTC/USD'])
        streams.unfollow(['BTC'])
        streams.follow({'Bitcoin': 'BTC/USD'})
        venue.trades['BTC/USD'] = [{'id': 1, 'symbol': 'BTC/USD', 'timestamp': 1, 'price': '9', 'amount': '2'}]
        await until(lambda: rows == [['Bitcoin', '9', 1, '2', None, None]])
        assert venue.watched['BTC/USD'] == 1


async def test_a_silent_connection_is_dropped_in_growing_spans() -> None:
    venue, dropped = Venue('watchTrades'), list[str]()
    venue.clients = {'ws': SimpleNamespace(isConnected=True, on_error=lambda error: dropped.append(str(error)))}
    async with streaming(venue, 'BTC/USD', silence=0.05):
        await until(lambda: len(dropped) == 2)
        assert dropped == ['nothing came for 0 s', 'nothing came for 0 s']


@pytest.fixture
def fast_retries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@asynccontextmanager
async def filling(venue: Venue, said: list[dict[str, Any]]) -> AsyncIterator[Backfill]:
    backfill = Backfill(venue, said.append, lambda name: name != 'GONE')
    task = asyncio.create_task(backfill.run())
    try:
        yield backfill
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_history_comes_newest_first_and_waits_for_its_confirmation() -> None:
    venue, said = Venue(), list[dict[str, Any]]()
    async with filling(venue, said) as backfill:
        backfill.add({'BTC': 'BTC/USD', 'ETH': 'ETH/USD', 'GONE': 'GONE/USD'})
        await until(lambda: len(said) == 2)
        assert {message['interval'] for message in said} == {3600}, 'the hours first: they give the changes'
        while {message['name'] for message in said if message['is'] == 'filled'} != {'BTC', 'ETH', 'GONE'}:
            backfill.confirm()
            await asyncio.sleep(0)
        now = time.time() * 1000
        for timeframe, length, span in (('1m', 60_000, DAY), ('1h', HOUR, 30 * DAY), ('1d', DAY, 365 * DAY)):
            pages = [page for page in venue.asked if page[:2] == ('BTC/USD', timeframe)]
            assert sum(page[3] for page in pages) == span // length
            assert [page[2] for page in pages] == sorted((page[2] for page in pages), reverse=True)
            assert pages[-1][2] == pytest.approx(now - span, abs=2 * length)
            assert all(page[3] <= 300 and page[2] % length == 0 for page in pages)
        assert not any(page[0] == 'GONE/USD' for page in venue.asked)
        newest = [page[1] for page in venue.asked[:6]]
        assert newest == ['1h', '1h', '1m', '1m', '1d', '1d'], 'no coin waits for the whole history of another'


async def test_after_a_gap_only_the_last_minutes_are_fetched() -> None:
    venue, said = Venue(), list[dict[str, Any]]()
    async with filling(venue, said) as backfill:
        backfill.add({'BTC': 'BTC/USD'}, newest_only=True)
        await until(lambda: said[-1:] == [{'is': 'filled', 'name': 'BTC', 'error': ''}])
        assert [page[1] for page in venue.asked] == ['1m']


async def test_a_failing_page_is_tried_again_and_named_at_last(fast_retries: None) -> None:
    venue, said = Venue(), list[dict[str, Any]]()
    venue.failures = [ccxt.pro.RequestTimeout('slow'), ccxt.pro.RequestTimeout('slow')]
    async with filling(venue, said) as backfill:
        backfill.add({'BTC': 'BTC/USD'}, newest_only=True)
        await until(lambda: said[-1:] == [{'is': 'filled', 'name': 'BTC', 'error': ''}])
        venue.failures = [ccxt.pro.BadSymbol('what is that')]
        backfill.add({'ETH': 'ETH/USD'}, newest_only=True)
        await until(lambda: said[-1:] == [{'is': 'filled', 'name': 'ETH', 'error': '1m: what is that'}])


async def test_of_an_exchange_without_candles_nothing_is_awaited() -> None:
    venue, said = Venue(), list[dict[str, Any]]()
    venue.has['fetchOHLCV'] = False
    Backfill(venue, said.append, lambda name: True).add({'BTC': 'BTC/USD'})
    assert said == [{'is': 'filled', 'name': 'BTC', 'error': 'the exchange offers none'}]
