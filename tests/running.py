"""The real `python app.py` as a process of its own, for tests that need a server."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
QUIET = ('--exchange', 'none', '--no-demo')
START_SECONDS, END_SECONDS = 20, 3


def wait_until(condition: Callable[[], Any], seconds: float, what: str, step: float = 0.02) -> Any:
    """What the condition returns once that is true; asks every `step` seconds and fails after `seconds`."""
    deadline, pause = monotonic() + seconds, threading.Event()
    while not (found := condition()):
        assert monotonic() < deadline, f'not within {seconds} s: {what}'
        pause.wait(step)
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return int(listener.getsockname()[1])


def bare_environment() -> dict[str, str]:
    """The environment without anything that sets up a desk or pytest."""
    return {key: value for key, value in os.environ.items() if not key.startswith(('COINTAPE_', 'NICEGUI_', 'PYTEST_'))}


class Server:
    """A running desk. `log` holds what it has printed so far."""

    program: tuple[str, ...] = ('app.py',)

    def __init__(self, data_dir: Path, *flags: str, port: int = 0) -> None:
        self.port, self.data_dir = port or free_port(), data_dir
        self.url = f'http://127.0.0.1:{self.port}'
        self.log: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, *self.program, '--port', str(self.port), '--data-dir', str(data_dir), *flags],
            cwd=ROOT,
            env=bare_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.http = httpx.Client(base_url=self.url, timeout=10)

    @property
    def output(self) -> str:
        """All that the server has printed so far."""
        return ''.join(self.log)

    def wait(self) -> None:
        """Return when it answers; fail with its output when it ended or does not answer in time."""
        wait_until(lambda: self.process.poll() is not None or self.answers(), START_SECONDS, 'an answer')
        assert self.process.poll() is None, f'the server ended with {self.process.returncode}:\n{self.output}'

    def post(self, *prices: dict[str, str]) -> list[dict[str, Any]]:
        """Record prices by the API; returns what it stored."""
        answer = self.http.post('/api/prices', json=list(prices))
        assert answer.status_code == 201, answer.text
        stored: list[dict[str, Any]] = answer.json()
        return stored

    def end(self) -> int:
        """End it as a service manager does; returns its status. Fails when that takes more than 3 s."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(END_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it without a word, as a power cut does; does nothing to one that has ended."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()
        self.http.close()

    def _read(self) -> None:
        assert self.process.stdout
        self.log.extend(self.process.stdout)

    def answers(self, path: str = '/api/health') -> bool:
        """Whether a request is answered, and not with an error of the server's."""
        try:
            return self.http.get(path).status_code < 500
        except httpx.TransportError:
            return False


@contextmanager
def running(data_dir: Path, *flags: str, port: int = 0, kind: type[Server] = Server) -> Iterator[Server]:
    """A server for the length of a `with`; it must end in time, with status 0."""
    server = kind(data_dir, *(flags or QUIET), port=port)
    try:
        server.wait()
        yield server
    except BaseException:
        server.kill()
        print(server.output)
        raise
    status = server.end()
    assert status == 0, f'ended with {status}:\n{server.output}'
