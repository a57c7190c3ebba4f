"""One coin large: name, price, time and figures, rendered once for all browsers that look at it."""

from datetime import datetime
from decimal import Decimal
from html import escape

from desk.broker.broker import ACCOUNT
from desk.desk import Desk
from desk.errors import NotFound
from desk.market import Quote
from models import Coin
from pages.board_cells import PERIODS, place_in_range, range_html, show_price
from pages.event import Event
from pages.formats import (
    NONE,
    direction,
    format_age,
    format_change,
    format_deviation,
    format_price,
    format_time,
    format_volume,
    full_price,
)
from pages.live import Live
from pages.live_cell import Cell
from pages.stars import star_html

AGES_EVERY = 10.0
LABELS = {'change-1h': '1 h', 'change-24h': '24 h', 'change-7d': '7 d'}


class Head:
    """The cells of one coin. Three ids in the page are the article's, so that its scripts find them."""

    def __init__(self, live: Live, coin: Coin) -> None:
        room = f'coin-{coin.id}'
        self.live, self.coin_name = live, coin.name
        self.shown: Decimal | None = None
        self.name = live.cell(room, 'span', 'head-name', id='cryptocurrency-name', dir='auto')
        self.full_name = live.cell(room, 'span', 'full-name', dir='auto')
        self.price = live.cell(room, 'span', 'head-price', id='cryptocurrency-price')
        self.price.props['data-field'] = 'price'
        self.timestamp = live.cell(room, 'span', 'head-time', id='cryptocurrency-timestamp')
        self.source = live.cell(room, 'span', 'head-source')
        self.figures = live.cell(room, 'dl', 'figures')
        self.aside = live.cell(room, 'div', 'asides')
        self.star, self.number = live.cell(room, 'span', 'head-star'), coin.id or 0

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        """What the article's page shows, in reading order."""
        return self.name, self.price, self.timestamp

    def render(self, quote: Quote, zone: str, now: datetime) -> None:
        """What follows from a new price or a new age."""
        self.live.set_props(self.price, title=full_price(quote.price, format_price(quote.price)))
        show_price(self.live, self.price, quote.price, self.shown)
        self.live.set(self.timestamp, format_time(quote.timestamp, zone))
        self.live.set(self.source, source_html(quote, now))
        self.live.set(self.figures, figures_html(quote))
        self.live.set(self.aside, asides_html(quote, zone))
        self.shown = quote.price

    def empty(self) -> None:
        """The coin has no price, or none any more."""
        for cell in (self.price, self.timestamp, self.source, self.figures, self.aside):
            self.live.set(cell, NONE if cell is self.price else '')
        self.shown = None

    def call(self, coin: Coin) -> None:
        """The coin's name, which may change."""
        self.coin_name = coin.name
        self.live.set(self.name, escape(coin.name))
        self.live.set(self.full_name, escape(coin.full_name))
        self.live.set(self.star, star_html(self.number, coin.name))


class Heads:
    """The heads that somebody has asked for, kept up to date. `gone` tells of a coin that became part of another."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self.gone = Event[[str, str]]()
        self._heads: dict[int, Head] = {}
        desk.subscribe(self.render)

    def head(self, coin: Coin) -> Head:
        """The coin's cells, made when first asked for."""
        assert coin.id is not None
        head = self._heads.get(coin.id)
        if head is None:
            head = self._heads[coin.id] = Head(self.live, coin)
            self._render(head, coin)
        return head

    def render(self, names: set[str]) -> None:
        """These coins changed."""
        if not self._heads:
            return
        for head in [head for head in self._heads.values() if head.coin_name in names]:
            self._follow(head)
        for name in names - {ACCOUNT}:
            coin = self._coin(name)
            if coin is not None and coin.id in self._heads:
                self._render(self._heads[coin.id], coin)

    def refresh(self) -> None:
        """Ages, and the zone that times are shown in."""
        self.render({head.coin_name for head in self._heads.values()})

    def _coin(self, name: str) -> Coin | None:
        """The coin of this name; a frame may also name what is no coin."""
        try:
            return self.desk.coin(name)
        except NotFound:
            return None

    def _follow(self, head: Head) -> None:
        """A renamed coin is still this one; a merged one is not."""
        coin = self.desk.coin(head.coin_name)
        if self._heads.get(coin.id or 0) is not head:
            self._heads = {number: other for number, other in self._heads.items() if other is not head}
            self.gone.emit(head.coin_name, coin.name)

    def _render(self, head: Head, coin: Coin) -> None:
        head.call(coin)
        try:
            quote = self.desk.quote(coin.name)
        except NotFound:
            head.empty()
        else:
            head.render(quote, self.desk.preference('timezone', 'UTC'), self.desk.clock())


def source_html(quote: Quote, now: datetime) -> str:
    """Where the price is from and how old it is."""
    age = format_age(quote.timestamp, now)
    return escape(quote.source) + (f' · {age} ago' if age else '')


def figures_html(quote: Quote) -> str:
    """Changes, the day's range with the price's place in it, volume, bid and ask."""
    figures = [
        (LABELS[name], format_change(getattr(quote, field)), name, direction(getattr(quote, field)))
        for name, field in PERIODS
    ]
    figures.append(('24 h volume', format_volume(quote.volume_24h), 'volume', ''))
    if quote.bid is not None and quote.ask is not None:
        figures.append(('Bid · Ask', f'{format_price(quote.bid)} · {format_price(quote.ask)}', 'bid-ask', ''))
    shown = ''.join(
        f'<div><dt>{label}</dt><dd class="{way}" data-field="{name}">{text}</dd></div>'
        for label, text, name, way in figures
    )
    return shown + _range(quote)


def asides_html(quote: Quote, zone: str) -> str:
    """The prices that do not govern, with how far they are from the one that does."""
    return ''.join(
        f'<p>{escape(mark.source)} says <b>{format_price(mark.price)}</b>, {format_deviation(mark.deviation)} '
        f'<span class="muted">· {format_time(mark.timestamp, zone)} · does not count here</span></p>'
        for mark in quote.aside
    )


def _range(quote: Quote) -> str:
    if quote.low_24h is None or quote.high_24h is None:
        return ''
    return (
        f'<div class="day"><dt>24 h range</dt><dd data-field="range">{format_price(quote.low_24h)}<span class="range">'
        f'{range_html(quote.low_24h, quote.high_24h, place_in_range(quote))}</span>'
        f'{format_price(quote.high_24h)}</dd></div>'
    )
