"""Which prices an order meets, and as what: arriving again, waking, amended, too late."""

from datetime import timedelta
from decimal import Decimal as D

from desk.orders import LOCAL, Fill, Kind, Rule, Side, Status, Terms, TimeInForce
from tests.unit.desk_of_orders import BTC, NOON, Pit, tick

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT, STOP, STOP_LIMIT, TRAILING = Kind
SHARING = Terms(D(0), D(0), D(0), D(0), participation=D(10))


def _facts(fills: list[Fill]) -> list[tuple[Rule, D, D]]:
    return [(fill.rule, fill.price, fill.size) for fill in fills]


def test_what_the_volume_did_not_fill_of_a_marketable_limit_pays_the_quote_and_not_its_limit() -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='0.01')
    order = pit.place(BUY, LIMIT, size='1', limit_price='150')
    pit.price('101', volume='5')
    pit.price('102', volume='1000')
    assert _facts(pit.fills) == [
        (Rule.MARKETABLE_LIMIT, D(100), D('0.001')),
        (Rule.MARKETABLE_LIMIT, D(101), D('0.5')),
        (Rule.MARKETABLE_LIMIT, D(102), D('0.499')),
    ]
    assert pit.orders[order.id].status is Status.FILLED


def test_a_marketable_limit_of_which_a_part_is_left_rests_once_a_quote_does_not_reach_it() -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='5')
    order = pit.place(SELL, LIMIT, size='1', limit_price='90')
    assert order.status is Status.REFUSED
    order = pit.place(BUY, LIMIT, size='2', limit_price='110')
    pit.price('111', volume='1000')
    pit.price('100', volume='5')
    pit.price('100')
    assert _facts(pit.fills) == [
        (Rule.MARKETABLE_LIMIT, D(100), D('0.5')),
        (Rule.RESTING_LIMIT, D(110), D('0.5')),
        (Rule.RESTING_LIMIT, D(110), D(1)),
    ]


def test_an_estimate_says_of_a_limit_that_has_to_wait_for_volume_that_it_goes_on_taking() -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='5')
    pit.place(BUY, LIMIT, size='1', limit_price='110')
    ticket = pit.ticket(BUY, LIMIT, size='1', limit_price='110')
    estimate = pit.matcher.estimate(LOCAL, BTC, ticket, pit.steps, pit.terms)
    assert (estimate.at_once, estimate.maker) == (False, False)
    assert estimate.notes == ('Nothing is left to take of the volume of this price: it goes on at the next prices.',)


def test_a_leg_meets_every_price_after_the_one_that_its_entry_bought_at() -> None:
    pit = Pit()
    pit.price('100')
    pit.place(BUY, LIMIT, size='1', limit_price='95', stop_loss='80')
    pit.seq = 4  # all three have come in before the first is worked on
    for number, price in ((2, '94'), (3, '70'), (4, '90')):
        pit.take(pit.matcher.tick(BTC, tick(price, number)))
    assert [(fill.side, fill.tick_price) for fill in pit.fills] == [(BUY, D(94)), (SELL, D(70))]


def test_a_leg_that_is_amended_does_not_sell_at_the_price_that_its_entry_bought_at() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, MARKET, size='1', take_profit='200')
    profit = pit.account.legs(entry.id)[0]
    assert pit.amend(profit, limit_price='90').status is Status.OPEN
    assert [fill.price for fill in pit.price('99')] == [D(99)]


def test_a_leg_that_is_amended_sells_at_once_at_a_newer_price() -> None:
    pit = Pit()
    pit.price('100')
    entry = pit.place(BUY, MARKET, size='1', take_profit='200')
    pit.price('101')
    profit = pit.account.legs(entry.id)[0]
    assert pit.amend(profit, limit_price='90').status is Status.FILLED


def test_a_price_that_came_in_time_but_is_worked_on_too_late_fills_nothing() -> None:
    pit = Pit()
    pit.price('100')
    late = NOON + timedelta(seconds=30)
    order = pit.place(BUY, LIMIT, size='1', limit_price='90', time_in_force=TimeInForce.GTD, good_till=late)
    came = tick('80', 2)
    pit.later(30)
    assert pit.take(pit.matcher.tick(BTC, came)) == []
    assert pit.orders[order.id].status is Status.EXPIRED
