"""What people read: the right number of digits, never an exponent, a proper minus, coarse ages."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.formats import (
    format_age,
    format_bytes,
    format_change,
    format_deviation,
    format_full,
    format_money,
    format_price,
    format_size,
    format_time,
    format_volume,
    full_price,
    price_decimals,
)

NOW = datetime(2026, 1, 31, 13, 30, tzinfo=UTC)
prices = st.decimals(min_value=Decimal('1e-18'), max_value=Decimal('1e20'), places=18)


@pytest.mark.parametrize(
    ('price', 'shown'),
    [
        ('67000.12', '67,000.12'),
        ('67000.1', '67,000.10'),
        ('0.00000923', '0.00000923'),
        ('0.5', '0.500000'),
        ('1', '1.00'),
        ('100000', '100,000.00'),
        ('100000.01', '100,000'),
        ('0.0499999', '0.04999990'),
        ('0.05', '0.050000'),
        ('0.000000123', '0.000000123000'),
        ('0.000000000012345678', '0.000000000012345678'),
        ('12345678901234567890', '12,345,678,901,234,567,890'),
        ('1E+5', '100,000.00'),
    ],
)
def test_a_price_is_shown_with_the_digits_it_deserves(price: str, shown: str) -> None:
    assert format_price(Decimal(price)) == shown


@pytest.mark.parametrize(('price', 'shown'), [('2.345', '2.34'), ('2.355', '2.36'), ('2.3450000001', '2.35')])
def test_rounding_is_half_to_even(price: str, shown: str) -> None:
    assert format_price(Decimal(price)) == shown


@given(
    st.decimals(min_value=Decimal('-1e20'), max_value=Decimal('1e20'), places=18),
    st.integers(-(10**20), 10**20),
    st.integers(0, 18),
)
def test_any_number_is_rounded_exactly_and_a_tie_to_even(number: Decimal, units: int, decimals: int) -> None:
    tie = Decimal(10 * units + 5).scaleb(-decimals - 1)
    for each in (number, tie):
        rounded = each.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, Context(prec=60))
        assert format_price(each, decimals) == format(rounded, ',f').replace('-', '−')


@given(prices)
def test_the_tooltip_has_every_digit_where_the_board_shows_fewer(price: Decimal) -> None:
    shown = format_price(price)
    title = full_price(price, shown)
    assert Decimal((title or shown).replace(',', '')) == price
    assert title != shown


@given(prices)
def test_a_shown_price_is_plain_not_zero_and_within_half_a_last_digit(price: Decimal) -> None:
    shown = format_price(price)
    assert set(shown) <= set('0123456789,.')
    value = Decimal(shown.replace(',', ''))
    assert value > 0
    assert abs(value - price) <= Decimal(1).scaleb(-price_decimals(price)) / 2


@given(prices)
def test_the_full_price_loses_nothing(price: Decimal) -> None:
    assert Decimal(format_full(price).replace(',', '')) == price
    assert 'e' not in format_full(price).lower()


@given(prices, prices)
def test_a_greater_price_never_reads_as_a_smaller_one(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert Decimal(format_price(low).replace(',', '')) <= Decimal(format_price(high).replace(',', '')) or (
        price_decimals(low) > price_decimals(high)
    )


@pytest.mark.parametrize(
    ('change', 'shown'),
    [
        (None, '—'),
        ('1.25', '▲ 1.25 %'),
        ('-0.75', '▼ −0.75 %'),
        ('0', '0.00 %'),
        ('-0.00', '0.00 %'),
        ('123456.78', '▲ 123,457 %'),
    ],
)
def test_a_change_has_an_arrow_and_a_proper_minus(change: str | None, shown: str) -> None:
    assert format_change(None if change is None else Decimal(change)) == shown


def test_a_deviation_is_signed() -> None:
    assert [format_deviation(Decimal(text)) for text in ('0.75', '-0.75', '0')] == ['+0.75 %', '−0.75 %', '0.00 %']


@pytest.mark.parametrize(
    ('seconds', 'shown'),
    [
        (-3, ''),
        (0, ''),
        (9.99, ''),
        (10, '10 s'),
        (29, '10 s'),
        (30, '30 s'),
        (59, '30 s'),
        (60, '1 min'),
        (3599, '59 min'),
        (3600, '1 h'),
        (86399, '23 h'),
        (86400, '1 d'),
        (864000, '10 d'),
    ],
)
def test_ages_come_in_coarse_steps(seconds: float, shown: str) -> None:
    assert format_age(NOW - timedelta(seconds=seconds), NOW) == shown


def test_a_time_is_shown_in_the_chosen_zone() -> None:
    assert format_time(NOW) == '2026-01-31 13:30:00 UTC'
    assert format_time(NOW, 'Europe/Berlin') == '2026-01-31 14:30:00 CET'


@pytest.mark.parametrize(
    ('volume', 'shown'),
    [
        (None, '—'),
        ('0', '0'),
        ('950.25', '950.25'),
        ('1234', '1.23 k'),
        ('12345', '12.3 k'),
        ('4560000', '4.56 M'),
        ('789000000000', '789 B'),
        ('5E+15', '5,000 T'),
    ],
)
def test_a_volume_is_short(volume: str | None, shown: str) -> None:
    assert format_volume(None if volume is None else Decimal(volume)) == shown


def test_sizes_are_for_people() -> None:
    shown = [format_bytes(size) for size in (0, 1500, 20_300_000, 1_200_000_000)]
    assert shown == ['0 bytes', '1.5 kB', '20.3 MB', '1.2 GB']


@pytest.mark.parametrize(
    ('amount', 'shown', 'signed'),
    [
        ('0', '0.00', '0.00'),
        ('1234567.891', '1,234,567.89', '+1,234,567.89'),
        ('-250', '−250.00', '−250.00'),
        ('0.3', '0.30', '+0.30'),
        ('0.00012345', '0.00012345', '+0.00012345'),
        ('-0.00000001', '−0.000000010000', '−0.000000010000'),
    ],
)
def test_money_is_shown_to_the_cent_and_less_than_a_cent_with_its_digits(amount: str, shown: str, signed: str) -> None:
    assert format_money(Decimal(amount)) == shown
    assert format_money(Decimal(amount), signed=True) == signed


@pytest.mark.parametrize(
    ('size', 'shown'),
    [
        ('0.25', '0.25'),
        ('1537.77786135', '1,537.7779'),
        ('0.00000001', '0.00000001'),
        ('23037072.50337805', '23,037,073'),
        ('12345678901', '12,345,678,901'),
        ('0', '0'),
    ],
)
def test_a_size_has_eight_digits_where_it_has_more(size: str, shown: str) -> None:
    assert format_size(Decimal(size)) == shown
