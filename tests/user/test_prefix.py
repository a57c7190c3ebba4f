"""Behind a path prefix every address of the desk's own carries it: on all pages, in markup, live cells and files."""

import ast
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

import httpx
import orjson
import pytest
from nicegui import Client
from nicegui.testing import User

from desk.desk import Desk
from tests.fetching import ELEMENTS, ESCAPES
from tests.running import ROOT
from tests.user.helpers import price

PREFIX = '/desk'
WRITTEN = re.compile(r"""\b(?:href|src|action|formaction|poster)\s*=\s*["']?(/[^"'\s>]*)""")
PROPS = ('href', 'src', 'action', 'to', 'url')
PUT_BEFORE = {'nicegui-link', 'nicegui-audio', 'nicegui-upload'}  # by themselves, in the browser
behind = pytest.mark.parametrize('user', [('--path-prefix', PREFIX)], indirect=True)


async def furnish(user: User, desk: Desk) -> None:
    """Something of each kind that pages link: coins, orders, a list, an alert that has fired."""
    for name, amount in (('BTC', '67000'), ('Some / Token', '12')):
        await price(desk, name, amount)
        order = {'name': name, 'side': 'buy', 'type': 'market', 'size': '0.1'}
        assert (await user.http_client.post(f'{PREFIX}/api/orders', json=order)).status_code == 201
    listed = {'name': 'Mine', 'coins': ['BTC']}
    assert (await user.http_client.post(f'{PREFIX}/api/watchlists', json=listed)).status_code == 201
    for above in ('1', '70000'):
        alert = {'name': 'BTC', 'condition': 'crosses' if above == '1' else 'above', 'price': above}
        assert (await user.http_client.post(f'{PREFIX}/api/alerts', json=alert)).status_code == 201
    await price(desk, 'BTC', '70001')


def pages() -> list[str]:
    """All that are defined, with something for what their addresses ask for; and one that is not there."""
    paths = [re.sub(r'\{name:path\}', 'BTC', path) for path in Client.page_routes.values()]
    return [*(re.sub(r'\{\w+\}', '1', path) for path in paths), '/coin/UNKNOWN', '/?list=1', '/nowhere', '/docs']


def own_addresses(html: str) -> Iterator[tuple[str, str]]:
    """Every address from the first slash on that a page has: where it stands, and as the browser will ask for it."""
    found = ELEMENTS.search(html)
    outside = html.replace(found[1], '') if found else html
    yield from (('HTML', address) for address in WRITTEN.findall(outside))
    for element in _elements(found[1] if found else '{}'):
        props = element.get('props', {})
        yield from ((element['tag'], _asked(element, str(props[name]))) for name in PROPS if name in props)
        for name in ('innerHTML', 'content'):
            yield from ((element['tag'], unescape(address)) for address in WRITTEN.findall(str(props.get(name, ''))))


def _elements(raw: str) -> list[dict[str, Any]]:
    for escaped, plain in ESCAPES:
        raw = raw.replace(escaped, plain)
    return list(orjson.loads(raw).values())


def _asked(element: dict[str, Any], address: str) -> str:
    return f'{PREFIX}{address}' if element['tag'] in PUT_BEFORE and address.startswith('/') else address


@behind
async def test_every_address_on_every_page_begins_with_it_and_leads_somewhere(user: User, desk: Desk) -> None:
    await furnish(user, desk)
    addresses: dict[str, str] = {}
    for path in pages():
        html = (await look(user, PREFIX + path)).text
        addresses |= {address: f'{where} on {path}' for where, address in own_addresses(html) if address[:1] == '/'}
    without = [f'{where}: {address}' for address, where in addresses.items() if not address.startswith(f'{PREFIX}/')]
    twice = [f'{where}: {address}' for address, where in addresses.items() if address.startswith(PREFIX * 2)]
    assert (without, twice) == ([], [])
    assert len(addresses) > 60
    answers = {address: (await look(user, address)).status_code for address in addresses}
    assert {address for address, status in answers.items() if status != 200} == posted(addresses)


async def look(user: User, address: str) -> httpx.Response:
    """Get it and leave at once: pages that wait for a browser are few."""
    answer = await user.http_client.get(address)
    for client in list(Client.instances.values()):
        client.delete()
    return answer


def posted(addresses: Iterable[str]) -> set[str]:
    """Those of forms: nobody goes there."""
    return {address for address in addresses if address.startswith(f'{PREFIX}/star/') or '/upload/' in address}


def test_no_markup_is_written_without_it() -> None:
    """In dialogs, too, which no visit of a page opens."""
    for file in (ROOT / 'pages').glob('*.py'):
        texts = (node.value for node in ast.walk(ast.parse(file.read_text('utf-8'))) if isinstance(node, ast.Constant))
        assert [text for text in texts if isinstance(text, str) and WRITTEN.search(text)] == [], file.name
