"""What an order says of itself."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.orders import Kind, Order, Side, Terms
from desk.trading import value

NOW = datetime(2026, 1, 31, tzinfo=UTC)
ORDER = Order(1, 1, 1, Side.BUY, Kind.MARKET, Decimal(1), Terms(), NOW, NOW, seq=1, rank=1)


def filled(size: str, price: str) -> Order:
    return replace(ORDER, filled_size=Decimal(size), filled_value=value(Decimal(size), Decimal(price)))


def test_an_order_that_nothing_filled_has_no_average_price() -> None:
    assert ORDER.average_price is None


@pytest.mark.parametrize(
    ('size', 'price'),
    [('0.1', '67000.12'), ('0.00012345', '67000.12'), ('429936.27', '0.000004642327'), ('3', '0.33333333')],
)
def test_the_average_price_of_one_fill_is_its_price(size: str, price: str) -> None:
    assert filled(size, price).average_price == Decimal(price)


@given(
    size=st.decimals(Decimal('1e-8'), Decimal('1e9'), places=8),
    price=st.decimals(Decimal('1e-18'), Decimal('1e9'), places=18),
)
def test_the_average_price_comes_to_the_value_and_is_no_longer_than_it_must(size: Decimal, price: Decimal) -> None:
    order = replace(ORDER, filled_size=size, filled_value=value(size, price))
    average = order.average_price
    assert average is not None
    assert value(size, average) == order.filled_value
    assert -int(average.as_tuple().exponent) <= max(0, -int(price.normalize().as_tuple().exponent))
