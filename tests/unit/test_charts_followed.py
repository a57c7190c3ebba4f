"""Charts on a desk: they follow renames, merges, zones and a database that comes back, and end with who looked."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from desk.candles import Candle
from desk.desk import Desk
from desk.errors import Unavailable
from desk.ticks import Tick
from models import Origin, utc_now
from pages import chart_source
from pages import charts as charts_module
from pages.chart_choice import PLAIN
from pages.chart_feed import Feed, FeedKey
from pages.chart_marks import Marks
from pages.chart_slots import Slots
from pages.chart_source import MOST, Source, SourceKey, further
from pages.charts import Charts
from pages.wire import Message
from tests import waiting

BTC = FeedKey(SourceKey('BTC', '1m'), PLAIN)
START = datetime(2026, 1, 31, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Viewer:
    """One who looks; `drawn` counts how often all was drawn anew."""

    connected = True
    drawn = 0

    def envelope(self, options: bytes) -> Message:
        return Message(options)

    def receive(self, message: Message) -> None:
        pass

    def receive_all(self, before: Slots) -> None:
        self.drawn += 1

    def catch_up(self) -> None:
        pass


@pytest.fixture
async def charts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Charts:
    """All charts of a desk, moved and read as fast as can be."""
    for name in ('MOVE_EVERY', 'READ_EVERY', 'SWEEP_EVERY'):
        monkeypatch.setattr(charts_module, name, 0.01)
    monkeypatch.setattr(chart_source, 'READ_EVERY', 0.0)
    found = Charts(desk, lambda name, user: Marks())
    found.start(desk.crew)
    return found


async def price(desk: Desk, name: str, amount: str, ago: timedelta = timedelta()) -> None:
    await desk.submit(Tick(name, Decimal(amount), utc_now() - ago, 'api', Origin.PROGRAM))


until = partial(waiting.until, seconds=10)


async def looked_at(charts: Charts, key: FeedKey = BTC) -> Feed:
    feed = await charts.open(key)
    feed.views.add(Viewer())
    return feed


def close(feed: Feed) -> Decimal:
    return feed.drawing.candles[-1].close


async def test_a_first_reading_that_failed_is_made_up_for(
    desk: Desk, charts: Charts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await price(desk, 'BTC', '100')

    async def away(*_: object, **__: object) -> list[Candle]:
        raise Unavailable('The database does not answer.')

    with monkeypatch.context() as broken:
        broken.setattr(desk, 'candles', away)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await charts.open(BTC)
    assert close(await charts.open(BTC)) == 100


async def test_a_change_that_could_not_be_read_is_read_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await price(desk, 'BTC', '100')
    source = Source(desk, BTC.source)
    await source.ready()
    source.stale = True
    with monkeypatch.context() as broken:
        broken.setattr(desk, 'candles', _fails)
        with pytest.raises(Unavailable):
            await source.read()
    assert source.stale


async def _fails(*_: object, **__: object) -> list[Candle]:
    raise Unavailable('The database does not answer.')


async def test_a_chart_takes_over_another_zone_while_somebody_looks(desk: Desk, charts: Charts) -> None:
    await price(desk, 'BTC', '100')
    feed = await looked_at(charts)
    before = feed.contents
    await desk.set_preference('timezone', 'Asia/Kolkata')
    (viewer,) = (view for view in feed.views if isinstance(view, Viewer))
    await until(lambda: viewer.drawn > 0)  # the zone is there a moment before what is drawn in it
    assert feed.drawing.zone == 'Asia/Kolkata'
    assert feed.contents != before
    assert viewer.drawn == 1


async def test_a_chart_goes_on_under_another_name(desk: Desk, charts: Charts) -> None:
    await price(desk, 'BTC', '100')
    feed = await looked_at(charts)
    await desk.rename('BTC', 'XBT')
    await price(desk, 'XBT', '120')
    await until(lambda: close(feed) == 120)


@pytest.mark.parametrize(('name', 'into'), [('BTC', 'XBT'), ('XBT', 'BTC')])
async def test_a_chart_has_the_past_of_both_coins_once_they_are_one(
    desk: Desk, charts: Charts, name: str, into: str
) -> None:
    await price(desk, 'BTC', '100', ago=10 * MINUTE)
    await price(desk, 'XBT', '90', ago=20 * MINUTE)
    feed = await looked_at(charts)
    await desk.merge(name, into)
    await until(lambda: [candle.close for candle in feed.drawing.candles] == [90, 100])
    await price(desk, into, '120')
    await until(lambda: close(feed) == 120)


async def test_who_leaves_before_the_chart_is_there_takes_it_from_nobody(
    desk: Desk, charts: Charts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await price(desk, 'BTC', '100')
    read, may_read = desk.candles, asyncio.Event()

    async def slowly(*asked: Any, **more: Any) -> list[Candle]:
        await may_read.wait()
        return await read(*asked, **more)

    monkeypatch.setattr(desk, 'candles', slowly)
    first, second = (asyncio.create_task(_looking(looked_at(charts))) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    may_read.set()
    feed = await first
    await price(desk, 'BTC', '120')
    await until(lambda: close(feed) == 120)


async def _looking(opening: Awaitable[Feed]) -> Feed:
    return await opening


async def test_a_chart_ends_some_time_after_the_last_one_looked(
    desk: Desk, charts: Charts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await price(desk, 'BTC', '100')
    feed = await looked_at(charts)
    viewer = feed.views.pop()
    assert await charts.open(BTC) is feed  # a page that is loaded anew finds it
    feed.views.add(viewer)
    monkeypatch.setattr(charts_module, 'KEPT', 0.0)
    await price(desk, 'BTC', '110')
    await until(lambda: close(feed) == 110)
    assert charts.feeds[BTC] is feed
    feed.views.clear()
    await until(lambda: not charts.feeds and not charts.sources)


def minutes(first: int, count: int) -> list[Candle]:
    amount = Decimal(100)
    return [
        Candle(START + number * MINUTE, amount, amount, amount, amount, None) for number in range(first, first + count)
    ]


def past(desk: Desk, end: int | None) -> Source:
    """The most candles that a chart has, up to the minute `end`; None: up to now."""
    source = Source(desk, SourceKey('BTC', '1m', MOST, None if end is None else START + end * MINUTE))
    source.candles = minutes((MOST if end is None else end) - MOST, MOST)
    return source


async def test_more_are_read_until_there_are_as_many_as_a_chart_has(desk: Desk) -> None:
    source = Source(desk, SourceKey('BTC', '1m', 5000))
    source.candles = minutes(0, 5000)
    assert further(source, (20, 100)) == source.key
    assert further(source, (10, 100)).depth == MOST
    source.whole = True
    assert further(source, (10, 100)) == source.key


@pytest.mark.parametrize('window', [(0.0, 1.0), (5.0, 50.0), (14.0, 59.0)])
async def test_beyond_that_the_candles_move_into_the_past_under_what_is_in_sight(
    desk: Desk, window: tuple[float, float]
) -> None:
    key = further(past(desk, None), window)
    assert key.depth == MOST
    assert key.end is not None
    kept = (key.end - START) / MINUTE / MOST * 100
    assert kept >= window[1] + 20 - 0.02
    seen = window[0] + 100 - kept, window[1] + 100 - kept
    assert further(past(desk, int((key.end - START) / MINUTE)), seen) == key  # and they rest there


async def test_who_sees_most_of_them_sees_no_other_part_by_itself(desk: Desk) -> None:
    source = past(desk, None)
    assert further(source, (0, 90)) == source.key
    earlier = past(desk, -MOST)
    assert further(earlier, (15, 100)) == earlier.key


async def test_the_way_back_leads_to_now(desk: Desk) -> None:
    source = past(desk, -3 * MOST)
    key = further(source, (80, 100))
    assert key.end == START + (-3 * MOST + MOST // 2) * MINUTE
    newest = utc_now().replace(second=0, microsecond=0)
    source = Source(desk, SourceKey('BTC', '1m', MOST, newest))
    source.candles = minutes(int((newest - START) / MINUTE) - MOST, MOST)
    assert further(source, (80, 100)).end is None
