"""Shared live elements: rendered once per change, broadcast to every browser that shows them.

A cell is one element with the same id in every browser. What changes goes out as one `update` message per room,
encoded once and put on every connection of the room. A browser joins the rooms of the cells it shows and gets a
snapshot at the same moment, at every handshake, because these messages carry no number and are not replayed. Frames
and snapshots go one way, in one order: an older price never follows a newer one.

What is relied upon inside NiceGUI is in `live_element.py`, and in `wire.py` what is inside the server.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from itertools import count
from weakref import WeakKeyDictionary, WeakSet

from nicegui import Client, ui
from nicegui.context import context
from prometheus_client import Metric

from desk.crew import Crew
from desk.metrics import counter, gauge
from pages import pulse, wire
from pages.live_cell import Cell
from pages.live_element import LiveElement, fill, place, shown_cells
from pages.wire import End, Message, ends

FIRST_ID = -1  # and down: a browser's own ids go up
CALM_AFTER = 0.5  # then the browser fades it
TEND_EVERY = 0.25
SWEEP_EVERY = 2.0
SNAPSHOTS_KEPT = 16


class Live:
    """The cells of one desk and the frames that carry them."""

    def __init__(self) -> None:
        self._numbers = count(FIRST_ID, -1)
        self._changed: dict[int, Cell] = {}
        self._lit: dict[Cell, float] = {}
        self._snapshots: dict[frozenset[Cell], Message] = {}
        self._rooms: defaultdict[str, set[End]] = defaultdict(set)
        self._slow: set[End] = set()
        self._shown: WeakKeyDictionary[Client, frozenset[str]] = WeakKeyDictionary()
        self._viewers: defaultdict[str, WeakSet[Client]] = defaultdict(WeakSet)
        self._wake = asyncio.Event()
        self.messages = self.bytes = 0

    def start(self, crew: Crew) -> None:
        """Begin to send frames, on NiceGUI's event loop; what fails is taken up again and told on /status."""
        wire.install()
        pulse.install()
        crew.every(0, 'frames to the browsers', self._send_frame)
        crew.every(CALM_AFTER / 4, 'the end of flashes', self._calm_down)
        crew.every(TEND_EVERY, 'slow browsers', self._tend)
        crew.every(SWEEP_EVERY, 'browsers that left', self._sweep)
        crew.every(SWEEP_EVERY, 'sockets that left', pulse.tend)

    def cell(
        self, room: str, tag: str = 'span', classes: str = '', children: Sequence[Cell] = (), **props: str
    ) -> Cell:
        """A new cell; the browsers that show any cell of a room get all changes of that room."""
        return Cell(next(self._numbers), room, tag, classes, children, props)

    def show(self, cell: Cell) -> LiveElement:
        """Put a cell (and the cells in it) on the page that is being built."""
        self._meet(context.client, {cell.room})
        return place(cell)

    def fill(self, parent: ui.element, cells: Sequence[Cell]) -> bool:
        """Make these cells all that is in an element, in this order; whether that is a change.

        Where the page has a browser already, `await tune(client)` and `parent.update()` bring it there.
        """
        self._meet(parent.client, {cell.room for cell in cells})
        return fill(parent, cells)

    @property
    def slow(self) -> int:
        """Browsers that do not keep up, and get one snapshot when they do again."""
        return len(self._slow)

    def watched(self, cell: Cell) -> bool:
        """Whether any browser shows, or is about to show, a cell of this room: else nobody needs its rendering."""
        return bool(self._viewers.get(cell.room))

    def set(self, cell: Cell, html: str, lit: str = '') -> None:
        """Show this from the next frame on; `lit` is a class that it has for half a second, in frames alone."""
        if html == cell.html:
            return
        cell.show(html, lit)
        if lit:
            self._lit[cell] = asyncio.get_running_loop().time() + CALM_AFTER
        self._mark(cell)

    def set_props(self, cell: Cell, **props: str) -> None:
        """Change attributes of a cell; an empty one goes."""
        if any(cell.props.get(name, '') != value for name, value in props.items()):
            cell.dress(props)
            self._mark(cell)

    async def tune(self, client: Client) -> None:
        """The right rooms and a calm snapshot: at a handshake, and before a browser's cells move or come.

        A browser that does not read gets neither until it has drained: `_tend` sees to that.
        """
        present = ends(client)
        for end in present:
            await end.ready()
        cells = shown_cells(client)
        rooms = frozenset(cell.room for cell in cells)
        self._note(client, rooms)
        for end in present:
            if end not in self._slow:
                self._seat(end, rooms)
                self._hand(end, self._snapshot(cells))

    async def _send_frame(self) -> None:
        await self._wake.wait()
        self._wake.clear()
        changed, self._changed = self._changed, {}
        for room, cells in _by_room(changed.values()).items():
            if present := self._rooms.get(room):
                frame = update(cell.piece for cell in cells)
                for end in list(present):
                    self._hand(end, frame)

    async def _calm_down(self) -> None:
        now = asyncio.get_running_loop().time()
        for cell in [cell for cell, until in self._lit.items() if until <= now]:
            del self._lit[cell]
            cell.show(cell.html)
            self._mark(cell)

    async def _tend(self) -> None:
        """A browser that stopped reading has left its rooms; it gets one snapshot when it has drained."""
        self._slow = {end for end in self._slow if not end.gone}
        for client in list(Client.instances.values()) if self._slow else ():
            drained = {end for end in ends(client) if end in self._slow and end.drained}
            self._slow -= drained
            if drained:
                await self.tune(client)

    async def _sweep(self) -> None:
        """Forget those that are gone, also where nothing changes."""
        for room in self._rooms.values():
            room -= {end for end in room if end.gone}

    def _snapshot(self, cells: Sequence[Cell]) -> Message:
        """One for all who show these cells, in whatever order, until any cell changes."""
        if len(self._snapshots) >= SNAPSHOTS_KEPT:
            self._snapshots.clear()
        shown = frozenset(cells)
        if shown not in self._snapshots:
            self._snapshots[shown] = update(cell.calm_piece for cell in cells)
        return self._snapshots[shown]

    def _mark(self, cell: Cell) -> None:
        self._snapshots.clear()
        self._changed[cell.id] = cell
        self._wake.set()

    def _meet(self, client: Client, rooms: Set[str]) -> None:
        if client not in self._shown:
            self._shown[client] = frozenset()
            client.on_connect(self.tune)
        self._shown[client] |= rooms
        for room in rooms:
            self._viewers[room].add(client)

    def _note(self, client: Client, rooms: frozenset[str]) -> None:
        """These are the rooms that a client now shows."""
        before = self._shown.get(client, frozenset())
        self._shown[client] = rooms
        for room in before - rooms:
            self._viewers[room].discard(client)
        for room in rooms - before:
            self._viewers[room].add(client)

    def _seat(self, end: End, rooms: frozenset[str]) -> None:
        for room in end.rooms - rooms:
            self._rooms[room].discard(end)
        for room in rooms:
            self._rooms[room].add(end)
        end.rooms = rooms

    def _hand(self, end: End, message: Message) -> None:
        if end.write(message):
            self.messages, self.bytes = self.messages + 1, self.bytes + end.size(message)
        else:
            self._seat(end, frozenset())
            self._slow.add(end)


def update(pieces: Iterable[bytes]) -> Message:
    """The event that makes a browser's page show these elements anew: an engine.io message, a socket.io event."""
    return Message(b'42["update",{%b}]' % b','.join(pieces))


def figures(live: Live) -> Iterable[Metric]:
    """What Prometheus is told of browsers and of what they get."""
    connected, waiting = browsers()
    at = {'connected': connected, 'waiting': waiting, 'slow': live.slow}
    yield gauge('browsers', 'Pages with a socket, without one (yet), and those that do not keep up.', at, 'state')
    yield counter('browser_messages', 'Frames and snapshots that went to a browser.', live.messages)
    yield counter('browser_bytes', 'Bytes of these, as they went over the network.', live.bytes)


def browsers() -> tuple[int, int]:
    """How many pages have a socket, and how many do not (yet)."""
    connected = sum(client.has_socket_connection for client in Client.instances.values())
    return connected, len(Client.instances) - connected


def _by_room(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    rooms: dict[str, list[Cell]] = {}
    for cell in cells:
        rooms.setdefault(cell.room, []).append(cell)
    return rooms
