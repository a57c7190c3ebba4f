"""The app of a test on a real server, for what a simulated browser does not show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import uvicorn
from nicegui import core, ui
from nicegui.testing import User

from pages import wire
from tests import waiting
from tests.fetching import visitor

WAIT = 5.0


@asynccontextmanager
async def served(port: int, ws: Any = wire.Wire) -> AsyncIterator[httpx.AsyncClient]:
    """The app of this test on a real server, whose websockets are of this kind; yields what gets its pages."""
    config = uvicorn.Config(core.app, port=port, lifespan='off', ws=ws, log_level='error', ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        async with visitor(f'http://127.0.0.1:{port}') as http:
            yield http
    finally:
        await server.shutdown()
        await _hang_up()


async def _hang_up() -> None:
    """End what is left of long polls: they have no connection of their own that the server's end would end."""
    sockets = core.sio.eio.sockets
    for number, left in list(sockets.items()):
        if not left.closed:
            await left.close(wait=False, abort=True)
        sockets.pop(number, None)


until = partial(waiting.until, seconds=WAIT)


@pytest.fixture
def port(user: User) -> int:
    """Where the desk under test may be; on it, /wired is a page."""

    @ui.page('/wired')
    def page() -> None:
        ui.label('wired')

    return int(user.http_client.base_url.port or 0)
