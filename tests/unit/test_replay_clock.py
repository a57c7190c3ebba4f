"""Recorded time: faster than real time, standing still, jumping, and never past the next price."""

import pytest

from desk.replay.clock import ReplayClock
from tests.unit.replaying import NOON, second


class Seconds:
    """Real time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def real() -> Seconds:
    return Seconds()


def test_recorded_time_passes_faster_and_stops_at_the_next_price(real: Seconds) -> None:
    clock = ReplayClock(NOON, 60, real=real)
    clock.ceiling = second(100)
    assert clock.until(second(100)) == pytest.approx(100 / 60)
    real.now += 1
    assert clock() == second(60)
    real.now += 1
    assert clock() == second(100), 'the price at 100 s has not come in yet'
    assert clock.until(second(100)) == 0
    clock.ceiling = second(1000)
    assert clock() == second(120)


def test_it_stands_still_while_paused_and_goes_on_from_there(real: Seconds) -> None:
    clock = ReplayClock(NOON, 10, real=real)
    clock.ceiling = second(1000)
    real.now += 1
    clock.run(False)
    real.now += 500
    assert (clock(), clock.until(second(11)), clock.until(second(10))) == (second(10), None, 0)
    clock.run(True)
    clock.set_speed(100)
    real.now += 1
    assert clock() == second(110)


def test_a_step_jumps_while_it_is_paused(real: Seconds) -> None:
    clock = ReplayClock(NOON, 10, playing=False, real=real)
    clock.ceiling = second(30)
    clock.jump(second(60))
    assert (clock(), clock.until(second(30)), clock.until(second(61))) == (second(30), 0, None)
    clock.ceiling = second(90)
    assert clock() == second(60)


def test_the_highest_speed_for_a_year_is_no_overflow(real: Seconds) -> None:
    clock = ReplayClock(NOON, 1_000_000_000, real=real)
    clock.ceiling = second(10)
    real.now += 365 * 86400
    assert clock() == second(10)
