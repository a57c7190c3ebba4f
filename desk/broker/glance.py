"""What a ticket shows before anything is asked for: the quote with its spread, shares of a balance. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from desk.orders import Steps, Terms
from desk.ticks import MONEY, Tick
from desk.trading import floor, quote

CENT = Decimal('0.01')
DIGITS = Decimal('0.0001')


@dataclass(frozen=True, slots=True)
class Glance:
    """A coin's quote as orders meet it. `spread_percent` is of the middle, to 0.0001.

    `own`: bid and ask came with the price; else they are the price ∓ half the account's spread.
    """

    bid: Decimal
    ask: Decimal
    spread: Decimal
    spread_percent: Decimal
    own: bool


def glance(tick: Tick, terms: Terms, steps: Steps) -> Glance:
    """The quote of a price."""
    bid, ask = quote(tick, terms, steps)
    with localcontext(MONEY):
        wide = (ask - bid) / (bid + ask) * 200
        return Glance(
            bid=bid,
            ask=ask,
            spread=ask - bid,
            spread_percent=wide.quantize(DIGITS, ROUND_HALF_EVEN).normalize(),
            own=(tick.bid, tick.ask) == (bid, ask),
        )


def share(available: Decimal, percent: int, step: Decimal = CENT) -> Decimal:
    """So many per cent of a balance, rounded down to a step: a lot for coins, a cent for money."""
    with localcontext(MONEY):
        return floor(available * percent / 100, step)
