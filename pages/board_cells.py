"""One row of the board as HTML, made once for all browsers. Names are user input: everything is escaped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape

from desk.market import Quote
from pages.formats import direction, format_age, format_change, format_full, format_price, format_volume
from pages.live import Live
from pages.live_cell import Cell
from pages.theme import coin_path

ROWS_PER_ROOM = 100
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
COMPONENT = 'q-card-section'  # the lightest of Quasar's: an element of any tag
SILENT = timedelta(seconds=60)
PERIODS = (('change-1h', 'change_1h'), ('change-24h', 'change_24h'), ('change-7d', 'change_7d'))


class Row:
    """The cells of one coin: the link itself, and inside it what changes seldom, often and each minute."""

    def __init__(self, live: Live, number: int) -> None:
        room = f'board-{number // ROWS_PER_ROOM}'
        self.live = live
        self.ident, self.price = live.cell(room, classes='part'), live.cell(room, 'b')
        self.changes, self.day = live.cell(room, 'b'), live.cell(room, classes='part')
        self.spark = live.cell(room, classes='cell spark')
        self.spark.props['data-field'] = 'sparkline'
        price = part_of(live, room, 'span', 'cell price', (self.price,))
        price.props['data-field'] = 'price'
        changes = part_of(live, room, 'span', 'part', (self.changes,))
        self.link = part_of(live, room, 'a', 'row', (self.ident, price, changes, self.day, self.spark))
        self.shown: Decimal | None = None
        self.points = 0

    def render(self, quote: Quote, now: datetime) -> None:
        """What follows from a new price or a new age."""
        self.live.set_props(self.link, href=coin_path(quote.name), **{'data-coin': quote.name})
        self.live.set(self.ident, ident_html(quote, now))
        self.live.set_props(self.price, title=full_price(quote.price))
        show_price(self.live, self.price, quote.price, self.shown)
        self.live.set(self.changes, changes_html(quote))
        self.live.set(self.day, day_html(quote))
        self.shown = quote.price

    def draw(self, closes: Sequence[Decimal]) -> None:
        """The sparkline, each minute, and while the day behind it fills."""
        self.points = len(closes)
        self.live.set(self.spark, spark_svg(closes))


def part_of(live: Live, room: str, tag: str, classes: str, children: Sequence[Cell]) -> Cell:
    """A cell that is rendered anew when a cell in it changes, and nothing around it is.

    Vue renders anew the innermost component around what has changed; of plain elements, that is the whole page.
    """
    part = live.cell(room, COMPONENT, classes, children)
    part.props['tag'] = tag
    return part


def ident_html(quote: Quote, now: datetime) -> str:
    """The name, the full name, and where the price is from and how old it is."""
    full = f'<span class="full">{escape(quote.full_name)}</span>' if quote.full_name else ''
    silent = quote.followed and now - quote.received >= SILENT
    age = format_age(quote.received if silent else quote.timestamp, now)
    words, stale = (f'silent for {age}', ' stale') if silent else (age, '')
    when = f'<span data-field="age" class="age{stale}">{words}</span>' if age else ''
    aside = ''.join(
        f'<span class="aside">{escape(mark.source)} {format_price(mark.price)}</span>' for mark in quote.aside
    )
    return (
        f'<span class="cell ident"><span class="name"><b data-field="name" dir="auto">{escape(quote.name)}</b>'
        f'{full}</span><span class="meta"><span data-field="source">{escape(quote.source)}</span>'
        f'{when}{aside}</span></span>'
    )


def full_price(price: Decimal) -> str:
    """For the tooltip: every digit, where the board shows fewer."""
    return '' if Decimal(format_price(price).replace(',', '')) == price else format_full(price)


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
    differ = [new != was for new, was in zip(text, old, strict=False)]
    kept, tag = differ.index(True) if len(text) == len(old) else 0, 'b' if up else 'i'
    return f'{text[:kept]}<{tag}>{text[kept:]}</{tag}>'


def changes_html(quote: Quote) -> str:
    """What moves with most prices, and so is short."""
    changes = [(name, getattr(quote, field)) for name, field in PERIODS]
    return ''.join(f'<span data-field={name}{_way(change)}>{format_change(change)}</span>' for name, change in changes)


def _way(change: Decimal | None) -> str:
    return f' class={way}' if (way := direction(change)) else ''


def day_html(quote: Quote) -> str:
    """The day's volume, and its range with the price's place in it."""
    return (
        f'<span data-field=volume>{format_volume(quote.volume_24h)}</span>'
        f'<span data-field=range>{range_html(quote)}</span>'
    )


def range_html(quote: Quote) -> str:
    """A thin bar from the day's low to its high with a tick where the price is."""
    low, high = quote.low_24h, quote.high_24h
    if low is None or high is None:
        return '<span class="none">—</span>'
    place = 50 if high == low else int(100 * (min(max(quote.price, low), high) - low) / (high - low))
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
