"""Desk → pages and API → ui.run."""

import gc
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from filelock import FileLock
from nicegui import app, core, ui
from nicegui.storage import Storage

import api
import pages
from desk import logs
from desk.desk import Desk
from desk.errors import DeskError
from desk.settings import Settings
from desk.status import VERSION
from pages.manifest import SVG as ICON

PING_SECONDS, RECONNECT_SECONDS, GOODBYE_SECONDS, MESSAGE_BYTES = 10, 120, 1, 2_000_000
GZIP_LEVEL = 1  # of a page: a quarter of the time that the highest takes, for a quarter more bytes
Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]


def serve(settings: Settings, lock: FileLock) -> None:
    """Build the desk, its pages and its API, and run until Ctrl-C."""
    logs.begin(settings.log_level, settings.log_json)
    talkative = settings.log_level in ('info', 'debug')
    desk = app.state.desk = Desk(settings)
    app.router.lifespan_context = opened(desk, app.router.lifespan_context, lock)
    pages.register(desk)
    api.register(app, desk)
    Storage.path = (settings.data_dir / 'nicegui').resolve()
    ui.run(
        pages.lost.nowhere(desk),
        host=settings.host,
        port=settings.port,
        title='Cointape',
        favicon=ICON.read_text(encoding='utf-8'),
        dark=None,
        language='en-US',
        reload=False,
        show=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_SECONDS,
        storage_secret=storage_secret(settings.data_dir),
        uvicorn_logging_level='info' if talkative else 'error',  # its warnings are of what strangers send
        log_config=None,
        access_log=talkative,
        proxy_headers=False,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=GZIP_LEVEL),
        ws_per_message_deflate=False,  # of the API's sockets; NiceGUI's: pages/wire.py
        ws_max_size=MESSAGE_BYTES,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )


def opened(desk: Desk, inner: Lifespan, lock: FileLock) -> Lifespan:
    """NiceGUI's own lifespan inside the desk's: the desk is there before the first request and after the last."""

    @asynccontextmanager
    async def lifespan(fastapi: FastAPI) -> AsyncIterator[None]:
        try:
            await desk.start()
            async with inner(fastapi):
                core.sio.eio.ping_interval = core.sio.eio.ping_timeout = PING_SECONDS
                gc.freeze()  # what lives as long as the desk is not searched for garbage again and again
                gc.enable()
                logs.started(VERSION, desk.settings.url, desk.store.kind, desk.settings.log_json)
                yield
        except DeskError as error:
            logs.OWN.critical('%s', error)
            raise
        finally:
            fastapi.router.lifespan_context = inner
            await desk.stop()
            lock.release()

    return lifespan


def storage_secret(data_dir: Path) -> str:
    """What signs the browsers' cookies: made once, kept in the data dir."""
    file = data_dir / 'storage_secret'
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()
