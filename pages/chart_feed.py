"""One drawing for all who look at the same: worked out once and encoded once for each change, whoever looks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

import orjson

from desk.candles import Candle
from pages.chart_choice import Choice
from pages.chart_marks import Marks
from pages.chart_options import Drawing
from pages.chart_slots import Slots
from pages.chart_source import Source, SourceKey
from pages.wire import Message


class FeedKey(NamedTuple):
    """What is drawn: which candles, what somebody chose, where coins that are compared stand at 0 %; whose marks."""

    source: SourceKey
    choice: Choice
    base: datetime | None = None
    user: str = ''


class View(Protocol):
    """A browser that shows a feed."""

    @property
    def connected(self) -> bool:
        """Whether anything reaches it."""

    def envelope(self, options: bytes) -> Message:
        """The message that brings options, the inside of a JSON object, to any view of the feed."""

    def receive(self, message: Message) -> None:
        """A part of the options."""

    def receive_all(self, before: Slots) -> None:
        """Everything is to be drawn anew; candles stood in these places before."""

    def catch_up(self) -> None:
        """What did not reach it may do so now."""


class Feed:
    """A drawing that follows its candles. `views` are those who look; what is sent is made when the first is told."""

    def __init__(
        self, key: FeedKey, source: Source, others: Sequence[Source], zone: str, marks: Callable[[], Marks]
    ) -> None:
        self.key, self.source, self.others, self.marks = key, source, others, marks
        self.views: set[View] = set()
        self.left_at = 0.0
        self.drawing = Drawing(key.source.name, [], key.source.interval, zone, None, key.choice, (), key.base)
        self._contents: bytes | None = None
        self._everything: Message | None = None
        self._lock = asyncio.Lock()

    async def ready(self) -> None:
        """Read and draw, unless that is done; raises DeskError."""
        async with self._lock:
            for source in (self.source, *self.others):
                await source.ready()
            if not self.drawing.candles:
                await self._draw()

    async def renew(self) -> None:
        """Nobody looked for a while: read what came meanwhile; raises DeskError."""
        for source in (self.source, *self.others):
            await source.read_all()
        await self.redraw()

    async def redraw(self) -> None:
        """Other candles than before, more than the running one: all is drawn anew and told to everybody."""
        async with self._lock:
            before = self.drawing.slots
            await self._draw()
            for view in list(self.views):
                view.receive_all(before)

    async def retime(self, zone: str) -> None:
        """Times are those of another zone."""
        self.drawing = replace(self.drawing, zone=zone)
        await self.redraw()

    def catch_up(self) -> None:
        """Those who could not take what was sent get it now, if they can."""
        for view in list(self.views):
            view.catch_up()

    def advance(self) -> None:
        """The running candle moved, or one more has begun."""
        last, candles = self.drawing.last, self.source.candles
        if last is None or not candles or candles[-1].start != last.start:
            before, self.drawing = self.drawing.slots, self._fresh()
            self._contents = self._everything = None
            for view in list(self.views):
                view.receive_all(before)
        else:
            self.drawing = self.drawing.moved_to(candles[-1], self._compared())
            self._contents = self._everything = None
            self._tell(self.drawing.running())

    def remark(self) -> None:
        """What is drawn in besides candles may have changed."""
        marks = self.marks()
        if marks != self.drawing.marks:
            self.drawing = replace(self.drawing, marks=marks)
            self._contents = self._everything = None
            self._tell(self.drawing.marked())

    def everything(self, view: View) -> Message:
        """All that is drawn, in one message for all views whose zoom stays as it is."""
        if self._everything is None or self._contents is None:
            self._everything = view.envelope(self.contents)
        return self._everything

    @property
    def contents(self) -> bytes:
        """All that is drawn, as the inside of a JSON object, without zoom and pan."""
        if self._contents is None:
            self._contents = orjson.dumps(self.drawing.contents())[1:-1]
        return self._contents

    def _tell(self, series: list[dict[str, object]]) -> None:
        views = [view for view in self.views if view.connected]
        if views:
            message = views[0].envelope(b'"series":' + orjson.dumps(series))
            for view in views:
                view.receive(message)

    async def _draw(self) -> None:
        """In a thread: so many candles take their time, and the first indicator has a library to load."""
        drawing = self._fresh()
        contents = await asyncio.to_thread(lambda: orjson.dumps(drawing.contents())[1:-1])
        self.drawing, self._contents, self._everything = drawing, contents, None
        if self.source.candles is not drawing.candles:  # it moved meanwhile
            self.drawing, self._contents = self._fresh(), None

    def _fresh(self) -> Drawing:
        return replace(self.drawing, candles=self.source.candles, marks=self.marks(), others=self._compared())

    def _compared(self) -> tuple[tuple[str, Sequence[Candle]], ...]:
        return tuple((source.key.name, source.candles) for source in self.others)
