"""What many orders cost: a reset's work goes with their number, a price's with what it fills."""

import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from desk.acting import LOCAL
from desk.matching.due import Due
from desk.orders import Kind, Side, Terms
from tests.unit.desk_of_orders import NOON, Pit


def _steps(work: Callable[[], object]) -> int:
    """How many lines of Python run, each turn of a loop counted."""
    steps = 0

    def trace(frame: object, event: str, argument: object) -> Any:
        nonlocal steps
        steps += event == 'line'
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def _reset(orders: int) -> float:
    """Steps for an order."""
    pit = Pit()
    pit.price('100')
    for _ in range(orders):
        pit.place(Side.BUY, Kind.LIMIT, size='0.001', limit_price='50')
    return _steps(lambda: pit.matcher.reset(LOCAL, 'USD', Decimal(1))) / orders


def test_a_reset_costs_as_much_for_each_order_however_many_there_are() -> None:
    assert _reset(400) <= _reset(40) + 5


def _tick_behind(orders: int, kind: Kind, **fields: str) -> int:
    """Steps of a price whose volume fills a part of the first of so many orders that wait for it."""
    pit = Pit(Terms(participation=Decimal(10)), cash='1000000')
    pit.price('100', volume='0.01')
    for _ in range(orders):
        pit.place(Side.BUY, kind, size='1', **fields)
    pit.price('95', volume='0.01')
    steps = _steps(lambda: pit.price('95', volume='0.01'))
    assert pit.fills[-1].seq == pit.seq
    return steps


@pytest.mark.parametrize(
    ('kind', 'fields'),
    [(Kind.LIMIT, {'limit_price': '99'}), (Kind.LIMIT, {'limit_price': '110'}), (Kind.MARKET, {})],
    ids=['resting', 'arriving', 'market'],
)
def test_a_price_costs_the_same_however_many_orders_wait_for_their_share_of_it(
    kind: Kind, fields: dict[str, str]
) -> None:
    assert _tick_behind(400, kind, **fields) <= _tick_behind(40, kind, **fields) + 20


def test_what_has_ended_before_its_time_is_not_kept_till_then() -> None:
    due = Due()
    due.put(1, NOON + timedelta(seconds=1))
    for number in range(2, 1000):
        due.put(number, NOON)
        due.discard(number)
    assert len(due) < 100
    assert (due.pop(NOON), due.pop(NOON + timedelta(seconds=1)), due.pop(NOON)) == (None, 1, None)
