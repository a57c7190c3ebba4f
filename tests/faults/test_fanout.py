"""Browsers that come, stall, vanish and return while prices stream in: at the end each shows exactly the desk's.

COINTAPE_BROWSERS and COINTAPE_SECONDS make it longer, COINTAPE_SEED makes it another.
"""

import asyncio
import os
import re
from collections import Counter
from contextlib import AsyncExitStack
from decimal import Decimal
from html import unescape
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from desk.ticks import name_key
from pages.formats import format_price
from tests.faults.tape import HALVES, Tape
from tests.faults.visitors import Door, Visitor
from tests.fetching import visitor
from tests.protocol import Browser
from tests.reading import Elements, read_rows
from tests.running import Server, running

BROWSERS = int(os.environ.get('COINTAPE_BROWSERS', '100'))  # read before the fixtures bare the environment
SECONDS = int(os.environ.get('COINTAPE_SECONDS', '15'))
SEED = int(os.environ.get('COINTAPE_SEED', '4'))
COINS, FRAME, ROWS_A_PAGE, PATIENCE = 140, 0.1, 100, 40.0
PATHS = ('/', '/', '/', f'/?q={HALVES[0]}', f'/?q={HALVES[1]}', '/coin/{coin}')
Prices = dict[str, Decimal]
TAG = re.compile('<[^>]+>')


async def desk_prices(http: httpx.AsyncClient) -> Prices:
    """What the desk says: coin → price."""
    answer = await http.get('/api/prices')
    return {each['name']: Decimal(each['price']) for each in answer.json()}


def rightly(prices: Prices, elements: Elements, query: str) -> list[list[str]]:
    """The coins on each of the pages, in the order that the headings of this browser name."""
    chosen = [str(each['props']['label']) for each in elements.values() if 'chosen' in (each.get('class') or ())]
    assert len(chosen) == 1, f'no heading, or several, are chosen: {chosen}'
    by_name = chosen[0].startswith('Coin')
    found = [name for name in prices if query in name]
    found.sort(key=name_key if by_name else lambda name: (prices[name], name), reverse=chosen[0].endswith('↓'))
    return [found[start : start + ROWS_A_PAGE] for start in range(0, len(found), ROWS_A_PAGE)]


def wrong_board(browser: Browser, prices: Prices, fresh: dict[str, str]) -> str:
    """What is wrong on this board; '' if nothing is."""
    shown = list(browser.shown().items())
    names, pages = [name for name, _ in shown], rightly(prices, browser.elements, browser.path.partition('=')[2])
    if names not in pages:
        page = max(pages, key=lambda page: len({*page} & {*names}), default=[])
        place = next((n for n, pair in enumerate(zip(names, page, strict=False)) if pair[0] != pair[1]), -1)
        return f'{len(names)} coins in another order, from {place} on {names[place:][:4]} instead of {page[place:][:4]}'
    if wrong := [
        (name, text, format_price(prices[name])) for name, text in shown if text != format_price(prices[name])
    ]:
        return f'{len(wrong)} prices, like {wrong[0]}'
    unlike = [(name, *differing(row, fresh[name])) for name, row in read_rows(browser.elements) if row != fresh[name]]
    return f'{len(unlike)} rows are not as on a page just loaded, like {unlike[0]}' if unlike else ''


def differing(shown: str, right: str) -> tuple[str, str]:
    """Two texts from a little before the first difference on."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(shown, right, strict=False)))
    start = max(0, same - 40)
    return shown[start : start + 120], right[start : start + 120]


def wrong_coin(browser: Browser, prices: Prices) -> str:
    """What is wrong on a page of one coin; '' if nothing is."""
    told = {each['props'].get('id'): each for each in browser.elements.values() if 'innerHTML' in each.get('props', {})}
    name, price = (TAG.sub('', told[f'cryptocurrency-{what}']['props']['innerHTML']) for what in ('name', 'price'))
    lit = [each for each in told['cryptocurrency-price'].get('class') or () if each.startswith('lit')]
    if unescape(name) not in prices:  # it has become part of another, and its readers are sent there
        sent = browser.sent_to.startswith('/coin/')
        return '' if sent else f'{name}, which is no coin of the desk, and was sent to “{browser.sent_to}”'
    right = format_price(prices[unescape(name)])
    return '' if price == right and not lit else f'{price} {lit}, which should be {right}'


async def wrongs(crowd: list[Visitor], fresh: list[Browser], prices: Prices) -> list[str]:
    """What each browser that is connected shows wrongly."""
    rows = {name: row for browser in fresh for name, row in read_rows(browser.elements)}
    found = []
    for one in crowd:
        of_one_coin = one.browser.path.startswith('/coin/')
        wrong = wrong_coin(one.browser, prices) if of_one_coin else wrong_board(one.browser, prices, rows)
        found += [f'{one.browser.path} after {one.story}: {wrong}'] if wrong else []
        await asyncio.sleep(0)  # let the others read on
    return found


async def storm(crowd: list[Visitor], tape: Tape) -> None:
    """Everybody does what they like while prices stream in."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        feed = tasks.create_task(tape.run(FRAME, over))
        await asyncio.gather(*(one.enter() for one in crowd))
        lives = [tasks.create_task(one.live(over)) for one in crowd]
        await asyncio.wait([feed, *lives], timeout=SECONDS, return_when=asyncio.FIRST_EXCEPTION)
        over.set()
    deeds = Counter(deed for one in crowd for deed in one.story)
    print(f'\n{tape.sent:,} prices, {dict(tape.deeds)}, {len(crowd)} browsers, {dict(deeds)}')


@pytest.mark.timeout(120 + 2 * SECONDS)
async def test_every_browser_shows_exactly_the_desks_prices_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path / 'data') as server:
        await every_browser_is_right(server)
    assert 'Traceback' not in server.output, server.output


async def every_browser_is_right(server: Server) -> None:
    """After a storm."""
    async with visitor(server.url) as http, AsyncExitStack() as leaving:
        tape, door = Tape(http, SEED, COINS), Door(http)
        await tape.send()
        asked = [PATHS[number % len(PATHS)].format(coin=quote(tape.coins[number].name)) for number in range(BROWSERS)]
        crowd = [Visitor(door, path, SEED * 1000 + number) for number, path in enumerate(asked)]
        for one in crowd:
            leaving.push_async_callback(one.end)
        await storm(crowd, tape)
        fresh = [await leaving.enter_async_context(Browser(http, f'/?q={half}')) for half in HALVES]
        prices = await desk_prices(http)
        present = [one for one in crowd if one.present]
        left = asyncio.get_running_loop().time() + PATIENCE  # orders move every 5 s, ages every 10
        while wrong := await wrongs(present, fresh, prices):
            assert asyncio.get_running_loop().time() < left, '\n'.join(wrong)
            await asyncio.sleep(0.5)
        assert prices == await desk_prices(http)
        assert [one.browser.lost for one in crowd if one.browser.lost] == []
