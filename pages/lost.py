"""Where nothing is, and where something broke: still a page, with a way on."""

from collections.abc import Callable

from nicegui import app, ui
from starlette.responses import PlainTextResponse, Response

from desk.acting import acting
from desk.desk import Desk
from pages.theme import frame


def register(desk: Desk) -> None:
    """Say it in our own words when a page could not be built; the log has the rest."""

    def broken() -> None:
        _page(desk, 'Something broke', 'This page could not be made. What went wrong stands in the log of the desk.')

    app.on_page_exception(broken)


def nowhere(desk: Desk) -> Callable[[], Response | None]:
    """The page for every address that has none; for `ui.run`."""

    def page() -> Response | None:
        if not acting().user:  # an address like that of a file: no page is made for nobody
            ui.context.client.delete()
            return PlainTextResponse('There is nothing here.', 404)
        ui.status_code(404)
        _page(desk, 'Nothing here', f'There is no page at {ui.context.client.request.url.path[:100]}.')
        return None

    return page


def _page(desk: Desk, title: str, words: str) -> None:
    with frame(title, desk), ui.element('div').classes('narrow'):
        ui.html(title, tag='h1', sanitize=False)
        ui.label(words)
        with ui.element('div').classes('line'):
            ui.link('All coins', '/').classes('button filled')
            ui.link('Status', '/status').classes('button')
