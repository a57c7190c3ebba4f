"""A measured server and the browsers that look at it: two processes, a core each where there are two."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

import psutil

from tests.running import ROOT, bare_environment, free_port

DRAIN, START, END = 0.3, 120, 10


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of ticks cost and how it arrived. Seconds and bytes; `cpu` is the server's, all threads; of it
    `taking` prices in and `showing` them, once for all browsers. `payload` and `wire` are per browser and frame.

    `busy` is the share of its core that the load client took and `late` how late its own timers ran.
    """

    browsers: int
    ticks: int
    cpu: float
    taking: float
    showing: float
    payload: float
    wire: float
    missing: int
    p50: float
    p99: float
    lost: list[str]
    busy: float
    late: float

    @property
    def per_frame(self) -> float:
        """Seconds of the server's CPU per browser and frame that came; per tick where there is no browser."""
        return self.cpu / max(1, max(1, self.browsers) * self.ticks - self.missing)


class Talk:
    """A process that answers each line of JSON with one."""

    def __init__(self, module: str, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, '-m', module, *flags],
            cwd=ROOT,
            env=bare_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and wait for what it says."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + '\n')
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line that is JSON."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith('{'):
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError(f'{self.process.args!r} ended with {self.process.wait()}')

    def end(self) -> None:
        """Ask it to go, and make it."""
        self.process.terminate()
        try:
            self.process.wait(END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Served(ExitStack):
    """A server of `benches/peers` at a path, and its browsers."""

    def __init__(self, peer: str, path: str, *flags: str) -> None:
        super().__init__()
        port = free_port()
        self.name, self.url, self.path, self.browsers = peer, f'http://127.0.0.1:{port}', path, 0
        self.server = Talk(f'benches.peers.{peer}', '--port', str(port), *flags)
        self.load = Talk('benches.peers.load')
        self.callback(self.server.end)
        self.callback(self.load.end)
        self.page = 0.0
        self._measured = psutil.Process(self.server.process.pid)

    def __enter__(self) -> Self:
        assert self.server.answer() == {'ready': True}
        return self

    def open(self, browsers: int) -> float:
        """Have so many browsers in all; the server's CPU seconds for each that came."""
        more, before = browsers - self.browsers, self.cpu()
        self.page = self.load.ask(open=more, url=self.url, path=self.path)['page']
        self.browsers = browsers
        time.sleep(DRAIN)
        return (self.cpu() - before) / max(1, more)

    def get(self, pages: int) -> float:
        """Get so many pages that open no socket; the server's CPU seconds."""
        before = self.cpu()
        self.page = self.load.ask(get=pages, url=self.url, path=self.path)['page']
        return self.cpu() - before

    def run(self, ticks: int, rate: float = 5, coins: int = 100, rows: bool = False) -> Run:
        """Change prices and see what it costs and when it is seen."""
        if self.browsers:
            self.load.ask(begin=True)
        before = self.cpu()
        did = self.server.ask(ticks=ticks, rate=rate, coins=coins, rows=rows)
        time.sleep(DRAIN)
        spent = self.cpu() - before
        nobody = {'payload': 0, 'wire': 0, 'missing': 0, 'p50': 0, 'p99': 0, 'lost': [], 'busy': 0}
        seen = self.load.ask(end=did['submitted']) if self.browsers else {**nobody, 'late': 0}
        return Run(self.browsers, ticks, spent, did.get('taking', 0.0), did.get('showing', 0.0), **seen)

    def idle(self, seconds: float) -> float:
        """The share of a core that it takes while nothing changes."""
        before = self.cpu()
        time.sleep(seconds)
        return (self.cpu() - before) / seconds

    def cpu(self) -> float:
        """Its CPU seconds so far, of all threads, in the kernel too; in steps of 10 ms."""
        times = self._measured.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Its resident memory in bytes."""
        return int(self._measured.memory_info().rss)
