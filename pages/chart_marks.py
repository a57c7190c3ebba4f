"""What is drawn into a chart besides candles: levels as lines, trades as arrows, firings as diamonds. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from columns import canonical
from desk.orders import PRICE_QUANTUM
from desk.ticks import MONEY
from pages.formats import format_price

FONT = 'system-ui, sans-serif'
LABEL = {
    'position': 'insideStartTop',
    'padding': [0, 3],
    'lineHeight': 14,
    'fontSize': 12,
    'fontFamily': FONT,
    'backgroundColor': 'var(--background)',
}
ROWS = {'lineHeight': 15, 'fontSize': 12, 'fontFamily': FONT}
ROW, ROW_PIXELS, MOST_ROWS = Decimal('0.07'), 16, 6
LEAST_SIGHT = Decimal('0.03')
LETTER, BESIDE = 7, 10  # pixels: of a price on the axis at the left, and between it and a name
SHAPES: dict[str, dict[str, Any]] = {
    'up': {'symbol': 'triangle', 'symbolRotate': 0, 'symbolOffset': [0, '60%']},
    'down': {'symbol': 'triangle', 'symbolRotate': 180, 'symbolOffset': [0, '-60%']},
    'alert': {'symbol': 'diamond'},
}
COLOURS = {'up': 'up', 'down': 'down', 'alert': 'accent'}
SPOTS = {'type': 'scatter', 'symbolSize': 11, 'encode': {'x': 0, 'y': 1, 'tooltip': 2}}
UNSEEN = {'type': 'line', 'symbol': 'none', 'lineStyle': {'width': 0}, 'tooltip': {'show': False}}
STILL = {'animation': False, 'emphasis': {'disabled': True}, 'silent': True}


@dataclass(frozen=True, slots=True)
class Level:
    """A price with a name, as a line: `colour` is a token of the theme."""

    price: Decimal
    label: str
    colour: str
    dashed: bool = True


@dataclass(frozen=True, slots=True)
class Spot:
    """At its candle: `way` 'up' is the arrow of a purchase, 'down' of a sale, 'alert' the diamond of a firing."""

    at: datetime
    price: Decimal
    label: str
    way: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is drawn in."""

    levels: tuple[Level, ...] = ()
    spots: tuple[Spot, ...] = ()
    firings: tuple[Spot, ...] = ()

    def series(
        self, slots: Sequence[datetime | None], decimals: int, span: tuple[Decimal, Decimal]
    ) -> list[dict[str, Any]]:
        """Three series of a fixed kind, so that other marks leave zoom and history alone.

        `span` is the range of the newest candles. Levels near to it are brought into the picture with the newest
        candle, and what is written above them; those beyond would flatten it.
        """
        near = self._near(span)
        stacks = stacked(near, _row(span, near))
        points = [level.price for level in near]
        low, high = min([*points, span[0]]), max([*points, span[1]])
        points += [edge for stack in stacks for edge in (stack.bottom, stack.top) if 0 < edge < low or high < edge]
        beside = BESIDE + LETTER * len(format_price(high, decimals))
        lines = [line for stack in stacks for line in stack.lines(decimals, beside)]
        lines += [_line(level, _label([level], decimals, beside)) for level in self.levels if level not in near]
        mark = {'symbol': 'none', 'silent': True, 'animation': False, 'data': lines}
        data = [[len(slots) - 1, canonical(price)] for price in points]
        return [
            {'id': 'firings', 'z': 4, 'data': _placed(self.firings, slots), **_told('Alert'), **SPOTS, **STILL},
            {'id': 'levels', 'data': data, 'markLine': mark, **UNSEEN, **STILL},
            {'id': 'trades', 'z': 5, 'data': _placed(self.spots, slots), **_told('Trade'), **SPOTS, **STILL},
        ]

    def _near(self, span: tuple[Decimal, Decimal]) -> list[Level]:
        """Within the span and as much again above and below, but at least 3 % of the price."""
        low, high = span
        more = max(high - low, high * LEAST_SIGHT)
        return [level for level in self.levels if low - more <= level.price <= high + more]


