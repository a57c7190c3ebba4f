"""Any course of events, by a seed: at the end every browser has the cells that it shows as they are, and calm."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.testing import User

from pages.live import Live
from pages.live_cell import Cell
from tests.user.test_live import Connect, Listener, connect, live

__all__ = ['connect', 'live']  # fixtures
STEPS, TABS, CELLS = 200, 4, 9


class Tab:
    """A browser: what it has heard over all its connections."""

    parent: ui.element
    client: Client

    def __init__(self, live: Live, connect: Connect, cells: Sequence[Cell]) -> None:
        self.live, self.connect, self.cells = live, connect, cells
        self.shown: dict[int, Any] = {}

    def build(self) -> None:
        """The page."""
        self.client, self.parent = ui.context.client, ui.element()
        self.live.fill(self.parent, self.cells)

    @property
    def line(self) -> Listener:
        """The connection of the moment."""
        return self.connect.listening[self.client]

    def hear(self) -> None:
        """Take what has come."""
        for cells in self.line.heard:
            self.shown.update({int(number): cell for number, cell in cells.items()})
        self.line.heard.clear()

    async def arrange(self, cells: Sequence[Cell]) -> None:
        """Show others, or these in another order."""
        self.cells = cells
        if self.live.fill(self.parent, cells):
            await self.live.tune(self.client)

    async def return_(self) -> None:
        """The connection ends, read or not, and there is another."""
        if self.line.drained:
            self.hear()
        self.line.gone = True
        self.connect.listening[self.client] = Listener()
        await self.live.tune(self.client)

    @property
    def is_right(self) -> bool:
        """Whether it shows what is."""
        self.hear()
        return all(self.shown.get(cell.id) == cell.rendering() for cell in self.cells)


async def step(random: Random, live: Live, cells: Sequence[Cell], tabs: Sequence[Tab]) -> None:
    """Anything that may happen."""
    cell, tab, number = random.choice(cells), random.choice(tabs), str(random.randrange(100))
    match random.choice(('set', 'set', 'set', 'dress', 'arrange', 'stall', 'drain', 'return', 'pass')):
        case 'set':
            live.set(cell, number, random.choice(('lit', '')))
        case 'dress':
            live.set_props(cell, title=number)
        case 'arrange':
            await tab.arrange(random.sample(cells, random.randint(1, len(cells))))
        case 'stall':
            tab.line.drained = False
        case 'drain':
            tab.line.drained = True
        case 'return':
            await tab.return_()
        case _:
            await asyncio.sleep(0)


@pytest.mark.parametrize('seed', range(6))
async def test_every_browser_has_the_cells_as_they_are_at_the_end(
    user: User, live: Live, connect: Connect, seed: int
) -> None:
    random, cells = Random(seed), [live.cell(f'room-{number % 3}') for number in range(CELLS)]
    tabs = [Tab(live, connect, random.sample(cells, 5)) for _ in range(TABS)]
    for tab in tabs:
        await connect(tab.build)
    for _ in range(STEPS):
        await step(random, live, cells, tabs)
    for tab in tabs:
        tab.line.drained = True
    async with asyncio.timeout(10):
        while not all(tab.is_right for tab in tabs):  # noqa: ASYNC110  (frames, calm and snapshots come by themselves)
            await asyncio.sleep(0.05)
