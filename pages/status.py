"""'/status': how the desk is doing, one rendering for all who look."""

from nicegui import app, ui

from desk.desk import Desk
from pages.live import Live, browsers
from pages.status_html import status_html
from pages.theme import frame

EVERY = 1.0


def register(desk: Desk, live: Live) -> None:
    """Define the page."""
    cell = live.cell('status', 'div', 'status')

    def render() -> None:
        live.set(cell, status_html(desk.status(), browsers()))

    app.timer(EVERY, lambda: render() if live.watched(cell) else None)

    @ui.page('/status')
    def page() -> None:
        with frame('Status', desk), ui.element('div').classes('narrow'):
            ui.html('Status', tag='h1', sanitize=False)
            render()
            live.show(cell)
            ui.link('The API, described', '/docs').classes('small')
