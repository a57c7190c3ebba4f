"""Whether the ledger and the orders agree with the fills."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from desk.checking.pairs import grouped, paired, streamed
from desk.ledger import DEPOSIT, sums, trade
from desk.orders import Fill, Posting
from desk.store.trade_rows import FILL, FILLS, ORDER, POSTING, TRANSACTION
from desk.ticks import MONEY

FIRST = itemgetter(0)
ZERO = Decimal(0)


def transactions(connection: Connection) -> Iterator[str]:
    """Transactions that do not sum to zero, or are not those of their fills, and fills without one."""
    for number, transaction, postings in paired(_transactions(connection), _postings(connection)):
        if transaction is None:
            yield f'There are postings of transaction {number}, which is not there.'
        elif postings is None:
            yield f'Transaction {number} has no postings.'
        else:
            yield from _wrong(number, transaction, postings)
    alone = select(FILL.c.id).where(~select(TRANSACTION.c.id).where(TRANSACTION.c.fill_id == FILL.c.id).exists())
    for (number,) in streamed(connection, alone):
        yield f'Fill {number} is not in the ledger.'


def orders(connection: Connection) -> Iterator[str]:
    """Orders whose size, value or fees are not the sums of their fills."""
    known = select(ORDER.c.id, ORDER.c.filled_size, ORDER.c.filled_value, ORDER.c.fees).order_by(ORDER.c.id)
    found = select(FILL.c.order_id, FILL.c.size, FILL.c.value, FILL.c.fee).order_by(FILL.c.order_id)
    told = ((row[0], tuple(row[1:])) for row in streamed(connection, known))
    for number, said, fills in paired(told, grouped(streamed(connection, found), FIRST)):
        total = tuple(_sum(row[place] for row in fills or ()) for place in (1, 2, 3))
        if said != total:
            yield f'Order {number} says {_listed(said or ())} (size, value, fees); its fills sum to {_listed(total)}.'


def _transactions(connection: Connection) -> Iterator[tuple[int, tuple[int, str, Fill | None]]]:
    query = select(TRANSACTION.c.id, TRANSACTION.c.book_id, TRANSACTION.c.kind, *FILLS.columns)
    query = query.select_from(TRANSACTION.outerjoin(FILL, FILL.c.id == TRANSACTION.c.fill_id))
    for number, book, kind, *fill in streamed(connection, query.order_by(TRANSACTION.c.id)):
        yield number, (book, kind, None if fill[0] is None else FILLS.read(fill))


def _postings(connection: Connection) -> Iterator[tuple[int, list[Any]]]:
    columns = (POSTING.c[name] for name in ('transaction_id', 'book_id', 'account', 'coin_id', 'amount'))
    yield from grouped(streamed(connection, select(*columns).order_by(POSTING.c.transaction_id)), FIRST)


def _wrong(number: int, transaction: tuple[int, str, Fill | None], rows: Sequence[Any]) -> Iterator[str]:
    book, kind, fill = transaction
    postings = [Posting(row.account, row.coin_id, row.amount) for row in rows]
    for asset, total in sums(postings).items():
        if total:
            what = 'money' if asset is None else f'coin {asset}'
            yield f'Transaction {number} sums to {total:f} of {what}, not to zero.'
    if any(row.book_id != book for row in rows):
        yield f'Transaction {number} has postings of another book.'
    if fill is None:
        if kind != DEPOSIT:
            yield f'Transaction {number} is of a fill that is not there.'
    elif Counter(postings) != Counter(trade(number, fill).postings):
        yield f'Transaction {number} has other postings than fill {fill.id} makes.'


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = MONEY.add(total, amount)
    return total


def _listed(amounts: Iterable[Decimal]) -> str:
    return ' / '.join(f'{amount:f}' for amount in amounts) or 'nothing'
