"""A condition of alerts: the spread is wide. `python app.py --plugin examples.wide_spread`."""

from desk.desk import Desk
from desk.market import Quote


def is_wide(quote: Quote) -> bool:
    """Asked at every price of a coin that somebody watches with this condition: it must not wait for anything."""
    return quote.bid is not None and quote.ask is not None and quote.ask - quote.bid > quote.price / 100


def register(desk: Desk) -> None:
    desk.plugins.add_condition('wide_spread', 'the spread is more than 1 %', is_wide)
