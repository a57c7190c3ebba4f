"""Background work goes on when a step fails, and its failure is told until it works again."""

import asyncio
from threading import Event
from time import monotonic

import pytest

from desk import crew as work
from desk.crew import Crew


async def test_a_step_that_fails_is_told_and_taken_up_again() -> None:
    crew, well = Crew(), asyncio.Event()
    steps: list[dict[str, str]] = []

    async def step() -> None:
        steps.append(dict(crew.problems))
        if len(steps) == 1:
            raise ValueError('no luck')
        if len(steps) == 3:
            well.set()

    crew.every(0, 'the work', step)
    await asyncio.wait_for(well.wait(), 5)
    await crew.stop()
    assert steps[:3] == [{}, {'the work': 'ValueError: no luck'}, {}]


async def test_what_is_done_once_a_day_and_fails_is_not_left_for_a_day() -> None:
    crew, well = Crew(), asyncio.Event()
    steps: list[dict[str, str]] = []

    async def step() -> None:
        steps.append(dict(crew.problems))
        if len(steps) == 1:
            raise ValueError('no luck')
        well.set()

    crew.every(86_400, 'the work', step)
    await asyncio.wait_for(well.wait(), 10)
    await crew.stop()
    assert steps == [{}, {'the work': 'ValueError: no luck'}]


async def test_work_that_is_stopped_has_stopped() -> None:
    crew, begun, ended = Crew(), asyncio.Event(), asyncio.Event()

    async def step() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    crew.every(0, 'the work', step)
    await asyncio.wait_for(begun.wait(), 5)
    await crew.stop()
    assert ended.is_set()


async def test_work_that_fails_while_it_is_stopped_has_stopped(caplog: pytest.LogCaptureFixture) -> None:
    crew, begun = Crew(), asyncio.Event()

    async def step() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError('the disk is full')

    crew.every(0, 'the work', step)
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(crew.stop(), 5)
    assert 'the work failed' in caplog.text


async def test_a_step_rests_in_proportion_to_what_it_took() -> None:
    crew, again, starts, ends = Crew(), asyncio.Event(), list[float](), list[float]()

    async def step() -> None:
        starts.append(monotonic())
        await asyncio.to_thread(Event().wait, 0.02)
        ends.append(monotonic())
        if len(starts) == 2:
            again.set()

    crew.every(0, 'the work', step, rest=5)
    await asyncio.wait_for(again.wait(), 5)
    await crew.stop()
    assert starts[1] - ends[0] >= 4.9 * (ends[0] - starts[0])


async def test_no_step_rests_longer_than_the_longest_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, 'LONGEST_PAUSE', 0.01)
    crew, again, steps = Crew(), asyncio.Event(), list[None]()

    async def step() -> None:
        await asyncio.to_thread(Event().wait, 0.02)
        steps.append(None)
        if len(steps) == 2:
            again.set()

    crew.every(0, 'the work', step, rest=10_000)
    await asyncio.wait_for(again.wait(), 5)
    await crew.stop()
