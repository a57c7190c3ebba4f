"""The article's own design in its strongest form: Django Channels, a group, one message a frame, encoded once."""

import argparse
import asyncio
import json
from typing import Any

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=['channels'],
    CHANNEL_LAYERS={'default': {'BACKEND': 'channels.layers.InMemoryChannelLayer'}},
    ALLOWED_HOSTS=['*'],
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from benches.peers.ticking import name, obey, pinned, price  # noqa: E402
from models import utc_now  # noqa: E402


class CryptocurrencyConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One browser's socket."""

    async def connect(self) -> None:
        """Join the others."""
        await self.channel_layer.group_add('prices', self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave them."""
        await self.channel_layer.group_discard('prices', self.channel_name)

    async def frame(self, event: dict[str, Any]) -> None:
        """Send what was encoded already."""
        await self.send(text_data=event['text'])


async def submit(number: int, coins: int, rows: bool) -> None:
    """All coins in one message."""
    now = str(utc_now())
    some = [{'name': name(coin), 'price': str(price(coin, number, rows)), 'timestamp': now} for coin in range(coins)]
    await get_channel_layer().group_send('prices', {'type': 'frame', 'text': json.dumps(some)})


routes = [path('ws/cryptocurrency/', CryptocurrencyConsumer.as_asgi())]
application = ProtocolTypeRouter({'websocket': URLRouter(routes)})


def on_daphne(port: int) -> None:
    """Serve as `daphne` does."""
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    begun: list[asyncio.Task[None]] = []
    Server(
        application,
        endpoints=build_endpoint_description_strings(host='127.0.0.1', port=port),
        ready_callable=lambda: begun.append(asyncio.get_event_loop().create_task(obey(submit))),
    ).run()


async def on_uvicorn(port: int) -> None:
    """Serve as `uvicorn` does, by the fastest websockets it has, without deflate."""
    import uvicorn

    config = uvicorn.Config(
        application, port=port, ws='websockets-sansio', ws_per_message_deflate=False, lifespan='off', log_level='error'
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(uvicorn.Server(config).serve())
        group.create_task(obey(submit))


if __name__ == '__main__':
    flags = argparse.ArgumentParser()
    flags.add_argument('--port', type=int)
    flags.add_argument('--on', choices=['daphne', 'uvicorn'])
    given = flags.parse_args()
    pinned(0)
    if given.on == 'daphne':
        on_daphne(given.port)
    else:
        import uvloop

        uvloop.run(on_uvicorn(given.port))
