"""What ECharts is told: candles and volume with as little ink as possible. Pure: plain data, no JavaScript.

Prices go to ECharts as text, and a second time as people read them, because its tooltips would print 1.2e-7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from columns import canonical
from desk.candles import INTERVALS, Candle
from pages.chart_marks import Marks
from pages.formats import format_price, format_volume, price_decimals

Slots = Sequence[datetime | None]
SHOWN_AT_FIRST = 120
LONGEST_GAP = 12
VALUES = ('Open', 'High', 'Low', 'Close', 'Volume')
PRICES: dict[str, Any] = {
    'dimensions': ['slot', 'open', 'close', 'low', 'high', *({'name': value, 'type': 'ordinal'} for value in VALUES)],
    'encode': {'x': 0, 'y': [1, 2, 3, 4], 'tooltip': [5, 6, 7, 8, 9]},
}
STILL = {'animation': False, 'emphasis': {'disabled': True}, 'silent': True}
FONT = 'system-ui, sans-serif'  # ECharts measures by it, so it cannot be inherited
SMALL = {'color': 'var(--muted)', 'fontSize': 12, 'fontFamily': FONT}
COLOURS = {'color': 'var(--up)', 'borderColor': 'var(--up)', 'color0': 'var(--down)', 'borderColor0': 'var(--down)'}
CANDLES = {'type': 'candlestick', 'itemStyle': COLOURS, 'barMaxWidth': 14, **PRICES, **STILL}
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
ENDS = {'hideOverlap': True, 'alignMinLabel': 'left', 'alignMaxLabel': 'right'}
DOTTED = {'color': 'var(--muted)', 'type': 'dotted', 'width': 1}
DASHED = {'color': 'var(--muted)', 'type': 'dashed'}


@dataclass(frozen=True)
class Drawing:
    """Candles of one interval, oldest first, in the places that they take on the time axis."""

    name: str
    candles: Sequence[Candle]
    interval: str
    zone: str
    marks: Marks | None = None

    @cached_property
    def slots(self) -> list[datetime | None]:
        """See `slots`."""
        return slots([candle.start for candle in self.candles], self.interval)

    @cached_property
    def decimals(self) -> int:
        """One number of digits for the whole chart: what its lowest price deserves."""
        return price_decimals(min(candle.low for candle in self.candles)) if self.candles else 2

    @property
    def last(self) -> Candle | None:
        """The newest candle."""
        return self.candles[-1] if self.candles else None

    @property
    def done(self) -> list[Candle]:
        """All but the newest."""
        return list(self.candles[:-1])

    def differs_at_the_end_alone(self, other: 'Drawing') -> bool:
        """Whether telling of the newest candle is telling all."""
        same = self.zone == other.zone and self.marks == other.marks
        return same and self.slots == other.slots and self.done == other.done

    @property
    def newest(self) -> tuple[float, float]:
        """The part of the time axis that is shown at first, in per cent."""
        return 100 - 100 * min(1.0, SHOWN_AT_FIRST / max(1, len(self.slots))), 100.0

    def contents(self) -> dict[str, Any]:
        """All the candles, and nothing that touches zoom or pan."""
        labels = [slot_label(slot, self.interval, self.zone) for slot in self.slots]
        index = {slot: number for number, slot in enumerate(self.slots) if slot is not None}
        done = [(index[candle.start], candle) for candle in self.done]
        series = [
            {'id': 'candles', 'data': [self._row(slot, candle) for slot, candle in done]},
            {'id': 'volume', 'data': [_volume(slot, candle) for slot, candle in done]},
        ]
        return {
            'xAxis': [{'id': 'time', 'data': labels}, {'id': 'time-below', 'data': labels}],
            'series': [*series, *self.running(), *self.marked()],
        }

    def marked(self) -> list[dict[str, Any]]:
        """What is drawn in besides candles; nothing in a chart that has no marks."""
        return [] if self.marks is None else self.marks.series(self.slots, self.decimals, self.span)

    @cached_property
    def span(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest price of the newest candles."""
        newest = self.candles[-SHOWN_AT_FIRST:]
        return min(candle.low for candle in newest), max(candle.high for candle in newest)

    def running(self) -> list[dict[str, Any]]:
        """The newest candle and its volume: series of their own, so that a live change sends no more than them."""
        last = self.last
        if last is None:
            return [{'id': 'running', 'data': [], 'markLine': {'data': []}}, {'id': 'running-volume', 'data': []}]
        slot = len(self.slots) - 1
        mark = {'yAxis': canonical(last.close), 'label': {'formatter': format_price(last.close, self.decimals)}}
        return [
            {'id': 'running', 'data': [self._row(slot, last)], 'markLine': {'data': [mark]}},
            {'id': 'running-volume', 'data': [_volume(slot, last)]},
        ]

    def options(self) -> dict[str, Any]:
        """The whole chart, at the zoom that it begins with."""
        contents = self.contents()
        candles = CANDLES | {'name': self.name}
        bare: dict[str, Any] = {}
        kinds = (candles, BARS, candles | {'markLine': _last_price()}, BARS, *(bare for _ in self.marked()))
        start, end = self.newest
        zoom = {'type': 'inside', 'xAxisIndex': [0, 1], 'minValueSpan': 8, 'start': start, 'end': end}
        return {
            'animation': False,
            'grid': self._grids(),
            'xAxis': [_time(axis, number) for number, axis in enumerate(contents['xAxis'])],
            'yAxis': [price_axis(self.decimals), {'gridIndex': 1, 'show': False, 'splitNumber': 2}],
            'dataZoom': [zoom],
            'axisPointer': {'link': [{'xAxisIndex': 'all'}], 'lineStyle': {'color': 'var(--muted)'}},
            'tooltip': tooltip(),
            'series': [_joined(kind, content) for kind, content in zip(kinds, contents['series'], strict=True)],
        }

    def _grids(self) -> list[dict[str, Any]]:
        highest = max((candle.high for candle in self.candles), default=Decimal(0))
        widest = len(format_price(highest, self.decimals))
        sides = {'left': 1, 'right': 20 + 8 * widest, 'outerBoundsMode': 'none'}  # else labels move one of the two
        return [{'top': 10, 'bottom': '24%', **sides}, {'top': '80%', 'bottom': 26, **sides}]

    def _row(self, slot: int, candle: Candle) -> list[Any]:
        plotted = (candle.open, candle.close, candle.low, candle.high)
        read = (candle.open, candle.high, candle.low, candle.close)
        return [
            slot,
            *map(canonical, plotted),
            *(format_price(price, self.decimals) for price in read),
            format_volume(candle.volume),
        ]


