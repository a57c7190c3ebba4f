"""A request or a handshake: what it says of itself, and what of that may be believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.types import Scope

BEARER = 'bearer '
PROGRAMS = ('/api/', '/ws/', '/metrics', '/docs', '/openapi.json', '/swagger/')  # where a token is good for anything
FORWARDED = {b'forwarded', b'via', b'x-real-ip'}
KEPT = 4096  # addresses whose trust is remembered


class Proxies:
    """The proxies whose word counts: addresses and networks, like ('127.0.0.1/32', '10.0.0.0/8')."""

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        self.networks: list[IPv4Network | IPv6Network] = [ip_network(network) for network in trusted]
        self.trusts = lru_cache(KEPT)(self._trusts) if self.networks else _no_one

    def client(self, peer: str, chain: str) -> str:
        """Whose request it is: the rightmost of `chain` (X-Forwarded-For) that is no proxy of ours, else the first."""
        found = peer
        for hop in reversed(chain.split(',')):
            if not self.trusts(found):
                break
            if not (hop := plain(hop)):
                break
            found = hop
        return found

    def _trusts(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.networks)
        except ValueError:
            return False


class Asked:
    """What one request says. Texts as they came; '' where nothing was said, and a list with commas where twice.

    `address` and `scheme` are the client's own, `peer` is who holds the connection, `proxied` whether something on
    the way says that it passed it on, `trusted` whether that is a proxy of ours. `token` comes with a program's
    request. Whether it is `local` is said afterwards, by the gate.
    """

    __slots__ = (
        'address',
        'headers',
        'host',
        'local',
        'path',
        'peer',
        'proxied',
        'scheme',
        'scope',
        'token',
        'trusted',
    )

    def __init__(self, scope: Scope, proxies: Proxies) -> None:
        self.scope, self.path = scope, str(scope['path'])
        self.headers, self.proxied = _gathered(scope['headers'])
        client = scope.get('client')
        self.peer = plain(client[0]) if client else ''
        self.trusted = self.proxied and proxies.trusts(self.peer)
        self.address, self.host = self.peer, self.said(b'host')
        self.scheme = 'https' if scope.get('scheme') in ('https', 'wss') else 'http'
        self.local, self.token = False, ''
        authorization = self.said(b'authorization')
        if authorization[: len(BEARER)].lower() == BEARER and self.path.startswith(PROGRAMS):
            self.token = authorization[len(BEARER) :].strip() or 'none'
        if self.trusted:
            self._believe(proxies)

    def said(self, header: bytes) -> str:
        """A header's text."""
        return self.headers.get(header, b'').decode('latin-1')

    @property
    def socket(self) -> bool:
        """Whether this is a websocket's handshake."""
        return bool(self.scope['type'] == 'websocket')

    @property
    def method(self) -> str:
        """GET for a websocket, too."""
        return str(self.scope.get('method', 'GET'))

    @property
    def secure(self) -> bool:
        """Whether the browser came by TLS."""
        return self.scheme == 'https'

    def _believe(self, proxies: Proxies) -> None:
        self.address = proxies.client(self.peer, self.said(b'x-forwarded-for'))
        scheme = _last(self.said(b'x-forwarded-proto')).lower()
        self.scheme = {'wss': 'https', 'ws': 'http'}.get(scheme, scheme if scheme in ('https', 'http') else self.scheme)
        self.host = _last(self.said(b'x-forwarded-host')) or self.host


@lru_cache(KEPT)
def plain(text: str) -> str:
    """An address without port, brackets and zone; IPv4 inside IPv6 as IPv4; '' for what is none."""
    text = text.strip()
    if text.startswith('['):
        text = text[1:].partition(']')[0]
    elif text.count(':') == 1:
        text = text.partition(':')[0]
    try:
        address = ip_address(text.partition('%')[0])
    except ValueError:
        return ''
    return str(getattr(address, 'ipv4_mapped', None) or address)


@lru_cache(KEPT)
def loopback(address: str) -> bool:
    """Whether this is this machine's own, as an address or 'localhost'."""
    try:
        return address == 'localhost' or ip_address(address).is_loopback
    except ValueError:
        return False


@lru_cache(KEPT)
def named(host: str) -> tuple[str, int]:
    """Name (small, no brackets) and port (0 where none is said) of a Host header; ('', 0) for what is none."""
    try:
        parts = urlsplit(f'//{host}')
        name, port = parts.hostname or '', parts.port or 0
    except ValueError:
        return '', 0
    return (name, port) if parts.netloc == host and '@' not in host else ('', 0)


@lru_cache(4096)
def network(address: str) -> str:
    """What counts as one address: of IPv6 the 64 bits that a household has as a whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> 64 << 64))
    return address


def _gathered(headers: Sequence[tuple[bytes, bytes]]) -> tuple[dict[bytes, bytes], bool]:
    """All headers by name, and whether one of them comes from a proxy. Nothing that comes twice can pass for one."""
    found: dict[bytes, bytes] = {}
    proxied = False
    for name, value in headers:
        if name in found:
            value = found[name] + (b'; ' if name == b'cookie' else b', ') + value
        found[name] = value
        proxied = proxied or name in FORWARDED or name.startswith(b'x-forwarded-')
    return found, proxied


def _last(text: str) -> str:
    return text.rpartition(',')[2].strip()


def _no_one(address: str) -> bool:
    return False
