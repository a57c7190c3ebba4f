"""Who may talk to a desk that has no accounts yet: this machine's own pages and programs, and no website.

A browser lets any website send requests to 127.0.0.1 and open sockets to it. So the Host must be one of the desk's own
names (else a website could rebind its name to this address) and the Origin, where there is one, the desk's own.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import SENTENCES, Refusal, answer
from api.visitors import Visitors
from desk.settings import Settings

MEGABYTE = 1024 * 1024
BODY_LIMIT, FILE_LIMIT = 8 * MEGABYTE, 202 * MEGABYTE
CONTROL = re.compile(r'[\x00-\x1f\x7f]')
SAFE = {'GET', 'HEAD', 'OPTIONS'}
PAGELESS = ('/api/', '/_nicegui', '/ws/', '/docs', '/openapi.json', '/swagger/')


class Guard:
    """ASGI middleware around everything, sockets included."""

    def __init__(self, app: ASGIApp, settings: Settings, visitors: Visitors) -> None:
        self.app, self.settings, self.visitors = app, settings, visitors
        self.limited = {limit: RequestBodyLimitMiddleware(app, limit) for limit in (BODY_LIMIT, FILE_LIMIT)}
        self.trusted = set(settings.trusted_origins)
        self.trusted_hosts = {urlsplit(origin).netloc for origin in self.trusted}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest with its status and one sentence."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        try:
            self._admit(scope, Headers(scope=scope))
        except Refusal as refusal:
            await _refuse(refusal, scope, receive, send)
            return
        if scope['type'] == 'http':
            await self.limited[_limit(scope)](scope, receive, self._framed(send))
        else:
            await self.app(scope, receive, send)

    def _admit(self, scope: Scope, headers: Headers) -> None:
        self._check_host(headers.getlist('host'))
        origin = headers.get('origin')
        if origin is not None:
            self._check_origin(origin)
        if CONTROL.search(scope['path']):  # routes do not match a line break, so it would slip past the API's own 404
            raise Refusal(404, 'There is nothing at this address: it has a control character in it.')
        if scope['type'] == 'http':
            if origin is None:
                _check_site(scope['method'], headers)
            _check_length(headers.get('content-length', ''), _limit(scope))
            self._check_pages(scope)

    def _check_pages(self, scope: Scope) -> None:
        if not scope['path'].startswith(PAGELESS) and not self.visitors.room(_address(scope)):
            raise Refusal(429, 'Too many pages were opened without being looked at; try again in a few seconds.')

    def _check_host(self, hosts: list[str]) -> None:
        if len(hosts) != 1 or not (self._own(hosts[0]) or hosts[0] in self.trusted_hosts):
            named = hosts[0][:100] if hosts else 'nothing'
            own = f'{self.settings.host}:{self.settings.port}'
            raise Refusal(
                403,
                f'This desk answers to {own}, not to {named}. If that is meant, start it with '
                f'--trusted-origins http://{named}.',
            )

    def _check_origin(self, origin: str) -> None:
        scheme, _, host = origin.partition('://')
        if origin not in self.trusted and not (scheme in ('http', 'https') and self._own(host)):
            raise Refusal(
                403,
                f'{origin[:100]} may not talk to this desk. If it is yours, start the desk with '
                f'--trusted-origins {origin[:100]}.',
            )

    def _own(self, host: str) -> bool:
        """Whether this is a loopback name with the desk's port."""
        try:
            parts = urlsplit(f'//{host}')
            name, port = parts.hostname or '', parts.port or 80
        except ValueError:
            return False
        return port == self.settings.port and parts.netloc == host and '@' not in host and _loopback(name)

    def _framed(self, send: Send) -> Send:
        """No other website may show the desk in a frame, where its user could be led to click."""
        policy = ' '.join(["frame-ancestors 'self'", *sorted(self.trusted - {'null'})]).encode()

        async def sending(message: Message) -> None:
            if message['type'] == 'http.response.start':
                headers = [(b'content-security-policy', policy), (b'x-content-type-options', b'nosniff')]
                message['headers'] = [*message.get('headers', ()), *headers]
            await send(message)

        return sending


def _limit(scope: Scope) -> int:
    path: str = scope['path']
    return FILE_LIMIT if path == '/api/import' or '/upload/' in path else BODY_LIMIT


def _check_length(declared: str, limit: int) -> None:
    """What says that it is too large is not read at all; what does not say so is cut off while it streams."""
    if declared.isdecimal() and int(declared) > limit:
        raise Refusal(413, SENTENCES[413])


def _check_site(method: str, headers: Headers) -> None:
    """Without an Origin: another website may link here, but neither change nor embed anything."""
    if headers.get('sec-fetch-site', 'none') in ('none', 'same-origin'):
        return
    link = headers.get('sec-fetch-mode') == 'navigate' and headers.get('sec-fetch-dest') == 'document'
    if method not in SAFE or not link:
        raise Refusal(403, 'Another website may link to this desk, but not use it.')


def _loopback(name: str) -> bool:
    try:
        return name == 'localhost' or ip_address(name).is_loopback
    except ValueError:
        return False


def _address(scope: Scope) -> str:
    return str((scope.get('client') or ('',))[0])


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    response: Response
    if scope['path'].startswith('/api/'):
        response = answer(refusal.status, str(refusal))
    else:
        response = PlainTextResponse(str(refusal), refusal.status)
    if refusal.status == 429:
        response.headers['Retry-After'] = '5'
    if scope['type'] == 'websocket' and 'websocket.http.response' not in scope.get('extensions', {}):
        await send({'type': 'websocket.close', 'code': 1008, 'reason': str(refusal)[:120]})
        return
    await response(scope, receive, send)
