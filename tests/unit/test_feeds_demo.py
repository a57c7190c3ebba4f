"""The demo market: invented names, prices that continue, and the first start of an empty desk."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from desk.feeds import Feeds
from desk.feeds.demo import DemoMarket
from desk.settings import COINS, load_settings
from desk.ticks import check_bar
from models import Origin
from tests.unit.feed_sink import CollectingSink
from tests.waiting import until

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MARKETS = Path(__file__).parents[3] / 'shared' / 'data' / 'ccxt_markets'


@asynccontextmanager
async def running(sink: CollectingSink, *, empty: bool = True, **given: Any) -> AsyncIterator[Feeds]:
    feeds = Feeds(load_settings(**({'exchange': 'none', 'demo_rate': 200} | given)), sink, patience=0.01)
    await feeds.start(['BTC'], empty)
    try:
        yield feeds
    finally:
        await feeds.stop()


def test_the_coins_span_the_magnitudes_and_have_names_of_their_own() -> None:
    coins = DemoMarket().coins
    assert len(coins) == len({coin.name for coin in coins}) == 40
    assert {min(coin.price for coin in coins), max(coin.price for coin in coins)} == {
        Decimal('0.00000012'),
        Decimal(90000),
    }
    assert not {coin.name for coin in coins} & set(COINS)


def test_no_exchange_lists_any_of_the_invented_coins() -> None:
    if not MARKETS.is_dir():
        pytest.skip(f'no recorded markets in {MARKETS}')
    for path in MARKETS.glob('*.json.gz'):
        text = json.dumps(json.loads(gzip.decompress(path.read_bytes())))
        assert not [coin.name for coin in DemoMarket().coins if f'"{coin.name}/' in text], path


def test_a_price_depends_on_the_moment_alone_so_a_restart_continues() -> None:
    one, other = DemoMarket(), DemoMarket(random=Random(7))
    for coin in one.coins:
        assert one.price(coin, NOW) == other.price(coin, NOW) > 0
        near = abs(one.price(coin, NOW + timedelta(milliseconds=50)) / one.price(coin, NOW) - 1)
        assert near < Decimal('0.15')


def test_the_same_seed_gives_the_same_trades() -> None:
    assert DemoMarket().step(50, NOW) == DemoMarket().step(50, NOW)
    assert DemoMarket(random=Random(8)).step(50, NOW) != DemoMarket().step(50, NOW)


def test_a_tick_has_volume_and_a_bid_below_its_ask() -> None:
    for coin in DemoMarket().coins:
        tick = DemoMarket().tick(coin, NOW)
        assert tick.bid is not None
        assert tick.ask is not None
        assert tick.volume is not None
        assert 0 < tick.bid <= tick.price <= tick.ask
        assert tick.volume >= 0
        assert tick.origin == Origin.FEED


def test_history_is_a_whole_week_on_the_grid_and_ends_at_the_price_of_now() -> None:
    market = DemoMarket()
    for coin in market.coins[::13]:
        for interval, count in ((60, 1440), (3600, 192), (86400, 9)):
            bars = market.history(coin, NOW, interval)
            starts = [int(bar.start.timestamp()) for bar in bars]
            assert starts == [starts[0] + place * interval for place in range(count)]
            assert starts[0] % interval == 0
            assert bars[-1].close == market.price(coin, NOW)
            assert all(bar.volume and check_bar(bar) for bar in bars)
        assert bars[0].start <= NOW - timedelta(days=7)


def test_now_and_then_a_price_jumps() -> None:
    market = DemoMarket()
    coin = market.coins[4]
    prices = [market.price(coin, NOW + timedelta(minutes=minute)) for minute in range(3 * 1440)]
    leaps = [abs(after / before - 1) for before, after in pairwise(prices)]
    assert max(leaps) > Decimal('0.02')
    assert sorted(leaps)[len(leaps) // 2] < Decimal('0.005')


async def test_an_empty_desk_without_an_exchange_gets_the_demo_with_its_history() -> None:
    sink = CollectingSink()
    async with running(sink) as feeds:
        await until(lambda: len({bar.name for bar in sink.bars}) == 40)
        assert feeds.demo_running
        assert len({tick.name for tick in sink.ticks}) == 40
        assert [state.words for state in feeds.states() if state.name == 'demo'] == ['Demo market · live']
        assert len(sink.full_names) == 40
        assert not sink.pairs
    assert not feeds.demo_running


@pytest.mark.parametrize('given', [{'empty': False}, {'demo': False}])
async def test_the_demo_stays_away_from_a_desk_that_has_prices_or_does_not_want_it(given: dict[str, bool]) -> None:
    sink = CollectingSink()
    async with running(sink, **given) as feeds:
        await asyncio.wait_for(_quiet(feeds), 5)
        assert not feeds.demo_running
        assert not sink.ticks


async def test_the_demo_comes_and_goes_at_a_click_and_tells_who_listens() -> None:
    sink, told = CollectingSink(), []
    async with running(sink, demo=False) as feeds:
        forget = feeds.on_change(lambda: told.append(feeds.demo_running))
        await feeds.start_demo()
        await until(lambda: sink.ticks)
        await feeds.stop_demo()
        assert told == [True, False]
        assert not feeds.demo_running
        forget()
        await feeds.start_demo()
        await until(lambda: feeds.states()[1].state == 'live')
        assert len(told) == 2


async def test_demo_true_runs_beside_prices() -> None:
    async with running(CollectingSink(), demo=True, empty=False) as feeds:
        await until(lambda: feeds.demo_running)


async def _quiet(feeds: Feeds) -> None:
    """Until nothing is left to decide about the demo."""
    await until(lambda: not any(task.get_name().startswith('demo market') for task in asyncio.all_tasks()))
