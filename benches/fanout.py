"""What a browser costs the server: the live board beside a raw broadcast, stock NiceGUI and the article's own design.

100 coins all change their price five times a second, and nothing else of them does. The server has one core, the
browsers (protocol clients in one process) the other. CPU is that of the server's whole process, in the kernel and when
idle too: nothing is taken off. Parts by name: `ours`, `peers`, `capacity`, `growth`; all if none is named. Numbers: so
many browsers, instead of 200 and 1,000.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.peers.served import Run, Served

RUNS, TICKS, FEW, RATE, IDLE = 3, 40, 20, 5, 5.0
WARM, LITTLE, MUCH = 10, 200, 1_000
MORE = 2_500, 5_000, 10_000
BLINK, RARE, FULL, LATE = 0.25, 0.01, 0.9, 0.1
PAGES, PAGES_WAIT = 30, 6.0
PEERS = {  # what, module, path, browsers that it can carry, flags
    'Channels on uvicorn': ('channels', '/ws/cryptocurrency/', LITTLE, ('--on', 'uvicorn')),
    'Channels on daphne': ('channels', '/ws/cryptocurrency/', LITTLE, ('--on', 'daphne')),
    'NiceGUI, AG Grid transactions': ('grid', '/', 20, ()),
    'NiceGUI, bound labels': ('labels', '/', 10, ('--bound', 'plain')),
    'NiceGUI, labels bound to bindable properties': ('labels', '/', 10, ('--bound', 'telling')),
}
OURS, RAW = 'Cointape', 'websockets.broadcast of the same bytes'


@dataclass
class Found:
    """What the parts found: runs by (server, browsers), and the single figures of the desk."""

    levels: list[int]
    runs: dict[tuple[str, int], Run] = field(default_factory=dict)
    idle: dict[tuple[str, int], float] = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)
    page: float = 0.0
    page_bytes: float = 0.0
    opened: float = 0.0
    carried: int = 0


def say(*words: object) -> None:
    """Progress."""
    print(f'[{time.strftime("%H:%M:%S")}]', *words, file=sys.stderr, flush=True)


def table(heads: str, rows: Iterable[Iterable[object]]) -> None:
    """Print one in Markdown."""
    names = heads.split(' | ')
    print(f'\n| {heads} |\n|{"---|" * len(names)}')
    for row in rows:
        print(f'| {" | ".join(str(cell) for cell in row)} |', flush=True)


def middle(served: Served, ticks: int = TICKS, coins: int = 100, rows: bool = False) -> Run:
    """The run whose cost is the median, with the median latencies; a few ticks go before that are not measured."""
    served.run(3, RATE, coins, rows)
    runs = sorted((served.run(ticks, RATE, coins, rows) for _ in range(RUNS)), key=lambda run: run.cpu)
    run = replace(
        runs[RUNS // 2],
        p50=statistics.median(run.p50 for run in runs),
        p99=statistics.median(run.p99 for run in runs),
        missing=max(run.missing for run in runs),
    )
    say(served.name, f'{run.browsers} browsers: {micro(run.per_frame)} per browser and frame, p99 {milli(run.p99)}')
    return run


def desk(coins: int = 100) -> Served:
    """The real desk."""
    folder = tempfile.TemporaryDirectory()
    served = Served('desk', '/', '--data-dir', folder.name, '--coins', str(coins))
    served.callback(folder.cleanup)
    return served


def ours(found: Found, capacity: bool) -> None:
    """The desk at as many browsers as its peers have and at 200 and 1,000; its pages, memory and most browsers."""
    measure_pages(found)
    with desk() as served:
        found.idle[OURS, 0], found.runs[OURS, 0] = served.idle(IDLE), middle(served, FEW)
        for browsers in peers_carry(found):
            served.open(browsers)
            found.idle[OURS, browsers], found.runs[OURS, browsers] = served.idle(IDLE), middle(served, FEW)
        found.memory[served.browsers] = served.memory()
        for browsers in found.levels:
            found.opened = served.open(browsers)
            found.memory[browsers] = served.memory()
            found.idle[OURS, browsers] = served.idle(IDLE)
            found.runs[OURS, browsers] = middle(served)
        if capacity:
            search(served, found)


def peers_carry(found: Found) -> list[int]:
    """The numbers of browsers that the peers have, where these are fewer than the desk's own."""
    return sorted({browsers for _, _, browsers, _ in PEERS.values() if browsers < found.levels[0]})


