"""Orders and fills as the trading page says them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.orders import Kind, Leg, Order, Side, Status, Terms
from models import utc_now
from pages.trading_words import order_html, order_words, placed_words, state_words

NOW = utc_now()
ORDER = Order(
    id=7,
    book_id=1,
    coin_id=1,
    side=Side.BUY,
    kind=Kind.LIMIT,
    size=Decimal('0.25'),
    terms=Terms(),
    placed=NOW,
    updated=NOW,
    seq=1,
    rank=1,
    limit_price=Decimal(66000),
    arrived=True,
)


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({}, 'Buy 0.25 BTC, limit 66,000'),
        ({'kind': Kind.MARKET, 'size': None, 'quote_size': Decimal(500)}, 'Buy 500.00 USD worth of BTC, at market'),
        ({'kind': Kind.STOP, 'stop_price': Decimal('67000.5')}, 'Buy 0.25 BTC, stop 67,000.5'),
        ({'kind': Kind.STOP_LIMIT, 'stop_price': Decimal(65000)}, 'Buy 0.25 BTC, stop 65,000, limit 66,000'),
        (
            {'kind': Kind.TRAILING_STOP, 'side': Side.SELL, 'trail_percent': Decimal('2.5')},
            'Sell 0.25 BTC, trailing stop 2.5 %',
        ),
    ],
)
def test_an_order_in_one_line(changes: dict[str, object], words: str) -> None:
    assert order_words(replace(ORDER, **changes), 'BTC', 'USD') == words  # type: ignore[arg-type]


def test_the_side_has_its_colour() -> None:
    assert order_html(ORDER, 'BTC', 'USD').startswith('<b class="up">Buy</b> 0.25 ')


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({}, ''),
        ({'arrived': False}, 'waits for the next price'),
        ({'filled_size': Decimal('0.1'), 'post_only': True}, '0.1 filled, post only'),
        ({'leg': Leg.STOP_LOSS, 'parent_id': 6}, 'stop loss of order 6'),
        (
            {'leg': Leg.TAKE_PROFIT, 'parent_id': 6, 'size': Decimal(0)},
            'take profit of order 6, which has not filled yet',
        ),
        (
            {
                'kind': Kind.TRAILING_STOP,
                'side': Side.SELL,
                'trail_amount': Decimal(100),
                'best': Decimal(67000),
            },
            'stop now 66,900.00, best price 67,000.00',
        ),
    ],
)
def test_where_an_order_stands(changes: dict[str, object], words: str) -> None:
    assert state_words(replace(ORDER, **changes), 'UTC') == words  # type: ignore[arg-type]


def test_what_became_of_a_placed_order() -> None:
    filled = replace(
        ORDER, status=Status.FILLED, filled_size=Decimal('0.25'), filled_value=Decimal(16500), kind=Kind.MARKET
    )
    assert placed_words(filled, 'BTC', 'USD') == 'Bought 0.25 BTC at 66,000.00.'
    assert placed_words(ORDER, 'BTC', 'USD') == 'Buy 0.25 BTC, limit 66,000: open.'
    expired = replace(ORDER, status=Status.CANCELLED, reason='Nothing was there to take.')
    assert placed_words(expired, 'BTC', 'USD').endswith('cancelled. Nothing was there to take.')
