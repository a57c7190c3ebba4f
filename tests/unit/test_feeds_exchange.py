"""The exchange in its own process, against a small exchange on loopback that misbehaves on demand."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from desk.errors import NotFound, Unavailable
from desk.feeds import Feeds, FeedState, Grid, catalog
from desk.feeds.process import ROOT, Child
from desk.settings import load_settings
from models import utc_now
from tests.unit.exchange_server import FakeCoinbase, gone
from tests.unit.feed_sink import CollectingSink
from tests.waiting import until

pytestmark = pytest.mark.slow


@asynccontextmanager
async def running(server: FakeCoinbase, sink: CollectingSink, *coins: str, **given: Any) -> AsyncIterator[Feeds]:
    settings = load_settings(exchange='coinbase', exchange_url=server.url, demo=given.pop('demo', False))
    feeds = Feeds(settings, sink, **given)
    await feeds.start(coins, desk_is_empty=True)
    try:
        yield feeds
    finally:
        pid = feeds.exchange.pid
        await feeds.stop()
        if pid:
            await gone(pid)


def state(feeds: Feeds) -> FeedState:
    return feeds.states()[0]


def prices(sink: CollectingSink, name: str) -> list[str]:
    return [str(tick.price) for tick in sink.ticks if tick.name == name and tick.volume]


async def test_trades_arrive_exactly_with_bid_and_ask_names_and_history() -> None:
    sink = CollectingSink()
    async with FakeCoinbase('BTC', 'ETH').running() as server, running(server, sink, 'BTC', 'ETH', 'NOSUCH') as feeds:
        assert state(feeds).words == 'loading Coinbase…'
        await until(lambda: server.watched('market_trades', 'ETH') and server.watched('ticker', 'BTC'))
        await server.trade('BTC', '0.123456789012345678', '0.00000001')
        await until(lambda: prices(sink, 'BTC') == ['0.123456789012345678'])
        assert sink.ticks[-1].volume == Decimal('0.00000001')
        assert state(feeds).words == 'Coinbase · live'
        await server.quote('BTC', '0.12', '0.11', '0.13')
        await until(lambda: (sink.ticks[-1].bid, sink.ticks[-1].ask) == (Decimal('0.11'), Decimal('0.13')))
        assert sink.ticks[-1].price == Decimal('0.123456789012345678')
        await until(lambda: any(tick.name == 'ETH' for tick in sink.ticks))
        assert next(tick.price for tick in sink.ticks if tick.name == 'ETH') == Decimal('7.5')
        assert (sink.pairs, sink.full_names['BTC']) == ({'BTC': 'BTC/USD', 'ETH': 'ETH/USD'}, 'Btc in full')
        assert sink.grids['BTC'] == Grid(Decimal('0.01'), Decimal('0.00000001'))
        assert state(feeds).missing == ['NOSUCH']
        await until(lambda: not state(feeds).history)
        assert {(bar.name, bar.interval) for bar in sink.bars} == {
            (name, interval) for name in ('BTC', 'ETH') for interval in (60, 3600, 86400)
        }
        assert sink.bars[0].close == Decimal(3)


async def test_an_exchange_that_misbehaves_is_taken_up_again() -> None:
    sink, told = CollectingSink(), list[str]()
    async with FakeCoinbase('BTC').running() as server, running(server, sink, 'BTC', silence=1.0) as feeds:
        for manner in ('garbage', 'half', 'silent', 'refuse'):
            await until(lambda: server.watched('market_trades', 'BTC'))
            await server.trade('BTC', f'{len(told)}.5')
            told.append(f'{len(told)}.5')
            await until(lambda: prices(sink, 'BTC') == told and state(feeds).state == 'live')
            assert not state(feeds).error
            server.manner = manner
            await server.cut()
            await until(lambda: state(feeds).state == 'reconnecting')
            assert re.fullmatch(r'Coinbase · reconnecting, last price \d+ s ago', state(feeds).words)
            assert state(feeds).error
            server.manner = 'good'
        await until(lambda: server.watched('market_trades', 'BTC'))
        assert state(feeds).reconnects >= 4
        assert not state(feeds).restarts


async def test_no_coin_is_lost_when_the_connection_is_cut_again_and_again() -> None:
    sink, coins, told = CollectingSink(), ('BTC', 'ETH', 'SOL', 'XRP', 'DOGE'), list[str]()
    async with FakeCoinbase(*coins).running() as server, running(server, sink, *coins):
        for turn in range(1, 4):
            await until(lambda: all(server.watched('market_trades', coin) for coin in coins))
            for coin in coins:
                await server.trade(coin, str(turn))
                told.append(coin)
            await until(lambda: len([tick for tick in sink.ticks if tick.volume]) == len(told))
            await server.cut()
        assert all(prices(sink, coin) == ['1', '2', '3'] for coin in coins)


async def test_a_killed_process_is_started_again_and_tells_no_trade_twice() -> None:
    sink = CollectingSink()
    async with FakeCoinbase('BTC').running() as server, running(server, sink, 'BTC') as feeds:
        await until(lambda: server.watched('market_trades', 'BTC'))
        await server.trade('BTC', '100')
        await until(lambda: prices(sink, 'BTC') == ['100'])
        first = feeds.exchange.pid
        assert first
        os.kill(first, signal.SIGKILL)
        await until(lambda: state(feeds).state == 'reconnecting')
        await until(lambda: server.watched('market_trades', 'BTC') and feeds.exchange.pid != first)
        await server.trade('BTC', '101')
        await until(lambda: state(feeds).state == 'live')
        assert prices(sink, 'BTC') == ['100', '101']
        assert state(feeds).restarts == 1


async def test_a_process_that_hangs_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('desk.feeds.exchange.QUIET_SECONDS', 1.0)
    sink = CollectingSink()
    async with FakeCoinbase('BTC').running() as server, running(server, sink, 'BTC') as feeds:
        await until(lambda: server.watched('market_trades', 'BTC'))
        first = feeds.exchange.pid
        assert first
        os.kill(first, signal.SIGSTOP)
        await until(lambda: state(feeds).restarts == 1)
        assert 'not answered' in state(feeds).error
        await gone(first)
        await until(lambda: feeds.exchange.pid != first)


async def test_the_demo_market_fills_in_until_the_exchange_answers() -> None:
    sink, server = CollectingSink(), FakeCoinbase('BTC')
    server.manner = 'refuse'
    async with server.running(), running(server, sink, 'BTC', patience=0.2, demo=None) as feeds:
        await until(lambda: feeds.demo_running)
        await until(lambda: state(feeds).words == 'Coinbase · not reached yet, trying again')
        server.manner = 'good'
        await feeds.try_again()
        await until(lambda: server.watched('market_trades', 'BTC'))
        await server.trade('BTC', '100')
        await until(lambda: not feeds.demo_running)
        assert prices(sink, 'BTC') == ['100']


async def test_coins_are_followed_and_unfollowed_while_it_runs() -> None:
    sink = CollectingSink()
    async with FakeCoinbase('BTC', 'PEPE').running() as server, running(server, sink, 'BTC') as feeds:
        await feeds.follow('PEPE')
        assert sink.pairs['PEPE'] == 'PEPE/USD'
        assert await feeds.knows('pepe')
        assert not await feeds.knows('NOSUCH')
        with pytest.raises(NotFound, match='Coinbase has no market for PEPP; it has PEPE'):
            await feeds.follow('PEPP')
        await until(lambda: server.watched('market_trades', 'PEPE'))
        await server.trade('PEPE', '0.00001')
        await until(lambda: prices(sink, 'PEPE') == ['0.00001'])
        await feeds.unfollow('PEPE')
        await feeds.unfollow('NOSUCH')
        await server.trade('PEPE', '0.00002')
        await server.trade('BTC', '100')
        await until(lambda: prices(sink, 'BTC') == ['100'])
        assert prices(sink, 'PEPE') == ['0.00001']
        await feeds.follow('Pepe the frog', 'PEPE/USD')
        await server.trade('PEPE', '0.00003')
        await until(lambda: '0.00003' in prices(sink, 'Pepe the frog'))
        await feeds.follow('Frog', 'PEPE/USD')
        await server.trade('PEPE', '0.00004')
        await until(lambda: prices(sink, 'Frog') == ['0.00004'])
        assert state(feeds).missing == []


@pytest.mark.parametrize(
    ('exchange', 'words'),
    [
        ('coinbsae', 'There is no exchange called “coinbsae”; try coinbase,'),
        ('zebpay', 'Zebpay has no live prices (no websockets in ccxt); try'),
    ],
)
async def test_an_exchange_that_cannot_serve_fails_with_a_sentence(exchange: str, words: str) -> None:
    feeds = Feeds(load_settings(exchange=exchange, demo=False), CollectingSink())
    await feeds.start(['BTC'], desk_is_empty=True)
    await until(lambda: state(feeds).state == 'failed')
    assert state(feeds).error.startswith(words)
    assert state(feeds).error in state(feeds).words
    with pytest.raises(Unavailable, match=r'try '):
        await feeds.follow('BTC')
    assert feeds.exchange.pid is None
    await feeds.stop()


async def test_without_an_exchange_following_says_how_to_get_one() -> None:
    feeds = Feeds(load_settings(exchange='none', demo=False), CollectingSink())
    await feeds.start([], desk_is_empty=True)
    with pytest.raises(Unavailable, match='--exchange coinbase'):
        await feeds.follow('BTC')
    await feeds.stop()


async def test_the_desk_itself_never_imports_ccxt() -> None:
    code = "import sys; from desk.feeds import catalog; catalog.problem('coinbase'); print('ccxt' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, '-c', code, cwd=ROOT, stdout=-1)
    assert (await process.communicate())[0].strip() == b'False'
    assert catalog.problem('kraken') == ''


async def test_the_process_ends_when_its_desk_dies() -> None:
    code = (
        'import asyncio\n'
        'from desk.feeds.process import Child\n'
        'async def main():\n'
        "    child = Child('desk.feeds.child', ['coinbase', '--url=http://127.0.0.1:9'])\n"
        '    await child.start()\n'
        '    print(child.pid, flush=True)\n'
        '    await asyncio.Event().wait()\n'
        'asyncio.run(main())\n'
    )
    desk = await asyncio.create_subprocess_exec(sys.executable, '-c', code, cwd=ROOT, stdout=-1)
    assert desk.stdout
    pid = int(await desk.stdout.readline())
    desk.kill()
    await desk.wait()
    await gone(pid)


async def test_a_process_that_cannot_start_says_why() -> None:
    child = Child('desk.feeds.child', ['nosuchexchange'])
    await child.start()
    with pytest.raises(ChildProcessError, match='nosuchexchange'):
        async for _ in child.messages():
            pass
    await child.end()


async def test_a_price_from_the_future_is_clamped_and_a_silent_coin_is_stale() -> None:
    sink, lag, behind = CollectingSink(), timedelta(hours=1), [timedelta(hours=1)]
    async with (
        FakeCoinbase('BTC', 'ETH').running() as server,
        running(server, sink, 'BTC', 'ETH', clock=lambda: utc_now() - behind[0]) as feeds,
    ):
        await until(lambda: server.watched('market_trades', 'BTC'))
        await server.trade('BTC', '100')
        await until(lambda: prices(sink, 'BTC'))
        assert sink.ticks[0].timestamp < utc_now() - lag + timedelta(seconds=1)
        assert state(feeds).clamped == 1
        behind[0] -= timedelta(seconds=50)
        await server.trade('BTC', '101')
        await until(lambda: len(prices(sink, 'BTC')) == 2)
        behind[0] -= timedelta(seconds=30)
        assert state(feeds).stale == ['ETH']
        assert state(feeds).words == 'Coinbase · live, last price 30 s ago'