def measure_pages(found: Found) -> None:
    """The server's CPU for a page that is built and sent, without its socket."""
    with desk() as served:
        served.open(WARM)
        spent = []
        for _ in range(RUNS):
            spent.append(served.get(PAGES) / PAGES)
            time.sleep(PAGES_WAIT)  # the desk lets no more pages wait for a browser at once
        found.page, found.page_bytes = statistics.median(spent), served.page
    say(f'page: {milli(found.page)}')


def search(served: Served, found: Found) -> None:
    """More and more browsers until the p99 passes 250 ms, or the client is what limits."""
    tried = [found.runs[OURS, found.levels[-1]]]
    for browsers in (more for more in MORE if more > found.levels[-1]):
        if trouble(tried[-1]):
            break
        served.open(browsers)
        tried.append(middle(served, FEW))
    found.carried = max((run.browsers for run in tried if not trouble(run)), default=0)
    table(
        'browsers on one core | p50 | p99 | server CPU | load client CPU, its lateness p99 | ',
        (
            (f'{run.browsers:,}', milli(run.p50), milli(run.p99), share(run), client(run), trouble(run) or 'carried')
            for run in tried
        ),
    )


def trouble(run: Run) -> str:
    """Why it was not carried; '' if it was."""
    if run.busy > FULL or run.late > LATE:
        return 'the load client is what limits'
    if run.lost:
        return f'{len(run.lost):,} lost: {run.lost[0]}'
    if skipped(run) > RARE:
        return f'{skipped(run):.0%} of the prices were overtaken by the next'
    return 'over 250 ms' if run.p99 > BLINK else ''


def skipped(run: Run) -> float:
    """The share of prices that no frame showed, because a newer one was there already."""
    return run.missing / max(1, run.browsers * run.ticks)


def raw(found: Found) -> None:
    """As many bytes as a frame of the desk's has on the wire, to as many sockets."""
    for browsers in found.levels:
        run = found.runs[OURS, browsers]
        with Served('broadcast', '/ws', '--size', str(round(run.wire))) as served:
            served.open(browsers)
            found.idle[RAW, browsers] = served.idle(IDLE)
            found.runs[RAW, browsers] = middle(served)


def peers(found: Found) -> None:
    """What somebody would use instead, each at what it can carry."""
    for what, (module, path, browsers, flags) in PEERS.items():
        with Served(module, path, *flags) as served:
            served.open(browsers)
            found.idle[what, browsers] = served.idle(IDLE)
            found.runs[what, browsers] = middle(served, FEW)


def growth() -> None:
    """A tick costs the same with browsers and without; a frame costs what changed in it."""
    ticks, frames = [], []
    for coins in (100, 1_000):
        with desk(coins) as served:
            for browsers in (0, 1, 50, LITTLE):
                if browsers:
                    served.open(browsers)
                run = middle(served, FEW)
                once = [micro(spent / run.ticks / 100) for spent in (run.taking, run.showing)]
                ticks.append((f'{coins:,}', browsers, *once))
            for changed in (0, 1, 10, 100):
                run = middle(served, FEW, changed)
                payload = f'{run.payload:,.0f}' if changed else ''
                frames.append((f'{coins:,}', changed, milli(run.cpu / run.ticks), micro(run.per_frame), payload))
    table('coins | browsers | CPU to take a price in | to render it, once for all browsers', ticks)
    table('coins | of them changed | CPU for 200 browsers and 0.2 s | per browser | bytes of the frame', frames)


def servers(found: Found) -> None:
    """The table of what each server took."""
    table(
        'server | browsers | CPU per browser and frame | CPU when idle | p50 | p99 | bytes of a frame | on the wire',
        (
            (
                what,
                f'{browsers:,}',
                micro(run.per_frame),
                f'{found.idle[what, browsers]:.1%}',
                milli(run.p50),
                milli(run.p99) + (f', {skipped(run):.0%} overtaken' if run.missing else ''),
                f'{run.payload:,.0f}',
                f'{run.wire:,.0f}',
            )
            for (what, browsers), run in found.runs.items()
        ),
    )


def goals(found: Found) -> None:
    """The figures of the desk beside their goals."""
    rows: list[tuple[object, ...]] = []
    little = found.runs[OURS, found.levels[0]]
    for browsers in found.levels:
        own, limit = found.runs[OURS, browsers].per_frame, found.runs[RAW, browsers].per_frame
        what = f'CPU per browser and frame, {browsers:,} browsers, over the raw broadcast'
        rows.append((what, micro(own), micro(limit), f'{own / limit:.1f}', '≤ 4', '≤ 2'))
        more = own - found.runs[OURS, 0].per_frame / browsers
        what = 'of it for the browsers: the desk takes and keeps prices for nobody, too'
        rows.append((what, micro(more), micro(limit), f'{more / limit:.1f}', '', ''))
    for what, goal, aim in (
        ('NiceGUI, bound labels', '≤ 1/30', '≤ 1/60'),
        ('Channels on uvicorn', '≤ 1/2', '≤ 1/4'),
    ):
        for (name, browsers), run in found.runs.items():
            beside = f'{micro(run.per_frame)} at {browsers}'
            for few in dict.fromkeys([little.browsers, browsers] if name == what else []):
                if mine := found.runs.get((OURS, few)):
                    times = f'1/{run.per_frame / mine.per_frame:.1f}'
                    rows.append(
                        (f'the same, {few} browsers, under {what}', micro(mine.per_frame), beside, times, goal, aim)
                    )
    if found.carried:
        rows.append(('browsers on one core, p99 under 250 ms', f'{found.carried:,}', '', '', '≥ 1,000', '≥ 2,500'))
    sizes = list(found.memory.items())
    for (few, before), (many, after) in pairwise(sizes):
        each = mega((after - before) / (many - few))
        rows.append((f'memory added per browser, {few:,} to {many:,}', each, '', '', '0.4', '0.1'))
    rows.append(('CPU to build and send the page', milli(found.page), f'{found.page_bytes:,.0f} bytes', '', '6', '2'))
    rows.append(('the same with its socket and snapshot', milli(found.opened), '', '', '', ''))
    rows.append(('bytes per browser and frame', f'{little.payload:,.0f}', '', '', '12,000', '5,000'))
    table('figure | measured | beside it | ratio | goal | aim', rows)


def micro(seconds: float) -> str:
    """As microseconds."""
    return f'{seconds * 1e6:,.1f} µs'


def milli(seconds: float) -> str:
    """As milliseconds."""
    return f'{seconds * 1e3:,.1f} ms'


def mega(size: float) -> str:
    """As megabytes."""
    return f'{size / 1e6:.2f} MB'


def share(run: Run) -> str:
    """Of a core."""
    return f'{run.cpu / run.ticks * RATE:.0%}'


def client(run: Run) -> str:
    """How the load client fared."""
    return f'{run.busy:.0%}, {milli(run.late)}'


def main() -> None:
    """Print the tables."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    asked = {word for word in sys.argv[1:] if not word.isdecimal()} or {'ours', 'peers', 'capacity', 'growth'}
    found = Found(numbers or [LITTLE, MUCH])
    if (os.cpu_count() or 1) < 2:
        print('One core alone: the browsers take from the server what they need, so no figure here is a limit.')
    parts: list[tuple[str, Callable[[], None]]] = [
        ('ours', lambda: ours(found, 'capacity' in asked)),
        ('ours', lambda: raw(found)),
        ('peers', lambda: peers(found)),
        ('ours', lambda: goals(found)),
        ('ours peers', lambda: servers(found)),
        ('growth', growth),
    ]
    for names, part in parts:
        if asked & set(names.split()):
            part()


if __name__ == '__main__':
    main()
