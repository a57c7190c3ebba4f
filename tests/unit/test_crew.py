"""Background work goes on when a step fails, and its failure is told until it works again."""

import asyncio

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
