"""The gate: every request and every socket passes here first, and goes on as done by somebody.

It finds out who asks, checks by which name and from which page, counts, and puts the headers on what is answered.
"""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.acting import acting_as
from desk.settings import Settings
from gate.asked import Asked, Proxies
from gate.away import Away
from gate.headers import Dressed
from gate.lines import Lines
from gate.names import SAFE, Names
from gate.opening import Opening
from gate.paths import CONTROL, DOORS, SOCKETS, is_file, is_page, open_to_all, way_in
from gate.refusals import TOO_LARGE, Refusal, refuse
from gate.visitors import Visitors
from gate.who import UNKNOWN, Accounts, Ask, Who

if TYPE_CHECKING:
    from gate.rates import Rates

MEGABYTE = 1024 * 1024
BODY_LIMIT, FILE_LIMIT, DOOR_LIMIT = 8 * MEGABYTE, 202 * MEGABYTE, 16 * 1024
CLIENTLESS = {*DOORS, '/docs'}  # pages that NiceGUI does not make
VIA, PEER = 'cointape.via', 'cointape.peer'  # in the scope: by which session or token, and who holds the connection


class Gate:
    """ASGI middleware around everything, sockets included."""

    def __init__(self, app: ASGIApp, settings: Settings, accounts: Accounts, visitors: Visitors) -> None:
        self.app, self.settings, self.accounts, self.visitors = app, settings, accounts, visitors
        self.limited = {limit: RequestBodyLimitMiddleware(app, limit) for limit in (BODY_LIMIT, FILE_LIMIT, DOOR_LIMIT)}
        self.proxies, self.names, self.who = Proxies(settings.trusted_proxies), Names(settings), Who(settings, accounts)
        self.lines, self.away, self.dressed = Lines(), Away(), Dressed(settings)
        self.opening = Opening(settings, accounts)
        self._rates: Rates | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        accounts.on_end(self._ended)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest with its status and one sentence."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, self._started(send))
            return
        asked = Asked(scope, self.proxies)
        asked.local = self.who.local(asked)
        file = is_file(asked.path)
        scope = self._own(asked)
        send = self.dressed.around(asked, scope, send, private=not (asked.local or file))
        try:
            self._check(asked)
            ask = self.who.of(asked)
            if not (asked.local or file):
                await self._count(asked, ask)
            await self._go_on(asked, ask, scope, receive, send)
        except Refusal as refusal:
            await refuse(refusal, scope, receive, send)

    async def _go_on(self, asked: Asked, ask: Ask, scope: Scope, receive: Receive, send: Send) -> None:
        actor = ask()
        if not actor.user and (asked.socket or not open_to_all(asked.path)):
            await self._turn_away(asked, scope, receive, send)
            return
        if not asked.socket and is_page(asked.path) and asked.path not in CLIENTLESS:
            self._check_pages(scope)
        scope[VIA] = actor.via
        with acting_as(ask):
            if not asked.socket:
                await self.limited[_limit(asked.path)](scope, receive, send)
            elif actor.via:
                await self.lines.attend(actor, self.app, scope, receive, send)
            else:
                await self.app(scope, receive, send)

    def _check(self, asked: Asked) -> None:
        self.names.check(asked)
        if CONTROL.search(asked.path):  # routes do not match a line break, so it would slip past the API's own 404
            raise Refusal(404, 'There is nothing at this address: it has a control character in it.')
        if asked.socket:
            return
        declared = asked.said(b'content-length')  # what says that it is too large is not read at all
        if declared.isdecimal() and int(declared) > _limit(asked.path):
            raise Refusal(413, TOO_LARGE)

    def _check_pages(self, scope: Scope) -> None:
        if not self.visitors.room(str((scope.get('client') or ('',))[0])):
            raise Refusal(429, 'Too many pages were opened without being looked at; try again in a few seconds.', 5)

    async def _count(self, asked: Asked, ask: Ask) -> None:
        """Rates, and that what rides on a cookie comes from our own pages."""
        actor, rates = ask(), await self._counting()
        if asked.path in DOORS and asked.method not in SAFE:
            rates.count_login(asked.address)
            self.names.check_cookie(asked)
        elif not asked.path.startswith(SOCKETS) or not actor.user:
            rates.count(actor.user, actor.via, asked.address)
        if actor.user and not asked.token:
            self.names.check_cookie(asked)

    async def _counting(self) -> 'Rates':
        if self._rates is None:  # 80 ms to import, which a desk for this machine alone never needs
            module = await asyncio.to_thread(import_module, 'gate.rates')
            self._rates = self._rates or module.Rates()
        return self._rates

    async def _turn_away(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """A page is sent to the login, a program told so; a page's socket makes its page load anew."""
        self.opening.need()
        if asked.socket and asked.path.startswith(SOCKETS):
            await self.away.tell(scope, receive, send)
        elif not asked.socket and is_page(asked.path) and asked.method in SAFE:
            await RedirectResponse(way_in(asked, self.accounts.empty), 303)(scope, receive, send)
        else:
            raise Refusal(401, 'This needs a login, or a token: Authorization: Bearer …', code=UNKNOWN)

    def _own(self, asked: Asked) -> Scope:
        """What the inside is told: the client and the scheme as they are, not as a proxy makes them look."""
        scope: Scope = {**asked.scope, VIA: '', PEER: asked.scope.get('client')}
        if asked.trusted:
            scope['client'] = (asked.address, 0)
            scope['scheme'] = asked.scheme if not asked.socket else {'https': 'wss', 'http': 'ws'}[asked.scheme]
        return scope

    def _started(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message['type'] == 'lifespan.startup.complete':
                self._loop = asyncio.get_running_loop()
                self.opening.start()
            await send(message)

        return sending

    def _ended(self, via: str) -> None:
        """A session or a token is over: so are its sockets."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            if self._loop:
                self._loop.call_soon_threadsafe(self.lines.end, via)
        else:
            self.lines.end(via)


def _limit(path: str) -> int:
    if path in DOORS:
        return DOOR_LIMIT
    return FILE_LIMIT if path == '/api/import' or '/upload/' in path else BODY_LIMIT