def slots(starts: Sequence[datetime], interval: str) -> list[datetime | None]:
    """Places on the time axis: one a candle, and empty ones (None) for a gap, at most twelve however long it is."""
    length = timedelta(seconds=INTERVALS[interval])
    places: list[datetime | None] = []
    for number, start in enumerate(starts):
        missing = (start - starts[number - 1]) // length - 1 if number else 0
        places += [None] * min(missing, LONGEST_GAP)
        places.append(start)
    return places


def slot_label(start: datetime | None, interval: str, zone: str) -> str:
    """What stands under a candle: a time of day within a day, a date above; days and weeks are those of UTC."""
    if start is None:
        return ''
    if INTERVALS[interval] >= INTERVALS['1d']:
        return f'{start.day} {start:%b %Y}'
    local = start.astimezone(ZoneInfo(zone))
    return f'{local.day} {local:%b %H:%M}'


def _volume(slot: int, candle: Candle) -> list[Any]:
    return [slot, '-' if candle.volume is None else canonical(candle.volume)]


def _joined(kind: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    joined = kind | content
    if 'markLine' in kind:
        joined['markLine'] = kind['markLine'] | content['markLine']
    return joined


def _last_price() -> dict[str, Any]:
    label = {
        'position': 'end',
        'distance': 4,
        'padding': [3, 5],
        'borderRadius': 3,
        'fontSize': 12,
        'backgroundColor': 'var(--text)',
        'color': 'var(--background)',
        'fontFamily': FONT,
    }
    return {'symbol': 'none', 'silent': True, 'animation': False, 'label': label, 'lineStyle': DOTTED}


def _time(axis: dict[str, Any], number: int) -> dict[str, Any]:
    bare = {
        'type': 'category',
        'gridIndex': number,
        'axisTick': {'show': False},
        'splitLine': {'show': False},
        'axisLine': {'show': False},
        'axisPointer': {'label': {'show': False}},
    }
    return bare | axis | {'axisLabel': {**SMALL, **ENDS, 'show': number == 1}}


def price_axis(decimals: int) -> dict[str, Any]:
    """Prices or money at the right, the one under the crosshair in a label."""
    label = {
        'precision': decimals,
        'fontSize': 12,
        'padding': [3, 5],
        'borderRadius': 3,
        'fontFamily': FONT,
        'backgroundColor': 'var(--muted)',
        'color': 'var(--background)',
    }
    return {
        'scale': True,
        'position': 'right',
        'splitNumber': 5,
        'axisLabel': {**SMALL, 'margin': 9},
        'splitLine': {'lineStyle': {'color': 'var(--line)'}},
        'axisPointer': {'show': True, 'type': 'line', 'lineStyle': {'type': 'dashed'}, 'label': label},
    }


def tooltip() -> dict[str, Any]:
    """The values at the crosshair, as quiet as the rest."""
    return {
        'trigger': 'axis',
        'confine': True,
        'transitionDuration': 0,
        'padding': [6, 10],
        'backgroundColor': 'var(--surface)',
        'borderColor': 'var(--line)',
        'borderWidth': 1,
        'extraCssText': 'box-shadow: none',
        'textStyle': {**SMALL, 'color': 'var(--text)'},
        'axisPointer': {'type': 'cross', 'lineStyle': DASHED, 'crossStyle': DASHED},
    }
