"""A live cell as an element of one page; what NiceGUI asks of it, and what it must not do with it."""

from collections.abc import Sequence
from typing import Any

from nicegui import Client, ui
from nicegui.context import context

from pages.live_cell import Cell


class LiveElement(ui.element):
    """A cell in one browser. It is never sent by that browser's own outbox, which would replay an old price."""

    def __init__(self, cell: Cell) -> None:
        client = context.client
        if cell.id in client.elements:
            raise ValueError(f'cell {cell.id} is on this page already: two of one id blank each other')
        own_next, client.next_element_id = client.next_element_id, cell.id
        try:
            super().__init__(cell.tag)
        finally:
            client.next_element_id = own_next
        self.cell = cell
        with self:
            for child in cell.children:
                LiveElement(child)
        client.outbox.updates.pop(self.id, None)

    def update(self) -> None:
        """Nothing: the room brings what is new."""

    def _to_dict(self) -> dict[str, Any]:
        return self.cell.rendering(self.cell.calm)

    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        return [self.cell.text, *self.cell.props.values()]

    def _render_markdown(self) -> str:
        return self.cell.text or self._children_to_markdown()


def shown_cells(client: Client) -> list[Cell]:
    """All cells that are on a page now."""
    return [element.cell for element in client.layout.descendants() if isinstance(element, LiveElement)]


def reorder(parent: ui.element, children: Sequence[ui.element]) -> None:
    """Change nothing but the order (or the choice) of the children that the browser shows."""
    parent.default_slot.children = list(children)
    parent.update()
