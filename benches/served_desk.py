"""A desk on SQLite with its writer, a board that is rendered, and readers of its frames; prices that walk."""

import asyncio
import gc
import random
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Self

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.readers import Readers
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, utc_now
from pages.board_rows import Board
from pages.live import Live, update
from pages.live_cell import Cell

COINS, TICKS, GOAL, BROWSERS = 100, 50_000, 50_000, 100
AS_FEEDS_DO = 100
PACE, PACED_SECONDS = 10_000, 5
BIG = 10_000
PROBE = 0.002


class Run(NamedTuple):
    """One run: seconds by the clock, of the process's CPU, of these in rendering and in sends; lateness of the loop."""

    ticks: int
    wall: float
    cpu: float
    drawing: float
    sending: float
    late: list[float]

    @property
    def rate(self) -> float:
        """Ticks a second of what one core has left beside the frames, which come by the clock; the writer included."""
        return (1 - (self.drawing + self.sending) / self.wall) / self.cost * 1e6

    @property
    def cost(self) -> float:
        """Microseconds a tick, but for the frames."""
        return (self.cpu - self.drawing - self.sending) / self.ticks * 1e6


class Prices:
    """Coins whose prices walk in cents; volume, bid and ask beside each, with as many digits as Coinbase gives."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.cents = {f'COIN{number}': self.random.randint(10_000, 10_000_000) for number in range(COINS)}

    def ticks(self, count: int, origin: Origin = Origin.FEED) -> list[Tick]:
        """The next ones, which came within the last seconds, in the order of their time."""
        begin, step = utc_now() - timedelta(seconds=count / GOAL), timedelta(seconds=1 / GOAL)
        names = self.random.choices(list(self.cents), k=count)
        return [self._tick(name, origin, begin + number * step) for number, name in enumerate(names)]

    def _tick(self, name: str, origin: Origin, moment: datetime) -> Tick:
        cents = self.cents[name] = max(100, self.cents[name] + self.random.randint(-20, 20))
        volume = Decimal(f'0.{self.random.randint(1, 10**8 - 1):08d}')
        bid, ask = _price(cents - self.random.randint(1, 3)), _price(cents + self.random.randint(1, 3))
        return Tick(name, _price(cents), moment, 'bench', origin, volume, bid, ask)


class Shown(Live):
    """The board's cells as if somebody always looked; each frame is made ready once and sent to the readers."""

    def __init__(self, readers: Readers) -> None:
        super().__init__()
        self.readers, self.moved = readers, dict[int, Cell]()
        self.seconds = self.begun = 0.0

    def watched(self, cell: Cell) -> bool:
        """Every row is."""
        return True

    def begin(self, names: set[str]) -> None:
        """A frame is about to be rendered."""
        self.begun = time.thread_time()

    def send(self, names: set[str]) -> None:
        """The frame of what was just rendered."""
        self.seconds += time.thread_time() - self.begun
        moved, self.moved = self.moved, {}
        self.readers.send(update(cell.piece for cell in moved.values()).deflated)

    def _mark(self, cell: Cell) -> None:
        self.moved[cell.id] = cell


class ServedDesk:
    """The desk, its board and who reads it: for `async with`."""

    def __init__(self, folder: Path, browsers: int = BROWSERS) -> None:
        self.desk = Desk(Settings(data_dir=folder, exchange='none', demo=False))
        self.readers, self.prices = Readers(browsers), Prices()
        self.live = Shown(self.readers)
        self.desk.subscribe(self.live.begin)
        self.board = Board(self.desk, self.live)
        self.desk.subscribe(self.live.send)

    async def __aenter__(self) -> Self:
        await self.desk.start()
        await self.readers.__aenter__()
        await self.run(100, COINS * 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.readers.__aexit__()
        await self.desk.stop()

    async def run(self, batch: int, count: int = TICKS) -> Run:
        """As many ticks as fast as they go, in batches."""
        batches = _batches(self.prices.ticks(count), batch)
        gc.collect()
        gc.freeze()  # as the program does once it has started
        late, probe = _probe()
        drawn, sent = self.live.seconds, self.readers.seconds
        cpu, wall = time.process_time(), time.perf_counter()
        for ticks in batches:
            await self.desk.submit_many(ticks)
            await asyncio.sleep(0)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        gc.unfreeze()
        probe.cancel()
        return Run(count, wall, cpu, self.live.seconds - drawn, self.readers.seconds - sent, late)

    async def at_a_pace(self) -> tuple[list[float], list[float]]:
        """Seconds from `submit_many` to the end of the frame that shows it, of each tick; and the loop's lateness."""
        waiting: dict[str, list[float]] = {}
        shown: list[float] = []

        def frame(names: set[str]) -> None:
            now = time.perf_counter()
            shown.extend(now - came for name in names for came in waiting.pop(name, ()))

        stop, (late, probe) = self.desk.subscribe(frame), _probe()
        begun = time.perf_counter()
        for number in range(PACED_SECONDS * PACE // AS_FEEDS_DO):
            await asyncio.sleep(max(0.0, begun + number * AS_FEEDS_DO / PACE - time.perf_counter()))
            ticks = self.prices.ticks(AS_FEEDS_DO)
            for tick in ticks:
                waiting.setdefault(tick.name, []).append(time.perf_counter())
            await self.desk.submit_many(ticks)
        await asyncio.sleep(1.5 * self.desk.conflator.interval)
        probe.cancel()
        stop()
        return shown, late

    async def big(self) -> tuple[float, list[float]]:
        """Seconds until 10,000 prices that a program submits are committed; the loop's lateness meanwhile."""
        ticks = self.prices.ticks(BIG, Origin.PROGRAM)
        late, probe = _probe()
        begun = time.perf_counter()
        await self.desk.submit_many(ticks)
        spent = time.perf_counter() - begun
        probe.cancel()
        return spent, late


def _price(cents: int) -> Decimal:
    return Decimal(f'{cents // 100}.{cents % 100:02d}')


def _batches(ticks: Sequence[Tick], size: int) -> list[list[Tick]]:
    rest = iter(ticks)
    return list(iter(lambda: list(islice(rest, size)), []))


def _probe() -> tuple[list[float], 'asyncio.Task[None]']:
    """How late the loop comes back to one who asked to be woken."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.perf_counter() + PROBE
            await asyncio.sleep(PROBE)
            late.append(max(0.0, time.perf_counter() - due))

    return late, asyncio.create_task(watch())
