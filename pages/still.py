"""Markup that never changes: one element for all pages, made when the first page shows it."""

from collections.abc import Sequence
from functools import cache
from itertools import count

from pages.live_cell import Cell
from pages.live_element import Still, place

FIRST_STILL = 5_000_000
_numbers = count(FIRST_STILL)


def still(tag: str, html: str, classes: str = '', **props: str) -> None:
    """Put it where the page is being built. For what is written in the code alone: each kind of it is kept for ever."""
    place(_still(tag, html, classes, tuple(props.items())))


@cache
def _still(tag: str, html: str, classes: str, props: Sequence[tuple[str, str]]) -> Cell:
    cell = Cell(next(_numbers), 'still', tag, classes, (), dict(props))
    cell.show(html)
    cell.element = Still(cell)
    return cell
