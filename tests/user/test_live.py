"""What live cells rely on inside NiceGUI: these fail first when an upgrade changes it."""

import asyncio
from typing import Any

import pytest
from nicegui import Client, core, ui
from nicegui.testing import User

from desk.crew import Crew
from pages.live import FIRST_ID, LONGEST_QUEUE, Live
from pages.live_element import LiveElement, reorder


class Recorder:
    """Stands where socket.io sends from, and keeps what is sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[str, Any, str]] = []
        self.arrived = asyncio.Event()
        monkeypatch.setattr(core.sio, 'emit', self.emit)

    async def emit(self, event: str, data: Any, *, room: str = '', to: str = '') -> None:
        self.sent.append((event, data, room or to))
        self.arrived.set()

    async def frame(self, room: str) -> dict[int, Any]:
        """The next message to this room."""
        async with asyncio.timeout(5):
            while True:
                for event, data, target in self.sent:
                    if target == room and event == 'update':
                        self.sent.clear()
                        return dict(data)
                self.arrived.clear()
                await self.arrived.wait()


@pytest.fixture
async def live(user: User) -> Any:
    live, crew = Live(), Crew()
    live.start(crew)
    yield live
    await crew.stop()


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


async def test_a_change_goes_once_to_the_room_and_is_calm_after_a_second(
    user: User, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    one, other = live.cell('room'), live.cell('room')
    live.set(one, '1<b>2</b>', '12')
    live.set(other, '5')
    frame = await recorder.frame('live:room')
    assert {number: cell['props']['innerHTML'] for number, cell in frame.items()} == {
        one.id: '1<b>2</b>',
        other.id: '5',
    }
    frame = await recorder.frame('live:room')
    assert {number: cell['props']['innerHTML'] for number, cell in frame.items()} == {one.id: '12'}


async def test_what_is_set_again_is_not_sent_again(user: User, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(monkeypatch)
    cell, last = live.cell('room'), live.cell('room')
    live.set(cell, '5')
    await recorder.frame('live:room')
    live.set(cell, '5')
    live.set(last, '6')
    assert list(await recorder.frame('live:room')) == [last.id]


async def test_a_row_holds_its_cells_and_is_reordered_without_being_sent(user: User, live: Live) -> None:
    rows = [live.cell('room', 'a', 'row', (live.cell('room'),), href=f'/{number}') for number in range(2)]
    shown: list[LiveElement] = []
    client = await opened(user, lambda: shown.extend(live.show(row) for row in rows))
    assert [element._to_dict()['children'] for element in shown] == [[row.children[0].id] for row in rows]
    reorder(client.content, shown[::-1])
    assert client.content._to_dict()['children'] == [row.id for row in rows[::-1]]


async def test_a_browser_that_stops_reading_is_left_alone_until_it_has_drained(
    user: User, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, waiting, moves = Recorder(monkeypatch), [LONGEST_QUEUE + 1], list[set[str]]()

    async def move(sid: str, wanted: set[str]) -> None:
        moves.append(wanted)

    cell = live.cell('room')
    client = await opened(user, lambda: live.show(cell))
    inside = Live.tune.__globals__  # NiceGUI's plugin imports the pages anew for each test
    monkeypatch.setitem(inside, '_sids', lambda each: ['socket'] if each is client else [])
    monkeypatch.setitem(inside, '_waiting', lambda sid: waiting[0])
    monkeypatch.setitem(inside, '_move', move)
    async with asyncio.timeout(5):  # until a re-sort brings it back into no room
        while moves or not recorder.sent:
            moves.clear()
            await asyncio.sleep(0.05)
            await live.tune(client)
    recorder.sent.clear()
    waiting[0] = 0
    assert list(await recorder.frame('socket')) == [cell.id]
    assert {'live:room'} in moves
