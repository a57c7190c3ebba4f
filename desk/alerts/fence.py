"""Where a message may not go that somebody other than an administrator had sent: into the desk's own network.

An address is easily written so that its look says nothing: a name that resolves to 127.0.0.1 at the second time of
asking, a web page that redirects. So the connections themselves are watched, as they are made, by Python's own audit
hook: in a thread that is inside the fence none leads to an address that is not public, and no file is opened but
those of Python and its packages: some of apprise's options are paths. Other threads are not asked anything.
"""

import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

from desk.alerts.undelivered import Undelivered

KINDS = {'dbus', 'kde', 'qt', 'glib', 'gio', 'gnome', 'macosx', 'windows', 'syslog', 'blink1'}  # the desk's own screen
PLACES = ('/etc/ssl', '/etc/pki', '/usr/share', '/etc/mime.types', '/etc/resolv.conf', '/etc/hosts', '/dev/urandom')
WITHIN = 'This leads into the desk’s own network or machine; only an administrator’s channels may.'


_NAT64 = ip_network('64:ff9b::/96')


class Fenced(OSError):
    """A step over the fence."""


_steps: ContextVar[list[str] | None] = ContextVar('steps', default=None)


@contextmanager
def fenced(wanted: bool = True) -> Iterator[None]:
    """What this thread does inside stays outside of the desk's network; raises Undelivered where it tried not to."""
    if not wanted:
        yield
        return
    _watch()
    steps: list[str] = []
    token = _steps.set(steps)
    try:
        yield
    except Exception:
        if steps:
            raise Undelivered(WITHIN, permanent=True) from None
        raise
    finally:
        _steps.reset(token)
    if steps:
        raise Undelivered(WITHIN, permanent=True)


def is_public(host: str) -> bool:
    """Whether this is an address in the open internet; a name is none."""
    try:
        address = ip_address(host.partition('%')[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address.sixtofour or address.teredo or address in _NAT64:  # a way to addresses of the old kind
            return False
    return address.is_global and not address.is_multicast


@cache
def _watch() -> None:
    """A hook stays until the program ends, so there is one, made when first needed."""
    sys.addaudithook(_hear)


def _hear(event: str, given: tuple[Any, ...]) -> None:
    steps = _steps.get()
    if steps is None:
        return
    if event in ('socket.connect', 'socket.sendto', 'socket.sendmsg'):
        address = given[1]
        over = not (isinstance(address, tuple) and address and is_public(str(address[0])))
    elif event == 'open':
        over = isinstance(given[0], str | bytes) and not _is_pythons(given[0])
    else:
        over = event in ('subprocess.Popen', 'os.system', 'os.posix_spawn', 'os.exec')
    if over:
        steps.append(event)
        raise Fenced(WITHIN)


def _is_pythons(path: str | bytes) -> bool:
    text = path.decode(errors='replace') if isinstance(path, bytes) else path
    return any(Path(text).resolve().is_relative_to(place) for place in _places())


@cache
def _places() -> tuple[str, ...]:
    """Its packages and its library; not the folder that the desk runs in, where its data may be."""
    own = {sysconfig.get_path(name) for name in ('stdlib', 'platstdlib', 'purelib', 'platlib')}
    return (*PLACES, *(str(Path(place).resolve()) for place in own))
