"""The rules of alerts, by their examples, and what lies beside them: restarts, other processes, merges."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from desk.alert import Alert, Mark, Repeat, Status
from desk.alerting.conditions import Conditions
from desk.alerting.extreme import Extreme
from desk.alerting.hits import Fired
from desk.alerting.levels import Levels
from desk.alerting.post import Post
from desk.alerting.watch import Watch
from tests.unit.alerting_world import START, an_alert
from tests.unit.watched_prices import Watched, said_of

D = Decimal


CROSSINGS = [
    ('99 101', [1], [], [1]),
    ('99 100 101', [1], [], [1]),
    ('99 100 99 100', [1, 3], [], [1, 3]),
    ('99 100 100 101 99', [1], [4], [1, 4]),
    ('101 100 101 100 99', [], [1, 3], [1, 3]),
    ('101 100 99 101', [3], [1], [1, 3]),
    ('100 101 99', [], [2], [2]),
]


@pytest.mark.parametrize(('prices', 'up', 'down', 'either'), CROSSINGS)
def test_a_level_is_crossed_as_the_table_says(prices: str, up: list[int], down: list[int], either: list[int]) -> None:
    first, *then = prices.split()
    world = Watched(first)
    for number, condition in enumerate(('crosses_up', 'crosses_down', 'crosses'), 1):
        world.watch.put(an_alert(number, condition, price=D(100)), [1])
    said = [world.price(price) for price in then]
    fired = [[place for place, hits in enumerate(said, 1) if f'{number} fired' in hits] for number in (1, 2, 3)]
    assert fired == [up, down, either]


def test_a_state_that_is_true_already_fires_at_the_next_price() -> None:
    world = Watched('101')
    world.watch.put(an_alert(1, 'above', price=D(100), repeat=Repeat.ONCE), [1])
    assert world.prices('100', '101', '102') == ['101']


def test_the_example_of_a_rise() -> None:
    world = Watched('100')
    world.watch.put(an_alert(1, 'rises', percent=D(5), window=300, cooldown=60), [1])
    said = []
    for seconds, price in ((120, '98'), (120, '102.89'), (30, '102.90')):
        world.now += timedelta(seconds=seconds)
        said += [price for _ in world.price(price)]
    assert said == ['102.90']


def test_the_examples_of_arming_again() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'crosses_up', price=D(100), repeat=Repeat.REARM, rearm=D(1)), [1])
    assert [world.price(price) for price in ('101', '99.50', '100.50', '99', '100')] == [
        ['1 fired'],
        [],
        [],
        ['1 armed'],
        ['1 fired'],
    ]
    world.watch.drop(1)
    world.watch.put(an_alert(2, 'above', price=D(100), repeat=Repeat.REARM, rearm=D(1)), [1])
    assert [world.price(price) for price in ('110', '109', '108.90', '108')] == [
        ['2 fired'],
        [],
        ['2 armed'],
        ['2 fired'],
    ]


def test_an_alert_on_all_coins_goes_its_own_way_at_each_also_at_those_that_come_later() -> None:
    world = Watched('99', '99')
    world.watch.meet([1, 2])
    world.watch.put(an_alert(1, 'crosses_up', price=D(100), repeat=Repeat.ONCE), None)
    assert world.price('101') == ['1 fired']
    assert world.price('99') == world.price('101') == []
    assert world.price('101', coin=2) == ['1 fired']
    assert [world.price('99', coin=3), world.price('101', coin=3)] == [[], ['1 fired']]


def test_a_silence_is_told_once_also_after_a_restart() -> None:
    world = Watched('99')
    alert = an_alert(1, 'silent', minutes=5)
    world.watch.put(alert, [1])
    assert [world.wait(seconds=299), world.wait(seconds=1), world.wait(hours=1)] == [[], ['1 fired'], []]
    told = replace(alert, marks=(Mark(1, 1, True, world.now, D(99)),))
    world.watch = Watch(world.live.get, lambda: world.now, Conditions())
    world.watch.put(told, [1])
    assert world.wait(minutes=10) == []
    assert world.price('99') == []
    assert world.wait(minutes=5) == ['1 fired']


def test_a_silence_counts_from_the_last_price_before_the_start() -> None:
    world = Watched('99')
    world.now += timedelta(days=3)
    world.watch = Watch(world.live.get, lambda: world.now, Conditions())
    world.watch.put(an_alert(1, 'silent', minutes=5), [1])
    (hit,) = world.watch.pass_time(world.now)
    assert isinstance(hit, Fired)
    assert hit.firing.reading == 3 * 1440
    assert hit.firing.message == 'COIN1 has had no price for 4,320 minutes; the last was 99.00.'


def test_what_fires_is_a_whole_firing() -> None:
    world = Watched('99')
    world.watch.put(an_alert(7, 'above', price=D(100), repeat=Repeat.ONCE, user='ada'), [1])
    (hit,) = world.watch.tick(1, world.comes(1, '101.5'))
    assert isinstance(hit, Fired)
    firing = hit.firing
    assert (firing.alert_id, firing.coin_id, firing.nth, firing.user) == (7, 1, 1, 'ada')
    assert (firing.condition, firing.level, firing.price, firing.tick_source) == ('above', D(100), D('101.5'), 'test')
    assert (firing.at, firing.message) == (world.now, 'COIN1 is above 100.00, at 101.50.')
    assert hit.mark == Mark(1, 1, False, world.now, D('101.5'))


def test_another_process_that_fired_counts_here() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'crosses', price=D(100)), [1])
    world.watch.put(an_alert(2, 'above', price=D(100), cooldown=60), [1])
    world.watch.adopt(1, Mark(1, 1, True, world.now, D(101)))
    world.watch.adopt(2, Mark(1, 1, True, world.now, D(101)))
    assert world.price('102') == []
    assert world.price('99') == ['1 fired']
    world.now += timedelta(seconds=60)
    (two, one) = sorted(world.watch.tick(1, world.comes(1, '102')), key=said_of, reverse=True)
    assert isinstance(one, Fired)
    assert isinstance(two, Fired)
    assert (one.firing.nth, two.firing.nth) == (3, 2)


def test_what_another_process_says_late_is_behind() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'above', price=D(100), cooldown=60), [1])
    assert world.price('101') == ['1 fired']
    world.watch.adopt(1, Mark(1, 0, True))
    world.watch.adopt(5, Mark(1, 3, True))
    assert world.price('101') == []


def test_another_process_arms_it_again() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'above', price=D(100), repeat=Repeat.REARM, rearm=D(1)), [1])
    assert world.price('110') == ['1 fired']
    world.watch.adopt(1, Mark(1, 1, True, world.now, D(110)))
    assert world.price('110') == ['1 fired']


def test_dropping_it_first_takes_the_word_of_the_store() -> None:
    world = Watched('101')
    alert = an_alert(1, 'above', price=D(100), repeat=Repeat.ONCE)
    world.watch.put(alert, [1])
    assert world.price('101') == ['1 fired']
    world.watch.put(replace(alert, note='not stored yet'), [1])
    assert world.price('101') == []
    world.watch.drop(1)
    world.watch.put(alert, [1])
    assert world.price('101') == ['1 fired']


@pytest.mark.parametrize('status', [Status.FIRED, Status.ACKNOWLEDGED, Status.EXPIRED, Status.DELETED])
def test_what_is_over_is_not_watched(status: Status) -> None:
    world = Watched('99')
    for where in ([1], None):
        world.watch.put(an_alert(1, 'above', price=D(100)), where)
        world.watch.put(an_alert(1, 'above', price=D(100), status=status), where)
        assert 1 not in world.watch
    assert world.price('101') == world.price('101', coin=2) == []


def test_it_expires_before_the_price_of_that_moment() -> None:
    world = Watched('99')
    world.watch.put(an_alert(1, 'above', price=D(100), expires=START + timedelta(hours=1)), [1])
    world.now += timedelta(hours=1)
    assert world.price('101') == ['1 expired']
    assert 1 not in world.watch


def test_merged_coins_are_watched_as_their_root() -> None:
    world = Watched('99', '99', '99')
    world.watch.meet([1, 2, 3])
    world.watch.put(an_alert(1, 'crosses_up', price=D(100)), [2])
    world.watch.put(an_alert(2, 'crosses_up', price=D(100)), [1, 2])
    world.watch.put(an_alert(3, 'rises', percent=D(1), window=300, cooldown=60), None)
    world.watch.put(an_alert(4, 'above', price=D(100), cooldown=60), [3])
    world.watch.rekey({1: 1, 2: 1, 3: 3}.__getitem__)
    assert world.price('101') == ['1 fired', '2 fired', '3 fired']
    assert world.price('101', coin=3) == ['3 fired', '4 fired']


def test_windows_ask_for_history_as_long_as_an_alert_needs_it() -> None:
    world = Watched('100')
    rise = an_alert(1, 'rises', percent=D(5), window=3600, cooldown=60)
    world.watch.put(rise, [1])
    assert world.watch.needs_history() == {1}
    world.watch.seed(1, [(START - timedelta(minutes=30), D(90), D(120)), (START - timedelta(hours=2), D(1), D(1))])
    assert world.watch.needs_history() == set()
    assert world.price('94.49') == []
    assert world.price('94.5') == ['1 fired']
    world.watch.put(replace(rise, percent=D(6)), [1])
    assert world.watch.needs_history() == set()
    world.watch.drop(1)
    world.watch.put(rise, [1])
    assert world.watch.needs_history() == {1}
    world.watch.seed(99, [])


@pytest.mark.parametrize(('window', 'most'), [(300, 300), (3600, 360), (86400, 1440)])
def test_a_window_keeps_a_price_a_step_at_most(window: int, most: int) -> None:
    extreme = Extreme(window, highest=False)
    for second in range(3 * window if window < 86400 else 90_000):
        extreme.advance(second)
        extreme.add(D(second + 1))
    assert len(extreme) <= most
    assert extreme.value is not None
    assert extreme.value >= second - window + 1


def test_posts_that_have_left_are_swept_from_the_levels() -> None:
    levels, post = Levels(), Post(an_alert(1, 'above', price=D(1)), 1, Mark(1))
    for stamp in range(1, 10_000):
        post.stamp = stamp
        levels.put(post, D(1), strict=True)
    assert len(levels) < 200


def test_a_price_that_touches_nothing_makes_nothing() -> None:
    world = Watched('100')
    for number in range(1, 1001):
        world.watch.put(_far(number), [1])
    assert world.watch.tick(1, world.comes(1, '101')) is world.watch.tick(1, world.comes(1, '99'))


def _far(number: int) -> Alert:
    return an_alert(number, 'above' if number % 2 else 'crosses', price=D(200 + number), cooldown=60)
