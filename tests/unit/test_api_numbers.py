"""Numbers as the API's documentation describes them and as the desk takes them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.examples import DIGITS
from desk.ticks import parse_price

PATTERN = re.compile(DIGITS['pattern'], re.ASCII)


@given(st.from_regex(PATTERN, fullmatch=True).filter(lambda text: Decimal(text) > 0))
def test_what_the_documentation_allows_is_taken(text: str) -> None:
    assert parse_price(text) == Decimal(text)


@pytest.mark.parametrize('text', ['9' * 20, '9' * 10 + '.' + '9' * 18, '99999999999', '0.5', '67000.12'])
def test_what_is_taken_is_documented(text: str) -> None:
    assert PATTERN.fullmatch(text)
    assert parse_price(text) == Decimal(text)


@pytest.mark.parametrize('text', ['9' * 21, '1.' + '9' * 19, '1e5', '-1', ''])
def test_what_is_refused_is_not_documented(text: str) -> None:
    assert not PATTERN.fullmatch(text)
