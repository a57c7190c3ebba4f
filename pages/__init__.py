"""The pages, in menu order, and what they share: one set of live cells."""

from nicegui import app

from desk.desk import Desk
from pages import board, theme
from pages.live import Live


def register(desk: Desk) -> None:
    """Define every page of this desk."""
    live = Live()
    app.on_startup(live.start)
    app.on_shutdown(live.stop)
    theme.register()
    board.register(desk, live)
