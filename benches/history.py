"""Latest, history, candles, import and export with 1, 3 and 10 million records: how long each takes, and how it grows.

Goals at 10 million on SQLite, p95: latest of a coin 1 ms, a history page 20 ms, candles of a week 30 ms, each flat
from 1 million. With a folder as its argument the databases are kept there and found again.
"""

import asyncio
import gc
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.million import Life, age, as_told, fill_sqlite, prepared, told_later
from benches.questions import ASKED, Ask, View
from desk.csv.importing import CsvImport
from desk.desk import Desk
from desk.settings import Settings

SIZES = (1_000_000, 3_000_000, 10_000_000)
QUERIES, IMPORTED, EXPORTED = 200, 100_000, 300_000
PROCESS = psutil.Process()


def say(words: str) -> None:
    """Progress, beside the tables."""
    print(f'{datetime.now(UTC):%H:%M:%S} {words}', file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Took:
    """Milliseconds of many queries of a kind: their p50 and p95, the p95 of the first 50, with a cold cache; CPU."""

    p50: float
    p95: float
    cold: float
    cpu: float


async def asked(view: View, ask: Ask, path: Path) -> Took:
    """A question asked QUERIES times, after a quarter as often with nothing of the file in memory."""
    cold = [await _timed(view, ask, path) for _ in range(QUERIES // 4)]
    start = time.process_time()
    warm = [await _timed(view, ask) for _ in range(QUERIES)]
    cpu = (time.process_time() - start) / QUERIES * 1000
    return Took(statistics.median(warm), share(warm), share(cold), cpu)


async def _timed(view: View, ask: Ask, forget: Path | None = None) -> float:
    if forget:
        with forget.open('rb') as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    start = time.perf_counter()
    await ask(view)
    return (time.perf_counter() - start) * 1000


def share(took: list[float]) -> float:
    """The p95."""
    return sorted(took)[int(0.95 * len(took))]


@dataclass(frozen=True)
class Moved:
    """Rows of a file, and how long they took; the megabytes by which the process grew meanwhile, at most."""

    rows: int
    seconds: float
    cpu: float
    grown: float


async def moved(work: Awaitable[int]) -> Moved:
    """An import or an export, watched."""
    before, cpu, start = PROCESS.memory_info().rss, time.process_time(), time.perf_counter()
    watch = asyncio.ensure_future(_greatest())
    rows = await work
    watch.cancel()
    seconds = time.perf_counter() - start
    greatest = await asyncio.gather(watch)
    return Moved(rows, seconds, time.process_time() - cpu, max(0, greatest[0] - before) / 1e6)


async def _greatest() -> int:
    most = 0
    try:
        while True:
            most = max(most, PROCESS.memory_info().rss)
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return most


async def exported(desk: Desk, name: str | None, file: Path) -> int:
    """The rows of an export, written to a file; it is left off after EXPORTED."""
    rows = 0
    with file.open('wb') as out:
        async for chunk in desk.export(name):
            rows += chunk.count(b'\n')
            out.write(chunk)
            if rows > EXPORTED:
                break
    return rows - 1


async def imported(desk: Desk, file: Path) -> int:
    """The rows that an import of a file adds."""
    async with CsvImport(file, desk) as job:
        report = await job.run()
    assert not report.bad, report.bad_rows
    return report.added


def new_rows(file: Path, born: datetime, now: datetime) -> None:
    """A file of prices that no desk has: of 20 coins, over all of its life."""
    dice, step = random.Random(1), (now - born) / IMPORTED
    with file.open('w') as out:
        out.write('name,price,timestamp,source,volume\r\n')
        for row in range(IMPORTED):
            price, at = dice.randrange(1000, 9_000_000) / 100, born + row * step
            out.write(f'COIN{dice.randrange(1, 21):03},{price},{at.isoformat()},bench,{dice.randrange(1, 999)}\r\n')


@dataclass(frozen=True)
class Stage:
    """What was measured at one size."""

    records: int
    took: dict[str, Took]
    moved: dict[str, Moved]


async def stage(folder: Path, life: Life) -> Stage:
    """One desk of a certain size, asked everything."""
    path = folder / 'cointape.db'
    desk = Desk(Settings(data_dir=folder, exchange='none', demo=False), clock=life.now)
    await desk.start()
    gc.freeze()  # as app.py does
    view = View(desk, random.Random(7), life.born, life.now())
    records = await desk.store.last_seq()
    took = {}
    for what, (_, ask) in ASKED.items():
        took[what] = await asked(view, ask, path)
        say(f'{records:,} {what}: {took[what]}')
    out = folder / 'prices.csv'
    new_rows(out, life.born, life.now())
    files = {
        'export of the second coin': await moved(exported(desk, 'COIN002', folder / 'export.csv')),
        f'export of everything, {EXPORTED:,} rows of it': await moved(exported(desk, None, folder / 'export.csv')),
        f'import of {IMPORTED:,} rows': await moved(imported(desk, out)),
        'the same file again': await moved(_again(desk, out)),
    }
    await desk.stop()
    say(f'{records:,} {files}')
    return Stage(records, took, files)


async def _again(desk: Desk, file: Path) -> int:
    assert await imported(desk, file) == 0
    return IMPORTED


def lives(folder: Path) -> Iterator[tuple[Path, Life]]:
    """A database of each size and the life it tells of; those that an earlier run left there serve again."""
    told, paths = folder / 'end', [folder / f'{size}.db' for size in SIZES]
    there = told.exists() and all(path.exists() for path in paths)
    if not there:
        told.write_text(datetime.now(UTC).isoformat())
    life, last = Life(datetime.fromisoformat(told.read_text())), None
    for size, path in zip(SIZES, paths, strict=True):
        if there:
            life.lived = age(size)
        else:
            grown(path, last, life, age(size), folder)
        yield path, life
        last = path


def grown(path: Path, last: Path | None, life: Life, day: int, folder: Path) -> None:
    """The database of a desk that lived on to `day`, checked on a sample against what the store makes."""
    part, start = path.with_suffix('.part'), time.monotonic()
    part.unlink(missing_ok=True)
    if last:
        shutil.copy(last, part)
    url = f'sqlite:///{part}'
    asyncio.run(prepared(url, life))
    fill_sqlite(part, life, day)
    for coin_id, sample in ((1, day - 1), (40, day - 5), (3, day // 2)):
        scratch = folder / 'scratch.db'
        records, same = asyncio.run(as_told(url, life, coin_id, sample, scratch))
        scratch.unlink()
        assert records, f'no records of coin {coin_id} on day {sample}'
        assert same, f'{records} records of coin {coin_id} on day {sample}: not the candles that the store makes'
    asyncio.run(told_later(url, life))
    part.rename(path)
    say(f'{path.name}: {path.stat().st_size / 1e6:,.0f} MB in {time.monotonic() - start:.0f} s')


def measured(folder: Path) -> list[Stage]:
    """Every size, each on a copy: importing changes it."""
    stages = []
    for path, life in lives(folder):
        work = folder / 'work'
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        shutil.copy(path, work / 'cointape.db')
        stages.append(asyncio.run(stage(work, life)))
        shutil.rmtree(work)
    return stages


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        stages = measured(folder)
    sizes = [f'{each.records / 1e6:.1f} M' for each in stages]
    print(f'| ms, p50 / p95 of {QUERIES} | {" | ".join(sizes)} | CPU | cold p95 | growth of p50 | goal p95 | share |')
    print(f'|---|{"---|" * len(sizes)}---|---|---|---|---|')
    for what, (goal, _) in ASKED.items():
        print(_line(what, [each.took[what] for each in stages], goal))
    print(f'\n| rows a second of CPU | {" | ".join(sizes)} | seconds for 1 M | growth | process grew by |')
    print(f'|---|{"---|" * len(sizes)}---|---|---|')
    for what in stages[0].moved:
        print(_moved(what, [each.moved[what] for each in stages]))


def _line(what: str, took: list[Took], goal: float | None) -> str:
    cells = ' | '.join(f'{each.p50:.2f} / {each.p95:.2f}' for each in took)
    last, growth = took[-1], took[-1].p50 / took[0].p50
    limit = f'{goal:.0f} | {last.p95 / goal:.0%}' if goal else '- | -'
    return f'| {what} | {cells} | {last.cpu:.2f} | {last.cold:.1f} | {growth:.2f} | {limit} |'


def _moved(what: str, moves: list[Moved]) -> str:
    cells = ' | '.join(f'{each.rows / each.cpu:,.0f}' for each in moves)
    last, growth = moves[-1], (moves[0].rows / moves[0].cpu) / (moves[-1].rows / moves[-1].cpu)
    return f'| {what} | {cells} | {1e6 * last.seconds / last.rows:.0f} | {growth:.2f} | {last.grown:.0f} MB |'


if __name__ == '__main__':
    main()
