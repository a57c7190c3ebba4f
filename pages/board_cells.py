"""One row of the board as HTML, made once for all browsers. Names are user input: everything is escaped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape

from desk.market import Quote
from pages.formats import direction, format_age, format_change, format_full, format_price, format_volume
from pages.live import Live
from pages.theme import coin_path

ROWS_PER_ROOM = 100
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
SILENT = timedelta(seconds=60)
PERIODS = (('change-1h', 'change_1h'), ('change-24h', 'change_24h'), ('change-7d', 'change_7d'))


class Row:
    """The cells of one coin: the link itself, and inside it what changes seldom, often and each minute."""

    def __init__(self, live: Live, number: int) -> None:
        room = f'board-{number // ROWS_PER_ROOM}'
        self.live = live
        self.ident, self.price = live.cell(room, classes='part'), live.cell(room, classes='cell price')
        self.stats, self.spark = live.cell(room, classes='part'), live.cell(room, classes='cell spark')
        self.price.props.update({'data-field': 'price'})
        self.spark.props.update({'data-field': 'sparkline'})
        self.link = live.cell(room, 'a', 'row', (self.ident, self.price, self.stats, self.spark))
        self.shown: Decimal | None = None
        self.points = 0

    def render(self, quote: Quote, now: datetime) -> None:
        """What follows from a new price or a new age."""
        self.live.set_props(self.link, href=coin_path(quote.name), **{'data-coin': quote.name})
        self.live.set(self.ident, ident_html(quote, now))
        self.live.set_props(self.price, title=full_price(quote.price))
        self.live.set(self.price, price_html(quote.price, self.shown), price_html(quote.price, None))
        self.live.set(self.stats, stats_html(quote))
        self.shown = quote.price

    def draw(self, closes: Sequence[Decimal]) -> None:
        """The sparkline, each minute, and while the day behind it fills."""
        self.points = len(closes)
        self.live.set(self.spark, spark_svg(closes))


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
    full = format_full(price)
    return '' if full == format_price(price) else full


def price_html(price: Decimal, before: Decimal | None) -> str:
    """The price; the digits that differ from `before` are lit."""
    text = format_price(price)
    return text if before is None else lit_html(text, format_price(before), price > before)


def lit_html(text: str, old: str, up: bool) -> str:
    """A number; the digits that differ from those before are lit."""
    if text == old:
        return text
    differ = [new != was for new, was in zip(text, old, strict=False)]
    kept = differ.index(True) if len(text) == len(old) else 0
    return f'{text[:kept]}<b class="lit-{"up" if up else "down"}">{text[kept:]}</b>'


def stats_html(quote: Quote) -> str:
    """Changes, volume and the day's range with the price's place in it."""
    changes = ''.join(
        f'<span class="cell change {direction(getattr(quote, field))}" data-field="{name}">'
        f'{format_change(getattr(quote, field))}</span>'
        for name, field in PERIODS
    )
    return (
        f'{changes}<span class="cell volume" data-field="volume">{format_volume(quote.volume_24h)}</span>'
        f'<span class="cell range" data-field="range">{range_html(quote)}</span>'
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
