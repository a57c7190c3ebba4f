"""Tickets: what goes together passes, everything else gets a sentence and the name of the field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import Invalid
from desk.matching.account import Estimate
from desk.orders import Kind, Side, Ticket, TimeInForce
from desk.ticket import asked_text, check_good_till, parse_ticket, ticket_words

NOW = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
TILL = '2026-02-01T00:00:00Z'


def asked(kind: str = 'market', side: str = 'buy', **fields: Any) -> dict[str, Any]:
    """A market buy of 0.25 BTC, unless something else is said; None takes a field away."""
    whole = {'name': 'BTC', 'side': side, 'type': kind, 'size': '0.25', **fields}
    return {name: value for name, value in whole.items() if value is not None}


def parsed(kind: str = 'market', side: str = 'buy', **fields: Any) -> Ticket:
    return parse_ticket(asked(kind, side, **fields))


@pytest.mark.parametrize(
    'fields',
    [
        asked(),
        asked(time_in_force='ioc'),
        asked(time_in_force='fok', size=None, quote_size='1000'),
        asked('limit', limit_price='66,500.5', post_only=True),
        asked('limit', limit_price='66500', post_only='true', time_in_force='gtd', good_till=TILL),
        asked('limit', 'sell', limit_price='66500', time_in_force='fok'),
        asked('stop', 'sell', stop_price='60000', time_in_force='gtd', good_till=TILL),
        asked('stop_limit', 'sell', stop_price='60000', limit_price='59900'),
        asked('trailing_stop', 'sell', trail_percent='2.5'),
        asked('trailing_stop', trail_amount='500'),
        asked('limit', limit_price='66500', take_profit='70000', stop_loss='60000'),
        asked(stop_loss='60000'),
        asked(take_profit='', stop_loss=None, limit_price=' '),
    ],
)
def test_what_goes_together_is_a_ticket(fields: dict[str, Any]) -> None:
    ticket = parse_ticket(fields)
    assert ticket.name == 'BTC'
    assert (ticket.kind, ticket.side) == (fields['type'], fields['side'])
    assert (ticket.size is None) != (ticket.quote_size is None)


def test_texts_become_exact_numbers_moments_and_words() -> None:
    ticket = parsed(
        'limit',
        'SELL ',
        limit_price='66,500.10',
        size='0.100000000000000001',
        time_in_force='GTD',
        good_till='2026-02-01T02:00:00+02:00',
        client_order_id='cross-42',
    )
    assert ticket == Ticket(
        'BTC',
        Side.SELL,
        Kind.LIMIT,
        size=Decimal('0.100000000000000001'),
        limit_price=Decimal('66500.1'),
        time_in_force=TimeInForce.GTD,
        good_till=datetime(2026, 2, 1, tzinfo=UTC),
        client_order_id='cross-42',
    )


@pytest.mark.parametrize(
    ('fields', 'field', 'says'),
    [
        (asked(side=''), 'side', 'Choose the side; take buy or sell.'),
        (asked(side='byu'), 'side', '“byu” is no side; take buy or sell.'),
        (asked(''), 'type', 'Choose the type of order; take market, limit, stop, stop_limit or trailing_stop.'),
        (asked(name=''), 'name', 'Give the coin a name, like BTC.'),
        (asked(name=5), 'name', 'Send name as text.'),
        (asked(size=None), 'size', 'Say how much: a size in coins, like 0.25, or an amount of money, like 1000.'),
        (asked(size=None, quote_size=''), 'quote_size', 'Say how much'),
        (asked(quote_size='1'), 'quote_size', 'not both'),
        (asked(size='0'), 'size', 'A size is greater than zero.'),
        (asked(size='-1'), 'size', 'A size is greater than zero; this one is negative.'),
        (asked(size='a lot'), 'size', '“a lot” is not a number'),
        (asked(size=0.1), 'size', 'Send numbers as text, like "0.25": then no digit is lost.'),
        (asked(size=True), 'size', 'Send numbers as text'),
        (asked(size=None, quote_size='0'), 'quote_size', 'An amount of money is greater than zero.'),
        (asked(limit_price='1'), 'limit_price', 'A market order takes no limit price; a limit order does.'),
        (asked(stop_price='1'), 'stop_price', 'A market order takes no stop price; a stop order does.'),
        (asked('limit'), 'limit_price', 'A limit order needs a limit price.'),
        (asked('limit', limit_price='1e5'), 'limit_price', 'without an exponent: 100000 instead of 1e5.'),
        (asked('limit', limit_price='1', stop_price='1'), 'stop_price', 'a stop-limit order does.'),
        (asked('stop'), 'stop_price', 'A stop order needs a stop price.'),
        (asked('stop', stop_price='1', limit_price='1'), 'limit_price', 'a stop-limit order does.'),
        (asked('stop_limit', stop_price='1'), 'limit_price', 'A stop-limit order needs a limit price.'),
        (asked('stop_limit', limit_price='1'), 'stop_price', 'A stop-limit order needs a stop price.'),
        (asked('trailing_stop'), 'trail_percent', 'A trailing stop needs its distance'),
        (asked('trailing_stop', trail_amount='1', trail_percent='1'), 'trail_percent', 'not both'),
        (asked('trailing_stop', trail_percent='100'), 'trail_percent', 'lies between 0 and 100, like 2.5.'),
        (asked('trailing_stop', trail_amount='1', stop_price='1'), 'stop_price', 'follows the price at a distance.'),
        (asked(trail_amount='1'), 'trail_amount', 'A market order keeps no distance; a trailing stop does.'),
        (asked(time_in_force='day'), 'time_in_force', '“day” is no time in force; take gtc, gtd, ioc or fok.'),
        (asked(time_in_force='gtd'), 'time_in_force', 'A market order is gtc, ioc or fok, not gtd.'),
        (asked('stop', stop_price='1', time_in_force='ioc'), 'time_in_force', 'A stop order is gtc or gtd, not ioc.'),
        (asked('limit', limit_price='1', time_in_force='gtd'), 'good_till', 'Say till when the order is good'),
        (asked('limit', limit_price='1', good_till=TILL), 'good_till', 'this one is gtc.'),
        (asked('limit', limit_price='1', time_in_force='gtd', good_till='soon'), 'good_till', '“soon” is not a time'),
        (asked('limit', limit_price='1', time_in_force='gtd', good_till=7), 'good_till', 'Send good_till as text.'),
        (asked(post_only=True), 'post_only', 'Post only is for limit orders'),
        (asked('limit', limit_price='1', post_only=True, time_in_force='ioc'), 'post_only', 'ioc does not wait'),
        (asked('limit', limit_price='1', post_only='yes'), 'post_only', 'Post only is true or false, not “yes”.'),
        (asked('limit', 'sell', limit_price='1', stop_loss='1'), 'stop_loss', 'only a buy has'),
        (asked(take_profit='1', stop_loss='1'), 'stop_loss', 'The stop-loss (1) must lie below the take-profit (1).'),
        (asked(client_order_id='x' * 65), 'client_order_id', 'at most 64 characters'),
        (asked(client_order_id='a\nb'), 'client_order_id', 'all of them printable'),
        (asked(limitprice='1'), 'limitprice', 'An order has no “limitprice”; it has client_order_id, '),
    ],
)
def test_what_does_not_go_together_is_said_with_the_field(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_ticket(fields)
    assert says in str(raised.value)
    assert raised.value.field == field


def test_good_till_lies_ahead() -> None:
    ticket = parsed('limit', limit_price='1', time_in_force='gtd', good_till=TILL)
    check_good_till(ticket, NOW)
    with pytest.raises(Invalid, match='2026-02-01 00:00:00 UTC is over') as raised:
        check_good_till(ticket, NOW + timedelta(days=1))
    assert raised.value.field == 'good_till'


def test_what_was_asked_is_the_same_however_it_is_written_and_another_where_anything_differs() -> None:
    one = parsed('limit', limit_price='66,500.00', size='0.10', client_order_id='a')
    assert asked_text(one) == asked_text(parsed('limit', limit_price='66500', size='.1', client_order_id='b'))
    others = [
        parsed('limit', limit_price='66500.01', size='0.1'),
        parsed('limit', limit_price='66500', size=None, quote_size='0.1'),
        parsed('limit', limit_price='66500', size='0.1', post_only=True),
        parsed('limit', limit_price='66500', size='0.1', time_in_force='ioc'),
        parsed('limit', 'sell', limit_price='66500', size='0.1'),
        parsed('stop', stop_price='66500', size='0.1'),
    ]
    assert len({asked_text(ticket) for ticket in [one, *others]}) == 7


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        (asked(), 'Buy 0.25 BTC at market'),
        (asked('limit', 'sell', limit_price='66500.10'), 'Sell 0.25 BTC at 66,500.1 USD'),
        (asked('stop', 'sell', stop_price='60000'), 'Sell 0.25 BTC at market once it falls to 60,000 USD'),
        (asked('stop_limit', stop_price='9', limit_price='10'), 'Buy 0.25 BTC at 10 USD once it rises to 9 USD'),
        (asked('trailing_stop', 'sell', trail_percent='2.50'), 'Sell 0.25 BTC 2.5 % below the highest price'),
        (asked('trailing_stop', trail_amount='500'), 'Buy 0.25 BTC 500 USD above the lowest price'),
    ],
)
def test_the_button_says_what_it_does(fields: dict[str, Any], words: str) -> None:
    assert ticket_words(parse_ticket(fields), None, 'USD') == words


def test_the_button_of_an_amount_of_money_says_about_how_many_coins_it_is() -> None:
    ticket = parsed(size=None, quote_size='1000')
    assert ticket_words(ticket, None, 'USD') == 'Buy BTC for 1,000 USD at market'
    zero = Decimal(0)
    estimate = Estimate(
        Decimal('0.01490'), None, zero, zero, zero, True, False, zero, zero, None, None, None, notes=(), refusal=''
    )
    assert ticket_words(ticket, estimate, 'USD') == 'Buy about 0.0149 BTC for 1,000 USD at market'


@given(
    st.dictionaries(
        st.sampled_from(
            ['name', 'side', 'type', 'size', 'limit_price', 'good_till', 'post_only', 'client_order_id', 'x']
        ),
        st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.lists(st.text())),
    )
)
def test_nonsense_gets_a_sentence_and_nothing_worse(fields: dict[str, Any]) -> None:
    said = Invalid('a ticket', 'none')
    try:
        parse_ticket(fields)
    except Invalid as error:
        said = error
    assert str(said)
    assert said.field
