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
from pages.live import FIRST_ID, Live
from pages.live_element import LiveElement, reorder
from pages.wire import Message


class Listener:
    """A browser's connection that keeps what is written to it, and can be slow."""

    tune: Callable[[], Awaitable[None]]
    last: Message

    def __init__(self) -> None:
        self.rooms, self.gone, self.drained = frozenset[str](), False, True
        self.heard: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()

    async def ready(self) -> None:
        """At once."""

    def write(self, message: Message) -> bool:
        """Keep it; nothing while it is slow."""
        if self.drained:
            event, cells = json.loads(message.packet.removeprefix(b'42'))
            assert event == 'update'
            self.heard.append(cells)
            self.last = message
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


async def test_a_cell_has_one_id_in_every_browser_and_ordinary_ids_go_on(user: User, live: Live) -> None:
    cell = live.cell('room')
    live.set(cell, '<b>67,000</b>')
    ids = []
    for _ in range(2):
        client = await opened(user, lambda: ui.label('before'), lambda: live.show(cell), lambda: ui.label('after'))
        ids.append([number for number, element in client.elements.items() if isinstance(element, LiveElement)])
        assert max(set(client.elements) - {cell.id}) < 1000
    assert ids == [[cell.id], [cell.id]]
    assert cell.id >= FIRST_ID


async def test_a_page_load_shows_the_current_price_without_its_flash(user: User, live: Live) -> None:
    cell = live.cell('room')
    live.set(cell, '1<b class="lit-up">2</b>', '12')
    client = await opened(user, lambda: live.show(cell))
    assert client.elements[cell.id]._to_dict()['props']['innerHTML'] == '12'
    await user.should_see('12')


async def test_the_same_cell_twice_on_a_page_is_refused(user: User, live: Live) -> None:
    cell, refused = live.cell('room'), []

    def again() -> None:
        with pytest.raises(ValueError, match='on this page already') as caught:
            live.show(cell)
        refused.append(caught.value)

    await opened(user, lambda: live.show(cell), again)
    assert len(refused) == 1


async def test_a_browsers_own_outbox_never_carries_a_cell(user: User, live: Live) -> None:
    cell = live.cell('room')
    client = await opened(user, lambda: live.show(cell))
    client.elements[cell.id].update()
    assert cell.id not in client.outbox.updates


async def test_a_change_goes_to_the_room_and_is_calm_after_a_second(user: User, live: Live, connect: Connect) -> None:
    one, other, elsewhere = live.cell('room'), live.cell('room'), live.cell('elsewhere')
    browser = await connect(lambda: live.show(one))
    assert await browser.contents() == {one.id: ''}  # the snapshot
    live.set(elsewhere, '7')
    live.set(one, '1<b>2</b>', '12')
    live.set(other, '5')
    assert await browser.contents() == {one.id: '1<b>2</b>', other.id: '5'}
    assert await browser.contents() == {one.id: '12'}


async def test_a_frame_is_encoded_once_for_all_who_get_it(user: User, live: Live, connect: Connect) -> None:
    cell = live.cell('room')
    one, other = await connect(lambda: live.show(cell)), await connect(lambda: live.show(cell))
    assert await one.contents() == await other.contents() == {cell.id: ''}
    live.set(cell, '5')
    assert await one.contents() == await other.contents() == {cell.id: '5'}
    assert one.last is other.last


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
    cell = live.cell('room', title='old')
    live.set(cell, '<b>1</b>', '1')
    live.set_props(cell, title='new')
    browser = await connect(lambda: live.show(cell))
    assert (await browser.next())[cell.id]['props'] == {'title': 'new', 'innerHTML': '1'}


async def test_a_row_holds_its_cells_and_is_reordered_without_being_sent(user: User, live: Live) -> None:
    rows = [live.cell('room', 'a', 'row', (live.cell('room'),), href=f'/{number}') for number in range(2)]
    shown: list[LiveElement] = []
    client = await opened(user, lambda: shown.extend(live.show(row) for row in rows))
    assert [element._to_dict()['children'] for element in shown] == [[row.children[0].id] for row in rows]
    reorder(client.content, shown[::-1])
    assert client.content._to_dict()['children'] == [row.id for row in rows[::-1]]


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
