"""People with browsers who stall, read slowly, vanish, return, sort and turn pages, each by a seed of his own."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import httpx
import orjson

from tests.faults.tape import rest
from tests.protocol import Browser

Deed = Callable[[asyncio.Event], Awaitable[None]]
AT_ONCE = 8  # pages that are fetched but have no socket yet; the desk refuses more than 40 of one address


class Door:
    """Lets browsers in a few at a time."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self._door = http, asyncio.Semaphore(AT_ONCE)

    async def enter(self, browser: Browser) -> Browser:
        """Load its page (anew, too) and connect."""
        async with self._door:
            await browser.open()
        return browser

    async def come_back(self, browser: Browser) -> None:
        """Connect again as a browser does; one that was told to load the page anew does that."""
        async with self._door:
            await browser.come_back()
            if browser.reload_wanted:
                await browser.open()


class Visitor:
    """One person with one browser. `story` is what was done, `present` says whether it is connected."""

    kind: type[Browser] = Browser

    def __init__(self, door: Door, path: str, seed: int) -> None:
        self.door, self.random, self.story = door, Random(seed), list[str]()
        self.browser = self.kind(door.http, path, receive_buffer=self.random.choice((0, 8192)))
        self.present = False

    async def live(self, until: asyncio.Event) -> None:
        """Do one thing after the other; at the end be there and read, or be gone for good."""
        ways = self.ways()
        while not until.is_set():
            deed = self.random.choices(list(ways), list(ways.values()))[0]
            self.story.append(deed.__name__)
            await deed(until)
            if self.browser.reload_wanted:
                self.story.append('was told to load anew')
                await self.enter()
        if self.random.random() < 0.1:
            await self.leave()

    def ways(self) -> dict[Deed, int]:
        """What this person does, and how often."""
        seldom: dict[Deed, int] = {self.stall: 2, self.read_slowly: 2, self.sort: 2, self.turn: 2, self.load_anew: 1}
        return {self.look: 5, self.return_soon: 3, **seldom}

    async def enter(self) -> None:
        """Load the page, whatever was there before."""
        await self.door.enter(self.browser)
        self.present = True

    async def end(self) -> None:
        """Leave if there."""
        if self.present:
            await self.browser.close()

    async def leave(self) -> None:
        """Be gone for good, with or without a word."""
        await self.random.choice((self.browser.vanish, self.browser.close))()
        self.present = False

    async def look(self, until: asyncio.Event) -> None:
        """Read what comes."""
        await rest(until, self.random.uniform(0.2, 2))

    async def stall(self, until: asyncio.Event) -> None:
        """Read nothing for a while."""
        self.browser.stall()
        await rest(until, self.random.uniform(0.5, 5))
        self.browser.go_on()

    async def read_slowly(self, until: asyncio.Event) -> None:
        """Half a megabit to one a second."""
        self.browser.read_at(self.random.choice((60_000, 125_000)))
        await rest(until, self.random.uniform(1, 5))
        self.browser.read_at(0)

    async def return_soon(self, until: asyncio.Event) -> None:
        """The connection is cut, whatever was under way; the page stays and connects again."""
        if self.random.random() < 0.5:
            self.browser.stall()
            await rest(until, self.random.uniform(0, 1))
        await self.browser.vanish()
        await rest(until, self.random.uniform(0, 1))
        await self.door.come_back(self.browser)

    async def load_anew(self, until: asyncio.Event) -> None:
        """Close the tab, or lose it, and open the same address again."""
        await self.leave()
        await rest(until, self.random.uniform(0, 1))
        await self.enter()

    async def sort(self, until: asyncio.Event) -> None:
        """Press a heading; again: the other way round."""
        await press(self.browser, self.random.choice(('Coin', 'Price')))

    async def turn(self, until: asyncio.Event) -> None:
        """To another hundred coins."""
        await press(self.browser, self.random.choice(('1', '2')))


def click_on(browser: Browser, label: str) -> dict[str, Any] | None:
    """What a browser says when the button with this on it is clicked, whatever arrow follows; None: there is none."""
    for ident, element in browser.elements.items():
        if str(element.get('props', {}).get('label', '')).rstrip(' ↑↓') == label:
            for listener in element.get('events', ()):
                if listener['type'] == 'click':
                    said = {'id': int(ident), 'client_id': browser.page.query['client_id'], 'args': []}
                    return {**said, 'listener_id': listener['listener_id']}
    return None


async def press(browser: Browser, label: str) -> None:
    """Click the button with this on it; nothing where there is none."""
    if said := click_on(browser, label):
        await browser.line.send(f'42{orjson.dumps(["event", said]).decode()}')
