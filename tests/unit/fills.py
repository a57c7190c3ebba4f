"""Fills for tests that ask for little: a coin, a side, a size, a price."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from desk.orders import Book, Fill, Rule, Side
from desk.trading import fee, value

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
BOOK = Book(1, 'local', 1, 'USD', START)
_numbers = count(1)


def fill(side: str, size: str | Decimal, price: str | Decimal, rate: str = '0', after: int = 0, coin: int = 1) -> Fill:
    """A fill with a fee of `rate` per cent, `after` so many seconds."""
    amount, each, at = Decimal(size), Decimal(price), START + timedelta(seconds=after)
    number = next(_numbers)
    return Fill(
        id=number,
        order_id=number,
        book_id=BOOK.id,
        coin_id=coin,
        side=Side(side),
        size=amount,
        price=each,
        value=value(amount, each),
        fee=fee(amount, each, Decimal(rate)),
        maker=False,
        rule=Rule.MARKET,
        at=at,
        seq=number,
        tick_price=each,
        tick_time=at,
        tick_source='api',
        bid=each,
        ask=each,
    )


def of_coins(fills: Sequence[Fill]) -> list[tuple[int, Fill]]:
    """Each with its coin."""
    return [(each.coin_id, each) for each in fills]
