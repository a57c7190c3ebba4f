"""A page of NiceGUI as a browser gets it: what it shows at first, and what its socket will say of itself."""

import re
import uuid
from ast import literal_eval
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlencode

import httpx
import orjson

from tests.reading import Elements

ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
QUERY = re.compile(r'^\s*query: (\{.*\}),$', re.MULTILINE)
ESCAPES = (('&#36;', '$'), ('&#96;', '`'), ('&gt;', '>'), ('&lt;', '<'), ('&amp;', '&'))
SOCKET = '/_nicegui_ws/socket.io/'
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered: `query` is what its socket says of itself, `size` its bytes on the wire."""

    elements: Elements
    query: dict[str, str]
    cookie: str
    size: int

    @property
    def socket_path(self) -> str:
        """Where its socket is opened, and what it says of itself."""
        return f'{SOCKET}?{urlencode({**self.query, "EIO": "4", "transport": "websocket"})}'


def visitor(url: str, patience: float = PATIENCE) -> httpx.AsyncClient:
    """For the pages of many browsers: it keeps no cookies and no connections, so that each is a person of its own.

    `patience` in seconds."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    once = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, cookies=no_cookies, timeout=patience, trust_env=False, limits=once)


async def fetch(http: httpx.AsyncClient, path: str = '/', cookie: str = '') -> Page:
    """Get a page as a browser does; raises httpx.HTTPStatusError."""
    async with http.stream('GET', path, headers={'Cookie': cookie} if cookie else {}) as answer:
        html = (await answer.aread()).decode()
        answer.raise_for_status()
    found, told = ELEMENTS.search(html), QUERY.search(html)
    assert found, f'{path} is not a page of NiceGUI: {html[:200]}'
    assert told, f'{path} says nothing of its socket'
    raw = found[1]
    for escaped, plain in ESCAPES:
        raw = raw.replace(escaped, plain)
    query = {name: _plain(value) for name, value in literal_eval(told[1]).items()}
    query |= {'document_id': str(uuid.uuid4()), 'tab_id': str(uuid.uuid4()), 'old_tab_id': 'null'}
    own = '; '.join(line.partition(';')[0] for line in answer.headers.get_list('set-cookie'))
    return Page(orjson.loads(raw), query, own or cookie, answer.num_bytes_downloaded)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
