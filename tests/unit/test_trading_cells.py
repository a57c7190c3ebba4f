"""The quote as all browsers see it."""

from decimal import Decimal

import pytest

from desk.broker.glance import Glance
from pages.trading_cells import quote_html, telling_decimals
from pages.trading_forecast import fact_html


@pytest.mark.parametrize(
    ('bid', 'ask', 'decimals'),
    [('66966.5', '67033.5', 2), ('0.0000092254', '0.0000092346', 9), ('0.00000923', '0.00000924', 8), ('1', '1', 2)],
)
def test_bid_and_ask_have_decimals_that_tell_them_apart(bid: str, ask: str, decimals: int) -> None:
    assert telling_decimals(Decimal(bid), Decimal(ask)) == decimals


def test_a_quote_says_its_spread_and_where_it_is_from() -> None:
    seen = Glance(Decimal('99.95'), Decimal('100.05'), Decimal('0.1'), Decimal('0.1'), own=False)
    html = quote_html(seen)
    assert '99.95' in html
    assert '0.10 · 0.1 %' in html
    assert 'made from the last price' in html


def test_a_number_too_long_for_its_line_is_broken_between_its_groups_alone() -> None:
    assert '99,<wbr>999,<wbr>999' in fact_html('Total', '99,999,999,999,999,999.80 USD', '')
    assert '>1,003.00 USD<' in fact_html('Total', '1,003.00 USD', '')
