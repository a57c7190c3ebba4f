"""What the exchange feed is made of, piece by piece: pairs, trades in ccxt's caches, states and words."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import stamina

from desk.errors import Unavailable
from desk.feeds.history import History
from desk.feeds.markets import full_names, other_quotes, redirected, spot_pairs
from desk.feeds.process import Child
from desk.feeds.state import Health, spoken
from desk.feeds.trades import Trades
from desk.ticks import Bar, check_bar
from tests.unit.feed_sink import CollectingSink
from tests.waiting import until

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def market(base: str, quote: str, **more: Any) -> dict[str, Any]:
    return {'base': base, 'quote': quote, 'spot': True, 'active': True, **more}


def trade(number: int, price: str, moment: int, symbol: str = 'BTC/USD') -> dict[str, Any]:
    return {'id': str(number), 'symbol': symbol, 'timestamp': moment, 'price': price, 'amount': '1'}


def venue(**given: Any) -> SimpleNamespace:
    return SimpleNamespace(**({'trades': {}, 'tickers': {}, 'bidsasks': {}, 'milliseconds': lambda: 9_000_000} | given))


def following(place: SimpleNamespace, **given: Any) -> Trades:
    found = Trades(place, **given)
    found.names = {'BTC/USD': 'BTC'}
    return found


def test_a_coin_takes_the_nearest_currency_that_it_has() -> None:
    markets = {
        'BTC/USD': market('BTC', 'USD'),
        'BTC/USDT': market('BTC', 'USDT'),
        'PEPE/USDC': market('PEPE', 'USDC'),
        'PEPE/USDT': market('PEPE', 'USDT'),
        'ETH/USDC': market('ETH', 'USDC', active=None),
        'OLD/USD': market('OLD', 'USD', active=False),
        'ETH/USDT:USDT': market('ETH', 'USDT', spot=False),
        'SOL/EUR': market('SOL', 'EUR'),
    }
    assert spot_pairs(markets, 'USD') == {'BTC': 'BTC/USD', 'PEPE': 'PEPE/USDT', 'ETH': 'ETH/USDC'}
    assert spot_pairs(markets, 'EUR') == {'SOL': 'SOL/EUR'}


def test_other_currencies_are_told() -> None:
    assert other_quotes(['BTC/USD'], 'USD', 'Kraken') == ''
    everything = other_quotes(['BTC/USDT', 'ETH/USDT'], 'USD', 'Binance')
    assert everything == 'Binance has no USD market for these coins: their prices are in USDT.'
    some = other_quotes(['BTC/USD', 'PEPE/USDT', 'ETH/USDC'], 'USD', 'OKX')
    assert some == 'For want of a USD market on OKX: ETH in USDC; PEPE in USDT.'


def test_full_names_come_from_wherever_the_exchange_tells_them() -> None:
    markets: dict[str, dict[str, Any]] = {
        'BTC/USD': {'info': {'base_name': 'Bitcoin'}},
        'ETH/USD': {'info': None},
        'X/USD': {},
    }
    pairs = {'BTC': 'BTC/USD', 'ETH': 'ETH/USD', 'X': 'X/USD'}
    assert full_names(markets, {'ETH': {'name': 'Ether'}, 'X': {'name': 'x'}}, pairs) == {
        'BTC': 'Bitcoin',
        'ETH': 'Ether',
    }


@pytest.mark.parametrize(
    ('url', 'rest', 'socket'),
    [
        ('http://127.0.0.1:9900', 'http://127.0.0.1:9900', 'ws://127.0.0.1:9900/ws'),
        ('127.0.0.1:9900', 'http://127.0.0.1:9900', 'ws://127.0.0.1:9900/ws'),
        ('https://relay.example/x/', 'https://relay.example/x', 'wss://relay.example/x/ws'),
    ],
)
def test_every_address_is_redirected(url: str, rest: str, socket: str) -> None:
    urls = {'public': 'https://api.{hostname}/v3', 'ws': {'spot': 'wss://stream.binance.com:9443/ws'}, 'none': None}
    assert redirected(urls, url) == {'public': rest, 'ws': {'spot': socket}, 'none': None}


def test_trades_come_once_in_order_and_the_newest_carries_bid_and_ask() -> None:
    place = venue(bidsasks={'BTC/USD': {'bid': '8', 'ask': '9'}})
    found = following(place)
    place.trades['BTC/USD'] = [trade(3, '30', 3000), trade(2, '20', 2000), trade(9, '1', 1, 'DOGE/USD')]
    assert found.sweep(0.0) == [['BTC', '20', 2000, '1', None, None], ['BTC', '30', 3000, '1', '8', '9']]
    assert place.trades['BTC/USD'] == []
    place.trades['BTC/USD'] = [trade(2, '20', 2000), trade(3, '30', 3000), trade(4, '40', 3000)]
    assert found.sweep(0.1) == [['BTC', '40', 3000, '1', '8', '9']]


def test_after_a_restart_known_trades_stay_away() -> None:
    place = venue(trades={'BTC/USD': [trade(1, '10', 1000), trade(2, '20', 2000), trade(3, '30', 3000)]})
    found = following(place)
    found.resume('BTC/USD', 2000)
    assert [row[1] for row in found.sweep(0.0)] == ['30']


def test_usd_stands_for_usdc_where_the_exchange_has_one_book_for_both() -> None:
    place = venue(trades={'BTC/USD': [trade(1, '10', 1000)]}, tickers={'BTC/USD': {'bid': '9', 'ask': '11'}})
    found = Trades(place)
    found.names = {'BTC/USDC': 'BTC'}
    assert found.sweep(0.0) == [['BTC', '10', 1000, '1', '9', '11']]


def test_a_new_bid_is_told_with_the_last_price_once_a_second() -> None:
    place = venue(trades={'BTC/USD': [trade(1, '10', 1000)]}, bidsasks={'BTC/USD': {'bid': '8', 'ask': '9'}})
    found = following(place)
    found.sweep(0.0)
    place.bidsasks['BTC/USD'] = {'bid': '8.5', 'ask': '9'}
    assert found.sweep(0.5) == []
    assert found.sweep(1.0) == [['BTC', '10', 1000, None, '8.5', '9']]
    assert found.sweep(9.0) == []


def test_one_trade_of_the_future_does_not_hide_the_next() -> None:
    place = venue(trades={'BTC/USD': [trade(1, '10', 10**15)]}, bidsasks={'BTC/USD': {'bid': '8', 'ask': '9'}})
    found = following(place, by_trade=True)
    found.sweep(0.0)
    place.milliseconds = lambda: 9_000_500
    place.trades['BTC/USD'] = [trade(2, '20', 9_000_400)]
    found.sweep(0.1)
    place.bidsasks['BTC/USD'] = {'bid': '18', 'ask': '19'}
    assert found.sweep(2.0) == [['BTC', '20', 9_000_400, None, '18', '19']]


def test_tickers_serve_where_there_are_no_trades() -> None:
    place = venue(tickers={'BTC/USD': {'last': '10', 'timestamp': None, 'bid': '9', 'ask': '11'}})
    found = following(place, by_trade=False)
    assert found.sweep(0.0) == [['BTC', '10', None, None, '9', '11']]
    assert found.sweep(60.0) == []
    place.tickers['BTC/USD'] = {'last': '10', 'timestamp': None, 'bid': '9', 'ask': '11'}
    assert found.sweep(61.0) == [['BTC', '10', None, None, '9', '11']], 'a message is a sign of life'


def test_a_quiet_pair_gets_its_first_price_from_a_look_at_the_market() -> None:
    found = following(venue())
    assert found.unpriced() == ['BTC/USD']
    tickers: dict[str, dict[str, Any]] = {'BTC/USD': {'close': '10', 'timestamp': None}, 'ETH/USD': {'last': '1'}}
    assert found.priced(tickers, 0.0, 5000) == [['BTC', '10', 5000, None, None, None]]
    assert found.unpriced() == []
    assert found.priced(tickers, 0.0, 6000) == []


def test_states_have_words_for_people() -> None:
    moment = [NOW]
    told: list[str] = []
    health = Health('coinbase', 'Coinbase', lambda: moment[0], lambda: told.append(health.state))
    health.become('loading')
    assert health.report().words == 'loading Coinbase…'
    health.become('reconnecting', 'no route')
    assert health.report().words == 'Coinbase · not reached yet, trying again'
    health.received(['BTC'], 5)
    health.become('live')
    assert (health.report().words, health.report().error) == ('Coinbase · live', '')
    moment[0] += timedelta(seconds=14)
    health.become('reconnecting', 'cut')
    assert health.report().words == 'Coinbase · reconnecting, last price 14 s ago'
    assert health.report().since == moment[0]
    health.become('reconnecting', 'cut')
    assert told == ['loading', 'reconnecting', 'live', 'reconnecting']


class Silent(Exception):
    """One that fails at its own words."""

    def __str__(self) -> str:
        raise OSError('no words')


@pytest.mark.parametrize(
    ('said', 'text'),
    [(ValueError('no route'), 'no route'), (Silent(), 'Silent'), (OSError(), 'OSError'), (7, '7'), (None, '')],
)
def test_what_a_feed_says_of_itself_is_text(said: Any, text: str) -> None:
    health = Health('mine', 'Mine', lambda: NOW, lambda: None)
    health.become('failed', said)
    health.note = health.history = health.label = said
    health.missing = [said]
    report = health.report()
    assert report.error == text
    assert {report.note, report.history, report.label, *report.missing} == {text}


def test_ticks_a_second_are_those_of_the_last_ten() -> None:
    moment = [NOW]
    health = Health('demo', 'Demo', lambda: moment[0], lambda: None)
    for _ in range(50):
        moment[0] += timedelta(milliseconds=500)
        health.received(['A'], 10)
    assert health.report().ticks_per_second == pytest.approx(20, abs=2)
    moment[0] += timedelta(seconds=20)
    assert health.report().ticks_per_second == 0
    assert health.report().ticks == 500


@pytest.mark.parametrize(
    ('seconds', 'words'), [(-3, '0 s'), (59.9, '59 s'), (60, '1 min'), (7200, '2 h'), (200_000, '2 d')]
)
def test_spans_are_spoken_in_their_largest_unit(seconds: float, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words


class ThoroughSink(CollectingSink):
    """Checks bars as the desk does; is unavailable the first time."""

    tries = 0

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        self.tries += 1
        if self.tries == 1:
            raise Unavailable('The database is locked.')
        for bar in bars:
            check_bar(bar)
        return await super().submit_candles(bars)


async def test_history_waits_for_the_database_and_leaves_out_only_what_is_wrong(
    fast_retries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    sink, child = ThoroughSink(), Child('nothing', [])
    monkeypatch.setattr(child, 'say', said.append)
    health = Health('coinbase', 'Coinbase', lambda: NOW, lambda: None)
    history = History('coinbase', sink, health)
    history.expect({'BTC', 'ETH'})
    assert health.history == 'fetching that of BTC, ETH'
    task = asyncio.create_task(history.run())
    good, odd, low = (
        [0, '1', '2', '1', '2', '5'],
        [61_000, '1', '2', '1', '2', '5'],
        [120_000, '1', '2', '3', '2', None],
    )
    history.put({'is': 'bars', 'name': 'BTC', 'interval': 60, 'rows': [good, odd, low, [180_000, None], [1]]}, child)
    history.put({'is': 'filled', 'name': 'BTC', 'error': ''}, child)
    history.put({'is': 'filled', 'name': 'ETH', 'error': '1d: too many requests'}, child)
    await until(lambda: history.filled == {'BTC', 'ETH'})
    task.cancel()
    assert [str(bar.close) for bar in sink.bars] == ['2']
    assert health.rejected == 4
    assert said == [{'do': 'more'}]
    assert health.history == 'none of ETH (1d: too many requests)'
    history.forget('ETH')
    assert health.history == ''


async def test_coins_without_history_for_the_same_reason_are_named_together() -> None:
    health = Health('coinbase', 'Coinbase', lambda: NOW, lambda: None)
    history = History('coinbase', CollectingSink(), health)
    history.expect({'BTC', 'ETH'})
    task = asyncio.create_task(history.run())
    for name in ('ETH', 'BTC'):
        history.put({'is': 'filled', 'name': name, 'error': 'the exchange offers none'}, Child('nothing', []))
    await until(lambda: health.history == 'none of BTC, ETH (the exchange offers none)')
    task.cancel()


@pytest.fixture
def fast_retries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5):
        yield
