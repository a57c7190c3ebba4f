"""An estimate is a placing that was only tried."""

from decimal import Decimal as D

from desk.acting import LOCAL
from desk.orders import Kind, Side, Terms
from tests.unit.desk_of_orders import BTC, Pit


def test_an_estimate_says_what_placing_then_does_and_does_nothing() -> None:
    pit = Pit(Terms())
    pit.price('67000')
    ticket = pit.ticket(Side.BUY, Kind.MARKET, quote_size='1000')
    estimate = pit.matcher.estimate(LOCAL, BTC, ticket, pit.steps, pit.terms)
    assert not pit.account.orders
    assert pit.account.available(None) == 100_000
    order = pit.place(Side.BUY, Kind.MARKET, quote_size='1000')
    assert (order.id, estimate.at_once, estimate.refusal) == (1, True, '')
    assert (estimate.size, estimate.price) == (order.filled_size, order.average_price)
    assert estimate.total == order.filled_value + order.fees == 100_000 - pit.account.available(None)


def test_an_estimate_tells_of_a_stop_that_the_price_has_passed_and_of_a_price_that_is_too_old() -> None:
    pit = Pit()
    pit.price('100')
    stop = pit.ticket(Side.BUY, Kind.STOP, size='1', stop_price='95')
    assert 'past the stop already' in pit.matcher.estimate(LOCAL, BTC, stop, pit.steps, pit.terms).notes[0]
    pit.later(90)
    market = pit.ticket(Side.BUY, Kind.MARKET, size='1')
    estimate = pit.matcher.estimate(LOCAL, BTC, market, pit.steps, pit.terms)
    assert (estimate.at_once, estimate.age, estimate.holds) == (False, 90.0, D(100))
    assert estimate.notes == ('Waits for the next price: the newest price is too old to fill it at once.',)


def test_an_estimate_tells_of_a_leg_on_the_wrong_side_of_the_price() -> None:
    pit = Pit()
    pit.price('100')
    ticket = pit.ticket(Side.BUY, Kind.LIMIT, size='1', limit_price='90', take_profit='89', stop_loss='80')
    estimate = pit.matcher.estimate(LOCAL, BTC, ticket, pit.steps, pit.terms)
    assert estimate.notes == ('The take-profit, 89.00, is not above 90.00: it may sell at the next price.',)


def test_where_cents_hide_what_is_missing_all_digits_are_told() -> None:
    pit = Pit(cash='100')
    pit.price('1')
    ticket = pit.ticket(Side.BUY, Kind.LIMIT, size='100.00000001', limit_price='1')
    estimate = pit.matcher.estimate(LOCAL, BTC, ticket, pit.steps, pit.terms)
    assert estimate.refusal == 'This needs 100.00000001 USD with its fee; 100.00 is available.'
