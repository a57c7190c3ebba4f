"""What is drawn into a chart besides candles: levels as lines, trades as arrows. Pure: plain data, no JavaScript."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from columns import canonical
from pages.formats import format_price

FONT = 'system-ui, sans-serif'
LABEL = {
    'position': 'insideStartTop',
    'distance': [2, 1],
    'padding': [0, 3],
    'lineHeight': 14,
    'fontSize': 12,
    'fontFamily': FONT,
    'backgroundColor': 'var(--background)',
}
ARROWS = {'up': {'symbol': 'triangle', 'symbolRotate': 0}, 'down': {'symbol': 'triangle', 'symbolRotate': 180}}
TOLD = {'dimensions': ['slot', 'price', {'name': 'Trade', 'type': 'ordinal'}], 'encode': {'x': 0, 'y': 1, 'tooltip': 2}}
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
    """A trade: an arrow at its candle, `way` 'up' for a purchase and 'down' for a sale."""

    at: datetime
    price: Decimal
    label: str
    way: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is drawn in."""

    levels: tuple[Level, ...] = ()
    spots: tuple[Spot, ...] = ()

    def series(
        self, slots: Sequence[datetime | None], decimals: int, sight: tuple[Decimal, Decimal]
    ) -> list[dict[str, Any]]:
        """Two series of a fixed kind, so that other marks leave zoom and history alone.

        Levels within `sight` are brought into the picture with the newest candle; those beyond would flatten it.
        """
        low, high = sight
        near = [[len(slots) - 1, canonical(level.price)] for level in self.levels if low <= level.price <= high]
        lines = [_line(level, decimals) for level in self.levels]
        mark = {'symbol': 'none', 'silent': True, 'animation': False, 'data': lines}
        return [
            {'id': 'levels', 'data': near, 'markLine': mark, **UNSEEN, **STILL},
            {'id': 'trades', 'type': 'scatter', 'symbolSize': 11, 'z': 5, 'data': self._arrows(slots), **TOLD, **STILL},
        ]

    def _arrows(self, slots: Sequence[datetime | None]) -> list[dict[str, Any]]:
        places = [(start, place) for place, start in enumerate(slots) if start is not None]
        found = ((spot, bisect_right(places, spot.at, key=lambda place: place[0])) for spot in self.spots)
        return [_arrow(spot, places[after - 1][1]) for spot, after in found if after]


def _line(level: Level, decimals: int) -> dict[str, Any]:
    style = {'color': f'var(--{level.colour})', 'type': 'dashed' if level.dashed else 'solid', 'width': 1}
    label = LABEL | {
        'color': f'var(--{level.colour})',
        'formatter': f'{level.label} · {format_price(level.price, decimals)}',
    }
    return {'yAxis': canonical(level.price), 'lineStyle': style, 'label': label}


def _arrow(spot: Spot, slot: int) -> dict[str, Any]:
    style = {'color': f'var(--{spot.way})', 'borderColor': 'var(--surface)', 'borderWidth': 1.5}
    offset = [0, '60%'] if spot.way == 'up' else [0, '-60%']
    return {
        'value': [slot, canonical(spot.price), spot.label],
        'itemStyle': style,
        'symbolOffset': offset,
        **ARROWS[spot.way],
    }
