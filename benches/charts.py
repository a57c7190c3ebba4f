"""What a live chart costs the server: a frame for 1, 10 and 50 who look at one coin, and a chart of 5,000 candles."""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.readers import Readers
from desk.candles import Candle
from desk.desk import Desk
from desk.settings import Settings
from models import utc_now
from pages.chart_choice import Choice
from pages.chart_feed import Feed, FeedKey
from pages.chart_marks import Marks
from pages.chart_slots import Slots
from pages.chart_source import Source, SourceKey
from pages.live import update
from pages.wire import Message

VIEWERS, FRAMES, MANY = (1, 10, 50), 400, 5000
INDICATORS = Choice(sma=(20, 50), ema=(20,), bollinger=(20, 2.0), vwap=True, rsi=14, macd=(12, 26, 9))
KEY = FeedKey(SourceKey('BTC', '1m'), INDICATORS)
HEAD, TAIL = b'"4000000":{"tag":"nicegui-echart","props":{"options":{', b'}},"update_method":"update_chart"}'


class Viewer:
    """One who looks: takes frames, or, `alone`, makes each of them anew, as a chart of its own would."""

    connected = True

    def __init__(self, feed: Feed, readers: Readers, alone: bool) -> None:
        self.feed, self.readers, self.alone = feed, readers, alone

    def envelope(self, options: bytes) -> Message:
        """As a page's element wraps it."""
        return update([HEAD + options + TAIL])

    def receive(self, message: Message) -> None:
        """Send it to one connection, or make it first."""
        if self.alone:
            drawing = self.feed.drawing.moved_to(self.feed.source.candles[-1], ())
            message = self.envelope(b'"series":' + orjson.dumps(drawing.running()))
        self.readers.send(message.deflated)

    def receive_all(self, before: Slots) -> None:
        """No candle begins while this runs."""

    def catch_up(self) -> None:
        """Everybody keeps up."""


async def cost(desk: Desk, viewers: int, alone: bool) -> float:
    """Microseconds of CPU a frame: the candle moves, all is worked out, encoded, compressed and sent."""
    source = Source(desk, KEY.source)
    source.candles = walk(500)
    feed = Feed(KEY, source, (), 'UTC', Marks)
    await feed.redraw()
    async with Readers(viewers) as connections:
        one = [_only(connections, number) for number in range(viewers)]
        feed.views = {Viewer(feed, readers, alone) for readers in one}
        begun = time.process_time()
        for number in range(FRAMES):
            last = source.candles[-1]
            close = last.close + (1 if number % 2 else -1)
            source.candles = [
                *source.candles[:-1],
                Candle(last.start, last.open, last.high, last.low, close, last.volume),
            ]
            feed.advance()
            if number % 20 == 0:
                await asyncio.sleep(0)
        return (time.process_time() - begun) / FRAMES * 1e6


def _only(connections: Readers, number: int) -> Readers:
    """One connection of them by itself."""
    one = Readers(0)
    one._transports = [connections._transports[number]]
    return one


def walk(count: int) -> list[Candle]:
    """So many minutes."""
    chance, price = random.Random(7), 6_700_000
    first, found = utc_now().replace(second=0, microsecond=0) - timedelta(minutes=count), []
    for number in range(count):
        close = price + chance.randint(-5000, 5000)
        high, low = max(price, close) + chance.randint(0, 900), min(price, close) - chance.randint(0, 900)
        opened, top, bottom, closed = (Decimal(each) / 100 for each in (price, high, low, close))
        volume, start = Decimal(chance.randint(1, 9999)) / 100, first + number * timedelta(minutes=1)
        found.append(Candle(start, opened, top, bottom, closed, volume))
        price = close
    return found


def drawn(choice: Choice, candles: Sequence[Candle], desk: Desk) -> tuple[float, float]:
    """Milliseconds of CPU until all options are encoded; their size in kB."""
    source = Source(desk, KEY.source)
    source.candles = list(candles)
    feed = Feed(FeedKey(KEY.source, choice), source, (), 'UTC', Marks)
    begun = time.process_time()
    asyncio.run(feed.redraw())
    size = len(feed.contents)
    return (time.process_time() - begun) * 1e3, size / 1e3


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Settings(data_dir=Path(folder), exchange='none', demo=False))
        drawn(INDICATORS, walk(50), desk)  # libraries are loaded once
        shared = {number: asyncio.run(cost(desk, number, False)) for number in VIEWERS}
        alone = {number: asyncio.run(cost(desk, number, True)) for number in VIEWERS}
        print('500 candles with SMA 20 and 50, EMA, Bollinger, VWAP, RSI and MACD, the price moves:\n')
        print('| who look | CPU a frame | to one who looks | a chart for each | ratio |\n|---:|---:|---:|---:|---:|')
        for number in VIEWERS:
            ratio, saved = shared[number] / shared[1], alone[number] / shared[number]
            print(f'| {number} | {shared[number]:,.0f} µs | {ratio:.1f} | {alone[number]:,.0f} µs | {saved:.1f} |')
        most = shared[VIEWERS[-1]] / shared[1]
        print(
            f'\nFifty cost {most:.1f} times as much as one (goal: under 5): what is left is handing bytes to sockets.\n'
        )
        print(f'| {MANY:,} candles | CPU until encoded | size |\n|---|---:|---:|')
        candles = walk(MANY)
        for words, choice in (('candles and volume', Choice()), ('with all indicators', INDICATORS)):
            spent, size = drawn(choice, candles, desk)
            print(f'| {words} | {spent:,.0f} ms | {size:,.0f} kB |')


if __name__ == '__main__':
    main()
