"""Balances as they are shown: what stands in a line adds up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.trading_balances import money_cells


def number(text: str) -> Decimal:
    return Decimal(text.replace(',', '').replace('−', '-'))


@pytest.mark.parametrize(
    ('total', 'available', 'shown'),
    [
        ('96442.785', '96145.194', ('96,442.78', '297.59', '96,145.19')),
        ('96442.786', '96145.194', ('96,442.79', '297.60', '96,145.19')),
        ('100', '100', ('100.00', '0.00', '100.00')),
        ('0.0042', '0.0021', ('0.00420000', '0.00210000', '0.00210000')),
    ],
)
def test_money_is_shown_to_the_cent_and_adds_up(total: str, available: str, shown: tuple[str, str, str]) -> None:
    assert money_cells(Decimal(total), Decimal(available)) == shown


@given(st.decimals(0, 10**12, places=8), st.decimals(0, 1, places=8))
def test_held_and_available_are_the_total(total: Decimal, part: Decimal) -> None:
    shown = [number(text) for text in money_cells(total, total * part)]
    assert shown[0] == shown[1] + shown[2]
