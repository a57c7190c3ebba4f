"""The equity curve: one line, its deposit dotted, its end moving with the prices. Plain data, no JavaScript."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from columns import canonical
from desk.equity import Curve, Point
from pages.chart_layout import DOTTED, SMALL, price_axis, tooltip
from pages.formats import format_money

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FLAT = Decimal('0.001')  # a curve that moves by less is drawn as flat
CLOCK = '{HH}:{mm}:{ss}'
VALUES: dict[str, Any] = {
    'dimensions': ['at', 'equity', {'name': 'Equity', 'type': 'ordinal'}],
    'encode': {'x': 0, 'y': 1, 'tooltip': [2]},
}
LINE = {
    'type': 'line',
    'symbol': 'none',
    'step': 'end',  # a price counts until the next one
    'silent': True,
    'animation': False,
    'lineStyle': {'color': 'var(--accent)', 'width': 1.5},
    'itemStyle': {'color': 'var(--accent)'},
    **VALUES,
}


@dataclass(frozen=True)
class EquityDrawing:
    """A curve, and the live point that it ends with, in a time zone."""

    curve: Curve
    live: Point
    zone: str

    def options(self) -> dict[str, Any]:
        """The whole chart."""
        deposit = {'yAxis': canonical(self.curve.points[0].equity)}
        mark = {'symbol': 'none', 'silent': True, 'label': {'show': False}, 'lineStyle': DOTTED, 'data': [deposit]}
        return {
            'animation': False,
            'useUTC': True,  # moments are shifted to the chosen zone
            'grid': {'top': 10, 'bottom': 26, 'left': 1, 'right': 20 + 8 * self._widest(), 'outerBoundsMode': 'none'},
            'xAxis': _time(),
            'yAxis': price_axis(2) | {'splitNumber': 4} | self.span(),
            'tooltip': tooltip(),
            'series': [LINE | self.past() | {'name': 'Equity', 'markLine': mark}, LINE | self.running()],
        }

    def span(self) -> dict[str, Any]:
        """From where to where the money is drawn: a little around a line that is flat, else as far as it goes."""
        values = [self.live.equity, *(point.equity for point in self.curve.points)]
        low, high = min(values), max(values)
        if high - low > high * FLAT:
            return {'min': None, 'max': None}
        return {'min': canonical(low * (1 - FLAT)), 'max': canonical(high * (1 + FLAT))}

    def past(self) -> dict[str, Any]:
        """Every point but the live one."""
        return {'id': 'past', 'data': self._rows(self.curve.points)}

    def running(self) -> dict[str, Any]:
        """The end of the line: a series of its own, so that a live change sends no more than it."""
        return {'id': 'running', 'data': self._rows((self.curve.points[-1], self.live))}

    def _rows(self, points: Iterable[Point]) -> list[list[Any]]:
        return [[self._shifted(each.at), canonical(each.equity), format_money(each.equity)] for each in points]

    def _shifted(self, at: datetime) -> int:
        """Milliseconds since 1970 of the time that a clock in the zone shows."""
        wall = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=UTC)
        return (wall - EPOCH) // MILLISECOND

    def _widest(self) -> int:
        return len(f'{max(self.curve.peak, self.live.equity):,.0f}')


class EquityChart:
    """One curve in one browser."""

    def __init__(self, drawing: EquityDrawing) -> None:
        self.drawing = drawing
        self.ready, self.missed = False, False
        self.element = ui.echart(drawing.options(), renderer='svg').classes('equity-curve')
        self.element.props('role=img').props['aria-label'] = 'Equity since the deposit'
        self.element.on('chart:rendered.once', self._begin, args=[])

    def draw(self, drawing: EquityDrawing) -> None:
        """Show this: all of it, or its end alone where nothing else is new."""
        before, self.drawing = self.drawing, drawing
        if drawing.curve is not before.curve or self.missed:
            self._send({'yAxis': drawing.span(), 'series': [drawing.past(), drawing.running()]})
        elif drawing.live.equity != before.live.equity:
            self._send({'yAxis': drawing.span(), 'series': [drawing.running()]})

    def _begin(self) -> None:
        self.ready = True

    def _send(self, options: dict[str, Any]) -> None:
        """Only to a browser that listens: messages would pile up. What it misses comes with the next drawing."""
        self.missed = not (self.ready and self.element.client.has_socket_connection)
        if not self.missed:
            self.element.run_chart_method('setOption', options)


def _time() -> dict[str, Any]:
    return {
        'type': 'time',
        'axisTick': {'show': False},
        'splitLine': {'show': False},
        'axisLine': {'show': False},
        'axisPointer': {'label': {'show': False}},
        'axisLabel': {
            **SMALL,
            'hideOverlap': True,
            'showMinLabel': False,
            'showMaxLabel': False,
            'formatter': {
                'year': '{yyyy}',
                'month': '{d} {MMM}',
                'day': '{d} {MMM}',
                'hour': '{HH}:{mm}',
                'minute': '{HH}:{mm}',
                'second': CLOCK,
                'millisecond': CLOCK,
            },
            'rich': {'primary': {'fontWeight': 'normal'}},
        },
        'splitNumber': 6,
        'minInterval': 1000,
    }
