"""At once after a quiet moment, at most so often under load, and everything in the end."""

import asyncio

from desk.conflator import Conflator


async def test_the_first_change_is_flushed_at_once_and_the_rest_gathered() -> None:
    conflator, frames, loop = Conflator(rate=20), [], asyncio.get_running_loop()
    began, done = asyncio.Event(), asyncio.Event()

    def take(names: set[str]) -> None:
        frames.append((loop.time(), names))
        (done if 'last' in names else began).set()

    conflator.subscribe(take)
    conflator.mark(['first'])
    await asyncio.wait_for(began.wait(), 5)
    for number in range(100):
        conflator.mark([f'coin {number}'])
    conflator.mark(['last'])
    await asyncio.wait_for(done.wait(), 5)
    assert [len(names) for _, names in frames] == [1, 101]
    assert frames[1][0] - frames[0][0] >= 0.045


def fail(names: set[str]) -> None:
    raise ZeroDivisionError


async def test_one_bad_subscriber_silences_nobody_and_is_told() -> None:
    conflator, seen = Conflator(rate=20), asyncio.Event()
    conflator.subscribe(fail)
    conflator.subscribe(lambda names: seen.set())
    conflator.mark(['BTC'])
    await asyncio.wait_for(seen.wait(), 5)
    assert conflator.problem.startswith('ZeroDivisionError')


async def test_after_unsubscribing_nothing_comes() -> None:
    conflator, flushed = Conflator(rate=20), asyncio.Event()
    frames: list[set[str]] = []
    unsubscribe = conflator.subscribe(frames.append)
    conflator.subscribe(lambda names: flushed.set())
    unsubscribe()
    conflator.mark(['BTC'])
    await asyncio.wait_for(flushed.wait(), 5)
    assert frames == []


async def test_changes_beside_do_not_wait_for_a_frame() -> None:
    conflator, frames = Conflator(rate=1), []
    beside, began, told = conflator.beside(), asyncio.Event(), asyncio.Event()

    def take(names: set[str]) -> None:
        frames.append(names)
        (told if 'order' in names else began).set()

    conflator.subscribe(take)
    conflator.mark(['price'])
    await asyncio.wait_for(began.wait(), 5)
    conflator.mark(['another price'])
    beside.mark(['order'])
    await asyncio.wait_for(told.wait(), 5)
    assert frames == [{'price'}, {'order'}]
    conflator.close()
