"""By which names a desk may be called, and from which websites.

A browser lets any website send requests to this machine and open sockets to it. So the Host must be one of the desk's
own names (else a website could rebind its name to this address) and the Origin, where there is one, the desk's own.
Beyond loopback a login is needed, and its cookie is bound to the name that the browser knows: there an IP address
(which no website can rebind) and this machine's names will do, and behind a proxy what the proxy lets through.
"""

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from desk.settings import Settings
from gate.asked import Asked, loopback, named
from gate.refusals import Refusal

SAFE = {'GET', 'HEAD', 'OPTIONS'}
NAME = re.compile(r'[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?\.?')
NO_USE = 'Another website may link to this desk, but not use it.'


class Names:
    """What a desk with these settings answers to."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.origins = set(settings.trusted_origins)
        self.hosts = {urlsplit(origin).netloc for origin in self.origins} - {''}
        self.anywhere = settings.host in ('0.0.0.0', '::')  # asked, not bound  # nosec B104
        own = socket.gethostname().lower()
        self.machine = {'localhost', own, f'{own.partition(".")[0]}.local'}

    def check(self, asked: Asked) -> None:
        """Raises Refusal where this may not call the desk, or not by this name."""
        if not self._known(asked):
            told = asked.host[:100] or 'nothing'
            own = f'{self.settings.host}:{self.settings.port}'
            raise Refusal(
                403,
                f'This desk answers to {own}, not to {told}. If that is meant, start it with '
                f'--trusted-origins {asked.scheme}://{told}.',
            )
        if b'origin' in asked.headers:
            self._check_origin(asked, asked.said(b'origin'))
        elif not asked.socket:
            _check_site(asked)

    def check_cookie(self, asked: Asked) -> None:
        """What rides on a cookie comes from the desk's own pages, where it changes something or opens a socket."""
        if asked.method in SAFE and not asked.socket:
            return
        origin = asked.said(b'origin')
        if origin in ('', 'null') and (asked.socket or asked.said(b'sec-fetch-site') != 'same-origin'):
            raise Refusal(403, 'This came without a word of the page that sent it; a program takes a token instead.')

    def own(self, host: str) -> bool:
        """Whether this is a loopback name with the desk's port."""
        name, port = named(host)
        return (port or 80) == self.settings.port and loopback(name)

    def _known(self, asked: Asked) -> bool:
        host = asked.host
        if host in self.hosts or (not asked.trusted and self.settings.alone and self.own(host)):
            return True
        name, _ = named(host)
        return bool(name) and not self.settings.alone and self._beyond(name, asked)

    def _beyond(self, name: str, asked: Asked) -> bool:
        """Any address of ours, any name of this machine's; behind a proxy any that it lets through, as a login is
        needed, unless origins were named."""
        if name in self.machine or name == self.settings.host or loopback(name):
            return True
        if _address(name):
            return self.anywhere or asked.trusted
        sure = asked.trusted and not self.origins and not self.settings.open_to_everyone_without_login
        return sure and NAME.fullmatch(name) is not None

    def _check_origin(self, asked: Asked, origin: str) -> None:
        scheme, _, host = origin.partition('://')
        local = self.settings.alone and scheme in ('http', 'https') and self.own(host)
        if origin not in self.origins and not local and (not host or (scheme, host) != (asked.scheme, asked.host)):
            raise Refusal(
                403,
                f'{origin[:100]} may not talk to this desk. If it is yours, start the desk with '
                f'--trusted-origins {origin[:100]}.',
            )


def _check_site(asked: Asked) -> None:
    """Without an Origin: another website may link here, but neither change nor embed anything."""
    if (asked.said(b'sec-fetch-site') or 'none') in ('none', 'same-origin'):
        return
    link = asked.said(b'sec-fetch-mode') == 'navigate' and asked.said(b'sec-fetch-dest') == 'document'
    if asked.method not in SAFE or not link:
        raise Refusal(403, NO_USE)


def _address(name: str) -> bool:
    try:
        return bool(ip_address(name.partition('%')[0]))
    except ValueError:
        return False
