"""Practice on the past: a recording played to the whole desk as a feed, by a clock that can be paused and sped up."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from columns import canonical
from desk.acting import Right, need
from desk.csv.formats import name_in
from desk.errors import Invalid
from desk.feeds.feed import FeedMaker, Sink
from desk.feeds.state import Health
from desk.portfolio import Portfolio
from desk.replay.clock import ReplayClock
from desk.replay.recording import MICROSECOND, START, Facts, Place, Recorder, Recording
from desk.settings import Settings
from desk.ticks import EARLIEST, Tick
from models import utc_now

SESSIONS, RECORDING, PROGRESS = 'replays', 'recording.db', 'progress.json'
FASTEST = 1_000_000_000
CHUNK = 1000
TURN = 0.005  # seconds that prices may come in without a break for the others
FLUSH_EVERY = 2000  # prices after which the store must have followed
SAVE_EVERY = 1.0
MAX_ROW = 2**62
HINTS = {
    'name': ' Call the file after its coin, like BTC-USD.csv, or say it on the page /replay.',
    'mapping': ' That can be said on the page /replay.',
}
Flush = Callable[[bool], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session has come: the last price that came in, the moment (ISO 8601), the speed, the profit so far."""

    place: tuple[int, int]
    moment: str
    speed: int
    ended: bool
    profit: str = ''

    @property
    def at(self) -> datetime:
        """The moment that it has come to."""
        return datetime.fromisoformat(self.moment)


