"""What may be said on a websocket: never faster than a person's browser, and to NiceGUI only what its pages say.

NiceGUI, socket.io and engine.io believe what comes: a wrong type, a packet of another kind or a second greeting is an
exception in their tasks, with its trace in the log. Here whatever none of our pages says ends the connection before
they see it. What they say is in `pages/said.py`; `tests/faults/test_hostile_sockets.py` holds both.
"""

import asyncio
import logging
from urllib.parse import parse_qs, unquote_plus

from nicegui import core
from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.said import UNSEEN, Handshake, Odd, heard

PATH = '/_nicegui_ws/'
POLICY_VIOLATION = 1008
AT_ONCE, A_SECOND = 400, 100  # messages of one connection; a drag across the screen sends fewer
LONGEST_POST, MOST_PACKETS = 1_000_000, 16  # bytes and packets of a long poll
log = logging.getLogger(__name__)


def greeted(query: bytes) -> None:
    """Look at what a socket says of itself in its address; raises Odd."""
    text = query.decode('ascii', 'replace')
    if not text.isascii() or UNSEEN.search(unquote_plus(text)):
        raise Odd('no address of a socket')
    told = {name: values[0] for name, values in parse_qs(text).items()}
    if told.get('EIO') != '4' or told.get('transport') not in ('websocket', 'polling') or 'j' in told:
        raise Odd('no engine.io of this kind')
    if told.get('implicit_handshake') == 'true':
        try:
            Handshake.model_validate(told)
        except ValidationError:
            raise Odd('no handshake of this shape') from None


class Hearing:
    """ASGI middleware: every websocket at its pace, NiceGUI's with what may be said there, its long polling too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in what may come in."""
        ours = scope['type'] != 'lifespan' and PATH in scope['path']
        if scope['type'] != 'websocket' and not ours:
            await self.app(scope, receive, send)
            return
        try:
            if ours:
                greeted(scope.get('query_string', b''))
            if scope['type'] == 'http':
                receive = await _posted(scope, receive)
        except Odd as odd:
            await _refuse(odd, scope, receive, send)
        else:
            ear = Ear(receive, send, checks=ours)
            await self.app(scope, ear.receive if scope['type'] == 'websocket' else receive, send)


class Ear:
    """One websocket. What comes too fast waits, so that its sender waits; what is odd ends it."""

    def __init__(self, receive: Receive, send: Send, checks: bool) -> None:
        self.source, self.send, self.checks = receive, send, checks
        self.greeted = False
        self._due = 0.0

    async def receive(self) -> Message:
        """The next message that may be heard."""
        while True:
            message = await self.source()
            if message['type'] != 'websocket.receive':
                return message
            await self._keep_pace()
            if not self.checks:
                return message
            try:
                text = self._checked(message.get('text'))
            except Odd as odd:
                log.info('A browser’s connection was ended: %s.', odd)
                await self.send({'type': 'websocket.close', 'code': POLICY_VIOLATION, 'reason': str(odd)})
                return {'type': 'websocket.disconnect', 'code': POLICY_VIOLATION}
            if text:
                return {'type': 'websocket.receive', 'text': text}

    def _checked(self, text: str | None) -> str:
        text = heard(text)
        if text[:2] == '40':
            if self.greeted:
                raise Odd('a second greeting')
            self.greeted = True
        self.greeted = self.greeted and text[:2] != '41'
        return text

    async def _keep_pace(self) -> None:
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now - AT_ONCE / A_SECOND) + 1 / A_SECOND
        if self._due > now:
            await asyncio.sleep(self._due - now)


async def _posted(scope: Scope, receive: Receive) -> Receive:
    """What a browser without websockets says, looked at before it is heard; raises Odd."""
    if scope['method'] != 'POST':
        return receive
    body, more = b'', True
    while more:
        message = await receive()
        body += message.get('body', b'')
        more = message.get('more_body', False) and message['type'] == 'http.request'
        if len(body) > LONGEST_POST:
            raise Odd('no message of this length')
    try:
        packets = [text for packet in body.decode().split('\x1e') if (text := heard(packet))]
    except UnicodeDecodeError:
        raise Odd('no text') from None
    if len(packets) > MOST_PACKETS or ('40' in packets and (packets.count('40') > 1 or _known(scope))):
        raise Odd('a second greeting, or too much at once')
    body, answered = '\x1e'.join(packets).encode(), False

    async def again() -> Message:
        nonlocal answered
        if answered:
            return await receive()
        answered = True
        return {'type': 'http.request', 'body': body, 'more_body': False}

    return again


def _known(scope: Scope) -> bool:
    """Whether this long poll has greeted before."""
    told = parse_qs(scope.get('query_string', b'').decode())
    return core.sio.manager.sid_from_eio_sid(told.get('sid', [''])[0], '/') is not None


async def _refuse(odd: Odd, scope: Scope, receive: Receive, send: Send) -> None:
    log.info('A browser was refused: %s.', odd)
    if scope['type'] == 'websocket':
        await send({'type': 'websocket.close', 'code': POLICY_VIOLATION, 'reason': str(odd)})
        return
    await PlainTextResponse('This is nothing that a page of this desk says.', 400)(scope, receive, send)
