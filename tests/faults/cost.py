"""What a browser costs the server's machine: memory of the process, and what the kernel holds for a connection."""

import shutil
import subprocess
from pathlib import Path

import psutil

from tests.protocol import Browser
from tests.running import Server

TCP = Path('/proc/net/tcp')


def resident(server: Server) -> int:
    """Bytes of memory of the server's process."""
    return int(psutil.Process(server.process.pid).memory_info().rss)


def own_port(browser: Browser) -> int:
    """The port that this browser's connection comes from."""
    return int(browser.line.transport.get_extra_info('sockname')[1])


def connections(server: Server) -> set[int]:
    """The ports that connections to the server come from, those that it is still closing included."""
    held = psutil.Process(server.process.pid).net_connections('tcp')
    return {each.raddr.port for each in held if each.raddr and each.laddr.port == server.port}


def kernel_bytes(server: Server) -> dict[int, int]:
    """Port of a browser → bytes that the kernel holds for the server to send there; {} where that cannot be asked."""
    if shutil.which('ss'):
        return _by_ss(server.port)
    return _by_proc(server.port) if TCP.exists() else {}


def _by_ss(port: int) -> dict[int, int]:
    """With the kernel's own overhead: `skmem:(…,w4608,…)`."""
    asked = ['ss', '-tmnOH', 'state', 'connected', f'sport = :{port}']
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in told.splitlines():
        address, memory = line.split()[4], line.rpartition('skmem:(')[2]
        found[int(address.rpartition(':')[2])] = sum(
            int(part[1:].rstrip(')')) for part in memory.split(',') if part[0] == 'w'
        )
    return found


def _by_proc(port: int) -> dict[int, int]:
    rows = [line.split() for line in TCP.read_text().splitlines()[1:]]
    here = [row for row in rows if int(row[1].partition(':')[2], 16) == port]
    return {int(row[2].partition(':')[2], 16): int(row[4].partition(':')[0], 16) for row in here}
