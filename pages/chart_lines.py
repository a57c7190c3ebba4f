"""The lines in a chart besides its candles: indicators, and other coins in per cent. Pure; floats, they are drawn."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from desk.candles import INTERVALS, Candle
from desk.indicators import Columns, bollinger, ema, macd, rsi, sma, vwap
from pages.chart_choice import MOST_LENGTHS, MOST_OTHERS, Choice
from pages.formats import MINUS, NONE

LENGTHS = range(1, MOST_LENGTHS + 1)
SOLID, DASHED, DOTTED = 'solid', 'dashed', 'dotted'
KINDS = dict(zip(LENGTHS, (SOLID, DASHED, DOTTED), strict=True))
GRIDS = {'price': 0, 'rsi': 2, 'macd': 3}
PRECISION = '.9g'


@dataclass(frozen=True, slots=True)
class Style:
    """How the line of an id is drawn: a token of the theme, a kind of stroke, the pane that it stands in."""

    colour: str
    stroke: str = SOLID
    pane: str = 'price'
    width: float = 1.5


STYLES = {
    'closes': Style('text'),
    **{f'sma-{number}': Style('line-1', KINDS[number]) for number in LENGTHS},
    **{f'ema-{number}': Style('line-2', KINDS[number]) for number in LENGTHS},
    'upper': Style('muted', width=1),
    'middle': Style('muted', DASHED, width=1),
    'lower': Style('muted', width=1),
    'vwap': Style('line-3'),
    'rsi': Style('line-1', pane='rsi'),
    'macd': Style('line-1', pane='macd'),
    'signal': Style('line-2', pane='macd'),
    'histogram': Style('muted', pane='macd'),
    **{f'other-{number}': Style(f'line-{number}') for number in range(1, MOST_OTHERS + 1)},
}


@dataclass(frozen=True, slots=True)
class Line:
    """A value a candle, NaN where there is none. `label` is None for one that is told of elsewhere."""

    id: str
    label: str | None
    values: Sequence[float]
    decimals: int
    per_cent: bool = False

    def text(self, number: int) -> str:
        """The value at a candle as people read it."""
        value = self.values[number]
        if math.isnan(value):
            return NONE
        if self.per_cent:
            return _signed(value)
        return f'{value:,.{self.decimals}f}'.replace('-', MINUS)

    def points(self, slots: Sequence[int], first: int, end: int) -> list[list[float]]:
        """[slot, value] of the candles `first` to `end`."""
        values = ((slots[number], float(format(self.values[number], PRECISION))) for number in range(first, end))
        return [[slot, value] for slot, value in values if not math.isnan(value)]


def indicator_lines(
    choice: Choice, of: Columns, starts: Sequence[datetime], interval: str, decimals: int
) -> Iterator[Line]:
    """All indicators that were chosen, each as long as the candles."""
    for name, length_of, lengths in (('sma', sma, choice.sma), ('ema', ema, choice.ema)):
        for number, length in enumerate(lengths, 1):
            yield Line(f'{name}-{number}', f'{name.upper()} {length}', length_of(of, length).tolist(), decimals)
    if choice.bollinger:
        length, deviations = choice.bollinger
        for band, values in bollinger(of, length, deviations)._asdict().items():
            yield Line(band, f'BB {length} {deviations:g} {band}', values.tolist(), decimals)
    if choice.vwap:
        yield Line('vwap', 'VWAP', vwap(of, starts, INTERVALS[interval]).tolist(), decimals)
    if choice.rsi:
        yield Line('rsi', f'RSI {choice.rsi}', rsi(of, choice.rsi).tolist(), 1)
    if choice.macd:
        for part, values in macd(of, *choice.macd)._asdict().items():
            yield Line(part, part.upper() if part == 'macd' else part.capitalize(), values.tolist(), decimals + 1)


def per_cent_line(
    number: str, name: str, candles: Sequence[Candle], starts: Sequence[datetime], base: datetime | None
) -> Line:
    """How far a coin's closes are from its first close at or after `base`, at these starts, in per cent."""
    first = bisect_left(candles, base, key=attrgetter('start')) if base else 0
    begin = float(candles[first].close) if first < len(candles) else math.nan
    closes = {candle.start: float(candle.close) for candle in candles}
    values = [100 * (closes.get(start, math.nan) / begin - 1) for start in starts]
    return Line(number, name, values, 2, per_cent=True)


def done_part(line: Line | None, number: str, slots: Sequence[int]) -> dict[str, Any]:
    """The line up to the last candle that is done; the piece that moves is apart, so that no more is sent for it."""
    return {'id': number, 'data': line.points(slots, 0, len(slots) - 1) if line else []}


def running_part(line: Line | None, number: str, slots: Sequence[int]) -> dict[str, Any]:
    """From there to the running candle; of bars the last one alone."""
    first = len(slots) - (1 if number == 'histogram' else 2)
    return {'id': f'{number}-now', 'data': line.points(slots, max(0, first), len(slots)) if line and slots else []}


def styled(number: str) -> dict[str, Any]:
    """What ECharts is told once of a line and of its running piece."""
    style = STYLES[number]
    grid = GRIDS[style.pane]
    common = {
        'xAxisIndex': grid,
        'yAxisIndex': grid,
        'animation': False,
        'silent': True,
        'emphasis': {'disabled': True},
        'tooltip': {'show': False},
        'itemStyle': {'color': f'var(--{style.colour})'},
    }
    if number == 'histogram':
        return {'type': 'bar', 'stack': 'histogram', 'barMaxWidth': 14, **common}
    stroke = {'color': f'var(--{style.colour})', 'type': style.stroke, 'width': style.width}
    return {'type': 'line', 'symbol': 'none', 'lineStyle': stroke, 'z': 3, **common}


def _signed(value: float) -> str:
    text = f'{value:+,.2f} %'.replace('-', MINUS)
    return text.replace('+', '') if text.startswith('+0.00') else text
