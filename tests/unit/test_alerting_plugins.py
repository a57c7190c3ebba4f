"""Conditions that plugins add: states that are tested at every price, and that may fail."""

from decimal import Decimal

import pytest

from desk.alert import Condition, Repeat
from desk.alerting.conditions import Conditions
from desk.alerting.hits import Fired
from desk.errors import Conflict, Invalid
from tests.unit.alerting_world import an_alert
from tests.unit.watched_prices import Watched

D = Decimal


def _conditions(*known: str) -> Conditions:
    conditions = Conditions()
    for key in known:
        conditions.add(key, f'{key} is so', lambda quote: quote.price > 100)
    return conditions


def test_a_plugins_condition_is_a_state() -> None:
    world = Watched('99', conditions=_conditions('dear'))
    world.watch.put(an_alert(1, 'dear', cooldown=60), [1])
    world.watch.put(an_alert(2, 'dear', repeat=Repeat.REARM, rearm=D(1)), [1])
    assert [world.price(price) for price in ('100', '101', '102.01', '102.02')] == [
        [],
        ['1 fired', '2 fired'],
        ['2 armed'],
        ['2 fired'],
    ]


def test_a_plugins_sentence_has_its_label() -> None:
    world = Watched('99', conditions=_conditions('dear'))
    world.watch.put(an_alert(1, 'dear', cooldown=60), [1])
    (hit,) = world.watch.tick(1, world.comes(1, '101'))
    assert isinstance(hit, Fired)
    assert hit.firing.message == 'The plugin’s condition “dear is so” holds for COIN1, at 101.00.'


def test_a_plugins_test_that_fails_switches_off_its_alerts_alone_and_is_told() -> None:
    conditions = _conditions('dear')
    conditions.add('broken', 'it breaks', lambda quote: quote.price > quote.missing)  # type: ignore[attr-defined]
    world = Watched('99', conditions=conditions)
    world.watch.put(an_alert(1, 'broken', cooldown=60), [1])
    world.watch.put(an_alert(2, 'dear', cooldown=60), [1])
    world.watch.put(an_alert(3, 'above', price=D(100), cooldown=60), [1])
    assert world.price('101') == ['2 fired', '3 fired']
    assert 'broken failed (AttributeError' in world.watch.problem
    assert (1 in world.watch, 2 in world.watch) == (False, True)


def test_an_alert_whose_plugin_is_gone_waits() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'dear', cooldown=60), [1])
    assert world.price('101') == []
    assert 1 in world.watch


def test_conditions_refuse_what_cannot_be_asked_for() -> None:
    conditions = _conditions('dear')
    assert dict(conditions.added) == {'dear': 'dear is so'}
    with pytest.raises(Conflict, match='a condition dear already'):
        conditions.add('dear', 'again', lambda quote: True)
    with pytest.raises(Conflict):
        conditions.add(Condition.ABOVE, 'again', lambda quote: True)
    with pytest.raises(Invalid, match='like wide_spread'):
        conditions.add('Wide spread', 'wide', lambda quote: True)
    with pytest.raises(Invalid, match='a label'):
        conditions.add('wide', ' ', lambda quote: True)
