"""What an address asks for, as people may have typed it, and the page that says why that cannot be shown."""

from nicegui import ui

from desk.desk import Desk
from desk.errors import DeskError, NotFound
from pages.theme import frame

LONGEST = 9


def asked_number(text: str, what: str) -> int | None:
    """A number in an address, `what` says of what; None where it is missing. Raises NotFound for what is no number."""
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:
        return int(text)
    raise NotFound(f'There is no {what} {text[:20]}.')


def cannot_show(desk: Desk, title: str, error: DeskError, label: str = 'Portfolio', path: str = '/portfolio') -> None:
    """A whole page: its title, why there is nothing to show, and a way on."""
    ui.status_code(error.status)
    with frame(title, desk), ui.element('div').classes('narrow'):
        ui.html(title, tag='h1', sanitize=False)
        ui.label(str(error)).classes('notice bad')
        ui.link(label, path)
