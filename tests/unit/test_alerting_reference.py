"""Whatever happens, the Watch fires what the obvious reference fires."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.alert import Alert, Condition, Repeat, Status
from desk.alerting.conditions import CROSSES, HIGHS, LEVELS, MOVES
from tests.unit.alerting_world import START, AlertWorld, an_alert

Act = Callable[[AlertWorld], object]
# Few values that meet: levels and per cents that prices hit exactly, pauses as long as windows and cooldowns.
NEAR = [Decimal(cents) / 100 for cents in (9801, 9900, 9950, 10000, 10000, 10050, 10100, 10200)]
PRICES = st.sampled_from([*NEAR, *(Decimal(price) for price in (90, 95, 105, 110))])
LEVEL = st.sampled_from([Decimal(level) for level in (100, 100, 100, 99, 101)])
COINS = st.sampled_from([1, 1, 1, 2])
PAUSES = st.sampled_from([0, 1, 1, 9, 30, 59, 60, 61, 299, 300, 600, 3599, 3600, 86340, 86400])
NUMBERS = st.integers(1, 4)


@st.composite
def an_alert_of(draw: st.DrawFn, conditions: list[str]) -> Alert:
    """Any alert of these conditions."""
    condition = draw(st.sampled_from(conditions))
    repeats = [Repeat.ONCE, Repeat.EVERY] + [Repeat.REARM] * (condition != Condition.SILENT)
    repeat = draw(st.sampled_from(repeats))
    expires = draw(st.sampled_from([None, None, None, 600, 90000]))
    return an_alert(
        draw(NUMBERS),
        condition,
        price=draw(LEVEL) if condition in LEVELS else None,
        percent=Decimal(draw(st.sampled_from(['1', '5', '10']))) if condition in MOVES else None,
        window=draw(st.sampled_from([300, 3600, 86400])) if condition in MOVES else None,
        minutes=draw(st.sampled_from([1, 5, 60])) if condition == Condition.SILENT else None,
        repeat=repeat,
        cooldown=draw(st.sampled_from([0, 0, 60, 300])) if repeat is Repeat.EVERY else 0,
        rearm=Decimal(draw(st.sampled_from(['0.5', '1', '5']))) if repeat is Repeat.REARM else None,
        expires=START + timedelta(seconds=expires) if expires else None,
    )


def acts(conditions: list[str]) -> st.SearchStrategy[list[Act]]:
    """What may happen, prices most of all."""
    price = st.tuples(COINS, PRICES, st.sampled_from([0, 0, 0, 1, 60]))
    prices = st.builds(
        lambda some: lambda world: [world.price(*one) for one in some], st.lists(price, min_size=2, max_size=12)
    )
    wait = st.builds(lambda seconds: lambda world: world.wait(seconds), PAUSES)
    later = st.builds(lambda seconds: lambda world: _later(world, seconds), PAUSES)
    make = st.builds(lambda alert, coins: lambda world: world.make(alert, coins), an_alert_of(conditions), WHERE)
    return st.lists(st.one_of(prices, wait, later, make, LIFE), min_size=3, max_size=25)


WHERE = st.sampled_from([[1], [2], [1, 2], None])
LIFE: st.SearchStrategy[Act] = st.one_of(
    st.builds(
        lambda number, status: lambda world: _change(world, number, status=status),
        NUMBERS,
        st.sampled_from([Status.PAUSED, Status.ACTIVE]),
    ),
    st.builds(
        lambda number, pause: lambda world: _change(world, number, snoozed=world.now + timedelta(seconds=pause)),
        NUMBERS,
        PAUSES,
    ),
    st.builds(lambda number: lambda world: _change(world, number, note='changed'), NUMBERS),
    st.builds(lambda number: lambda world: _activate(world, number), NUMBERS),
    st.builds(lambda number: lambda world: world.drop(number), NUMBERS),
    st.builds(lambda number, coin, price: lambda world: _adopt(world, number, coin, price), NUMBERS, COINS, PRICES),
)


@pytest.mark.parametrize(
    'conditions',
    [sorted(CROSSES), sorted(LEVELS - CROSSES), sorted(MOVES), sorted(HIGHS), ['silent'], sorted(Condition)],
    ids=['crossing', 'levels', 'moves', 'highs', 'silence', 'all'],
)
@given(data=st.data())
@settings(max_examples=150)
def test_the_watch_fires_what_the_reference_fires(conditions: list[str], data: st.DataObject) -> None:
    world = AlertWorld()
    world.make(data.draw(an_alert_of(conditions)), [1])
    for act in data.draw(acts(conditions)):
        act(world)


def _later(world: AlertWorld, seconds: int) -> None:
    """Time goes on, and nobody looks before the next price."""
    world.now += timedelta(seconds=seconds)


def _coins(world: AlertWorld, number: int) -> list[int]:
    return [one.coin for one in world.reference.ones if one.alert.id == number]


def _change(world: AlertWorld, number: int, **fields: object) -> None:
    world.change(number, _coins(world, number), **fields)


def _activate(world: AlertWorld, number: int) -> None:
    if number in world.watch:
        world.make(world.alerts[number], _coins(world, number))


def _adopt(world: AlertWorld, number: int, coin: int, price: Decimal) -> None:
    if number in world.watch:
        world.adopt(number, coin, price)
