"""A live cell as an element of a page; what NiceGUI asks of it, and what it must not do with it.

There is one object per cell, on all pages that show it: a page of a hundred coins makes none. It stands among the
children of a slot, where NiceGUI's searches find it, but never in `client.elements`, which is what a browser has of its
own: so it is no part of what NiceGUI renders, sends and, in the end, deletes for one browser. Its rendering, made once
per change for all, is put into the page when NiceGUI has made the rest.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from weakref import ref

from fastapi import Request, Response
from nicegui import Client, ui
from nicegui.client import HTML_ESCAPE_TABLE
from nicegui.context import context
from nicegui.slot import Slot

from pages.live_cell import Cell

ELEMENTS = b'parseElements(String.raw`{'
ESCAPED = [(chr(character).encode(), entity.encode()) for character, entity in HTML_ESCAPE_TABLE.items()]  # & first


class LiveElement(ui.element):
    """A cell on every page that shows it."""

    visible: bool = True  # not bindable: a page hides what is around it

    def __init__(self, cell: Cell, around: ui.element | None = None) -> None:
        # no super().__init__(): that would make it one client's own
        self.cell, self.around = cell, around
        self.id, self.tag = cell.id, cell.tag
        self._props, self._classes = cell.props, cell.classes  # type: ignore[assignment]
        self._markers, self._event_listeners, self._text = [], {}, None
        self.default_slot = Slot(self, 'default')
        self.slots = {'default': self.default_slot}
        within = [type(self)(child, self) for child in cell.children]
        self.default_slot.children = list(within)
        self.family: tuple[LiveElement, ...] = (self, *(one for child in within for one in child.family))
        self._piece = self._written = b''

    @property
    def client(self) -> Client:
        """The client that is asking."""
        return context.client

    @property
    def _client(self) -> ref[Client]:  # type: ignore[override]
        return ref(context.client)

    @property
    def _deleted(self) -> bool:
        return False

    @_deleted.setter
    def _deleted(self, deleted: bool) -> None:
        """The end of one page is not its end."""

    def _handle_delete(self) -> None:
        """The end of one page is not its end."""

    def update(self) -> None:
        """Nothing: the room brings what is new."""

    def descendants(self, *, include_self: bool = False) -> Iterator[ui.element]:
        """The elements of its cells."""
        yield from self.family if include_self else self.family[1:]

    def ancestors(self, *, include_self: bool = False) -> Iterator[ui.element]:
        """What is around it on the page of the client that is asking."""
        if include_self:
            yield self
        around = self.around or next((one for one in context.client.elements.values() if self in one), None)
        if around:
            yield from around.ancestors(include_self=True)

    @property
    def written(self) -> bytes:
        """Its part of a page's elements, without a flash, escaped as by NiceGUI's `HTML_ESCAPE_TABLE`."""
        if self._piece is not self.cell.calm_piece:
            self._piece = self._written = self.cell.calm_piece
            for character, entity in ESCAPED:
                self._written = self._written.replace(character, entity)
        return self._written

    def _to_dict(self) -> dict[str, Any]:
        return self.cell.rendering()

    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        return [self.cell.text, *self.cell.props.values()]

    def _render_markdown(self) -> str:
        return self.cell.text or self._children_to_markdown()


class Still(LiveElement):
    """What never changes: a page brings it, no room and no snapshot does."""


def place(cell: Cell) -> LiveElement:
    """Put a cell where the page is being built."""
    slot, element = context.slot, element_of(cell)
    client = slot.parent.client
    slot.children.append(element)
    slot.parent.update()
    _carry(client)
    return element


def fill(parent: ui.element, cells: Sequence[Cell]) -> bool:
    """Make these cells all that is in an element, in this order; whether that is a change, which is not sent yet."""
    children: list[ui.element] = [element_of(cell) for cell in cells]
    if children == parent.default_slot.children:
        return False
    if parent.client._response_built:
        parent.default_slot.children = children
    else:  # until then NiceGUI walks through all that is there, twice
        _carry(parent.client)[parent] = children
    return True


def element_of(cell: Cell) -> LiveElement:
    """The element of a cell, the same on every page."""
    element: LiveElement | None = cell.element
    if element is None:
        element = cell.element = LiveElement(cell)
    return element


def shown_elements(client: Client) -> list[LiveElement]:
    """All live elements that are on a page now. Two of one id would blank each other: raises ValueError."""
    tops = [one for own in client.elements.values() for one in own if isinstance(one, LiveElement)]
    shown = [one for top in tops for one in top.family]
    if len({one.id for one in shown}) != len(shown):
        raise ValueError('a cell is on this page twice: two of one id blank each other')
    return shown


def shown_cells(client: Client) -> list[Cell]:
    """All cells that are on a page now and may change."""
    return [element.cell for element in shown_elements(client) if not isinstance(element, Still)]


def _carry(client: Client) -> dict[ui.element, list[ui.element]]:
    """Let the page that is being built bring its cells, too; what elements get as children in the end."""
    if client._response_built:
        return {}
    later: dict[ui.element, list[ui.element]]
    if 'build_response' not in vars(client):
        later = {}
        vars(client)['build_response'] = partial(_respond, ref(client), later)
    else:
        later = vars(client)['build_response'].args[1]
    return later


def _respond(
    of: ref[Client], later: dict[ui.element, list[ui.element]], request: Request, status_code: int = 200
) -> Response:
    """NiceGUI's page with the live elements among the others."""
    client = of()
    assert client
    del vars(client)['build_response']
    for parent, children in later.items():
        parent.default_slot.children = children
    response = client.build_response(request, status_code)
    before, mark, after = bytes(response.body).rpartition(ELEMENTS)  # the title, too, may read so
    if mark:
        written = [one.written for one in shown_elements(client)]
        response.body = b'%b%b%b,%b' % (before, mark, b','.join(written), after) if written else response.body
        response.headers['content-length'] = str(len(response.body))
    return response
