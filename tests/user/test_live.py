"""What live cells rely on inside NiceGUI: these fail first when an upgrade changes it."""

import asyncio
import json
import weakref
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.testing import User

from desk.crew import Crew
from pages.live import Live, figures
from pages.wire import Message


def figures_of(live: Live) -> dict[tuple[str, str], float]:
    """What Prometheus is told, by name and state."""
    samples = (sample for family in figures(live) for sample in family.samples)
    return {(sample.name, sample.labels.get('state', '')): sample.value for sample in samples}


class Listener:
    """A browser's connection that keeps what is written to it, and can be slow."""

    tune: Callable[[], Awaitable[None]]
    last: Message

    def __init__(self) -> None:
        self.rooms, self.gone, self.drained = frozenset[str](), False, True
        self.heard: list[dict[str, Any]] = []
        self.taken = 0  # bytes
        self.arrived = asyncio.Event()

    async def ready(self) -> None:
        """At once."""

    def size(self, message: Message) -> int:
        """As it is."""
        return len(message.packet)

    def write(self, message: Message) -> bool:
        """Keep it; nothing while it is slow."""
        if self.drained:
            event, cells = json.loads(message.packet.removeprefix(b'42'))
            assert event == 'update'
            self.heard.append(cells)
            self.last, self.taken = message, self.taken + self.size(message)
            self.arrived.set()
        return self.drained

    async def next(self) -> dict[int, Any]:
        """The next message: cells by their number."""
        async with asyncio.timeout(5):
            while not self.heard:
                self.arrived.clear()
                await self.arrived.wait()
        return {int(number): cell for number, cell in self.heard.pop(0).items()}

    async def contents(self) -> dict[int, str]:
        """What the cells of the next message show."""
        return {number: cell['props'].get('innerHTML') for number, cell in (await self.next()).items()}


@pytest.fixture
async def live(user: User) -> Any:
    live, crew = Live(), Crew()
    live.start(crew)
    yield live
    await crew.stop()


class Connect:
    """Opens a page of some cells and listens there."""

    def __init__(self, user: User, live: Live) -> None:
        self.user, self.live = user, live
        self.listening: dict[Client, Listener] = {}

    def ends(self, client: Client) -> list[Listener]:
        """Stands in for the wires."""
        return [self.listening[client]] if client in self.listening else []

    async def __call__(self, *builders: Callable[[], Any]) -> Listener:
        waiting = [Listener()]

        def listen() -> None:
            self.listening[ui.context.client] = waiting.pop()

        client = await opened(self.user, listen, *builders)
        listener = self.listening[client]
        listener.tune = partial(self.live.tune, client)
        return listener


@pytest.fixture
def connect(user: User, live: Live, monkeypatch: pytest.MonkeyPatch) -> Connect:
    connect = Connect(user, live)
    inside = Live.tune.__globals__  # NiceGUI's plugin imports the pages anew for each test
    monkeypatch.setitem(inside, 'ends', connect.ends)
    return connect


async def opened(user: User, *builders: Any) -> Client:
    @ui.page('/cells')
    def page() -> None:
        for build in builders:
            build()

    return await user.open('/cells')


async def test_a_change_goes_to_the_room_and_is_calm_again_soon(user: User, live: Live, connect: Connect) -> None:
    one, other, elsewhere = live.cell('room'), live.cell('room'), live.cell('elsewhere')
    browser = await connect(lambda: live.show(one))
    assert await browser.contents() == {one.id: ''}  # the snapshot
    live.set(elsewhere, '7')
    live.set(one, '1<b>2</b>', 'lit')
    live.set(other, '5')
    frame = await browser.next()
    assert {number: element['props']['innerHTML'] for number, element in frame.items()} == {
        one.id: '1<b>2</b>',
        other.id: '5',
    }
    assert frame[one.id]['class'] == ['lit']
    assert await browser.next() == {one.id: {'tag': 'span', 'props': {'innerHTML': '1<b>2</b>'}}}


