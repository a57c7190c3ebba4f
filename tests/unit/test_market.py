"""Whose price governs, what is late, and what a price is compared with."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.market import Market, effective_policy
from desk.ticks import Tick
from desk.windows import Window
from models import Coin, Origin, Policy

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HAND = Tick('BTC', Decimal(66_500), NOON, 'form', Origin.PERSON, seq=1, received=NOON)
FEED = Tick('BTC', Decimal(67_000), NOON, 'coinbase', Origin.FEED, seq=2, received=NOON)


def coin(policy: str = '', pair: str = '') -> Coin:
    return Coin(id=1, name='BTC', key='btc', policy=policy, pair=pair)


@pytest.mark.parametrize(
    ('policy', 'governs'), [(Policy.LATEST, FEED.price), (Policy.EXCHANGE, FEED.price), (Policy.MANUAL, HAND.price)]
)
def test_the_policy_says_which_price_governs(policy: Policy, governs: Decimal) -> None:
    market, btc = Market(), coin(policy)
    for tick in (HAND, FEED):
        market.apply(btc, tick)
    quote = market.quote(btc, NOON)
    assert quote is not None
    assert quote.price == governs


def test_a_price_that_does_not_govern_stands_beside_with_its_deviation() -> None:
    market, btc = Market(), coin(pair='BTC/USD')
    assert effective_policy(btc) == Policy.EXCHANGE
    market.apply(btc, FEED)
    moved = market.apply(btc, HAND._replace(timestamp=NOON + timedelta(seconds=9), seq=3))
    quote = market.quote(btc, NOON)
    assert not moved
    assert quote is not None
    assert quote.price == FEED.price
    assert [(mark.source, mark.price, mark.deviation) for mark in quote.aside] == [
        ('form', Decimal(66_500), Decimal('-0.75'))
    ]


def test_each_fact_of_a_quote_stands_under_its_name() -> None:
    market, btc = (
        Market(),
        Coin(id=7, name='BTC', key='btc', full_name='Bitcoin', policy=Policy.LATEST, pair='BTC/USD', followed=True),
    )
    later = NOON + timedelta(seconds=1)
    high = FEED._replace(price=Decimal(80_000), volume=Decimal(2))
    last = FEED._replace(seq=9, timestamp=later, received=later, bid=Decimal(66_999), ask=Decimal(67_001))
    market.apply(btc, high)
    market.apply(btc, last)
    market.standing(btc).before = {'1h': Decimal(50_000), '24h': Decimal(100_000), '7d': Decimal(33_500)}
    quote = market.quote(btc, later)
    assert quote is not None
    assert quote._asdict() == {
        'coin_id': 7,
        'name': 'BTC',
        'full_name': 'Bitcoin',
        'price': last.price,
        'timestamp': later,
        'received': later,
        'source': 'coinbase',
        'seq': 9,
        'bid': last.bid,
        'ask': last.ask,
        'change_1h': Decimal(34),
        'change_24h': Decimal(-33),
        'change_7d': Decimal(100),
        'high_24h': high.price,
        'low_24h': last.price,
        'volume_24h': high.volume,
        'aside': (),
        'policy': Policy.LATEST,
        'followed': True,
        'pair': 'BTC/USD',
    }


def test_until_the_exchange_has_spoken_a_hand_price_counts() -> None:
    market, btc = Market(), coin(Policy.EXCHANGE)
    assert market.apply(btc, HAND)
    assert market.apply(btc, FEED)
    assert not market.apply(btc, HAND._replace(seq=3))


def test_a_late_tick_enters_the_window_and_not_the_price() -> None:
    market, btc = Market(), coin()
    market.apply(btc, FEED)
    late = FEED._replace(price=Decimal(70_000), timestamp=NOON - timedelta(hours=2), seq=3)
    assert not market.apply(btc, late)
    quote = market.quote(btc, NOON)
    assert quote is not None
    assert (quote.price, quote.high_24h, quote.low_24h) == (FEED.price, Decimal(70_000), FEED.price)


def test_a_change_is_per_cent_of_the_price_then_and_none_without_one() -> None:
    market, btc = Market(), coin()
    market.apply(btc, FEED)
    market.standing(btc).before['1h'] = Decimal(66_000)
    quote = market.quote(btc, NOON)
    assert quote is not None
    assert (quote.change_1h, quote.change_24h) == (Decimal('1.52'), None)


def price(market: Market, btc: Coin) -> Decimal | None:
    quote = market.quote(btc, NOON)
    return quote.price if quote else None


def test_a_reset_keeps_what_came_while_the_store_was_read_even_if_it_was_numbered_before() -> None:
    market, btc = Market(), coin()
    since = market.look()
    market.apply(btc, HAND)
    market.reset(btc, [HAND._replace(price=Decimal(1), seq=0)], Window(), since)
    assert price(market, btc) == HAND.price


def test_a_reset_drops_a_price_that_was_withdrawn() -> None:
    market, btc = Market(), coin()
    market.apply(btc, HAND)
    market.reset(btc, [], Window(), market.look())
    assert market.quote(btc, NOON) is None


def test_what_an_earlier_look_found_does_not_bring_a_withdrawn_price_back() -> None:
    market, btc = Market(), coin()
    market.apply(btc, HAND)
    earlier, later = market.look(), market.look()
    market.reset(btc, [], Window(), later)
    market.reset(btc, [HAND], Window(), earlier)
    assert market.quote(btc, NOON) is None


TICKS = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 10**6), st.booleans()), min_size=1, max_size=30)


@given(TICKS, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_quote_but_for_ties(
    given_ticks: list[tuple[int, int, bool]], random: Random
) -> None:
    ticks = [
        Tick(
            'BTC',
            Decimal(price),
            NOON + timedelta(seconds=second),
            's',
            Origin.FEED if feed else Origin.PROGRAM,
            seq=seq,
            received=NOON,
            volume=Decimal(1),
        )
        for seq, (second, price, feed) in enumerate(given_ticks, 1)
    ]
    shuffled = list(ticks)
    random.shuffle(shuffled)
    quotes = []
    for order in (ticks, shuffled):
        market, btc = Market(), coin()
        for tick in order:
            market.apply(btc, tick)
        quotes.append(market.quote(btc, NOON + timedelta(minutes=3)))
    assert quotes[0] == quotes[1]
    newest = max(ticks, key=lambda tick: (tick.timestamp, tick.seq))
    assert quotes[0] is not None
    assert quotes[0].price == newest.price
    assert quotes[0].volume_24h == len(ticks)
