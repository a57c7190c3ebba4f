"""A feed that fails is started again, one that is done is left alone, and all of them end with the desk."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import stamina

from desk.feeds import FEEDS, Feeds, Health, Sink
from desk.settings import Settings, load_settings
from tests.unit.feed_sink import CollectingSink
from tests.waiting import until


class Clumsy:
    """Fails twice, then lives."""

    runs = 0

    def __init__(
        self, settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.health = Health('clumsy', 'Clumsy feed', clock, changed)

    async def run(self) -> None:
        type(self).runs += 1
        if self.runs < 3:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._stumble())
        self.health.become('live')
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError('stumbled on the way out')

    async def _stumble(self) -> None:
        raise OSError(f'stumbled {self.runs}')


@pytest.fixture
def fast_retries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=100):
        yield


async def test_a_feed_of_ones_own_is_kept_running(
    monkeypatch: pytest.MonkeyPatch, fast_retries: None, caplog: pytest.LogCaptureFixture
) -> None:
    stamina.instrumentation.set_on_retry_hooks(None)
    monkeypatch.setitem(FEEDS, 'clumsy', Clumsy)
    told: list[str] = []
    feeds = Feeds(load_settings(exchange='none', demo=False), CollectingSink())
    feeds.on_change(lambda: told.append(feeds.states()[-1].words))
    await feeds.start([], desk_is_empty=False)
    await feeds.start([], desk_is_empty=False)
    await until(lambda: feeds.states()[-1].state == 'live')
    assert feeds.states()[-1].restarts == 2
    assert 'Clumsy feed · not reached yet, trying again' in told
    assert 'Clumsy feed: stumbled 2' in caplog.text
    assert {entry.name for entry in caplog.records} == {'desk.feeds.supervisor'}, 'told once, in our own words'
    await asyncio.wait_for(feeds.stop(), 5)
    assert 'Clumsy feed: stumbled on the way out' in caplog.text
    assert feeds.states()[-1].words == 'Clumsy feed · stopped'
    assert feeds.states()[0].words == 'Exchange · off'
    await feeds.start([], desk_is_empty=False)
    await until(lambda: feeds.states()[-1].state == 'live')
    await feeds.stop()


async def test_stopping_while_the_exchange_loads_leaves_nothing_behind() -> None:
    feeds = Feeds(load_settings(exchange='coinbase', exchange_url='http://127.0.0.1:9', demo=False), CollectingSink())
    before = asyncio.all_tasks()
    await feeds.start(['BTC'], desk_is_empty=True)
    await until(lambda: feeds.exchange.pid)
    await feeds.stop()
    assert asyncio.all_tasks() == before
    assert feeds.states()[0].words == 'Coinbase · stopped'


async def test_a_demo_market_that_cannot_leave_says_why(caplog: pytest.LogCaptureFixture) -> None:
    feeds = Feeds(load_settings(exchange='none'), CollectingSink(), patience=0.01)

    def stumble() -> None:
        if feeds.states()[1].state == 'stopped':
            raise OSError('stumbled')

    feeds.on_change(stumble)
    await feeds.start([], desk_is_empty=True)
    await until(lambda: feeds.states()[1].state == 'live')
    feeds.exchange.spoke.set()
    await until(lambda: feeds.states()[1].words == 'Demo market · failed: stumbled')
    assert 'Demo market: cannot come or go' in caplog.text
    await feeds.stop()
