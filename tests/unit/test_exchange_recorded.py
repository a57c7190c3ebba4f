"""Real Coinbase and Binance traffic, replayed to the real ccxt in the real child process: not a trade is lost."""

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ccxt.async_support.base.ws.client import Client

from desk.feeds import Feeds
from desk.feeds.session import open_exchange
from desk.feeds.trades import Trades
from desk.settings import load_settings
from desk.ticks import Tick
from tests.unit.exchange_server import gone
from tests.unit.feed_sink import CollectingSink
from tests.waiting import until

SHARED = Path(__file__).parents[3] / 'shared'
TOOL, ORACLE = SHARED / 'tools' / 'recorded_exchange.py', SHARED / 'data' / 'oracle_trades.json'
GOLDEN, MARKETS = SHARED / 'data' / 'ccxt_ws_golden', SHARED / 'data' / 'ccxt_markets'
RECORDINGS = {
    'coinbase': {'BTC': 'COINBASE BTC-USD', 'ETH': 'COINBASE ETH-USD'},
    'binance': {'BTC': 'binance_spot/spot_btcusdt_20240808', 'ETH': 'binance_spot/spot_ethusdt_20240808'},
}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TOOL.is_file(), reason=f'no recorded exchange in {SHARED}')]


@pytest.mark.parametrize(
    ('exchange', 'speed'),
    [('coinbase', 0), ('coinbase', 20), ('binance', 0), ('binance', 150)],
)
async def test_what_arrives_equals_what_was_counted_independently(exchange: str, speed: int, free_port: int) -> None:
    oracle = {coin: json.loads(ORACLE.read_text())[name] for coin, name in RECORDINGS[exchange].items()}
    sink = CollectingSink()
    async with replayed(exchange, speed, free_port) as url, following(exchange, url, sink) as feeds:
        await until(lambda: len(trades(sink)) >= sum(what['trades'] for what in oracle.values()), 50)
        for coin, what in oracle.items():
            mine = trades(sink, coin)
            assert len(mine) == what['trades']
            assert (mine[0].price, mine[-1].price) == (Decimal(what['first']), Decimal(what['last']))
            found = [tick.price for tick in mine]
            assert (max(found), min(found)) == (Decimal(what['high']), Decimal(what['low']))
            assert sum(tick.volume or 0 for tick in mine) == Decimal(what['sum_qty'])
            assert bars(mine) == [bar_of(row) for row in what['bars_1m_[ms,o,h,l,c,v]']]
        if exchange == 'binance':
            await until(lambda: all(quote(sink, coin) == last_quote(what) for coin, what in oracle.items()))
        state = feeds.states()[0]
        assert (state.conflated, state.rejected, state.reconnects) == (0, 0, 0)
        assert ('in USDT' in state.note) == (exchange == 'binance')


@pytest.mark.parametrize(
    ('exchange', 'pair', 'expected'),
    [
        ('kraken_v2', 'BTC/USD', ['X', '63297.8', None, None, '63297.7', '63297.8']),
        ('coinbase', 'BTC/USD', ['X', '63310.25', 1786562865873, '0.00000015', None, None]),
    ],
)
async def test_frames_of_other_days_keep_every_digit(exchange: str, pair: str, expected: list[Any]) -> None:
    case = json.loads((GOLDEN / f'{exchange}.json').read_text())['cases'][0]
    venue = open_exchange(exchange.partition('_')[0])
    venue.set_markets(json.loads(gzip.decompress((MARKETS / f'{venue.id}.json.gz').read_bytes())))
    collected = Trades(venue, by_trade=case['method'] == 'watchTrades')
    collected.names = {pair: 'X'}
    client = Client(case['url'], venue.handle_message, venue.on_error, venue.on_close, venue.on_connected)
    for message in case['messages']:
        venue.handle_message(client, message)
    assert collected.sweep(0.0)[0] == expected
    await venue.close()


@asynccontextmanager
async def replayed(exchange: str, speed: float, port: int) -> AsyncIterator[str]:
    """The recorded exchange as a process of its own."""
    command = [sys.executable, str(TOOL), exchange, f'--port={port}', f'--speed={speed}']
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(30):
            while not await listens(port):
                assert process.returncode is None
        yield f'http://127.0.0.1:{port}'
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def following(exchange: str, url: str, sink: CollectingSink) -> AsyncIterator[Feeds]:
    feeds = Feeds(load_settings(exchange=exchange, exchange_url=url, demo=False), sink)
    await feeds.start(['BTC', 'ETH'], desk_is_empty=True)
    try:
        yield feeds
    finally:
        pid = feeds.exchange.pid
        await feeds.stop()
        assert pid
        await gone(pid)


async def listens(port: int) -> bool:
    with suppress(ConnectionRefusedError):
        _, writer = await asyncio.open_connection('127.0.0.1', port)
        writer.close()
        return True
    await asyncio.sleep(0.05)
    return False


def trades(sink: CollectingSink, coin: str = '') -> list[Tick]:
    """The trades alone: ticks that only carry a newer bid and ask have no volume."""
    return [tick for tick in sink.ticks if tick.volume is not None and coin in ('', tick.name)]


def bars(ticks: Sequence[Tick]) -> list[tuple[Any, ...]]:
    """Minute bars by the book: by time, of one moment by arrival."""
    minutes: dict[int, list[Tick]] = {}
    for tick in sorted(ticks, key=lambda tick: tick.timestamp):
        minutes.setdefault(int(tick.timestamp.timestamp()) // 60 * 60_000, []).append(tick)
    return [
        (
            minute,
            group[0].price,
            max(tick.price for tick in group),
            min(tick.price for tick in group),
            group[-1].price,
            sum(tick.volume or 0 for tick in group),
        )
        for minute, group in sorted(minutes.items())
    ]


def bar_of(row: Sequence[Any]) -> tuple[Any, ...]:
    return (row[0], *(Decimal(text) for text in row[1:]))


def quote(sink: CollectingSink, coin: str) -> tuple[Decimal | None, Decimal | None]:
    last = next(tick for tick in reversed(sink.ticks) if tick.name == coin)
    return last.bid, last.ask


def last_quote(what: dict[str, Any]) -> tuple[Decimal, Decimal]:
    return Decimal(what['last_bookTicker']['b']), Decimal(what['last_bookTicker']['a'])
