"""A firing that is claimed but not delivered: kill -9 leads to a delivery, and a service that hangs to no late end."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from desk.alert import Delivery, Draft, News
from desk.alerts.delivery import LEASE
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, utc_now
from tests.running import QUIET, Server
from tests.services import Answer, Hook, webhook


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook that hangs at the first call until the test is over."""
    go = threading.Event()
    with webhook() as hook:
        hook.will(Answer(go=go))
        yield hook
        go.set()


@pytest.fixture
async def server(tmp_path: Path, hook: Hook) -> AsyncIterator[Server]:
    """A desk that is just sending a firing there."""
    data_dir = tmp_path / 'data'
    desk = Desk(Settings(data_dir=data_dir, exchange='none', demo=False))
    await desk.start()
    await desk.submit(Tick('BTC', Decimal(100), utc_now(), 'form', Origin.PERSON))
    channel = await desk.alerts.channels.add('Hook', f'{hook.url}?rto=60')
    await desk.alerts.create(Draft('above', 'BTC', price=Decimal(110), channels=(channel.id,)))
    await desk.stop()
    server = Server(data_dir, *QUIET)
    await asyncio.to_thread(server.wait)
    await asyncio.to_thread(server.post, {'name': 'BTC', 'price': '111'})
    assert await asyncio.to_thread(hook.arrived.acquire, timeout=15), server.output
    yield server
    server.kill()


def later() -> datetime:
    """The claim of the one that is gone has run out."""
    return utc_now() + LEASE


async def test_a_kill_between_claim_and_delivery_leads_to_a_delivery(server: Server, hook: Hook) -> None:
    server.kill()
    desk = Desk(Settings(data_dir=server.data_dir, exchange='none', demo=False), later)
    said: asyncio.Queue[Delivery] = asyncio.Queue()

    def take(news: News) -> None:
        for delivery in news.deliveries:
            said.put_nowait(delivery)

    desk.alerts.subscribe(take)
    await desk.start()
    delivery = await asyncio.wait_for(said.get(), 15)
    assert (delivery.state, delivery.attempts) == ('sent', 2)
    (firing,) = (await desk.alerts.firings()).items
    assert [call.body['firing'] for call in hook.calls] == [str(firing.id)] * 2, 'the receiver can tell that it is one'
    await desk.stop()


async def test_a_service_that_hangs_does_not_hold_up_the_end(server: Server, hook: Hook) -> None:
    assert await asyncio.to_thread(server.end) == 0, server.output
    assert len(hook.calls) == 1
    assert 'Traceback' not in server.output
