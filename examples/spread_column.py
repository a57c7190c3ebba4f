"""A column of the board: how far bid and ask are apart. `python app.py --plugin examples.spread_column`."""

from decimal import Decimal

from desk.desk import Desk
from desk.market import Quote


def spread(quote: Quote) -> Decimal | None:
    """In per cent of the price; None where the last price came without the two. The board sorts by it."""
    if quote.bid is None or quote.ask is None:
        return None
    return 100 * (quote.ask - quote.bid) / quote.price


def register(desk: Desk) -> None:
    desk.plugins.add_column('spread', 'Spread', spread, show=lambda value: f'{value:.3f} %')
