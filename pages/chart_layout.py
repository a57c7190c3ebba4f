"""How a chart is laid out: its panes, axes and the values at the crosshair, with as little ink as possible. Pure.

Heights are pixels from below, so that the times stand under the lowest pane whatever the chart's height is.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any

PANES = ('volume', 'rsi', 'macd')
HEIGHTS = {'volume': 60, 'rsi': 76, 'macd': 76}
TIMES, GAP, TOP = 26, 16, 18
FONT = 'system-ui, sans-serif'  # ECharts measures by it, so it cannot be inherited
SMALL = {'color': 'var(--muted)', 'fontSize': 12, 'fontFamily': FONT}
TAG = {'fontSize': 12, 'padding': [3, 5], 'borderRadius': 3, 'fontFamily': FONT, 'color': 'var(--background)'}
ENDS = {'hideOverlap': True, 'alignMinLabel': 'left', 'alignMaxLabel': 'right'}
DOTTED = {'color': 'var(--muted)', 'type': 'dotted', 'width': 1}
DASHED = {'color': 'var(--muted)', 'type': 'dashed'}
FAINT = {'lineStyle': {'color': 'var(--line)'}}
BARE = {'axisTick': {'show': False}, 'splitLine': {'show': False}, 'axisLine': {'show': False}}
INSIDE = {'inside': True, 'margin': 2, 'verticalAlign': 'bottom', 'padding': [0, 0, 2, 0]}
STEPS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
MOST_TICKS = 9


def bottoms(panes: Sequence[str]) -> dict[str, int]:
    """How far above the lower edge each pane begins; the price's goes on to the top."""
    found, below = {}, TIMES
    for name in reversed(PANES):
        found[name] = below
        if name == 'volume' or name in panes:
            below += HEIGHTS[name] + GAP
    return found | {'price': below}


def grids(panes: Sequence[str], widest: int) -> list[dict[str, Any]]:
    """One a pane, those that are not shown too; the last price, `widest` letters long, stands at their right."""
    begin = bottoms(panes)
    sides = {'left': 1, 'right': 14 + 8 * widest, 'outerBoundsMode': 'none'}  # else labels move one of them
    shown = {'volume', *panes}
    below = ({'bottom': begin[name], 'height': HEIGHTS[name] if name in shown else 0, **sides} for name in PANES)
    return [{'top': TOP, 'bottom': begin['price'], **sides}, *below]


def titles(names: dict[str, str]) -> list[dict[str, Any]]:
    """What stands above the panes that show an indicator."""
    begin = bottoms(tuple(names))
    return [
        {
            'text': names.get(name, ''),
            'show': name in names,
            'left': 2,
            'bottom': begin[name] + HEIGHTS[name] - 2,
            'padding': 0,
            'textStyle': SMALL | {'fontWeight': 'normal'},
        }
        for name in PANES[1:]
    ]


def time_axes(labels: Sequence[str], panes: Sequence[str]) -> list[dict[str, Any]]:
    """The first bears all times, under the lowest pane; the others have as many places."""
    below = bottoms(panes)['price'] - TIMES
    blank = [''] * len(labels)
    first: dict[str, Any] = {'id': 'time', 'data': labels, 'offset': below, 'axisLabel': {**SMALL, **ENDS}}
    others: list[dict[str, Any]] = [
        {'id': f'time-{name}', 'data': blank, 'axisLabel': {'show': False}} for name in PANES
    ]
    shared: dict[str, Any] = {'type': 'category', 'axisPointer': {'label': {'show': False}}, **BARE}
    return [{**shared, **axis, 'gridIndex': number} for number, axis in enumerate([first, *others])]


def value_axes(decimals: int, log: bool, ticks: Sequence[float], per_cent: bool) -> list[dict[str, Any]]:
    """Of price, volume, RSI and MACD."""
    hidden = {'axisLabel': {'show': False}, 'splitLine': {'show': False}, 'axisPointer': {'label': {'show': False}}}
    below = {'type': 'value', 'position': 'left', **BARE, **hidden}
    return [
        {'id': 'price', **_prices(decimals, log, ticks, per_cent)},
        {'id': 'coins', 'gridIndex': 1, 'splitNumber': 2, **below},
        {'id': 'strength', 'gridIndex': 2, 'min': 0, 'max': 100, **below},
        {'id': 'distance', 'gridIndex': 3, 'scale': True, **below},
    ]


def _prices(decimals: int, log: bool, ticks: Sequence[float], per_cent: bool) -> dict[str, Any]:
    """At the left, on the lines that they belong to: at the right stands the last price and must not cover them."""
    label = {**SMALL, **INSIDE, 'hideOverlap': True, 'textBorderColor': 'var(--background)', 'textBorderWidth': 3}
    scale: dict[str, Any] = {'type': 'value', 'min': None, 'max': None}
    values: Any = None
    if log:
        scale, values = {'type': 'log', 'min': 'dataMin', 'max': 'dataMax'}, list(ticks)
    axis = price_axis(1 if per_cent else decimals)
    axis['axisPointer']['label']['formatter'] = unit = '{value} %' if per_cent else None
    return {
        **axis,
        **scale,
        'position': 'left',
        'axisTick': {'show': False, 'customValues': values},
        'axisLabel': {**label, 'customValues': values, 'formatter': unit},
    }


def log_ticks(low: Decimal, high: Decimal) -> list[float]:
    """Round prices that part a logarithmic axis about evenly."""
    if not 0 < low < high:
        return [float(high)]
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    scales = [
        [tick for tick in (step * 10.0**power for power in powers for step in steps) if low <= tick <= high]
        for steps in STEPS
    ]
    found = next((scale for scale in scales if len(scale) <= MOST_TICKS), scales[-1])
    if len(found) < 3:  # less than a round step: even ones
        step = 10 ** floor(log10((float(high) - float(low)) / 4))
        step *= next(each for each in (1, 2, 5, 10) if (float(high) - float(low)) / (step * each) <= MOST_TICKS)
        first = ceil(float(low) / step)
        found = [float(f'{number * step:.12g}') for number in range(first, int(float(high) / step) + 1)]
    return found[:: ceil(len(found) / MOST_TICKS) or 1]


def price_axis(decimals: int) -> dict[str, Any]:
    """Prices or money at the right, the one under the crosshair in a label."""
    label = {**TAG, 'precision': decimals, 'backgroundColor': 'var(--muted)'}
    return {
        'scale': True,
        'position': 'right',
        'splitNumber': 5,
        'axisLabel': {**SMALL, 'margin': 9},
        'splitLine': FAINT,
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
