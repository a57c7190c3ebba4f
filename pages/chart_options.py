"""What ECharts is told of candles and all that is drawn with them. Pure: plain data, no JavaScript.

Prices go to ECharts as text, and a second time as people read them, because its tooltips would print 1.2e-7. A chart
has the same series, in the same order, whatever was chosen: ECharts keeps zoom and pan only then. Those that are not
wanted are empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from columns import canonical
from desk.candles import Candle
from desk.indicators import Columns, columns
from pages import chart_layout as layout
from pages.chart_choice import PLAIN, Choice
from pages.chart_lines import STYLES, Line, done_part, indicator_lines, per_cent_line, running_part, styled
from pages.chart_marks import Marks
from pages.chart_slots import SHOWN_AT_FIRST, Window, newest, slot_labels, slots
from pages.formats import format_price, format_volume, price_decimals

VALUES = ('Open', 'High', 'Low', 'Close', 'Volume')
PLOTTED = ('slot', 'open', 'close', 'low', 'high')
STILL = {'animation': False, 'emphasis': {'disabled': True}, 'silent': True}
CANDLES = {'type': 'candlestick', 'barMaxWidth': 14, **STILL}
BARS = {
    'type': 'bar',
    'stack': 'volume',
    'xAxisIndex': 1,
    'yAxisIndex': 1,
    'barMaxWidth': 14,
    'itemStyle': {'color': 'var(--muted)', 'opacity': 0.45},
    'tooltip': {'show': False},
    **STILL,
}
LAST = {'symbol': 'none', 'silent': True, 'animation': False, 'lineStyle': layout.DOTTED}
TAG = {**layout.TAG, 'position': 'end', 'distance': 4, 'backgroundColor': 'var(--text)'}
BOUNDS = {'symbol': 'none', 'silent': True, 'animation': False, 'lineStyle': layout.DOTTED}
BOUNDS |= {'label': {'show': False}, 'data': [{'yAxis': 30}, {'yAxis': 70}]}
KINDS: dict[str, dict[str, Any]] = {
    'candles': CANDLES,
    'volume': BARS,
    'running': CANDLES,
    'running-volume': BARS,
    **{number + part: styled(number) for number in STYLES for part in ('', '-now')},
    'firings': {},
    'levels': {},
    'trades': {},
}
NO_MARKS = Marks()
Compared = tuple[tuple[str, Sequence[Candle]], ...]


@dataclass(frozen=True)
class Drawing:
    """Candles of one interval, oldest first, in the places that they take on the time axis.

    `others` are the coins to compare with, by name, and `base` is where all of them stand at 0 %.
    """

    name: str
    candles: Sequence[Candle]
    interval: str
    zone: str
    marks: Marks | None = None
    choice: Choice = PLAIN
    others: Compared = ()
    base: datetime | None = None

    @cached_property
    def slots(self) -> list[datetime | None]:
        """See `slots`."""
        return slots([candle.start for candle in self.candles], self.interval)

    @cached_property
    def places(self) -> list[int]:
        """Of each candle its number among the slots."""
        return [place for place, start in enumerate(self.slots) if start is not None]

    @cached_property
    def decimals(self) -> int:
        """One number of digits for the whole chart: what its lowest price deserves."""
        return price_decimals(min(candle.low for candle in self.candles)) if self.candles else 2

    @cached_property
    def lines(self) -> dict[str, Line]:
        """All lines that were chosen, by id."""
        starts = [candle.start for candle in self.candles]
        found: list[Line] = []
        if self.choice.counts_lines:
            found += indicator_lines(self.choice, self._columns, starts, self.interval, self.decimals)
        if self.others:
            found = [line for line in found if STYLES[line.id].pane != 'price']
            found.append(per_cent_line('closes', self.name, self.candles, starts, self.base))
            for number, (name, candles) in enumerate(self.others, 1):
                found.append(per_cent_line(f'other-{number}', name, candles, starts, self.base))
        elif self.choice.kind == 'line':
            found.append(Line('closes', None, [float(candle.close) for candle in self.candles], self.decimals))
        return {line.id: line for line in found}

    @cached_property
    def told(self) -> list[Line]:
        """The lines whose values stand in the tooltip."""
        return [line for line in self.lines.values() if line.label]

    @property
    def last(self) -> Candle | None:
        """The newest candle."""
        return self.candles[-1] if self.candles else None

    @property
    def done(self) -> list[Candle]:
        """All but the newest."""
        return list(self.candles[:-1])

    @cached_property
    def span(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest price of the newest candles."""
        near = self.candles[-SHOWN_AT_FIRST:]
        return min(candle.low for candle in near), max(candle.high for candle in near)

    def moved_to(self, candle: Candle, others: Compared) -> Drawing:
        """The same with another running candle in the place of the last one; what the rest says is not made anew."""
        after = replace(self, candles=[*self.candles[:-1], candle], others=others)
        for name in ('slots', 'places', 'decimals', '_labels', '_done_columns', '_done'):
            if name in self.__dict__ and not (others and name == '_done'):
                after.__dict__[name] = self.__dict__[name]
        return after

    def contents(self) -> dict[str, Any]:
        """All that is drawn, and nothing that touches zoom or pan."""
        return {
            'grid': layout.grids(self.choice.panes, self._widest),
            'title': layout.titles(self._titles()),
            'xAxis': layout.time_axes(self._labels, self.choice.panes),
            'yAxis': layout.value_axes(self.decimals, self._log, self._ticks(), bool(self.others)),
            'series': [{**KINDS[each['id']], **each} for each in self._series()],
        }

    def running(self) -> list[dict[str, Any]]:
        """The newest candle and the end of each line: series of their own, so that a live change sends no more.

        The others are named: a chart that is told of another number of series forgets all.
        """
        parts = {each['id']: each for each in self._running()}
        return [parts.get(number, {'id': number}) for number in KINDS]

    def marked(self) -> list[dict[str, Any]]:
        """What is drawn in besides candles, and the names of the other series."""
        parts = {each['id']: each for each in self._marks()}
        return [parts.get(number, {'id': number}) for number in KINDS]

    def options(self, window: Window | None = None) -> dict[str, Any]:
        """The whole chart, at the zoom that it begins with."""
        start, end = window or newest(self.slots)
        zoom = {'type': 'inside', 'xAxisIndex': [0, 1, 2, 3], 'minValueSpan': 8, 'start': start, 'end': end}
        return {
            'animation': False,
            'dataZoom': [zoom],
            'axisPointer': {'link': [{'xAxisIndex': 'all'}], 'lineStyle': {'color': 'var(--muted)'}},
            'tooltip': layout.tooltip(),
            **self.contents(),
        }

    def _series(self) -> list[dict[str, Any]]:
        parts = {each['id']: each for each in [*self._done, *self._running(), *self._marks()]}
        return [parts[number] for number in KINDS]

    @cached_property
    def _labels(self) -> list[str]:
        return slot_labels(self.slots, self.interval, self.zone)

    @cached_property
    def _done(self) -> list[dict[str, Any]]:
        """All but the running candle, and what stays while that moves."""
        numbers = range(len(self.candles) - 1)
        found = [
            {'id': 'candles', 'name': self.name, **self._form, 'data': [self._row(number) for number in numbers]},
            {'id': 'volume', 'data': [self._volume(number) for number in numbers]},
        ]
        found += [done_part(self.lines.get(number), number, self.places) for number in STYLES]
        return [each | {'markLine': BOUNDS} if each['id'] == 'rsi' and self.choice.rsi else each for each in found]

    def _running(self) -> list[dict[str, Any]]:
        rest = [running_part(self.lines.get(number), number, self.places) for number in STYLES]
        last = self.last
        if last is None:
            empty: dict[str, Any] = {'id': 'running', 'data': [], 'markLine': {'data': []}}
            return [empty, {'id': 'running-volume', 'data': []}, *rest]
        number = len(self.candles) - 1
        label = {**TAG, 'formatter': self._tag(last)}
        mark = {**LAST, 'data': [{'yAxis': self._height(number)[1], 'label': label}]}
        row = {'id': 'running', 'name': self.name, **self._form, 'data': [self._row(number)], 'markLine': mark}
        return [row, {'id': 'running-volume', 'data': [self._volume(number)]}, *rest]

    def _marks(self) -> list[dict[str, Any]]:
        """Prices: they have no place among per cents."""
        shown = NO_MARKS if self.others or self.marks is None or not self.candles else self.marks
        return shown.series(self.slots, self.decimals, self.span if self.candles else (Decimal(0), Decimal(0)))

    @property
    def _form(self) -> dict[str, Any]:
        """What the values of a row mean; where a line is drawn, the candles under it only bear the tooltip."""
        shown = not self.others and self.choice.kind == 'candles'
        colours = [f'var(--{name})' if shown else 'transparent' for name in ('up', 'up', 'down', 'down')]
        names = [*(() if self.others else VALUES), *(line.label for line in self.told)]
        texts = [{'name': name, 'type': 'ordinal'} for name in names]
        values = {'x': 0, 'y': [1, 2, 3, 4], 'tooltip': list(range(len(PLOTTED), len(PLOTTED) + len(texts)))}
        style = dict(zip(('color', 'borderColor', 'color0', 'borderColor0'), colours, strict=True))
        return {'dimensions': [*PLOTTED, *texts], 'encode': values, 'itemStyle': style}

    def _row(self, number: int) -> list[Any]:
        candle = self.candles[number]
        texts: list[str] = [line.text(number) for line in self.told]
        if not self.others:
            read = (candle.open, candle.high, candle.low, candle.close)
            prices = (format_price(price, self.decimals) for price in read)
            texts = [*prices, format_volume(candle.volume), *texts]
        return [self.places[number], *self._height(number), *texts]

    def _height(self, number: int) -> list[Any]:
        """Open, close, low and high, as they are plotted."""
        candle = self.candles[number]
        if self.others:
            value = self.lines['closes'].values[number]
            return [round(value, 6) if value == value else '-'] * 4
        return [canonical(price) for price in (candle.open, candle.close, candle.low, candle.high)]

    def _tag(self, last: Candle) -> str:
        return self.lines['closes'].text(-1) if self.others else format_price(last.close, self.decimals)

    def _volume(self, number: int) -> list[Any]:
        volume = self.candles[number].volume
        return [self.places[number], '-' if volume is None else canonical(volume)]

    @property
    def _log(self) -> bool:
        return self.choice.log and not self.others

    def _ticks(self) -> list[float]:
        if not self._log or not self.candles:
            return []
        return layout.log_ticks(min(each.low for each in self.candles), max(each.high for each in self.candles))

    @property
    def _widest(self) -> int:
        highest = max((candle.high for candle in self.candles), default=Decimal(0))
        return max(9, len(format_price(highest, self.decimals)))

    def _titles(self) -> dict[str, str]:
        names = {'rsi': f'RSI {self.choice.rsi}', 'macd': 'MACD ' + ', '.join(map(str, self.choice.macd or ()))}
        return {name: names[name] for name in self.choice.panes}

    @property
    def _columns(self) -> Columns:
        last = self.last
        return self._done_columns.followed_by(last) if last else self._done_columns

    @cached_property
    def _done_columns(self) -> Columns:
        return columns(self.candles[:-1])
