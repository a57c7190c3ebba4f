"""How soon the desk is there, and how soon it is gone, with no records and with ten million; and what it takes at rest.

Limits: address 3 s, first page 1 s after it, end 3 s. Goals: start to first page 1 s beyond `import nicegui` itself,
150 MB at rest. A folder as its argument is where `history.py` keeps its databases.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.history import grown
from benches.million import Life, age
from tests.running import QUIET, ROOT, Server, bare_environment, wait_until

RUNS, MOST, REST_SECONDS = 5, 10_000_000, 3
ALONE = 'import nicegui; from nicegui import app, ui'


@dataclass
class Run:
    """One start and end: seconds, CPU seconds, bytes."""

    printed: float
    answered: float
    cpu: float
    rest: float
    rest_own: float
    paged: float
    ended: float
    alone: float
    alone_cpu: float


def once(data_dir: Path) -> Run:
    """Start, ask for the board, rest, end; and `import nicegui` in a process of its own."""
    alone, alone_cpu = library()
    start = time.monotonic()
    server = Server(data_dir, *QUIET)
    process = psutil.Process(server.process.pid)
    wait_until(lambda: 'Cointape is at' in server.output, 60, 'the address', step=0.005)
    printed = time.monotonic()
    wait_until(lambda: server.answers('/'), 20, 'the first page', step=0.005)
    answered = time.monotonic()
    times = process.cpu_times()
    time.sleep(REST_SECONDS)
    paged = process.memory_full_info()
    ending = time.monotonic()
    server.end()
    ended = time.monotonic() - ending
    at_rest = unseen(data_dir)
    return Run(
        printed - start,
        answered - printed,
        times.user + times.system,
        at_rest.rss,
        at_rest.uss,
        paged.rss,
        ended,
        alone,
        alone_cpu,
    )


def unseen(data_dir: Path) -> 'psutil._pslinux.pfullmem':
    """The memory of a desk that nobody has looked at yet."""
    server = Server(data_dir, *QUIET)
    wait_until(lambda: 'Cointape is at' in server.output, 60, 'the address', step=0.005)
    time.sleep(REST_SECONDS)
    taken = psutil.Process(server.process.pid).memory_full_info()
    server.end()
    return taken


def library() -> tuple[float, float]:
    """Seconds and CPU seconds of a process that imports NiceGUI and ends."""
    before, start = _children(), time.monotonic()
    subprocess.run([sys.executable, '-c', ALONE], check=True, cwd=ROOT, env=bare_environment())
    return time.monotonic() - start, _children() - before


def _children() -> float:
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def rows(run: Run) -> dict[str, tuple[float, float | None, str]]:
    """The lines of the table: a figure, its limit or goal, its unit."""
    return {
        'address printed': (run.printed, 3, 's'),
        'first page after it': (run.answered, 1, 's'),
        'end on SIGTERM': (run.ended, 3, 's'),
        '`import nicegui` alone': (run.alone, None, 's'),
        'start to first page, beyond that': (run.printed + run.answered - run.alone, 1, 's'),
        'the same in CPU time': (run.cpu - run.alone_cpu, 1, 's'),
        'memory at rest, resident': (run.rest / 1e6, 150, 'MB'),
        "of it the process's own": (run.rest_own / 1e6, None, 'MB'),
        'memory after a page, resident': (run.paged / 1e6, None, 'MB'),
    }


def with_records(data_dir: Path, given: Path | None) -> None:
    """A data dir with ten million records in it."""
    data_dir.mkdir()
    if given and (kept := given / f'{MOST}.db').exists():
        shutil.copy(kept, data_dir / 'cointape.db')
    else:
        grown(data_dir / 'cointape.db', None, Life(datetime.now(UTC)), age(MOST), data_dir)


def main() -> None:
    """Print the table."""
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        with_records(Path(folder) / 'full', given)
        found = [[rows(once(Path(folder) / name)) for _ in range(RUNS)] for name in ('empty', 'full')]
    print(f'| median of {RUNS} | no records | {MOST:,} records | limit or goal | share |\n|---|---|---|---|---|')
    for what, (_, limit, unit) in found[0][0].items():
        empty, full = (statistics.median(run[what][0] for run in runs) for runs in found)
        beside = f'{limit:.0f} {unit} | {full / limit:.0%}' if limit else '- | -'
        digits = 2 if unit == 's' else 0
        print(f'| {what} | {empty:.{digits}f} {unit} | {full:.{digits}f} {unit} | {beside} |')


if __name__ == '__main__':
    main()
