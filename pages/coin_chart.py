"""The chart on a coin's page: which candles it shows, what was chosen of it, and its way into the past."""

from collections.abc import Callable
from datetime import datetime, timedelta

from nicegui import app, ui

from desk.candles import INTERVALS
from desk.desk import Desk
from desk.errors import DeskError
from models import Coin
from pages.candle_chart import CandleChart
from pages.chart_choice import Choice, read_choice
from pages.chart_feed import Feed, FeedKey
from pages.chart_legend import legend_html
from pages.chart_menu import ask_choice, ask_others
from pages.chart_slots import RANGES, Slots, Window, interval_for, left_edge, newest, since
from pages.chart_source import MOST, SourceKey, further
from pages.chart_table import CandleTable
from pages.charts import Charts
from pages.trading_marks import marked_user

USUAL = '15m'
SETTLED, RETRY_EVERY = 0.4, 0.5
ZOOMS = {'+': ('Zoom in', 0.5), '−': ('Zoom out', 2.0), 'Newest': ('Newest', 0.0)}
SPANS = {'1D': 'Last day', '1W': 'Last week', '1M': 'Last month', '1Y': 'Last year', 'All': 'All there is'}
WindowOf = Callable[[Slots], Window]
EMPTY = 'No candles yet: they begin with the first price.'


def chosen_interval() -> str:
    """The interval that this browser chose last."""
    kept = app.storage.user.get('interval', USUAL)
    return kept if kept in INTERVALS else USUAL


def chosen() -> Choice:
    """The kind, scale and indicators that this browser chose last."""
    return read_choice(app.storage.user.get('chart'))


async def open_chart(charts: Charts, key: FeedKey) -> Feed | str:
    """The feed, or a sentence that says why there is none."""
    try:
        feed = await charts.open(key)
    except DeskError as error:
        return f'The candles cannot be read: {error}'
    return feed if feed.drawing.candles else EMPTY


def first_key(desk: Desk, coin: Coin) -> FeedKey:
    """What a page of this coin shows at first, to who acts."""
    return FeedKey(SourceKey(coin.name, chosen_interval()), chosen(), user=marked_user(desk))


