"""One row of the board as HTML, made once for all browsers. Names are user input: everything is escaped."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from typing import Any

from desk.guarded import GuardedColumn
from desk.market import Mark, Quote
from pages.formats import NONE, direction, format_age, format_change, format_price, format_volume, full_price
from pages.live import Live
from pages.live_cell import Cell
from pages.own import own
from pages.stars import new_alert_html, star_html
from pages.theme import coin_path

ROWS_PER_ROOM = 100
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
COMPONENT = 'q-card-section'  # the lightest of Quasar's: an element of any tag
SILENT = timedelta(seconds=60)
PERIODS = (('change-1h', 'change_1h'), ('change-24h', 'change_24h'), ('change-7d', 'change_7d'))
CHANGES = tuple(name for name, _ in PERIODS)


class Row:
    """The cells of one coin: the link itself, inside it what changes seldom, often and each minute, and its tools."""

    def __init__(self, live: Live, number: int, columns: Sequence[GuardedColumn] = ()) -> None:
        room = f'board-{number // ROWS_PER_ROOM}'
        self.live = live
        self.ident, self.price = live.cell(room, classes='part'), live.cell(room, 'b')
        self.changes, self.day = live.cell(room, 'b'), live.cell(room, classes='part')
        self.spark = live.cell(room, classes='cell spark')
        self.spark.props['data-field'] = 'sparkline'
        price = part_of(live, room, 'span', 'cell price', (self.price,))
        price.props['data-field'] = 'price'
        changes = part_of(live, room, 'span', 'part', (self.changes,))
        self.columns, self.more = columns, live.cell(room, classes='part')  # of plugins
        parts = (self.ident, price, changes, self.day, self.spark, *([self.more] if columns else []))
        inside = part_of(live, room, 'span', 'part', parts)
        self.link = live.cell(room, 'a', 'row', (inside,))  # a plain element: it can be given the focus
        self.tools = live.cell(room, 'div', 'tools')  # beside the link, over its ends: a link holds no button
        self.shown: Decimal | None = None
        self.points = 0
        self._text = ''
        self._made_of: dict[Cell, tuple[Any, ...]] = {}

    def render(self, quote: Quote, now: datetime) -> None:
        """What follows from a new price or a new age."""
        if self.link.props.get('data-coin') != quote.name:
            self.live.set_props(self.link, href=own(coin_path(quote.name)), **{'data-coin': quote.name})
            self.live.set(self.tools, star_html(quote.coin_id, quote.name) + new_alert_html(quote.name))
        words, silent = age_of(quote, now)
        self._make(self.ident, ident_html, quote.name, quote.full_name, quote.source, words, silent, quote.aside)
        self._show(quote.price)
        self._make(self.changes, changes_html, quote.change_1h, quote.change_24h, quote.change_7d)
        if self.columns:
            self._make(self.more, more_html, *(column.text(quote) for column in self.columns))
        self._make(self.day, day_html, quote.volume_24h, quote.low_24h, quote.high_24h, place_in_range(quote))

    def draw(self, closes: Sequence[Decimal]) -> None:
        """The sparkline, each minute, and while the day behind it fills."""
        self.points = len(closes)
        self.live.set(self.spark, spark_svg(closes))

    def _make(self, cell: Cell, make: Callable[..., str], *of: Any) -> None:
        """Most of a row stays as it is when a price moves: to compare what it is made of takes less than to make it."""
        if self._made_of.get(cell) != of:
            self.live.set(cell, make(*of))
            self._made_of[cell] = of

    def _show(self, price: Decimal) -> None:
        before = self.shown
        if price == before:
            return
        text = format_price(price)
        if (title := full_price(price, text)) != self.price.props.get('title', ''):
            self.live.set_props(self.price, title=title)
        show_number(self.live, self.price, text, '' if before is None else self._text, price > (before or 0))
        self.shown, self._text = price, text


def part_of(live: Live, room: str, tag: str, classes: str, children: Sequence[Cell]) -> Cell:
    """A cell that is rendered anew when a cell in it changes, and nothing around it is.

    Vue renders anew the innermost component around what has changed; of plain elements, that is the whole page.
    """
    part = live.cell(room, COMPONENT, classes, children)
    part.props['tag'] = tag
    return part


def age_of(quote: Quote, now: datetime) -> tuple[str, bool]:
    """How old the price is, '' for a fresh one; or how long its exchange has been silent, and that it is."""
    if quote.followed and now - quote.received >= SILENT:
        return f'silent for {format_age(quote.received, now)}', True
    return format_age(quote.timestamp, now), False


def ident_html(name: str, full_name: str, source: str, words: str, silent: bool, aside: Sequence[Mark]) -> str:
    """The name, the full name, and where the price is from and how old it is."""
    full = f'<span class="full">{escape(full_name)}</span>' if full_name else ''
    when = f'<span data-field="age" class="age{" stale" if silent else ""}">{words}</span>' if words else ''
    others = ''.join(f'<span class="aside">{escape(mark.source)} {format_price(mark.price)}</span>' for mark in aside)
    return (
        f'<span class="cell ident"><span class="name"><b data-field="name" dir="auto">{escape(name)}</b>'
        f'{full}</span><span class="meta"><span data-field="source">{escape(source)}</span>'
        f'{when}{others}</span></span>'
    )


def show_price(live: Live, cell: Cell, price: Decimal, before: Decimal | None) -> None:
    """Show a price; the digits that differ from `before` flash."""
    show_number(live, cell, format_price(price), '' if before is None else format_price(before), price > (before or 0))


def show_number(live: Live, cell: Cell, text: str, old: str, up: bool) -> None:
    """Show a number; the digits that differ from those before flash."""
    if text != old:
        live.set(cell, lit_html(text, old, up), 'lit' if old else '')


def lit_html(text: str, old: str, up: bool) -> str:
    """A number; the digits that differ from those before are in a <b> if it rose, in an <i> if it fell."""
    if not old:
        return text
    kept, tag = len(text) - 1 if len(text) == len(old) else 0, 'b' if up else 'i'
    while text[:kept] != old[:kept]:
        kept -= 1
    return f'{text[:kept]}<{tag}>{text[kept:]}</{tag}>'


def changes_html(*changes: Decimal | None) -> str:
    """What moves with most prices, and so is short. One change for each of `PERIODS`."""
    return ''.join(
        f'<span data-field={name}{_way(change)}>{format_change(change)}</span>'
        for name, change in zip(CHANGES, changes, strict=True)
    )


def _way(change: Decimal | None) -> str:
    return f' class={way}' if (way := direction(change)) else ''


def day_html(volume: Decimal | None, low: Decimal | None, high: Decimal | None, place: int) -> str:
    """The day's volume, and its range with the price's place in it."""
    return (
        f'<span data-field=volume>{format_volume(volume)}</span>'
        f'<span data-field=range>{range_html(low, high, place)}</span>'
    )


def more_html(*texts: str) -> str:
    """What plugins' columns show; a dash where one has nothing."""
    return ''.join(f'<span class=more>{escape(text) or NONE}</span>' for text in texts)


def place_in_range(quote: Quote) -> int:
    """Where the price is between the day's low (0) and its high (100)."""
    low, high = quote.low_24h, quote.high_24h
    if low is None or high is None or high == low:
        return 50
    return int(100 * (min(max(quote.price, low), high) - low) / (high - low))


def range_html(low: Decimal | None, high: Decimal | None, place: int) -> str:
    """A thin bar from the day's low to its high with a tick where the price is."""
    if low is None or high is None:
        return '<span class="none">—</span>'
    title = f'24 h: {format_price(low)} to {format_price(high)}'
    return f'<i role="img" aria-label="{title}"><i style="left:{place}%"></i></i>'


def spark_svg(closes: Sequence[Decimal]) -> str:
    """The last day as a line; nothing for fewer than two points."""
    if len(closes) < 2:
        return ''
    low, high = min(closes), max(closes)
    span, step = (high - low) or Decimal(1), Decimal(SPARK_WIDTH) / (len(closes) - 1)
    points = ' '.join(
        f'{index * step:.1f},{1 + (high - close) / span * (SPARK_HEIGHT - 2):.1f}' for index, close in enumerate(closes)
    )
    return (
        f'<svg viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )
