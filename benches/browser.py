"""What a live board costs Chromium: its main thread, its bytes; and how soon a form's price is in another window.

Goals: main thread ≤ 0.30 s a second with 100 rows at 10 Hz, ≤ 12 kB a frame of 100 prices, and 60 ms (250 ms under
10,000 ticks a second) at the 99th percentile from the press on "Add price" to the other window's DOM.
"""

import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, Page, expect

from benches.chromium import PARTS, Watched, busy_for, frames, window
from tests.browser.proxy import Proxy
from tests.chromium import chromium
from tests.running import QUIET, ROOT, Server, free_port, wait_until

SETTLE, SECONDS, SAMPLES, WARM, FRAMES = 2, 8, 60, 3, 10
MAIN_GOAL, BYTES_GOAL, IDLE_GOAL, BUSY_GOAL = 0.30, 12_000, 60, 250
ALL_CHANGE, BUSY = 2_000, 10_000
PRICE = '[data-coin="A FORM"] [data-field="price"]'
BOARDS = (
    ('at rest', 'plain', 0),
    ('prices at 10 Hz', 'plain', ALL_CHANGE),
    ('prices, changes, ranges, volumes at 10 Hz', 'full', ALL_CHANGE),
    ('prices under 10,000 ticks a second', 'plain', BUSY),
)
STOCK = (('stock NiceGUI, at rest', 0), ('stock NiceGUI, prices at 10 Hz', FRAMES))


@contextmanager
def busy(kind: str, rate: int, *flags: str) -> Iterator[Server]:
    """The program on a busy market: 100 coins, so many ticks a second in all."""

    class Busy(Server):
        program = ('benches/busy.py', kind, str(rate))

    with tempfile.TemporaryDirectory() as folder:
        server = Busy(Path(folder) / 'data', *QUIET, *flags)
        try:
            server.wait()
            wait_until(lambda: len(server.http.get('/api/prices').json()) >= 100, 20, 'a hundred coins')
            yield server
        finally:
            server.end()


@contextmanager
def stock(rate: int) -> Iterator[int]:
    """The same board in stock NiceGUI; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, 'benches/stock_board.py', str(port), str(rate)], cwd=ROOT)
    try:
        wait_until(lambda: is_open(port), 20, 'the stock board')
        yield port
    finally:
        process.terminate()
        process.wait()


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a window costs: CPU seconds a second of its main thread by PARTS and of all of Chromium, bytes a frame."""

    what: str
    parts: dict[str, float]
    whole: float
    unpacked: float
    carried: float


def cost(what: str, browser: Browser, proxy: Proxy, port: int) -> Cost:
    """Look at a board for a while, through a network that counts."""
    proxy.target = port
    with window(browser, proxy.url) as page:
        page.goto('/')
        page.get_by_text('COIN99').first.wait_for(state='attached')
        page.wait_for_timeout(SETTLE * 1000)
        parts, whole = busy_for(page, SECONDS)
        before = proxy.carried
        unpacked = sum(frames(page, SECONDS / 2))
        carried = proxy.carried - before
    print(what, file=sys.stderr)
    return Cost(what, parts, whole, unpacked / (SECONDS / 2 * FRAMES), carried / (SECONDS / 2 * FRAMES))


def costs(browser: Browser) -> Iterator[Cost]:
    """The rows of the first table."""
    with Proxy() as proxy:
        for what, kind, rate in BOARDS:
            with busy(kind, rate, '--trusted-origins', proxy.url) as server:
                yield cost(what, browser, proxy, server.port)
        for what, rate in STOCK:
            with stock(rate) as port:
                yield cost(what, browser, proxy, port)


def latencies(browser: Browser, rate: int) -> list[float]:
    """Milliseconds from the press on "Add price" in one window to the price in another window's DOM."""
    chance = random.Random(4)
    with busy('plain', rate) as server:
        server.post({'name': 'A FORM', 'price': '1000'})
        with window(browser, server.url) as board, window(browser, server.url) as form:
            form.goto('/add')
            form.get_by_label('Name').fill('A FORM')
            board.goto('/')
            board.locator(PRICE).wait_for(state='attached')
            watched, took = Watched(board, PRICE), []
            for number in range(SAMPLES + WARM):
                took.append(once(form, watched, f'{1000 + number / 100:,.2f}'))
                form.wait_for_timeout(chance.uniform(100, 200))  # any moment within a frame
    return took[WARM:]


def once(form: Page, watched: Watched, price: str) -> float:
    """Write a price, press the button, see it in the other window; milliseconds from the finger's lifting."""
    form.get_by_label('Price', exact=True).fill(price)
    expect(form.get_by_text('from the last').first).to_be_visible()
    button = form.get_by_role('button', name='Add price')
    box = button.bounding_box()
    assert box is not None
    form.mouse.move(box['x'] + 20, box['y'] + 10)
    form.mouse.down()
    watched.last = 0.0
    began = time.perf_counter()
    form.mouse.up()
    return (watched.changed(price) - began) * 1000


def percentile(values: list[float], share: float) -> float:
    """The value that this share of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def print_costs(rows: list[Cost]) -> None:
    """The table of main threads and bytes."""
    print(f'| 100 rows | {" | ".join(PARTS.values())} | all of Chromium | kB a frame | on the wire | goal |')
    print('|---' * (len(PARTS) + 5) + '|')
    for row in rows:
        seconds = ' | '.join(f'{row.parts[part]:.3f}' for part in PARTS.values())
        goal = f'{MAIN_GOAL:.2f} s, {BYTES_GOAL / 1000:.0f} kB' if row.what == BOARDS[1][0] else ''
        sizes = f'{row.unpacked / 1000:.1f} | {row.carried / 1000:.1f}'
        print(f'| {row.what} | {seconds} | {row.whole:.3f} | {sizes} | {goal} |')
    print('\nCPU seconds a second; a frame is a tenth of a second.\n')


def main() -> None:
    """Print both tables."""
    with chromium() as browser:
        print_costs(list(costs(browser)))
        print(f'| form to another window, ms, of {SAMPLES} | p50 | p99 | worst | goal for p99 |\n|---|---|---|---|---|')
        for what, rate, goal in (('idle', 0, IDLE_GOAL), ('under 10,000 ticks a second', BUSY, BUSY_GOAL)):
            took = latencies(browser, rate)
            print(f'| {what} | {percentile(took, 0.5):.0f} | {percentile(took, 0.99):.0f} | {max(took):.0f} | {goal} |')


if __name__ == '__main__':
    main()