class CoinChart:
    """The section of a page with its controls. One a page."""

    def __init__(self, desk: Desk, charts: Charts, coin: Coin, opened: Feed | str) -> None:
        self.desk, self.charts, self.coin = desk, charts, coin
        self.key = first_key(desk, coin)
        self.chart: CandleChart | None = None
        self.waiting = False
        with ui.element('section').classes('section').props('aria-label="Chart"'):
            self._controls()
            self.legend = ui.html(sanitize=False).classes('legend')
            self.place = ui.element('div').classes('chart-place')
            self._ranges()
            self.table = CandleTable(self._feed)
        self.retry = ui.timer(RETRY_EVERY, self._retry, active=False)
        self.settling = ui.timer(SETTLED, self._settle, active=False)
        self._put(opened, None)

    async def refresh(self) -> None:
        """The past was corrected: everybody who looks at this coin gets what is true now."""
        await self.charts.refresh(self.coin.name)
        if self.chart is None:
            await self._retry()

    def _controls(self) -> None:
        with ui.element('div').classes('chart-bar'):
            self.choice = ui.toggle(list(INTERVALS), value=self.key.source.interval, on_change=self._intervalled)
            self.choice.props('role=group aria-label="Length of a candle"')
            with ui.element('div').classes('zooms'):
                ui.button('Indicators', on_click=self._ask_choice)
                ui.button('Compare', on_click=self._ask_others)

    def _ranges(self) -> None:
        with ui.element('div').classes('chart-bar ranges'):
            with ui.element('div').classes('zooms').props('role=group aria-label="How much is shown"'):
                for name, words in SPANS.items():
                    button = ui.button(name, on_click=lambda name=name: self._range(name))
                    button.props['aria-label'] = f'{name}: {words}'
            with ui.element('div').classes('zooms'):
                for sign, (words, factor) in ZOOMS.items():
                    button = ui.button(sign, on_click=lambda factor=factor: self._zoom(factor))
                    button.props['aria-label'] = words

    def _ask_choice(self) -> None:
        ask_choice(self.key.choice, self._choose)

    def _ask_others(self) -> None:
        names = [quote.name for quote in self.desk.quotes() if quote.name != self.coin.name]
        ask_others(names, self.key.choice, self._choose)

    async def _choose(self, choice: Choice) -> None:
        app.storage.user['chart'] = choice.kept()
        await self._go(self.key._replace(choice=choice, base=self._edge() if choice.others else None))

    async def _intervalled(self) -> None:
        interval = str(self.choice.value)
        if interval != self.key.source.interval:
            app.storage.user['interval'] = interval
            await self._go(self.key._replace(source=SourceKey(self.coin.name, interval), base=None), newest)

    async def _range(self, name: str) -> None:
        """So much time up to now, in candles of a fitting length."""
        seconds = RANGES[name] or await self._age()
        source = SourceKey(self.coin.name, interval_for(seconds))
        app.storage.user['interval'] = source.interval
        start = self.desk.clock() - timedelta(seconds=seconds)
        await self._go(self.key._replace(source=source, base=None), lambda places: since(places, start))
        self.choice.value = source.interval

    async def _age(self) -> float:
        """Seconds since the first candle of all, looked for in ever shorter ones."""
        first = now = self.desk.clock()
        for interval, length in (('1w', timedelta()), ('1d', timedelta(days=7)), ('1m', timedelta(days=1))):
            end = first + length if length else None
            found = await self.desk.candles(self.coin.name, interval, end=end, limit=MOST)
            first = found[0].start if found else first
        return (now - first).total_seconds()

    async def _zoom(self, factor: float) -> None:
        if self.chart is None:
            return
        if factor:
            self.chart.zoom(factor)
        elif self.key.source.end is not None:
            await self._go(self.key._replace(source=self.key.source._replace(end=None)), newest)
        else:
            self.chart.look(*newest(self.chart.feed.drawing.slots))

    async def _go(self, key: FeedKey, window: WindowOf | None = None) -> None:
        """Show this; what was asked for last wins."""
        before, self.key = self.key, key._replace(user=marked_user(self.desk))
        opened = await open_chart(self.charts, key)
        if isinstance(opened, Feed) and window and key.choice.others and key.base is None:
            base = left_edge(opened.drawing.slots, window(opened.drawing.slots))
            key = self.key = key._replace(base=base) if self.key == key else self.key
            opened = await open_chart(self.charts, key)
        if self.key == key:
            self._put(opened, window)
        elif isinstance(opened, str):
            self.key = before

    def _put(self, opened: Feed | str, window: WindowOf | None) -> None:
        if isinstance(opened, str):
            self._say(opened)
            return
        self.retry.deactivate()
        self.legend.set_content(legend_html(opened.drawing))
        asked: Window | None = window(opened.drawing.slots) if window else None
        if self.chart is None:
            self.place.clear()
            with self.place:
                self.chart = CandleChart(opened, self._moved, asked)
        else:
            self.chart.show(opened, asked)
        self.table.refresh()

    def _say(self, words: str) -> None:
        if self.chart:
            self.chart.close()
        self.chart = None
        self.place.clear()
        with self.place:
            ui.label(words).classes('muted')
            ui.button('Try again', on_click=self._retry)
        self.retry.activate()

    async def _retry(self) -> None:
        if self.chart is None and not self.waiting:
            self.waiting = True
            try:
                opened = await open_chart(self.charts, self.key)
            finally:
                self.waiting = False
            if isinstance(opened, Feed):
                self._put(opened, None)

    def _moved(self) -> None:
        """The browser shows another part: look soon whether that asks for more."""
        self.settling.deactivate()
        self.settling.activate()

    async def _settle(self) -> None:
        self.settling.deactivate()
        if self.chart is None:
            return
        key = self.key._replace(source=further(self.chart.feed.source, self.chart.window))
        if key.choice.others:
            key = key._replace(base=self._edge())
        if key != self.key:
            await self._go(key)

    def _edge(self) -> datetime | None:
        return left_edge(self.chart.feed.drawing.slots, self.chart.window) if self.chart else None

    def _feed(self) -> Feed | None:
        return self.chart.feed if self.chart else None
