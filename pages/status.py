"""'/status': how the desk is doing, one rendering for all who look."""

from nicegui import app, ui

from desk.acting import Right
from desk.desk import Desk
from pages.barred import barred
from pages.live import Live, browsers
from pages.policies import feed_label
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
        if barred(desk, 'Status', Right.ADMINISTER):
            return
        with frame('Status', desk), ui.element('div').classes('status-page'):
            with ui.element('div').classes('head'):
                ui.html('Status', tag='h1', sanitize=False)
                if desk.replay is None:
                    _doors(desk)
            render()
            live.show(cell)
            with ui.element('p').classes('line small'):
                ui.link('The API, described', '/docs')
                ui.link('Figures for Prometheus', '/metrics')


def _doors(desk: Desk) -> None:
    """What one can do about the feeds."""
    line = ui.element('div').classes('line')

    def show() -> None:
        line.clear()
        with line:
            if desk.settings.exchange != 'none':
                label = feed_label(desk, desk.settings.exchange)
                ui.button(f'Connect to {label} anew', on_click=desk.feeds.try_again)
            if desk.feeds.demo_running:
                ui.button('Turn the demo off', on_click=desk.feeds.stop_demo)
            else:
                ui.button('Start the demo market', on_click=desk.feeds.start_demo)

    show()
    ui.context.client.on_delete(desk.feeds.on_change(show))
