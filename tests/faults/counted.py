"""A plugin that tells, at /counted, what a desk holds in memory; pages that were left are gone after seconds."""

import asyncio
import gc
from collections import Counter
from typing import Any

from nicegui import Client, app, core
from nicegui.javascript_request import JavaScriptRequest

from pages import hearing, said


def impatient() -> None:
    """What takes minutes on a desk."""
    core.sio.eio.ping_interval = core.sio.eio.ping_timeout = 2
    Client.prune_instances(client_age_threshold=5)


def register(desk: Any) -> None:
    """Called by the desk."""
    app.on_startup(lambda: setattr(app.config, 'reconnect_timeout', 1.0))
    app.timer(1, impatient)

    counter = Counter[str]()

    def hears(text: str | None) -> str:
        counter['heard'] += 1
        return said.heard(text)

    vars(hearing)['heard'] = hears

    @app.get('/heard')
    async def heard() -> int:
        return counter['heard']

    @app.get('/counted')
    async def counted() -> dict[str, int]:
        gc.collect()
        return {
            'clients': len(Client.instances),
            'sockets': len(core.sio.eio.sockets),
            'environs': len(core.sio.environ),
            'rooms': len(core.sio.manager.rooms.get('/', {})),
            'halves': len(core.sio._binary_packet),
            'tabs': len(app.storage._tabs),
            'scripts': len(JavaScriptRequest._instances),
            'tasks': len(asyncio.all_tasks()),
        }
