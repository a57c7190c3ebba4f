"""A balance's statement: each of the trader's postings with what it was for and what there was after it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.orders import Book, Fill, Side
from desk.store import Line
from desk.ticks import MONEY


class Why(StrEnum):
    """What a posting was for."""

    DEPOSIT = 'deposit'
    BOUGHT = 'bought'
    SOLD = 'sold'
    FEE = 'fee'


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting of the trader's, the fill behind it (None: a deposit), and the balance after it."""

    line: Line
    why: Why
    balance: Decimal
    fill: Fill | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of a book's entries for one asset, newest first; `balance` is what there is after the newest of them."""

    book: Book
    asset: str
    entries: list[Entry]
    cursor: str


def entries(lines: Sequence[Line], fills: Mapping[int, Fill], balance: Decimal) -> Iterable[Entry]:
    """`lines` newest first; `balance` is that after the first of them."""
    for line in lines:
        fill = fills.get(line.fill_id or 0)
        yield Entry(line, _why(line, fill), balance, fill)
        balance = MONEY.subtract(balance, line.amount)


def _why(line: Line, fill: Fill | None) -> Why:
    if fill is None:
        return Why.DEPOSIT
    moved = fill.value if line.coin_id is None else fill.size
    if line.coin_id is None and abs(line.amount) != moved:
        return Why.FEE
    return Why.BOUGHT if fill.side is Side.BUY else Why.SOLD
