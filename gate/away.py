"""A page of somebody who is not known (any more) and asks for its socket: it is told to load anew, and meets the login.

A browser is not told why a handshake failed, so a page would try again for ever. This is accepted, refused in the
words of socket.io (https://socket.io/docs/v4/socket-io-protocol), and closed.
"""

import asyncio

from starlette.types import Receive, Scope, Send

from gate.who import UNKNOWN

OPEN = '0{"sid":"none","upgrades":[],"pingInterval":10000,"pingTimeout":10000,"maxPayload":1000}'
REFUSED = '44{"message":"Implicit handshake failed"}'
PATIENCE, AT_ONCE = 2.0, 50  # seconds; pages that are told at the same time


class Away:
    """Tells pages, a few at a time."""

    def __init__(self) -> None:
        self._telling = 0

    async def tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One of them, within 2 s."""
        if self._telling >= AT_ONCE:
            await send({'type': 'websocket.close', 'code': UNKNOWN, 'reason': 'a login is needed'})
            return
        self._telling += 1
        try:
            await _told(receive, send)
        finally:
            self._telling -= 1


async def _told(receive: Receive, send: Send) -> None:
    await receive()
    await send({'type': 'websocket.accept'})
    await send({'type': 'websocket.send', 'text': OPEN})
    try:
        async with asyncio.timeout(PATIENCE):
            if (await receive())['type'] == 'websocket.disconnect':
                return
            await send({'type': 'websocket.send', 'text': REFUSED})
            await receive()  # it leaves by itself
    except TimeoutError:
        pass  # it is closed below, told or not
    await send({'type': 'websocket.close', 'code': UNKNOWN, 'reason': 'a login is needed'})
