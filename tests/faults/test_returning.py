"""What a browser shows that was away for a moment, or whose rows were out of sight."""

import asyncio
from collections.abc import Callable
from time import monotonic

from tests.faults.visitors import click_on, press
from tests.fetching import visitor
from tests.protocol import Browser
from tests.running import Server

PATIENCE = 20.0


async def eventually(condition: Callable[[], object], what: str) -> None:
    """Return when it is so; fails when that takes too long."""
    left = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < left, f'not within {PATIENCE} s: {what}'
        await asyncio.sleep(0.02)


def named(*numbers: int) -> list[dict[str, str]]:
    """A price of each of these coins."""
    return [{'name': f'C{number:03}', 'price': '1'} for number in numbers]


async def test_what_was_on_its_way_when_a_browser_vanished_does_not_overwrite_what_came_after(server: Server) -> None:
    server.post(*named(1))
    async with visitor(server.url) as http, Browser(http) as away, Browser(http) as witness:
        away.stall()
        server.post(*named(2))
        await eventually(lambda: 'C002' in witness.shown(), 'a second coin')
        await away.vanish()
        server.post(*named(3))
        await eventually(lambda: 'C003' in witness.shown(), 'a third coin')
        await away.come_back()
        await eventually(lambda: list(away.shown()) == ['C001', 'C002', 'C003'], 'all three where it was away')
        assert not away.reload_wanted


async def test_a_row_that_comes_back_into_view_is_live_again(server: Server) -> None:
    server.post(*named(*range(140)))
    async with visitor(server.url) as http, Browser(http) as browser:
        await eventually(lambda: click_on(browser, '2'), 'more than a page of coins')
        await press(browser, '2')
        await eventually(lambda: 'C120' in browser.shown(), 'the second page')
        server.post({'name': 'C000', 'price': '7'})
        await press(browser, '1')
        await eventually(lambda: browser.shown().get('C000') == '7.00', 'what came while it was out of sight')
        server.post({'name': 'C000', 'price': '8'})
        await eventually(lambda: browser.shown()['C000'] == '8.00', 'what comes now')