@dataclass(frozen=True, slots=True)
class Stack:
    """Levels from below whose names are written one above the other, each `row` of the price axis high."""

    levels: tuple[Level, ...]
    row: Decimal

    @property
    def rows(self) -> int:
        """How many names are written."""
        return min(len(self.levels), MOST_ROWS)

    @property
    def bottom(self) -> Decimal:
        """Where the lowest name stands: a single one on its line, several as near to theirs as they can."""
        prices = [level.price for level in self.levels]
        return (sum(prices, Decimal(0)) / len(prices) - self.row * (self.rows - 1) / 2).quantize(
            PRICE_QUANTUM, context=MONEY
        )

    @property
    def top(self) -> Decimal:
        """Where the names end."""
        return self.bottom + self.row * self.rows

    def lines(self, decimals: int, beside: int) -> list[dict[str, Any]]:
        """A line a level; the uppermost bears the names of all."""
        *others, bearer = self.levels
        below = (bearer.price - self.bottom) / self.row if self.row else Decimal(0)
        label = _label(self.levels, decimals, beside) | {'distance': [beside, 1 - round(below * ROW_PIXELS)]}
        return [*(_line(level, {'show': False}) for level in others), _line(bearer, label)]


def stacked(levels: Sequence[Level], row: Decimal) -> list[Stack]:
    """The levels from below; those whose names would overlap are joined, until none do."""
    found: list[Stack] = []
    for level in sorted(levels, key=lambda level: level.price):
        stack = Stack((level,), row)
        while found and stack.bottom <= found[-1].top - row / 8:
            stack = Stack((*found.pop().levels, *stack.levels), row)
        found.append(stack)
    return found


def _row(span: tuple[Decimal, Decimal], near: Sequence[Level]) -> Decimal:
    """The height of a name on the price axis."""
    low, high = min([span[0], *(level.price for level in near)]), max([span[1], *(level.price for level in near)])
    return ((high - low) * ROW).quantize(PRICE_QUANTUM, context=MONEY)


def _line(level: Level, label: dict[str, Any]) -> dict[str, Any]:
    style = {'color': f'var(--{level.colour})', 'type': 'dashed' if level.dashed else 'solid', 'width': 1}
    return {'yAxis': canonical(level.price), 'lineStyle': style, 'label': label}


def _label(group: Sequence[Level], decimals: int, beside: int) -> dict[str, Any]:
    """The names from the highest price down, `beside` pixels from the left; those that are too many are counted."""
    where: dict[str, Any] = LABEL | {'distance': [beside, 1]}
    rows = [(level.colour, f'{level.label} · {format_price(level.price, decimals)}') for level in reversed(group)]
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS - 1], ('muted', f'and {len(rows) - MOST_ROWS + 1} more')]
    if len(rows) == 1:
        colour, words = rows[0]
        return where | {'color': f'var(--{colour})', 'formatter': words}
    rich = {colour: {'color': f'var(--{colour})', **ROWS} for colour, _ in rows}
    return where | {'formatter': '\n'.join(f'{{{colour}|{words}}}' for colour, words in rows), 'rich': rich}


def _told(what: str) -> dict[str, Any]:
    return {'dimensions': ['slot', 'price', {'name': what, 'type': 'ordinal'}]}


def _placed(spots: Sequence[Spot], slots: Sequence[datetime | None]) -> list[dict[str, Any]]:
    """At the candles that they fell into; what was before the first is left out."""
    places = [(start, place) for place, start in enumerate(slots) if start is not None]
    found = ((spot, bisect_right(places, spot.at, key=lambda place: place[0])) for spot in spots)
    return [_drawn(spot, places[after - 1][1]) for spot, after in found if after]


def _drawn(spot: Spot, slot: int) -> dict[str, Any]:
    style = {'color': f'var(--{COLOURS[spot.way]})', 'borderColor': 'var(--surface)', 'borderWidth': 1.5}
    return {'value': [slot, canonical(spot.price), spot.label], 'itemStyle': style, **SHAPES[spot.way]}
