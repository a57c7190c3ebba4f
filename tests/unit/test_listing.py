"""A file of coin names, read as people and other programs write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import Invalid
from desk.listing import listed_names, listing
from desk.ticks import parse_name


def _is_name(text: str) -> bool:
    try:
        return parse_name(text) == text
    except Invalid:
        return False


@given(st.lists(st.text(min_size=1, max_size=50).filter(_is_name), min_size=1, max_size=20, unique=True))
def test_what_is_written_is_read(names: list[str]) -> None:
    assert listed_names(listing(names)) == names


@pytest.mark.parametrize(
    ('text', 'names'),
    [
        ('BTC\nETH', ['BTC', 'ETH']),
        ('BTC\nETH\nBTC\n', ['BTC', 'ETH']),
        ('Coin,price\r\n"A, B",1\r\n', ['A, B']),
        ('price\tTicker\n1\tSOL\n2\n', ['SOL']),
    ],
)
def test_one_name_a_line_with_a_heading_or_without(text: str, names: list[str]) -> None:
    assert listed_names(text) == names


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('', 'no name in this file'),
        ('name\r\n', 'no name in this file'),
        ('x' * 1_000_001, 'at most 1,000,000 characters'),
        ('x' * 200_000, 'no CSV file'),
        ('\n'.join(map(str, range(1001))), 'this file names 1,001'),
    ],
)
def test_what_is_no_list_is_said(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        listed_names(text)
