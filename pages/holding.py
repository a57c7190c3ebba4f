"""Who is reading: what a pointer or the keyboard is on holds still."""

from nicegui import ui

COMES_AND_GOES = {'mouseenter': 'mouseleave', 'focusin': 'focusout'}


def holding(element: ui.element) -> set[str]:
    """A set that is empty while neither a pointer nor the keyboard is on the element; it follows both."""
    held: set[str] = set()
    for comes, goes in COMES_AND_GOES.items():
        element.on(comes, lambda comes=comes: held.add(comes), args=[])
        element.on(goes, lambda comes=comes: held.discard(comes), args=[])
    return held
