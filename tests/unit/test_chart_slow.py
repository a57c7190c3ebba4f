"""A browser that takes nothing for a while: what it missed comes once it can take it, with the zoom of that moment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from desk.candles import Candle
from desk.desk import Desk
from pages import candle_chart
from pages.candle_chart import CandleChart
from pages.chart_choice import PLAIN
from pages.chart_feed import Feed, FeedKey
from pages.chart_marks import Marks
from pages.chart_source import Source, SourceKey
from pages.wire import Message

START = datetime(2026, 1, 31, 14, 0, tzinfo=UTC)


class Element:
    """In the place of ChartElement: a browser that is `slow` takes nothing."""

    def __init__(self, label: str, whole: Any, begun: Any, zoomed: Any) -> None:
        self.begin, self.zoomed = begun, zoomed
        self.slow, self.sent = False, list[dict[str, Any]]()
        self.client = SimpleNamespace(on_delete=lambda _: None, on_connect=lambda _: None, has_socket_connection=True)

    def dress(self, panes: int) -> None:
        pass

    def message(self, options: bytes) -> Message:
        return Message(b'{%b}' % options)

    def send(self, message: Message) -> bool:
        if not self.slow:
            self.sent.append(orjson.loads(message.packet))
        return not self.slow

    @property
    def drained(self) -> bool:
        return not self.slow


@pytest.fixture
def feed(desk: Desk) -> Feed:
    source = Source(desk, SourceKey('BTC', '1m'))
    source.candles = [candle(minute, 100) for minute in range(200)]
    return Feed(FeedKey(source.key, PLAIN), source, (), 'UTC', Marks)


@pytest.fixture
async def chart(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> CandleChart:
    """One that shows the feed and has drawn it."""
    monkeypatch.setattr(candle_chart, 'ChartElement', Element)
    await feed.redraw()
    found = CandleChart(feed, lambda: None)
    element(found).begin(None)
    return found


def element(chart: CandleChart) -> Element:
    found: Any = chart.element
    assert isinstance(found, Element)
    return found


def candle(minute: int, close: int) -> Candle:
    amount = Decimal(close)
    return Candle(START + minute * timedelta(minutes=1), amount, amount, amount, amount, None)


def move(feed: Feed, price: int) -> None:
    feed.source.candles = [*feed.source.candles[:-1], candle(199, price)]
    feed.advance()


def test_what_was_missed_comes_without_another_price(feed: Feed, chart: CandleChart) -> None:
    browser = element(chart)
    move(feed, 101)
    browser.slow = True
    for price in (102, 103):
        move(feed, price)
        feed.catch_up()
    assert len(browser.sent) == 1
    browser.slow = False
    feed.catch_up()
    feed.catch_up()
    assert len(browser.sent) == 2
    running = next(each for each in browser.sent[-1]['series'] if each['id'] == 'running')
    assert running['data'][0][2] == '103'
    assert 'grid' in browser.sent[-1]


async def test_a_zoom_that_was_missed_comes_with_it(feed: Feed, chart: CandleChart) -> None:
    browser = element(chart)
    chart.window = 20.0, 40.0
    browser.slow = True
    feed.source.candles = [candle(minute, 100) for minute in range(-200, 200)]
    await feed.redraw()
    browser.slow = False
    feed.catch_up()
    assert browser.sent[-1]['dataZoom'][0]['start'] == pytest.approx(100 * (0.2 * 199 + 200) / 399)
    move(feed, 104)
    assert 'dataZoom' not in browser.sent[-1]
