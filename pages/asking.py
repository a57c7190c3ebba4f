"""A dialog with a heading: it opens when what stands in it is built, and is gone once it is closed.

It belongs to the page, not to the row whose button was pressed: that may go while somebody writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui


@contextmanager
def asking(title: str) -> Iterator[ui.dialog]:
    """Enter this and build what the dialog says and asks; it takes the focus to what has `autofocus`."""
    with ui.context.client.content, ui.dialog() as dialog, ui.element('div').classes('panel asking'):
        dialog.props['aria-label'] = title
        ui.label(title).props('role=heading aria-level=2').classes('heading-2')
        yield dialog
    dialog.on('hide', dialog.delete)
    dialog.open()
