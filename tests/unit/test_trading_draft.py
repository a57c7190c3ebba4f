"""What is written in the ticket becomes a Ticket: only the fields in sight count."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from desk.errors import Invalid
from desk.orders import Kind, Side, TimeInForce
from pages.trading_draft import MONEY, Draft


def test_prices_of_another_type_are_left_out() -> None:
    draft = Draft('BTC', kind=Kind.LIMIT, amount='0.5', limit_price='66,000', stop_price='1', trail='2')
    ticket = draft.ticket('UTC')
    assert (ticket.limit_price, ticket.stop_price, ticket.trail_percent) == (Decimal(66000), None, None)


def test_an_amount_of_money_is_a_quote_size() -> None:
    ticket = Draft('BTC', amount='1000', unit=MONEY).ticket('UTC')
    assert (ticket.size, ticket.quote_size) == (None, Decimal(1000))


def test_a_distance_is_a_percentage_or_an_amount() -> None:
    draft = Draft('BTC', side=Side.SELL, kind=Kind.TRAILING_STOP, amount='1', trail='2.5')
    assert draft.ticket('UTC').trail_percent == Decimal('2.5')
    draft.trail_unit = MONEY
    assert draft.ticket('UTC').trail_amount == Decimal('2.5')


def test_a_bracket_belongs_to_a_buy_alone() -> None:
    draft = Draft('BTC', amount='1', bracket=True, take_profit='70000', stop_loss='60000')
    assert draft.ticket('UTC').stop_loss == 60000
    draft.side = Side.SELL
    assert draft.ticket('UTC').stop_loss is None


def test_a_time_is_read_in_the_zone_of_the_desk() -> None:
    draft = Draft('BTC', kind=Kind.LIMIT, amount='1', limit_price='1', time_in_force=TimeInForce.GTD)
    draft.good_till = '2026-12-31 14:30'
    assert draft.ticket('Europe/Berlin').good_till == datetime(2026, 12, 31, 13, 30, tzinfo=UTC)
    draft.good_till = ''
    with pytest.raises(Invalid) as error:
        draft.ticket('UTC')
    assert error.value.field == 'good_till'


def test_each_order_has_a_name_of_its_own_so_that_pressing_twice_places_once() -> None:
    draft = Draft('BTC', amount='1')
    first = draft.ticket('UTC').client_order_id
    assert draft.ticket('UTC').client_order_id == first
    draft.renew()
    assert draft.ticket('UTC').client_order_id != first
