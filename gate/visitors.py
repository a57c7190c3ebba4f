"""Pages that were fetched but whose browser never opened a socket: each costs memory, so they are few."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

IN_ALL, PER_ADDRESS = 200, 40
GRACE = 5.0


class Client(Protocol):
    """A page as NiceGUI keeps it; `environ` is None until its browser opens a socket."""

    created: float
    environ: dict[str, Any] | None

    @property
    def ip(self) -> str:
        """Who asked for it; raises RuntimeError where no request made it."""

    def delete(self) -> None:
        """Forget it."""


class Visitors:
    """Counts pages that wait for their browser, and lets the oldest go when there are too many.

    `clients` are NiceGUI's own, `clock` gives seconds as their `created`.
    """

    def __init__(self, clients: Mapping[str, Client], clock: Callable[[], float] = time.time) -> None:
        self.clients, self.clock = clients, clock

    def room(self, address: str) -> bool:
        """Whether one more page may be made for this address; makes room where a page waits for over 5 s."""
        waiting = [client for client in self.clients.values() if client.environ is None]
        here = [client for client in waiting if _address(client) == address]
        return self._spare(waiting, IN_ALL) and self._spare(here, PER_ADDRESS)

    def _spare(self, waiting: list[Client], most: int) -> bool:
        surplus = len(waiting) + 1 - most
        if surplus <= 0:
            return True
        stale = [client for client in waiting if client.created < self.clock() - GRACE]
        for client in stale[:surplus]:
            client.delete()
        return len(stale) >= surplus


def _address(client: Client) -> str:
    try:
        return client.ip
    except RuntimeError:  # a client that no request made
        return ''
