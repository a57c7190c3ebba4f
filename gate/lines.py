"""The open websockets: how many one person and one address may have, and their end when a session or a token ends."""

import asyncio
from collections import Counter, defaultdict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.acting import Actor
from gate.asked import network
from gate.refusals import Refusal

PER_USER, PER_ADDRESS = 100, 300
ENDED = 4401
GONE: Message = {'type': 'websocket.disconnect', 'code': ENDED, 'reason': ''}


class Line:
    """One websocket, which can be ended from here. A message costs a look at a flag."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.ended = False

    async def receive(self) -> Message:
        """What the other side says; once ended, that it is gone."""
        message = GONE if self.ended else await self._receive()
        return GONE if self.ended else message

    async def send(self, message: Message) -> None:
        """Say something; once ended, nothing is said any more."""
        if not self.ended:
            await self._send(message)

    async def end(self) -> None:
        """Close it now."""
        self.ended = True
        await self._send({'type': 'websocket.close', 'code': ENDED, 'reason': 'the login has ended'})


class Lines:
    """All that are open."""

    def __init__(self) -> None:
        self._of: defaultdict[str, set[Line]] = defaultdict(set)
        self._users, self._addresses = Counter[str](), Counter[str]()
        self._ending: set[asyncio.Task[None]] = set()

    async def attend(self, actor: Actor, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket of a session's or token's from its beginning to its end; raises Refusal for one too many."""
        place = network(actor.address)
        self._check(actor, place)
        line = Line(receive, send)
        self._of[actor.via].add(line)
        self._users[actor.user] += 1
        self._addresses[place] += 1
        try:
            await app(scope, line.receive, line.send)
        finally:
            self._drop(self._of[actor.via], line, actor.via)
            _less(self._users, actor.user)
            _less(self._addresses, place)

    def end(self, via: str) -> None:
        """Close all of a session or a token; call it on the event loop."""
        for line in list(self._of.get(via, ())):
            line.ended = True
            task = asyncio.ensure_future(line.end())
            self._ending.add(task)
            task.add_done_callback(self._done)

    def _check(self, actor: Actor, place: str) -> None:
        if self._users[actor.user] >= PER_USER:
            raise Refusal(429, f'One user may have {PER_USER} sockets open; close some windows.', retry_after=10)
        if self._addresses[place] >= PER_ADDRESS:
            raise Refusal(429, f'One address may have {PER_ADDRESS} sockets open.', retry_after=10)

    def _drop(self, lines: set[Line], line: Line, via: str) -> None:
        lines.discard(line)
        if not lines:
            self._of.pop(via, None)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled():
            task.exception()  # a connection that is lost already needs no end


def _less(count: Counter[str], key: str) -> None:
    count[key] -= 1
    if count[key] <= 0:
        del count[key]
