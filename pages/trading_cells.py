"""The quote on the trading page, rendered once for all browsers that look at the coin."""

from desk.desk import Desk
from desk.errors import NotFound
from desk.glance import Glance
from models import Coin
from pages.formats import format_full, format_price, price_decimals
from pages.live import Cell, Live

OWN, MADE = 'from the price', 'made from the last price and the account’s spread'


class Quotes:
    """A cell a coin: bid, ask and the spread between them."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self._cells: dict[int, Cell] = {}
        self._names: dict[str, int] = {}
        desk.subscribe(self.render)

    def cell(self, coin: Coin) -> Cell:
        """The coin's cell, made when first asked for."""
        assert coin.id is not None
        if coin.id not in self._cells:
            self._cells[coin.id] = self.live.cell(f'quote-{coin.id}', 'dl', 'figures quote')
        self._names[coin.name] = coin.id
        self.render({coin.name})
        return self._cells[coin.id]

    def refresh(self) -> None:
        """The account's spread may be another."""
        self.render(set(self._names))

    def render(self, names: set[str]) -> None:
        """These coins changed; what is no coin is passed over."""
        for name in names & self._names.keys():
            try:
                seen = self.desk.broker.glance(name)
            except NotFound:
                self.live.set(self._cells[self._names[name]], '')
            else:
                self.live.set(self._cells[self._names[name]], quote_html(seen))


def quote_html(seen: Glance) -> str:
    """Bid, ask and spread; the title says where bid and ask are from."""
    title = f'Bid and ask {OWN if seen.own else MADE}'
    spread = f'{format_full(seen.spread_percent)} %'
    figures = (
        ('Bid', format_price(seen.bid), 'bid'),
        ('Ask', format_price(seen.ask), 'ask'),
        ('Spread', f'{format_price(seen.spread, price_decimals(seen.ask))} · {spread}', 'spread'),
    )
    return ''.join(
        f'<div title="{title}"><dt>{label}</dt><dd data-field="{name}">{text}</dd></div>'
        for label, text, name in figures
    )
