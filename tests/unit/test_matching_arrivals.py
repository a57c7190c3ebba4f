"""Which prices an order meets, and as what: arriving again, waking, amended, too late."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import pytest

from desk.acting import LOCAL
from desk.errors import Invalid, NotFound
from desk.matching.account import TradingState
from desk.orders import Fill, Kind, Rule, Side, Status, Terms, TimeInForce
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


def test_a_limit_rests_once_it_is_not_reached_although_others_have_taken_all() -> None:
    pit = Pit(SHARING)
    pit.price('100', volume='0.01')
    first = pit.place(BUY, LIMIT, size='5', limit_price='120')
    second = pit.place(BUY, LIMIT, size='1', limit_price='110')
    pit.price('115', volume='5')
    pit.price('105', volume='1000')
    assert [(fill.order_id, fill.rule, fill.price) for fill in pit.fills[1:]] == [
        (first.id, Rule.MARKETABLE_LIMIT, D(115)),
        (first.id, Rule.MARKETABLE_LIMIT, D(105)),
        (second.id, Rule.RESTING_LIMIT, D(110)),
    ]


def test_each_order_goes_by_its_own_share_of_what_is_left() -> None:
    pit = Pit(SHARING)
    pit.price('100')
    for share, limit in (('10', '96'), ('50', '94'), ('10', '95'), ('50', '93')):
        pit.terms = replace(SHARING, participation=D(share))
        pit.place(BUY, LIMIT, size='3', limit_price=limit)
    fills = pit.price('80', volume='10')
    assert [(fill.order_id, fill.size) for fill in fills] == [(1, D(1)), (2, D(3)), (4, D(1))]


@pytest.mark.parametrize(('committed', 'taken'), [(0, '1'), (1, '0')])
def test_a_fill_that_was_not_committed_took_nothing_of_the_volume(committed: int, taken: str) -> None:
    pit = Pit(SHARING)
    book = pit.account.book
    pit.price('100', volume='10')
    pit.place(BUY, MARKET, size='1')
    pit.matcher.load(TradingState([book], {book.id: {None: D(1000)}}, [], last_fill=committed))
    assert pit.place(BUY, MARKET, size='1').filled_size == D(taken)


def test_what_was_no_order_has_no_number() -> None:
    pit = Pit()
    pit.price('100')
    with pytest.raises(Invalid):
        pit.place(BUY, LIMIT, size='0.00001', limit_price='1')
    with pytest.raises(NotFound):
        pit.matcher.cancel(LOCAL, 1)
    assert pit.place(BUY, LIMIT, size='1', limit_price='90').id == 1


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
