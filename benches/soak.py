"""A week in an hour: 50 times the usual rate of prices, 200 browsers coming and going, orders, for 60 minutes.

Limits: memory flat within 2 % after the first ten minutes, no connection lost that nobody ended, nothing wrong on
/api/health, a price seen at the end as fast as at the start. `python benches/soak.py [BROWSERS [SECONDS]]`.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.soaking import BUSY, Soak
from tests.running import running

BROWSERS, SECONDS, ROWS, WARM = 200, 3600, 12, 1 / 6


def main(browsers: int, seconds: float) -> None:
    """Run it and print what it found."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / 'data', *BUSY) as server:
        soak = Soak(server, browsers, seconds)
        asyncio.run(soak.run())
        report(soak)
        print('\nIn the log:', server.output.count('Traceback'), 'tracebacks.')


def report(soak: Soak) -> None:
    """The tables."""
    print('\n| minutes | memory, MB | CPU, % of a core | a price seen, median ms |\n|---|---|---|---|')
    rows = min(ROWS, int(soak.seconds // 30))
    for row in range(rows):
        begin, end = row / rows, (row + 1) / rows
        part = soak.part(begin, end)
        cpu = (part[-1].cpu - part[0].cpu) / (part[-1].at - part[0].at)
        minutes = f'{begin * soak.seconds / 60:.1f} to {end * soak.seconds / 60:.1f}'
        print(f'| {minutes} | {soak.memory(begin, end) / 1e6:.1f} | {cpu:.0%} | {soak.seen(begin, end) * 1000:.0f} |')
    memory = soak.memory(1 - WARM, 1) / soak.memory(WARM, 2 * WARM)
    seen = soak.seen(1 - WARM, 1) / soak.seen(WARM, 2 * WARM)
    print('\n| | end / start, after the first sixth | limit |\n|---|---|---|')
    print(f'| memory | {memory:.3f} | 1.02 |\n| a price seen | {seen:.2f} | 1 |')
    print(f'\nLost or wrong that nobody caused: {dict(soak.wrong) or "nothing"}. Done: {dict(soak.deeds)}.')


if __name__ == '__main__':
    given = [float(each) for each in sys.argv[1:]]
    main(int(given[0]) if given else BROWSERS, given[1] if len(given) > 1 else SECONDS)
