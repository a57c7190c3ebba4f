"""The pulse of a browser on a wire: a ping, its answer, and the end where none comes; while it is there, nothing else.

engine.io has a task, a turn of its queue and four timers for each ping of each socket, which is most of what a browser
costs while nothing changes. Here a ping is three ready bytes and a timer. Where there is no wire (long polling),
engine.io does it as ever.
"""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable
from typing import Any

from engineio import async_socket
from engineio.async_socket import AsyncSocket
from nicegui import background_tasks, core

from pages.wire import MARK, Wire

NEVER = 1e9  # seconds
GROUPS = 10  # browsers are asked in so many: each time the server wakes for, it does something for all of one


class Patient:
    """engine.io's server, as a socket sees it that need not look at the clock."""

    ping_interval = ping_timeout = NEVER

    def __init__(self, server: Any) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class Pulsed(AsyncSocket):  # type: ignore[misc]
    """engine.io's socket; on a wire it asks every `ping_interval` and closes after `ping_timeout` without an answer."""

    server: Any
    _wire: Wire | None = None
    _timer: TimerHandle | None = None
    _asked = False

    async def _upgrade_websocket(self, environ: dict[str, Any]) -> Any:
        """Have a pulse as long as the websocket is there."""
        wire: Wire | None = environ['asgi.scope'].get('extensions', {}).get(MARK)
        if wire is None or self.connected:  # one that polled before is not on its wire
            return await super()._upgrade_websocket(environ)
        self._wire, wire.answered = wire, self._answered
        self._interval, self._timeout = self.server.ping_interval, self.server.ping_timeout
        self.server = Patient(self.server)
        self._rest()
        try:
            return await super()._upgrade_websocket(environ)
        finally:
            wire.answered = None
            self._stop()

    async def _send_ping(self) -> None:
        """engine.io's way, where there is no wire; it asks for this before it can know."""
        if self._wire is None:
            await super()._send_ping()

    def _ask(self) -> None:
        if self._wire and not (self.closing or self.closed):
            self._asked = True
            self._wire.ping()
            self._at(get_running_loop().time() + self._timeout, self._lose)

    def _answered(self) -> None:
        if self._asked:
            self._asked = False
            self._rest()

    def _lose(self) -> None:
        background_tasks.create(self._close(), name='a browser that gives no answer')

    async def _close(self) -> None:
        """As engine.io does it; and its writer ends when it has said so, which ends the websocket."""
        await self.close(wait=False, abort=False, reason=self.server.reason.PING_TIMEOUT)
        await self.queue.put(None)

    def _rest(self) -> None:
        step = self._interval / GROUPS
        self._at(step * round((get_running_loop().time() + self._interval) / step), self._ask)

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        self._stop()
        self._timer = get_running_loop().call_at(moment, act)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def install() -> None:
    """From now on engine.io's sockets are these, and somebody else does what its service task did: `tend`."""
    async_socket.AsyncSocket = Pulsed
    core.sio.eio.start_service_task = False


async def tend() -> None:
    """Forget what is closed, and close those that poll and gave no answer; engine.io has a timer of each one for it."""
    sockets = core.sio.eio.sockets
    for number, each in list(sockets.items()):
        if each.closed:
            sockets.pop(number, None)
        elif not each.closing:
            await each.check_ping_timeout()
