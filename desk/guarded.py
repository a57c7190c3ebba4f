"""What plugins add, under guard: whatever their code raises or returns, the desk goes on and can say what was wrong."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from desk.errors import Invalid
from desk.feeds.feed import Feed, FeedMaker, Sink
from desk.feeds.markets import Grid
from desk.feeds.state import Health, reason
from desk.intake import AUTHOR_LENGTH, NOTE_LENGTH
from desk.market import Quote
from desk.settings import Settings
from desk.ticks import EARLIEST, Bar, Tick
from models import NAME_LENGTH, Origin

T = TypeVar('T')
Number = Decimal | int | float
LONGEST_TEXT = 24
RAISED = (Exception, SystemExit, KeyboardInterrupt)  # the last two would end the event loop
TICK_TYPES = (str, Decimal, datetime, str, Origin, Decimal | None, Decimal | None, Decimal | None, str, str)


class Seam(StrEnum):
    """Where a plugin touches the desk; MODULE is its import and its `register`."""

    MODULE = 'module'
    FEED = 'feed'
    COLUMN = 'column'
    PAGE = 'page'
    CONDITION = 'condition'


@dataclass(frozen=True, slots=True)
class Fault:
    """What a plugin did wrong, how often, and when last. `name` says which of its feeds, columns, pages, conditions."""

    seam: Seam
    name: str
    error: str
    at: datetime
    count: int = 1


class Faults:
    """The faults of one plugin: the last of each kind, and how many there were. `told` hears of each kind once."""

    def __init__(self, clock: Callable[[], datetime], told: Callable[[Fault], None]) -> None:
        self.clock, self.told = clock, told
        self.known: dict[tuple[Seam, str], Fault] = {}

    def add(self, seam: Seam, name: str, error: BaseException | str) -> None:
        """Something went wrong."""
        said = error if isinstance(error, str) else f'{type(error).__name__}: {reason(error)}'
        fault, before = Fault(seam, name, said[:NOTE_LENGTH], self.clock()), self.known.get((seam, name))
        self.known[seam, name] = replace(fault, count=before.count + 1) if before else fault
        if before is None:
            self.told(fault)


class GuardedColumn:
    """A column of the board: `value` of a quote is what it sorts by, `text` what a row shows, '' for no value."""

    def __init__(
        self,
        key: str,
        label: str,
        value: Callable[[Quote], Number | None],
        show: Callable[[Any], str],
        faults: Faults,
    ) -> None:
        self.key, self.label = key, label
        self._value, self._show, self._faults = value, show, faults

    def value(self, quote: Quote) -> Number | None:
        """A finite number, or None: there is none, or it cannot be worked out."""
        return self._guarded(lambda: _number(self._value(quote)), None)

    def text(self, quote: Quote) -> str:
        """What the row of this quote shows."""
        value = self.value(quote)
        return '' if value is None else self._guarded(lambda: _text(self._show(value)), '')

    def _guarded(self, work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except RAISED as error:
            self._faults.add(Seam.COLUMN, self.label, error)
            return otherwise


class GuardedTest:
    """The test of a condition. What it raises is told here, and raised: the alert that asked no longer watches."""

    def __init__(self, label: str, test: Callable[[Quote], bool], faults: Faults) -> None:
        self._label, self._test, self._faults = label, test, faults

    def __call__(self, quote: Quote) -> bool:
        """What the plugin's test says of a quote; raises an Exception, whatever the test raised."""
        try:
            if not isinstance(answer := self._test(quote), bool):
                raise Invalid(f'A condition says True or False, not {answer!r:.100}.')
        except RAISED as error:
            self._faults.add(Seam.CONDITION, self._label, error)
            raise RuntimeError(reason(error)) from error
        return answer


class GuardedFeed:
    """A feed that cannot end the desk, and whose end is seen."""

    def __init__(self, feed: Feed) -> None:
        self.feed, self.health = feed, feed.health

    async def run(self) -> None:
        """Runs the feed; what it raises is an Exception, whatever it was."""
        try:
            await self.feed.run()
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise RuntimeError('The feed cancelled itself.') from None
        except (SystemExit, KeyboardInterrupt) as error:
            raise RuntimeError(f'The feed raised {type(error).__name__}.') from error
        self.health.become('stopped')


class GuardedSink:
    """Where a plugin's feed hands in: what could not be kept is refused here, with a sentence."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def submit_many(self, ticks: Sequence[Tick]) -> Sequence[object]:
        """Takes ticks of origin FEED, returns an empty list; raises Invalid and takes none where one is no tick."""
        for tick in ticks:
            _check_tick(tick)
        return await self._sink.submit_many(ticks)

    async def submit_candles(self, bars: Sequence[Bar]) -> int:
        """Commits history, returns how many candles were new or changed."""
        for bar in bars:
            if not isinstance(bar, Bar) or bar.origin is not Origin.FEED or not bar.start.tzinfo:
                raise Invalid(f'A feed hands in candles as Bars with an aware start; this is none: {bar!r:.100}.')
        return await self._sink.submit_candles(bars)

    async def listed(
        self, exchange: str, pairs: Mapping[str, str], full_names: Mapping[str, str], grids: Mapping[str, Grid]
    ) -> None:
        """Refused: it is the exchange that says what it lists."""
        raise Invalid('Only the exchange says which coins it lists.')


def guarded_feed(make: FeedMaker) -> FeedMaker:
    """The same maker, whose feed is guarded; raises Invalid where it makes no feed."""

    def made(settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]) -> GuardedFeed:
        feed = make(settings, GuardedSink(sink), clock, changed)
        if not isinstance(getattr(feed, 'health', None), Health) or not callable(getattr(feed, 'run', None)):
            raise Invalid('A feed has a health, which is a desk.feeds.Health, and a run().')
        return GuardedFeed(feed)

    return made


def _check_tick(tick: Any) -> None:
    if not isinstance(tick, Tick) or not all(map(isinstance, tick, TICK_TYPES)) or tick.origin is not Origin.FEED:
        raise Invalid(f'A feed hands in Ticks of origin FEED, with Decimals; this is none: {tick!r:.100}.')
    if not tick.timestamp.tzinfo or tick.timestamp < EARLIEST:
        raise Invalid('The time of a tick needs a zone, and is not before 1970.')
    if not tick.source or len(tick.source) > NAME_LENGTH:
        raise Invalid(f'The source of a tick has 1 to {NAME_LENGTH} characters.')
    if len(tick.author) > AUTHOR_LENGTH or len(tick.note) > NOTE_LENGTH:
        raise Invalid(f'An author has at most {AUTHOR_LENGTH} characters, a note {NOTE_LENGTH}.')


def _number(value: Any) -> Number | None:
    if value is None or (isinstance(value, Decimal | int | float) and not isinstance(value, bool) and isfinite(value)):
        return value
    raise Invalid(f'A column gives a finite number or None, not {value!r:.100}.')


def _text(shown: Any) -> str:
    if isinstance(shown, str) and len(shown) <= LONGEST_TEXT and shown.isprintable():
        return shown
    raise Invalid(f'A column is shown as a text of at most {LONGEST_TEXT} characters, not as {shown!r:.100}.')
