"""One coin large: name, price and time, rendered once for all browsers that look at it."""

from html import escape

from desk.desk import Desk
from desk.errors import NotFound
from desk.market import Quote
from pages.board_cells import full_price, price_html
from pages.formats import format_time
from pages.live import Cell, Live


class Head:
    """The cells of one coin. Their ids in the page are the article's, so that its scripts find them."""

    def __init__(self, live: Live, quote: Quote) -> None:
        room = f'coin-{quote.coin_id}'
        self.live, self.shown = live, quote.price
        self.name = live.cell(room, 'span', 'head-name', id='cryptocurrency-name', dir='auto')
        self.price = live.cell(room, 'span', 'head-price', id='cryptocurrency-price')
        self.timestamp = live.cell(room, 'span', 'head-time', id='cryptocurrency-timestamp')

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        """In reading order."""
        return self.name, self.price, self.timestamp


class Heads:
    """The heads that somebody has asked for, kept up to date."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._heads: dict[int, Head] = {}
        desk.subscribe(self.render)

    def head(self, quote: Quote) -> Head:
        """The coin's cells, made when first asked for."""
        head = self._heads.get(quote.coin_id)
        if head is None:
            head = self._heads[quote.coin_id] = Head(self.live, quote)
            self._render(head, quote)
        return head

    def render(self, names: set[str]) -> None:
        """These coins changed."""
        for name in names:
            try:
                quote = self.desk.quote(name)
            except NotFound:
                continue
            if head := self._heads.get(quote.coin_id):
                self._render(head, quote)

    def _render(self, head: Head, quote: Quote) -> None:
        zone = self.desk.preference('timezone', 'UTC')
        self.live.set(head.name, escape(quote.name))
        self.live.set_props(head.price, title=full_price(quote.price))
        self.live.set(head.price, price_html(quote.price, head.shown), price_html(quote.price, None))
        self.live.set(head.timestamp, format_time(quote.timestamp, zone))
        head.shown = quote.price
