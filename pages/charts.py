"""All charts that somebody looks at, and what keeps them moving: one beat for all of them, whoever looks."""

from collections.abc import Awaitable, Callable, Iterable
from time import monotonic

from desk.alert import News
from desk.broker.broker import ACCOUNT
from desk.crew import Crew
from desk.desk import Desk
from desk.errors import NotFound
from pages.chart_feed import Feed, FeedKey
from pages.chart_marks import Marks
from pages.chart_source import Source, SourceKey

MOVE_EVERY, READ_EVERY, SWEEP_EVERY = 0.25, 0.5, 5.0
KEPT = 20.0  # seconds that a chart stays after the last one who looked: a page that is loaded anew finds it


class Charts:
    """Feeds by what they show. `marks` gives what of a user is drawn into the chart of a coin of this name; `read`
    is awaited before, for each user.
    """

    def __init__(
        self, desk: Desk, marks: Callable[[str, str], Marks], read: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self.desk, self._marks, self._read_marks = desk, marks, read
        self.sources: dict[SourceKey, Source] = {}
        self.feeds: dict[FeedKey, Feed] = {}
        self._moved: set[str] = set()
        self._marked = self._merged = False
        desk.subscribe(self._changed)
        desk.alerts.subscribe(self._alerted)
        desk.registry.moved.subscribe(self._coin_moved)

    def start(self, crew: Crew) -> None:
        """Begin to move what is looked at."""
        crew.every(MOVE_EVERY, 'charts', self._move)
        crew.every(READ_EVERY, 'candles of charts', self._read)
        crew.every(SWEEP_EVERY, 'charts that nobody looks at', self._sweep)

    async def open(self, key: FeedKey) -> Feed:
        """The feed of this, read and drawn when nobody has looked at it yet; raises DeskError."""
        if self._read_marks:
            await self._read_marks(key.user)
        feed = self.feeds.get(key)
        if feed is None:
            name = key.source.name
            others = [self._source(key.source._replace(name=other)) for other in key.choice.others]
            feed = Feed(key, self._source(key.source), others, self._zone(), lambda: self._marks(name, key.user))
            self.feeds[key] = feed
        feed.left_at = monotonic()  # one that cannot be read stays as long: others may wait for it
        await feed.ready()
        if not feed.views and any(source.stale for source in (feed.source, *feed.others)):
            await feed.renew()
        return feed

    async def refresh(self, name: str) -> None:
        """The past of a coin is another now: read its candles anew; raises DeskError."""
        for source in list(self.sources.values()):
            if source.called == self.desk.coin(name).name:
                await source.read_all()
                await self._redraw(source)

    def _source(self, key: SourceKey) -> Source:
        if key not in self.sources:
            self.sources[key] = Source(self.desk, key)
        return self.sources[key]

    def _changed(self, names: set[str]) -> None:
        self._moved |= names
        self._marked = self._marked or ACCOUNT in names

    def _alerted(self, news: News) -> None:
        self._marked = self._marked or bool(news.alerts)

    def _coin_moved(self, _: int) -> None:
        self._merged = True

    def _zone(self) -> str:
        return self.desk.preference('timezone', 'UTC')

    async def _move(self) -> None:
        await self._retime()
        merged, self._merged = self._merged, False
        for source in self.sources.values() if merged else ():
            source.notice_merge()
        names, self._moved = self._moved, set()
        marked, self._marked = self._marked, False
        feeds = self._watched()
        moved = {source for source in self.sources.values() if source.called in names}
        for source in moved:
            source.stale = source.stale or source.key.end is None
        for source in moved & {source for feed in feeds for source in (feed.source, *feed.others)}:
            self._follow(source, feeds)
        for feed in feeds:
            if marked:
                feed.remark()
            feed.catch_up()

    async def _retime(self) -> None:
        """Another zone was chosen: charts that are open follow, too."""
        zone = self._zone()
        for feed in list(self.feeds.values()):
            if feed.drawing.zone != zone:
                await feed.retime(zone)

    def _follow(self, source: Source, feeds: Iterable[Feed]) -> None:
        try:
            quote = self.desk.quote(source.key.name)
        except NotFound:  # its last price was withdrawn: what is read next says so
            return
        if source.move(quote):
            for feed in feeds:
                if source is feed.source or source in feed.others:
                    feed.advance()

    async def _read(self) -> None:
        for source in {source for feed in self._watched() for source in (feed.source, *feed.others)}:
            if source.overdue:
                if await source.read():
                    await self._redraw(source)
                else:
                    for feed in self._feeds_of(source):
                        feed.advance()

    async def _redraw(self, source: Source) -> None:
        for feed in self._feeds_of(source):
            await feed.redraw()

    def _feeds_of(self, source: Source) -> list[Feed]:
        return [feed for feed in self.feeds.values() if source is feed.source or source in feed.others]

    def _watched(self) -> list[Feed]:
        return [feed for feed in self.feeds.values() if feed.views]

    async def _sweep(self) -> None:
        """Forget what nobody looks at."""
        for key, feed in list(self.feeds.items()):
            if feed.views:
                feed.left_at = monotonic()
            elif monotonic() - feed.left_at > KEPT:
                del self.feeds[key]
        used = {source for feed in self.feeds.values() for source in (feed.source, *feed.others)}
        self.sources = {key: source for key, source in self.sources.items() if source in used}
