"""A desk at https://example/desk/: the prefix is taken off what comes in and put before what goes out.

Inside there are only the addresses as they are defined, whether a proxy strips the prefix or keeps it. NiceGUI learns
of it as from a proxy, by `X-Forwarded-Prefix`; what anybody else says in that header is not believed.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOLD = b'x-forwarded-prefix'


def install(app: FastAPI, prefix: str) -> None:
    """Around all that `app` has and will get: call it before any other middleware is added, with '' or '/desk'."""
    app.add_middleware(Told, prefix=prefix)
    vars(app)['build_middleware_stack'] = partial(_outermost, app.build_middleware_stack, prefix)


def _outermost(build: Callable[[], ASGIApp], prefix: str) -> ASGIApp:
    return Prefix(build(), prefix)


class Told:
    """ASGI middleware, the innermost: what NiceGUI puts before the addresses that it writes itself."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app, self.told = app, [(TOLD, prefix.encode())] if prefix else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the header."""
        if self.told and scope['type'] != 'lifespan':
            others = [header for header in scope['headers'] if header[0] != TOLD]
            scope = {**scope, 'headers': [*others, *self.told]}
        await self.app(scope, receive, send)


class Prefix:
    """ASGI middleware, the outermost: addresses, redirects and cookies."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app, self.prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on without the prefix; an address that lacks it has lost it to a proxy, or is asked for from inside."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
        elif scope['type'] == 'http' and self.prefix and scope['path'] == self.prefix:
            query = scope['query_string'].decode('latin-1')
            await RedirectResponse(f'{self.prefix}/{"?" if query else ""}{query}')(scope, receive, send)
        else:
            await self.app(self._stripped(scope), receive, self._put_before(scope, send) if self.prefix else send)

    def _stripped(self, scope: Scope) -> Scope:
        """Without the prefix; a header that names another is emptied, not removed: that it came stays to be seen."""
        named = [(name, b'' if name == TOLD else value) for name, value in scope['headers']]
        stripped: Scope = {**scope, 'headers': named}
        if self.prefix and scope['path'].startswith(f'{self.prefix}/'):
            stripped['path'] = scope['path'].removeprefix(self.prefix)
            stripped['raw_path'] = (scope.get('raw_path') or b'').removeprefix(self.prefix.encode())
        return stripped

    def _put_before(self, scope: Scope, send: Send) -> Send:
        host = Headers(scope=scope).get('host', '')

        async def sending(message: Message) -> None:
            if message['type'] in ('http.response.start', 'websocket.http.response.start', 'websocket.accept'):
                headers = MutableHeaders(raw=list(message.get('headers', ())))
                if place := headers.get('location'):
                    headers['location'] = self._located(place, host)
                message['headers'] = [self._kept(name, value) for name, value in headers.raw]
            await send(message)

        return sending

    def _located(self, place: str, host: str) -> str:
        """Our own places from the first slash on, as the browser knows them; others stay."""
        parts = urlsplit(place)
        if parts.netloc not in ('', host) or not parts.path.startswith('/'):
            return place
        path = parts.path if f'{parts.path}/'.startswith(f'{self.prefix}/') else f'{self.prefix}{parts.path}'
        return parts._replace(scheme='', netloc='', path=path).geturl()

    def _kept(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """A cookie is the browser's for this desk alone, unless its name says that it must be for the whole host."""
        if name.lower() != b'set-cookie' or value.startswith(b'__Host-'):
            return name, value
        parts = [part.strip() for part in value.split(b';')]
        ours = b'Path=' + self.prefix.encode()
        return name, b'; '.join(ours if part.lower() == b'path=/' else part for part in parts)
