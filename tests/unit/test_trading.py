"""The fill rules by themselves: quotes, slippage, stops, and every price between its bounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.orders import Kind, Order, Rule, Side, Steps, Terms
from desk.ticks import Tick
from desk.trading import (
    bounds,
    cost,
    hold,
    lots,
    marketable,
    money_held,
    pays,
    quote,
    reached,
    stop_of,
    taking_price,
    through,
    volume_left,
    worst_price,
)
from tests.unit.desk_of_orders import order, tick

PRICES = st.decimals('0.0001', '1000000', places=4)
RATES = st.decimals(0, 5, places=3)
TERMS = st.builds(Terms, RATES, RATES, RATES, st.decimals(0, 500, places=1), st.booleans())
STEPS = st.sampled_from([Steps(), Steps(Decimal('0.01'), Decimal('0.001')), Steps(Decimal('0.0001'), Decimal(1))])
SIDES = st.sampled_from(list(Side))
EXACT = Steps(Decimal('0.01'))


@st.composite
def ticks(draw: st.DrawFn) -> Tick:
    bid, ask = draw(st.one_of(st.none(), PRICES)), draw(st.one_of(st.none(), PRICES))
    return tick('1')._replace(price=draw(PRICES), bid=bid, ask=ask)


@given(ticks(), TERMS, STEPS)
def test_a_quote_has_a_bid_above_zero_and_no_higher_than_its_ask(tick: Tick, terms: Terms, steps: Steps) -> None:
    bid, ask = quote(tick, terms, steps)
    assert 0 < bid <= ask
    assert steps.tick_size is None or not (bid % steps.tick_size or ask % steps.tick_size)


@given(ticks(), TERMS, STEPS, SIDES, st.sampled_from(list(Kind)), PRICES)
def test_every_taker_fills_between_the_bounds_of_its_rule(
    tick: Tick, terms: Terms, steps: Steps, side: Side, kind: Kind, limit: Decimal
) -> None:
    taker = order(side=side, kind=kind, terms=terms, steps=steps, limit_price=limit)
    at = quote(tick, terms, steps)
    price, rule = taking_price(taker, at)
    if rule is not Rule.MARKETABLE_LIMIT or marketable(taker, at):
        least, greatest = bounds(rule, taker, at)
        assert least <= price <= greatest
        assert at.ask <= price if side is Side.BUY else price <= at.bid


@given(st.decimals('0.00000001', '100000', places=8), PRICES, RATES)
def test_no_fill_costs_more_than_it_held(size: Decimal, price: Decimal, fee: Decimal) -> None:
    assert cost(size, price, fee) <= money_held(size, price, fee)


@given(st.decimals(1, 1_000_000, places=8), PRICES, RATES, st.sampled_from(['0.00000001', '0.001', '1']))
def test_money_pays_for_the_most_lots_and_not_for_one_more(
    money: Decimal, price: Decimal, fee: Decimal, lot: str
) -> None:
    size = lots(money, price, fee, Decimal(lot))
    assert not size % Decimal(lot)
    assert pays(money, size, price, fee)
    assert not pays(money, size + Decimal(lot), price, fee)


def test_half_a_spread_is_on_each_side_of_a_price_without_a_quote_rounded_away_from_it() -> None:
    assert quote(tick('67000.12'), Terms(), EXACT) == (Decimal('66966.61'), Decimal('67033.63'))


def test_a_quote_of_the_feed_counts_unless_it_is_crossed() -> None:
    assert quote(tick('100', bid='99', ask='102'), Terms(), EXACT) == (Decimal(99), Decimal(102))
    assert quote(tick('100', bid='102', ask='99'), Terms(spread=Decimal(2)), EXACT) == (Decimal(99), Decimal(101))


def test_slippage_goes_against_the_order_and_a_sale_never_below_one_tick() -> None:
    at, terms = quote(tick('100', bid='100', ask='100'), Terms(), EXACT), Terms(slippage=Decimal('10000'))
    assert taking_price(order(), at)[0] == Decimal('100.05')
    assert taking_price(order(side=Side.SELL), at)[0] == Decimal('99.95')
    assert taking_price(order(side=Side.SELL, terms=terms), at)[0] == Decimal('0.01')


@pytest.mark.parametrize(
    ('touch', 'price', 'fills'), [(False, '100', False), (True, '100', True), (False, '99.99', True)]
)
def test_a_resting_buy_needs_a_price_through_its_limit_or_at_it_where_touching_counts(
    touch: bool, price: str, fills: bool
) -> None:
    resting = order(kind=Kind.LIMIT, limit_price=Decimal(100), terms=Terms(touch=touch))
    assert through(resting, Decimal(price)) is fills


def test_a_stop_is_reached_at_its_price() -> None:
    assert reached(Side.BUY, Decimal(100), Decimal(100))
    assert reached(Side.SELL, Decimal(100), Decimal(100))
    assert not reached(Side.SELL, Decimal(100), Decimal('100.01'))


def test_a_trailing_stop_stands_at_its_distance_rounded_away_from_the_price() -> None:
    trailing = {'kind': Kind.TRAILING_STOP, 'best': Decimal('33.33'), 'trail_percent': Decimal(1)}
    assert stop_of(order(side=Side.SELL, **trailing)) == Decimal('32.99')
    assert stop_of(order(**trailing)) == Decimal('33.67')
    assert stop_of(order(side=Side.SELL, **trailing | {'trail_amount': Decimal(3)})) == Decimal('30.33')


def test_a_buy_stop_holds_what_it_would_pay_at_its_stop_price() -> None:
    stop = order(kind=Kind.STOP, stop_price=Decimal(100))
    assert worst_price(stop, None) == Decimal('100.11')  # 100.05 with half a spread, 100.100025 with slippage
    assert worst_price(order(kind=Kind.STOP, stop_price=Decimal(100), side=Side.SELL), None) == 100


def test_a_hold_counts_the_greater_fee_for_limits_and_the_takers_fee_for_what_only_takes() -> None:
    terms = Terms(maker_fee=Decimal(2), taker_fee=Decimal(1))
    limit = order(kind=Kind.LIMIT, limit_price=Decimal(100), reserve=Decimal(100), terms=terms)
    assert hold(limit) == (None, Decimal(102))
    assert hold(order(reserve=Decimal(100), terms=terms)) == (None, Decimal(101))
    assert hold(order(side=Side.SELL)) == (1, Decimal(1))
    assert hold(order(size=None, quote_size=Decimal(50))) == (None, Decimal(50))


def test_participation_leaves_what_the_share_of_the_volume_and_others_leave_in_lots() -> None:
    sharing: Order = order(terms=Terms(participation=Decimal(10)), steps=Steps(lot_size=Decimal('0.1')))
    assert volume_left(sharing.terms, sharing.steps, tick('100', volume='12.9'), Decimal('0.4')) == Decimal('0.8')
    assert volume_left(sharing.terms, sharing.steps, tick('100', volume='12.9'), Decimal(5)) == 0
    assert volume_left(sharing.terms, sharing.steps, tick('100'), Decimal(5)) is None
    assert volume_left(Terms(), Steps(), tick('100', volume='12.9'), Decimal(5)) is None


def test_arithmetic_keeps_all_digits_of_large_sizes() -> None:
    size = Decimal('12345678901234567890.12345678')
    assert cost(size, Decimal('1.00000001'), Decimal(0)) == Decimal('12345679024691356902.46913568')
