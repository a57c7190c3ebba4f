"""Recordings for the tests of replays, and desks that live in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.replay.feed import staged
from desk.replay.recording import START, Recorder, Recording
from desk.settings import Settings
from desk.ticks import Tick
from tests.unit.csv_files import written
from tests.unit.csv_sink import NOW

NOON = datetime(2024, 8, 8, 12, tzinfo=UTC)
HEADER = 'name,price,timestamp,source,origin,volume,bid,ask,author,note\n'


def second(number: int) -> datetime:
    return NOON + timedelta(seconds=number)


def line(number: int, price: str, name: str = 'BTC', rest: str = ',' * 7) -> str:
    return f'{name},{price},{second(number).isoformat()}{rest}\n'


def recorded(path: Path, name: str = '') -> Recording:
    made = path.with_suffix('.db')
    Recorder(path, path.name, 'USD', name).make(made, NOW)
    return Recording(made)


def all_of(recording: Recording, at_once: int = 1000) -> list[Tick]:
    place, found = START, []
    while some := recording.after(place, at_once):
        found += [tick for _, tick in some]
        place = some[-1][0]
    return found


Replaying = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def replaying(tmp_path: Path) -> AsyncIterator[Replaying]:
    """Starts a desk on these lines, paused before the first price."""
    desks = []

    async def start(lines: str, source: Path | None = None) -> Desk:
        file = source or written(tmp_path, HEADER + lines, 'tape.csv')
        desk = Desk(staged(Settings(data_dir=tmp_path / 'data', replay=file, speed=1)))
        assert desk.replay
        desk.replay.pause()
        desks.append(desk)
        await desk.start()
        return desk

    yield start
    for desk in desks:
        await desk.stop()


async def came(desk: Desk, name: str, price: str) -> None:
    """Wait for a price of a coin."""
    here = asyncio.Event()

    def look(_: object = None) -> None:
        if any(quote.name == name and str(quote.price) == price for quote in desk.quotes()):
            here.set()

    forget = desk.subscribe(look)
    look()
    await asyncio.wait_for(here.wait(), 10)
    forget()