async def test_a_frame_is_encoded_once_for_all_who_get_it(user: User, live: Live, connect: Connect) -> None:
    cell = live.cell('room')
    one, other = await connect(lambda: live.show(cell)), await connect(lambda: live.show(cell))
    assert await one.contents() == await other.contents() == {cell.id: ''}
    live.set(cell, '5')
    assert await one.contents() == await other.contents() == {cell.id: '5'}
    assert one.last is other.last
    told = figures_of(live)
    assert told['cointape_browser_messages_total', ''] == 4, 'a snapshot and a frame, to two browsers'
    assert told['cointape_browser_bytes_total', ''] == one.taken + other.taken > 0


async def test_half_a_character_in_one_cell_keeps_no_other_from_its_frame(
    user: User, live: Live, connect: Connect
) -> None:
    odd, good = live.cell('room'), live.cell('room')
    browser = await connect(lambda: live.show(odd), lambda: live.show(good))
    await browser.next()
    live.set(odd, 'a\ud800b')
    live.set(good, '2')
    assert await browser.contents() == {odd.id: 'a?b', good.id: '2'}


async def test_what_is_set_again_is_not_sent_again(user: User, live: Live, connect: Connect) -> None:
    cell, last = live.cell('room'), live.cell('room')
    browser = await connect(lambda: live.show(cell))
    assert await browser.contents() == {cell.id: ''}
    live.set(cell, '5')
    assert await browser.contents() == {cell.id: '5'}
    live.set(cell, '5')
    live.set(last, '6')
    assert await browser.contents() == {last.id: '6'}


async def test_a_snapshot_is_as_new_as_the_frames_before_it(user: User, live: Live, connect: Connect) -> None:
    cell = live.cell('room', title='old', lang='en')
    live.set(cell, '<b>1</b>', 'lit')
    live.set_props(cell, title='new', lang='')
    browser = await connect(lambda: live.show(cell))
    props = {'title': 'new', 'innerHTML': '<b>1</b>'}
    assert await browser.next() == {cell.id: {'tag': 'span', 'props': props}}


async def test_a_snapshot_is_encoded_once_for_all_who_show_the_same_until_a_change(
    user: User, live: Live, connect: Connect
) -> None:
    cell, other = live.cell('room'), live.cell('room')
    one = await connect(lambda: live.show(cell), lambda: live.show(other))
    two = await connect(lambda: live.show(other), lambda: live.show(cell))
    three = await connect(lambda: live.show(cell))
    assert await one.contents() == await two.contents() == {cell.id: '', other.id: ''}
    assert await three.contents() == {cell.id: ''}
    assert one.last is two.last
    live.set(cell, '1')
    await one.tune()
    assert await one.contents() == {cell.id: '1', other.id: ''}


async def test_a_browser_that_stops_reading_is_left_alone_until_it_has_drained(
    user: User, live: Live, connect: Connect
) -> None:
    cell = live.cell('room')
    slow, quick = await connect(lambda: live.show(cell)), await connect(lambda: live.show(cell))
    for browser in (slow, quick):
        assert await browser.contents() == {cell.id: ''}
    slow.drained = False
    live.set(cell, '1')
    assert await quick.contents() == {cell.id: '1'}
    assert slow.rooms == frozenset()
    assert figures_of(live)['cointape_browsers', 'slow'] == 1
    await slow.tune()  # a re-sort
    live.set(cell, '2')
    assert await quick.contents() == {cell.id: '2'}
    assert not slow.heard
    slow.drained = True
    assert await slow.contents() == {cell.id: '2'}
    live.set(cell, '3')
    assert await slow.contents() == {cell.id: '3'}


async def test_a_browser_that_is_gone_is_forgotten(user: User, live: Live, connect: Connect) -> None:
    cell = live.cell('room')
    browser = await connect(lambda: live.show(cell))
    assert await browser.contents() == {cell.id: ''}
    browser.gone, gone = True, weakref.ref(browser)
    connect.listening.clear()
    del browser
    async with asyncio.timeout(5):
        while gone():  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.05)
