"""How soon the desk is there, and how soon it is gone. Limits: address 3 s, first page 1 s after it, end 3 s."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.running import QUIET, Server, wait_until

RUNS = 5
LIMITS = {'address printed': 3.0, 'first page after it': 1.0, 'end on SIGTERM': 3.0}


def once(data_dir: Path) -> list[float]:
    """Seconds of one start and end, in the order of LIMITS."""
    start = time.monotonic()
    server = Server(data_dir, *QUIET)
    wait_until(lambda: 'Cointape is at' in server.output, 20, 'the address', step=0.005)
    printed = time.monotonic()
    wait_until(lambda: server.answers('/'), 20, 'the first page', step=0.005)
    answered = time.monotonic()
    server.end()
    return [printed - start, answered - printed, time.monotonic() - answered]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [once(Path(folder) / 'data') for _ in range(RUNS)]
    print(f'| seconds, median of {RUNS} | measured | limit | share |\n|---|---|---|---|')
    for (what, limit), seconds in zip(LIMITS.items(), map(statistics.median, zip(*runs, strict=True)), strict=True):
        print(f'| {what} | {seconds:.2f} | {limit:.0f} | {seconds / limit:.0%} |')


if __name__ == '__main__':
    main()