class Replay:
    """The session in a folder: its recording, its clock and what one can do with them. A new one plays at once."""

    def __init__(self, folder: Path, speed: int, real: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.recording = Recording(folder / RECORDING)
        before = progress_of(folder)
        self.place = Place(*before.place) if before else START
        start = before.at if before else self.facts.start
        self.clock = ReplayClock(start, speed, before is None, real)
        self.finished = asyncio.Event()
        self._step = False
        self._portfolio: Callable[[], Portfolio | None] = lambda: None
        self._news = asyncio.Event()

    @property
    def facts(self) -> Facts:
        """What the recording holds."""
        return self.recording.facts

    @property
    def ended(self) -> bool:
        """Whether all of it has come in."""
        return self.finished.is_set()

    @property
    def state(self) -> str:
        """In words: playing, paused, or at its end."""
        return 'the recording has ended' if self.ended else 'playing' if self.clock.playing else 'paused'

    def resume(self, seen: Iterable[datetime], portfolio: Callable[[], Portfolio | None]) -> None:
        """What the desk has kept was in already: after a crash that can be more than was noted here."""
        self._portfolio = portfolio
        newest = max(seen, default=self.clock())
        if newest > self.clock():
            self.place = Place((newest - EARLIEST) // MICROSECOND, MAX_ROW)
            self.clock.ceiling = newest
            self.clock.jump(newest)

    def play(self) -> None:
        """Let recorded time pass."""
        need(Right.ADMINISTER)
        self.clock.run(True)
        self._news.set()

    def pause(self) -> None:
        """Stand still: no price comes in, no time passes."""
        need(Right.ADMINISTER)
        self.clock.run(False)
        self._news.set()

    def set_speed(self, speed: int) -> None:
        """Recorded seconds in a real one; raises Invalid."""
        need(Right.ADMINISTER)
        if not 1 <= speed <= FASTEST:
            raise Invalid(f'A speed is a whole number from 1 to {FASTEST:,}.', 'speed')
        self.clock.set_speed(speed)
        self._news.set()

    def step_price(self) -> None:
        """Bring in the next price, and others of the same instant."""
        need(Right.ADMINISTER)
        self._step = True
        self._news.set()

    def step(self, span: timedelta) -> None:
        """Go on by a length of recorded time."""
        need(Right.ADMINISTER)
        self.clock.jump(min(self.clock() + span, self.facts.end))
        self._news.set()

    def feed(self, flush: Flush) -> FeedMaker:
        """The feed that plays it; `flush` returns when what came in before is written."""

        def make(settings: Settings, sink: Sink, clock: Callable[[], datetime], changed: Callable[[], None]) -> Player:
            return Player(self, sink, flush, Health('replay', 'Replay', clock, changed))

        return make

    async def until(self, moment: datetime) -> None:
        """Until recorded time reaches the moment, through pauses and steps; it goes no further before the next call."""
        self.clock.ceiling = moment
        while (left := self.clock.until(moment)) != 0:
            if self._step:
                self._step = False
                self.clock.jump(moment)
                return
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):  # wait_for loses a cancellation that comes together with the news
                    await self._news.wait()

    def progress(self) -> Progress:
        """How far it has come."""
        book = self._portfolio()
        profit = canonical(book.profit) if book else ''
        return Progress(self.place, self.clock().isoformat(), self.clock.speed, self.ended, profit)

    def save(self, progress: Progress) -> None:
        """Keep how far it has come. Blocking, and quick."""
        path = self.folder / PROGRESS
        path.with_suffix('.part').write_text(json.dumps(asdict(progress)), encoding='utf-8')
        path.with_suffix('.part').replace(path)


class Player:
    """The feed of a replay: each recorded price when its time has come, none that lies ahead."""

    def __init__(self, replay: Replay, sink: Sink, flush: Flush, health: Health) -> None:
        self.health = health
        self._replay, self._sink, self._flush = replay, sink, flush
        self._breath = self._saved = 0.0
        self._unwritten = 0

    async def run(self) -> None:
        """Plays until the recording ends; raises what the desk raises, and goes on from there when started again."""
        self.health.become('live')
        with ThreadPoolExecutor(1, 'replay-progress') as keeper:  # one note at a time: they share a file
            try:
                await self._play(keeper)
            finally:
                keeper.submit(self._replay.save, self._replay.progress()).result()

    async def _play(self, keeper: Executor) -> None:
        replay = self._replay
        while prices := await asyncio.to_thread(replay.recording.after, replay.place, CHUNK):
            for place, tick in prices:
                await replay.until(tick.timestamp)
                await self._bring(tick)
                replay.place = place
                await self._breathe(keeper)
        replay.finished.set()
        self.health.become('stopped')

    async def _bring(self, tick: Tick) -> None:
        if self._unwritten >= FLUSH_EVERY:  # a database that fails holds the recording up; no price is lost
            await self._flush(False)
            self._unwritten = 0
        await self._sink.submit_many([tick])
        self.health.received((tick.name,), 1)
        self._unwritten += 1

    async def _breathe(self, keeper: Executor) -> None:
        """At any speed the others get their turn, and the progress is kept once a second."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._saved >= SAVE_EVERY:
            self._saved = now
            await loop.run_in_executor(keeper, self._replay.save, self._replay.progress())
        if now - self._breath >= TURN:
            await asyncio.sleep(0)
            self._breath = loop.time()


def progress_of(folder: Path) -> Progress | None:
    """How far the session in a folder has come; None for one that has not begun."""
    path = folder / PROGRESS
    return Progress(**json.loads(path.read_text('utf-8'))) if path.exists() else None


def staged(settings: Settings, now: Callable[[], datetime] = utc_now) -> Settings:
    """The settings of a desk that replays `settings.replay`, a file or an earlier session's folder; raises Invalid.

    A file gets a new folder under the data dir's `replays`, in which the whole desk lives: no exchange, no demo.
    """
    source = settings.replay
    if source is None:
        return settings
    if not source.exists():
        raise Invalid(f'--replay: there is no file {source}.')
    folder = source if source.is_dir() else _recorded(source, settings, now())
    if not (folder / RECORDING).is_file():
        raise Invalid(f'--replay: {source} is a folder without a session; give a file, or a folder of {SESSIONS}.')
    _share_secret(settings.data_dir, folder)
    alone = {'data_dir': folder, 'database_url': '', 'exchange': 'none', 'demo': False, 'replay': folder}
    return settings.model_copy(update=alone)


def _recorded(source: Path, settings: Settings, now: datetime) -> Path:
    try:
        folder = new_folder(settings.data_dir, source.name, now)
    except OSError as error:
        raise Invalid(f'--data-dir: {settings.data_dir} cannot be written: {error.strerror}.') from None
    try:
        Recorder(source, source.name, settings.quote, name_in(source.name, settings.quote)).make(
            folder / RECORDING, now
        )
    except Invalid as error:
        folder.rmdir()
        hint = HINTS.get(error.field or '', '')
        raise Invalid(f'--replay: {error}{hint}') from None
    return folder


def _share_secret(data_dir: Path, folder: Path) -> None:
    """Browsers keep one cookie for all ports of this machine: signed by another desk it would be forgotten."""
    ours, its = data_dir / 'storage_secret', folder / 'storage_secret'
    if ours.exists() and not its.exists():
        its.touch(mode=0o600)
        its.write_bytes(ours.read_bytes())


def new_folder(data_dir: Path, filename: str, now: datetime) -> Path:
    """Makes DATA_DIR/replays/FILE-WHEN, of a name that no other session has. Blocking."""
    stem = re.sub(r'[^A-Za-z0-9]+', '-', filename.partition('.')[0]).strip('-')[:40] or 'prices'
    wanted = data_dir / SESSIONS / f'{stem}-{now:%Y%m%d-%H%M%S}'
    folder, number = wanted, 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f'{wanted.name}-{number}')
    folder.mkdir(parents=True)
    return folder
