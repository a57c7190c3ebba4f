"""The pages that plugins add, each in the frame of all pages. One that fails says so; the others go on."""

from inspect import isawaitable

from nicegui import app, ui
from starlette.routing import Match

from desk.desk import Desk
from desk.guarded import RAISED, Seam
from desk.plugins import PluginPage
from pages.still import still
from pages.theme import PATIENCE, frame

RESERVED = {'api', 'docs', 'swagger', 'ws'}


def register(desk: Desk) -> None:
    """Define the pages of plugins, after all others: what has an address already keeps it."""
    for page in desk.plugins.pages:
        if _is_taken(page.path):
            desk.plugins.refuse(page, f'The address {page.path} is taken.')
        else:
            _define(desk, page)


def _define(desk: Desk, page: PluginPage) -> None:
    def tell(error: Exception) -> None:
        page.faults.add(Seam.PAGE, page.label, error)

    @ui.page(page.path, response_timeout=PATIENCE)
    async def shown() -> None:
        with frame(page.label, desk), ui.element('div').classes('plugin-page'):
            still('h1', page.label, 'head')
            ui.on_exception(tell)  # what happens there after it was built
            await _build(page)


async def _build(page: PluginPage) -> None:
    with ui.element('div') as place:
        try:
            if isawaitable(made := page.build()):
                await made
        except RAISED as error:
            page.faults.add(Seam.PAGE, page.label, error)
            place.clear()
            ui.label('This page was added by a plugin, which could not make it. The status page says what went wrong.')
            ui.link('Status', '/status').classes('button')


def _is_taken(path: str) -> bool:
    asked = [{'type': 'http', 'method': 'GET', 'path': one, 'root_path': ''} for one in (path, f'{path}/')]
    matches = (route.matches(scope)[0] for route in app.routes for scope in asked)
    return path.split('/')[1] in RESERVED or any(match is not Match.NONE for match in matches)
