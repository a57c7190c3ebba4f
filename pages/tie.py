"""A page belongs to whoever asked for it: nobody else's socket may shake hands for it, and no socket speak for another.

NiceGUI's messages name a `client_id` that nothing ties to the socket they come by. Here a page is tied to the session
that asked for it (where nobody logs in: to the browser, by NiceGUI's signed cookie), a socket to the page of its
handshake, a polled connection and an upload to who began them. What is another's is dropped and
counted. `tests/user/test_tie.py` holds what this takes from NiceGUI's inside.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, background_tasks, core
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.gate import VIA

REFUSED = 'Implicit handshake failed'  # NiceGUI's page loads anew when it hears this
SOCKETS, UPLOADS, NAMESPACE = '/_nicegui_ws/', '/_nicegui/client/', '/'
SHAKEN, LOGGED = 'cointape.shaken', 'cointape.logged'
MOST_LOGGED = 20  # lines of one socket
Handler = Callable[..., Any]
dropped: Counter[str] = Counter()  # messages that were not taken, by their kind


def owner(scope: Scope) -> str:
    """Whose page or socket this is: a session, else a browser; '' where neither is known."""
    if via := scope.get(VIA, ''):
        return str(via)
    browser = (scope.get('session') or {}).get('id', '')
    return f'browser:{browser}' if browser else ''


def owner_of(client: Client) -> str:
    """Whose page this is."""
    return owner(client.request.scope) if client._request is not None else ''


def install(on_end: Callable[[Callable[[str], None]], object]) -> None:
    """Stand before NiceGUI's handlers from now on; `on_end` is told what to call when a session ends."""
    handlers = core.sio.handlers[NAMESPACE]
    if not isinstance(getattr(handlers['connect'], '__self__', None), Tied):
        for name, kind in KINDS.items():
            handlers[name] = kind(name, handlers[name]).take
    on_end(forget)


def forget(via: str) -> None:
    """The pages of a session or a token that has ended are gone: none of them comes back, whoever logs in."""
    if core.loop:
        core.loop.call_soon_threadsafe(_forget, via)


def _forget(via: str) -> None:
    for sid, environ in list(core.sio.environ.items()):
        if environ.get('asgi.scope', {}).get(VIA) == via:
            background_tasks.create(core.sio.eio.disconnect(sid), name=f'the end of {via}')
    for client in [client for client in Client.instances.values() if owner_of(client) == via]:
        client.delete()


class Tied:
    """Stands before one of NiceGUI's handlers: `take` takes what that takes."""

    take: Handler

    def __init__(self, name: str, handler: Handler) -> None:
        self.name, self.handler = name, handler

    def drop(self) -> None:
        """Count a message that goes no further."""
        dropped[self.name] += 1


class Connecting(Tied):
    """A socket comes, most often with the page's handshake in its address."""

    async def take(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        """Let it in, or raise Refused; a connection has one socket."""
        query = {name: values[0] for name, values in parse_qs(environ.get('QUERY_STRING', '')).items()}
        if environ.get(SHAKEN) is not None:
            self.drop()
            raise Refused(REFUSED)
        environ[SHAKEN] = ''
        if query.get('implicit_handshake') == 'true':
            _shake(self, environ, query)
        await self.handler(sid, environ, None)


class Shaking(Tied):
    """A page that was made before it was looked at asks for its socket later."""

    async def take(self, sid: str, said: dict[str, Any]) -> bool:
        """Whether the page is there, and theirs."""
        environ = core.sio.get_environ(sid)
        try:
            if environ is None or environ.get(SHAKEN):
                raise Refused(REFUSED)
            _shake(self, environ, said)
        except Refused:
            return False
        return bool(await self.handler(sid, said))


class Speaking(Tied):
    """What a page says."""

    def take(self, sid: str, said: dict[str, Any]) -> None:
        """Pass on what is about the socket's own page; `said` has its right shape: see `hearing.py`."""
        page = (core.sio.get_environ(sid) or {}).get(SHAKEN)
        if page and said.get('client_id') == page:
            self.handler(sid, said)
        else:
            self.drop()


class Logging(Speaking):
    """What went wrong in a browser, for the log."""

    def take(self, sid: str, said: dict[str, Any]) -> None:
        """No more than 20 lines of one socket."""
        environ = core.sio.get_environ(sid) or {}
        environ[LOGGED] = environ.get(LOGGED, 0) + 1
        if environ[LOGGED] <= MOST_LOGGED:
            super().take(sid, said)
        else:
            self.drop()


def _shake(before: Tied, environ: dict[str, Any], said: dict[str, Any]) -> None:
    """Tie a connection to the page that it names, once; raises Refused."""
    client = Client.instances.get(said.get('client_id', ''))
    whose = owner(environ.get('asgi.scope', {}))
    if client is None or not whose or owner_of(client) != whose:
        before.drop()
        raise Refused(REFUSED)
    environ[SHAKEN] = client.id


KINDS: dict[str, type[Tied]] = {
    'connect': Connecting,
    'handshake': Shaking,
    'event': Speaking,
    'ack': Speaking,
    'javascript_response': Speaking,
    'log': Logging,
}


class Belonging:
    """ASGI middleware inside of the one that reads NiceGUI's cookie: polling and uploads are of who began them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what concerns no page, or one's own."""
        whose = _concerned(scope) if scope['type'] in ('http', 'websocket') else None
        if whose is None or (whose and whose == owner(scope)):
            await self.app(scope, receive, send)
            return
        dropped['request'] += 1
        if scope['type'] == 'http':
            await PlainTextResponse('This page is not yours, or is no more.', 404)(scope, receive, send)
        else:
            await send({'type': 'websocket.close', 'code': 1008, 'reason': 'not yours'})


def _concerned(scope: Scope) -> str | None:
    """Whose page or connection a request is about: '' where that is gone, None where it is about none."""
    path: str = scope['path']
    if path.startswith(UPLOADS):
        client = Client.instances.get(path[len(UPLOADS) :].partition('/')[0])
        return owner_of(client) if client else ''
    if not path.startswith(SOCKETS) or b'sid=' not in scope['query_string']:
        return None
    sid = parse_qs(scope['query_string'].decode('latin-1')).get('sid', [''])[0]
    environ = core.sio.environ.get(sid)
    return owner(environ.get('asgi.scope', {})) if environ else ''
