"""Double entry: every deposit and every fill as postings that sum to zero for each asset. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from desk.orders import Fill, Posting, Side, Transaction
from desk.ticks import MONEY

TRADER, DEPOSITS, MARKET, FEES = ACCOUNTS = ('trader', 'deposits', 'market', 'fees')
DEPOSIT, FILL = KINDS = ('deposit', 'fill')


def deposit(id: int, book_id: int, amount: Decimal, at: datetime) -> Transaction:
    """A book's opening money, in the quote currency."""
    return Transaction(id, book_id, DEPOSIT, at, _move(DEPOSITS, TRADER, None, amount))


def trade(id: int, fill: Fill) -> Transaction:
    """A fill: coins one way, money the other, and the fee. What is zero makes no postings."""
    bought = fill.side is Side.BUY
    giver, taker = (MARKET, TRADER) if bought else (TRADER, MARKET)
    postings = (
        *_move(giver, taker, fill.coin_id, fill.size),
        *_move(taker, giver, None, fill.value),
        *_move(TRADER, FEES, None, fill.fee),
    )
    return Transaction(id, fill.book_id, FILL, fill.at, postings, fill.id)


def sums(postings: Iterable[Posting], account: str = '') -> dict[int | None, Decimal]:
    """The sum per asset, of one account or of all (then every sum is zero)."""
    totals: dict[int | None, Decimal] = {}
    for posting in postings:
        if not account or posting.account == account:
            totals[posting.coin_id] = MONEY.add(totals.get(posting.coin_id, Decimal(0)), posting.amount)
    return totals


def _move(giver: str, taker: str, coin_id: int | None, amount: Decimal) -> tuple[Posting, ...]:
    if not amount:
        return ()
    return (Posting(taker, coin_id, amount), Posting(giver, coin_id, amount.copy_negate()))
