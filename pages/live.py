"""Shared live elements: rendered once per change, broadcast to every browser that shows them.

All that touches NiceGUI's inside is in this file and in `live_element.py`; `tests/user/test_live.py` holds it to the
NiceGUI that is pinned.

A cell is one element with the same id in every browser. What changes goes out as one `update` message per
room; python-socketio encodes it once for the whole room. A browser joins the rooms of the cells it shows and
then gets a snapshot, at every handshake, because these messages carry no number and are not replayed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count
from weakref import WeakSet

from nicegui import Client, core
from nicegui.context import context

from desk.crew import Crew
from pages.live_cell import ROOM, Cell
from pages.live_element import LiveElement

FIRST_ID = 10_000_000
CALM_AFTER = 1.0
TEND_EVERY = 1.0
LONGEST_QUEUE = 50
NAMESPACE = '/'


class Live:
    """The cells of one desk and the frames that carry them."""

    def __init__(self) -> None:
        self._numbers = count(FIRST_ID)
        self._changed: dict[int, Cell] = {}
        self._lit: dict[Cell, float] = {}
        self._slow: set[str] = set()
        self._tuned: WeakSet[Client] = WeakSet()
        self._viewers: defaultdict[str, WeakSet[Client]] = defaultdict(WeakSet)
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()

    def start(self, crew: Crew) -> None:
        """Begin to send frames, on NiceGUI's event loop; what fails is taken up again and told on /status."""
        crew.every(0, 'frames to the browsers', self._send_frame)
        crew.every(CALM_AFTER / 4, 'the end of flashes', self._calm_down)
        crew.every(TEND_EVERY, 'slow browsers', self._tend)

    def cell(
        self, room: str, tag: str = 'span', classes: str = '', children: Sequence[Cell] = (), **props: str
    ) -> Cell:
        """A new cell; the browsers that show any cell of a room get all changes of that room."""
        return Cell(next(self._numbers), room, tag, classes, children, props)

    def show(self, cell: Cell) -> LiveElement:
        """Put a cell (and the cells in it) on the page that is being built."""
        client = context.client
        if client not in self._tuned:
            self._tuned.add(client)
            client.on_connect(self.tune)
        self._viewers[cell.room].add(client)
        return LiveElement(cell)

    def watched(self, cell: Cell) -> bool:
        """Whether any browser shows, or is about to show, a cell of this room: else nobody needs its rendering."""
        return bool(self._viewers.get(cell.room))

    def set(self, cell: Cell, html: str, calm: str | None = None) -> None:
        """Show this from the next frame on. `calm` is the same without its flash, for page loads and re-sorts."""
        calm = html if calm is None else calm
        if calm == cell.calm:
            return
        cell.html, cell.calm = html, calm
        if html != calm:
            self._lit[cell] = asyncio.get_running_loop().time() + CALM_AFTER
        self._mark(cell)

    def set_props(self, cell: Cell, **props: str) -> None:
        """Change attributes of a cell."""
        if props.items() - cell.props.items():
            cell.props.update(props)
            self._mark(cell)

    async def tune(self, client: Client) -> None:
        """The right rooms and then a calm snapshot: at a handshake, and before a browser's cells move or come.

        A browser that does not read gets neither until it has drained: `_tend` sees to that.
        """
        shown = [element for element in client.layout.descendants() if isinstance(element, LiveElement)]
        rooms = {element.cell.room for element in shown}
        for room, viewers in self._viewers.items():
            (viewers.add if room in rooms else viewers.discard)(client)
        async with self._sending:
            for sid in [sid for sid in _sids(client) if sid not in self._slow]:
                await _move(sid, rooms)
                await core.sio.emit('update', {element.id: element._to_dict() for element in shown}, to=sid)

    async def _send_frame(self) -> None:
        await self._wake.wait()
        self._wake.clear()
        async with self._sending:
            changed, self._changed = self._changed, {}
            for room, cells in _by_room(changed.values()).items():
                frame = {cell.id: cell.rendering(cell.html) for cell in cells}
                await core.sio.emit('update', frame, room=room)

    async def _calm_down(self) -> None:
        now = asyncio.get_running_loop().time()
        for cell in [cell for cell, until in self._lit.items() if until <= now]:
            del self._lit[cell]
            cell.html = cell.calm
            self._mark(cell)

    async def _tend(self) -> None:
        """A browser that stops reading leaves its rooms, and gets one snapshot when it has drained."""
        sids = {sid: client for client in Client.instances.values() for sid in _sids(client)}
        self._slow &= sids.keys()
        for sid, client in sids.items():
            waiting = _waiting(sid)
            if waiting > LONGEST_QUEUE and sid not in self._slow:
                self._slow.add(sid)
                await _move(sid, set())
            elif not waiting and sid in self._slow:
                self._slow.discard(sid)
                await self.tune(client)

    def _mark(self, cell: Cell) -> None:
        self._changed[cell.id] = cell
        self._wake.set()


def browsers() -> tuple[int, int]:
    """How many pages have a socket, and how many do not (yet)."""
    connected = sum(client.has_socket_connection for client in Client.instances.values())
    return connected, len(Client.instances) - connected


def _by_room(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    rooms: dict[str, list[Cell]] = {}
    for cell in cells:
        rooms.setdefault(cell.room, []).append(cell)
    return rooms


def _sids(client: Client) -> list[str]:
    """The browser's sockets; a simulated user has none."""
    return [sid for sid in client._socket_to_document_id if core.sio.manager.is_connected(sid, NAMESPACE)]


async def _move(sid: str, wanted: set[str]) -> None:
    joined = {room for room in core.sio.rooms(sid) if room.startswith(ROOM)}
    for room in joined - wanted:
        await core.sio.leave_room(sid, room)
    for room in wanted - joined:
        await core.sio.enter_room(sid, room)


def _waiting(sid: str) -> int:
    socket = core.sio.eio.sockets.get(core.sio.manager.eio_sid_from_sid(sid, NAMESPACE))
    return socket.queue.qsize() if socket else 0
