"""The steps of prices and sizes, from what an exchange tells of its markets."""

import gzip
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest

from columns import canonical
from desk.feeds import Grid
from desk.feeds.markets import DECIMAL_PLACES, TICK_SIZE, grid, precisions

RECORDED = Path(__file__).parents[3] / 'shared' / 'data' / 'ccxt_markets'
SIGNIFICANT_DIGITS = 3


def told(price: Any, amount: Any, mode: int) -> Grid | None:
    """What becomes of one market's precision."""
    found = precisions({'BTC/USD': {'precision': {'price': price, 'amount': amount}}}, ['BTC/USD'], mode)
    return grid(found['BTC/USD']) if found else None


def test_ccxt_calls_the_ways_of_telling_precision_as_we_do() -> None:
    from ccxt.base import decimal_to_precision as ours

    assert (TICK_SIZE, DECIMAL_PLACES) == (ours.TICK_SIZE, ours.DECIMAL_PLACES)
    assert SIGNIFICANT_DIGITS == ours.SIGNIFICANT_DIGITS


@pytest.mark.parametrize(
    ('price', 'amount', 'mode', 'expected'),
    [
        ('0.01', '1e-8', TICK_SIZE, ('0.01', '0.00000001')),
        ('0.25', '10', TICK_SIZE, ('0.25', '10')),
        ('2', '8', DECIMAL_PLACES, ('0.01', '0.00000001')),
        (0, -1, DECIMAL_PLACES, ('1', '10')),
        ('0.01', None, TICK_SIZE, ('0.01', None)),
        (None, '0.001', TICK_SIZE, (None, '0.001')),
        ('0', '0.1', TICK_SIZE, (None, '0.1')),
        ('1e-18', '1e-19', TICK_SIZE, ('0.000000000000000001', None)),
        ('NaN', 'much', TICK_SIZE, None),
        ('5', '8', SIGNIFICANT_DIGITS, None),
        (None, None, TICK_SIZE, None),
    ],
)
def test_a_step_is_exact_or_not_known(
    price: Any, amount: Any, mode: int, expected: tuple[str | None, str | None] | None
) -> None:
    found = told(price, amount, mode)
    assert (found and tuple(step and canonical(step) for step in found)) == expected


def test_a_market_that_tells_no_precision_is_left_out() -> None:
    assert precisions({'A/USD': {}, 'B/USD': {'precision': None}}, ['A/USD', 'B/USD'], TICK_SIZE) == {}


@pytest.mark.parametrize(
    ('exchange', 'pair', 'expected'),
    [
        ('coinbase', 'BTC/USD', Grid(Decimal('0.01'), Decimal('0.00000001'))),
        ('binance', 'BTC/USDT', Grid(Decimal('0.01'), Decimal('0.00001'))),
        ('kraken', 'BTC/USD', Grid(Decimal('0.1'), Decimal('0.00000001'))),
    ],
)
def test_the_steps_of_recorded_markets(exchange: str, pair: str, expected: Grid) -> None:
    path = RECORDED / f'{exchange}.json.gz'
    if not path.is_file():
        pytest.skip(f'no recorded markets in {RECORDED}')
    markets: Mapping[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    found = {name: grid(texts) for name, texts in precisions(markets, markets, venue_mode(exchange)).items()}
    assert found[pair] == expected
    assert [name for name in markets if not all(found[name])] == []


def venue_mode(exchange: str) -> int:
    mode: int = getattr(ccxt.pro, exchange)().precisionMode
    return mode
