"""The quote on the trading page, rendered once for all browsers that look at the coin."""

from decimal import Decimal

from desk.broker.broker import ACCOUNT
from desk.broker.glance import Glance
from desk.desk import Desk
from desk.errors import NotFound
from models import Coin
from pages.formats import format_full, format_price, price_decimals
from pages.live import Live
from pages.live_cell import Cell

MOST_DECIMALS = 18
OWN, MADE = 'from the price', 'made from the last price and the account’s spread'


class Quotes:
    """A cell a coin: bid, ask and the spread between them."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._cells: dict[int, Cell] = {}
        desk.subscribe(self.render)

    def cell(self, coin: Coin) -> Cell:
        """The coin's cell, made when first asked for."""
        assert coin.id is not None
        if coin.id not in self._cells:
            self._cells[coin.id] = self.live.cell(f'quote-{coin.id}', 'dl', 'figures quote')
        self._render(coin.id)
        return self._cells[coin.id]

    def render(self, names: set[str]) -> None:
        """These coins changed; or the account, whose spread may be another."""
        for number, cell in self._cells.items():
            if self.live.watched(cell) and (ACCOUNT in names or self.desk.broker.name(number) in names):
                self._render(number)

    def _render(self, number: int) -> None:
        try:
            seen = self.desk.broker.glance(self.desk.broker.name(number))
        except NotFound:
            self.live.set(self._cells[number], '')
        else:
            self.live.set(self._cells[number], quote_html(seen))


def quote_html(seen: Glance) -> str:
    """Bid, ask and spread; the title says where bid and ask are from."""
    title = f'Bid and ask {OWN if seen.own else MADE}'
    spread = f'{format_full(seen.spread_percent)} %'
    decimals = telling_decimals(seen.bid, seen.ask)
    figures = (
        ('Bid', format_price(seen.bid, decimals), 'bid'),
        ('Ask', format_price(seen.ask, decimals), 'ask'),
        ('Spread', f'{format_price(seen.spread, decimals)} · {spread}', 'spread'),
    )
    return ''.join(
        f'<div title="{title}"><dt>{label}</dt><dd data-field="{name}">{text}</dd></div>'
        for label, text, name in figures
    )


def telling_decimals(bid: Decimal, ask: Decimal) -> int:
    """As many decimals as a price deserves, and more where bid and ask would look the same."""
    decimals = price_decimals(ask)
    while decimals < MOST_DECIMALS and bid != ask and format_price(bid, decimals) == format_price(ask, decimals):
        decimals += 1
    return decimals
