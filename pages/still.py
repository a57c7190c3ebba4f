"""Markup that never changes: one element for all pages, made when the first page shows it."""

from collections.abc import Sequence
from functools import cache
from itertools import count

from nicegui import ui

from pages.live_cell import Cell
from pages.live_element import Still, place

FIRST_STILL = 5_000_000
FOOT = 9  # in 'hhh lpr fff': capital if it stays while one scrolls
_numbers = count(FIRST_STILL)


def still(tag: str, html: str, classes: str = '', **props: str) -> None:
    """Put it where the page is being built. For what is written in the code alone: each kind of it is kept for ever."""
    place(_still(tag, html, classes, tuple(props.items())))


def bottom(html: str, **props: str) -> None:
    """The navigation that stays at the foot of the page that is being built, for phones."""
    layout = ui.context.client.layout
    view = layout.props['view']
    layout.props['view'] = f'{view[:FOOT]}F{view[FOOT + 1 :]}'  # as NiceGUI's own footer does
    with layout:
        place(_still('q-footer', '', 'nicegui-footer bottom', (), _still('nav', html, 'pages', tuple(props.items()))))


@cache
def _still(tag: str, html: str, classes: str, props: Sequence[tuple[str, str]], *children: Cell) -> Cell:
    cell = Cell(next(_numbers), 'still', tag, classes, children, dict(props))
    cell.show(html)
    cell.element = Still(cell)
    return cell
