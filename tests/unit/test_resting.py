"""The index of open orders against the rules applied to every order: a price finds exactly those that it touches."""

import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.matching.resting import Resting
from desk.orders import Kind, Order, Side, Steps, Terms
from desk.trading import reached, stop_of, through
from tests.unit.desk_of_orders import Pit, order, tick

PRICES = st.integers(90, 110).map(Decimal)
SIDES = st.sampled_from(list(Side))
STEPS = st.sampled_from([Steps(Decimal('0.01')), Steps(Decimal(1))])
LIMITS = st.builds(
    lambda side, price, touch: order(
        side=side, kind=Kind.LIMIT, limit_price=price, terms=Terms(touch=touch), arrived=True
    ),
    SIDES,
    PRICES,
    st.booleans(),
)
STOPS = st.builds(lambda side, price: order(side=side, kind=Kind.STOP, stop_price=price), SIDES, PRICES)
AMOUNTS = st.builds(
    lambda side, best, far, steps, seq: order(
        side=side, kind=Kind.TRAILING_STOP, best=best, trail_amount=Decimal(far), steps=steps, seq=seq
    ),
    SIDES,
    PRICES,
    st.integers(1, 9),
    STEPS,
    st.integers(1, 12),
)
PERCENTS = st.builds(lambda amount: replace(amount, trail_percent=amount.trail_amount, trail_amount=None), AMOUNTS)
WAITING = st.just(order(size=None, quote_size=Decimal(5)))
STEP = st.one_of(LIMITS, STOPS, AMOUNTS, PERCENTS, WAITING, PRICES, PRICES, st.floats(0, 1))


@given(st.lists(STEP, max_size=60))
def test_a_price_finds_exactly_the_orders_that_it_touches(steps: list[Order | Decimal | float]) -> None:
    resting, orders, seq = Resting(), dict[int, Order](), 0
    for number, step in enumerate(steps, 1):
        if isinstance(step, Order):
            orders[number] = replace(step, id=number, rank=number)
            resting.put(orders[number])
        elif isinstance(step, Decimal):
            seq += 1
            _meets(resting, orders, step, seq)
        elif orders:
            gone = orders.pop(sorted(orders)[int(step * (len(orders) - 1))])
            resting.put(replace(gone, size=gone.filled_size))
        assert all(resting.has(number) for number in orders)
        assert {number: order.best for number, order in orders.items() if order.best is not None} == {
            number: resting.trails.best(number) for number, order in orders.items() if order.best is not None
        }


def _meets(resting: Resting, orders: dict[int, Order], price: Decimal, seq: int) -> None:
    """Touched orders leave for good; the others stay and, trailing, follow."""
    touched = {number for number, order in orders.items() if _touched(order, price, seq)}
    if touched:
        assert not resting.quiet(price)
    found = {*resting.takers(tick(str(price), seq), _never), *resting.limits(price, _never)}
    assert found == touched
    for number in touched:
        gone = orders.pop(number)
        resting.put(replace(gone, size=gone.filled_size))
    resting.follow(price, seq)
    for number, left in orders.items():
        if left.best is not None and left.seq < seq:
            best = min(left.best, price) if left.side is Side.BUY else max(left.best, price)
            orders[number] = replace(left, best=best)


def _never(terms: Terms, steps: Steps) -> bool:
    return False


def _touched(order: Order, price: Decimal, seq: int) -> bool:
    if order.kind is Kind.LIMIT:
        return through(order, price)
    if order.kind is Kind.MARKET:
        return True
    return (order.best is None or order.seq < seq) and reached(order.side, stop_of(order), price)


def test_a_sleeping_leg_and_an_order_that_ended_are_not_kept() -> None:
    resting = Resting()
    resting.put(order(kind=Kind.LIMIT, limit_price=Decimal(100), arrived=True, size=Decimal(0)))
    assert not resting.has(1)
    assert resting.quiet(Decimal(1))


def test_a_price_between_all_orders_is_quiet_and_a_waiting_order_makes_every_price_count() -> None:
    resting = Resting()
    resting.put(order(id=1, kind=Kind.LIMIT, limit_price=Decimal(90), arrived=True))
    resting.put(order(id=2, kind=Kind.STOP, stop_price=Decimal(110)))
    resting.put(order(id=3, kind=Kind.TRAILING_STOP, side=Side.SELL, best=Decimal(105), trail_amount=Decimal(10)))
    assert [price for price in range(85, 115) if resting.quiet(Decimal(price))] == list(range(96, 106))
    resting.put(order(id=4))
    assert not resting.quiet(Decimal(100))


def test_trailing_stops_that_a_new_best_price_passes_are_told_as_moved_once() -> None:
    resting = Resting()
    for number, best in enumerate((100, 105, 120), 1):
        trailing = {'kind': Kind.TRAILING_STOP, 'side': Side.SELL, 'best': Decimal(best), 'trail_percent': Decimal(50)}
        resting.put(order(id=number, **trailing))
    resting.follow(Decimal(110), 9)
    assert sorted(resting.trails.moved()) == [1, 2]
    assert resting.trails.moved() == []
    assert [resting.trails.best(number) for number in (1, 2, 3)] == [110, 110, 120]


def _calls(orders: int, price: str) -> int:
    """How many functions run for a price, where so many orders of each kind rest away from it."""
    pit, calls = Pit(cash='1000000000'), 0
    pit.price('100')
    pit.place(Side.BUY, Kind.MARKET, size='100000')
    for number in range(orders):
        pit.place(Side.BUY, Kind.LIMIT, size='1', limit_price=f'{50 - number / 100:.2f}')
        pit.place(Side.SELL, Kind.STOP, size='1', stop_price=f'{50 - number / 100:.2f}')
        pit.place(Side.SELL, Kind.TRAILING_STOP, size='1', trail_percent=f'{50 + number / 100:.2f}')
        pit.place(Side.BUY, Kind.TRAILING_STOP, size='1', trail_amount=f'{50 + number / 100:.2f}')
    pit.price('100')

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        pit.price(price)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize('price', ['100', '101', '51'])
def test_a_price_costs_the_same_however_many_orders_it_does_not_touch(price: str) -> None:
    assert _calls(500, price) <= 1.2 * _calls(5, price), 'a hundred times the orders'


def test_a_price_that_touches_nothing_costs_next_to_nothing() -> None:
    assert _calls(500, '100') < 60
