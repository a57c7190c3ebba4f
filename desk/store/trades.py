"""What paper trading writes, in the writer's transaction: the decisions of the matcher, whole or not at all."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import Connection, bindparam, select, text, update

from desk.errors import NotFound, Overtaken
from desk.orders import Book, Change, Order
from desk.store.bulk import insert_rows, update_rows
from desk.store.trade_rows import (
    BOOK,
    BOOKS,
    EVENTS,
    FILL,
    FILLS,
    ORDER,
    ORDERS,
    POSTING,
    POSTINGS,
    TRANSACTIONS,
    Shape,
    T,
)
from models import OPEN_ORDER

MOVED = 'The account was changed by another program meanwhile. Nothing was stored; try again.'
FOR_GOOD = {'id', 'book_id', 'coin_id', 'side', 'kind', 'placed', 'parent_id', 'leg', 'client_order_id'}
POSTED = ('transaction_id', 'book_id', *POSTINGS.names)
ITS_NAMES = tuple(f'its_{name}' for name in ORDERS.names)  # an UPDATE reserves the columns' own names
_its = {name: bindparam(f'its_{name}', type_=ORDER.c[name].type) for name in ORDERS.names}
REPLACE = (
    update(ORDER)
    .where(ORDER.c.id == _its['id'], ORDER.c.revision < _its['revision'])
    .values({name: value for name, value in _its.items() if name not in FOR_GOOD})
)
MOVE_BEST = (
    update(ORDER)
    .where(ORDER.c.id == _its['id'], ORDER.c.revision == _its['revision'], text(OPEN_ORDER))
    .values(best=_its['best'])
)


def trade(connection: Connection, changes: Sequence[Change]) -> None:
    """Store decisions in their order; raises Overtaken, with nothing stored, unless every book is as they suppose."""
    _claim(connection, [change.book for change in changes])
    _save_orders(connection, [order for change in changes for order in change.orders])
    _insert(connection, FILLS, (fill for change in changes for fill in change.fills))
    transactions = [transaction for change in changes for transaction in change.transactions]
    _insert(connection, TRANSACTIONS, transactions)
    postings = [
        (each.id, each.book_id, *POSTINGS.values(posting)) for each in transactions for posting in each.postings
    ]
    insert_rows(connection, POSTING, POSTED, postings)
    _insert(connection, EVENTS, (event for change in changes for event in change.events))


def save_bests(connection: Connection, orders: Sequence[Order]) -> None:
    """Keep the best prices of trailing stops; those that have changed otherwise meanwhile are left as they are."""
    rows = [(order.best, order.id, order.revision) for order in orders]
    update_rows(connection, MOVE_BEST, ('its_best', 'its_id', 'its_revision'), rows)


def set_fill_note(connection: Connection, fill_id: int, note: str, user: str) -> None:
    """Write a note on a fill of one of the user's books; raises NotFound."""
    own = FILL.c.book_id.in_(select(BOOK.c.id).where(BOOK.c.user == user))
    if connection.execute(update(FILL).where(FILL.c.id == fill_id, own).values(note=note)).rowcount == 0:
        raise NotFound(f'There is no fill {fill_id}.')


def _claim(connection: Connection, books: Iterable[Book]) -> None:
    """Take each book from the revision before its first change to that of its last."""
    runs: dict[int, list[Book]] = {}
    for book in books:
        runs.setdefault(book.id, []).append(book)
    if any(after.revision != before.revision + 1 for run in runs.values() for before, after in pairwise(run)):
        raise Overtaken(MOVED)
    for run in runs.values():  # before any is inserted: a user has one open book
        if run[0].revision > 1:
            _advance(connection, run[0].revision - 1, run[-1])
    _insert(connection, BOOKS, (run[-1] for run in runs.values() if run[0].revision == 1))


def _advance(connection: Connection, revision: int, book: Book) -> None:
    as_supposed = BOOK.c.id == book.id, BOOK.c.revision == revision, BOOK.c.closed.is_(None)
    claim = update(BOOK).where(*as_supposed).values(revision=book.revision, closed=book.closed)
    if connection.execute(claim).rowcount != 1:
        raise Overtaken(MOVED)


def _save_orders(connection: Connection, orders: Iterable[Order]) -> None:
    """Insert the new ones and replace the others, each by the last of its revisions."""
    new: set[int] = set()
    last: dict[int, Order] = {}
    for order in orders:
        if order.revision == 1:
            new.add(order.id)
        last[order.id] = order
    _insert(connection, ORDERS, (order for order in last.values() if order.id in new))
    known = [ORDERS.values(order) for order in last.values() if order.id not in new]
    if update_rows(connection, REPLACE, ITS_NAMES, known) != len(known):
        raise Overtaken(MOVED)


def _insert(connection: Connection, shape: Shape[T], items: Iterable[T]) -> None:
    insert_rows(connection, shape.table, shape.names, [shape.values(item) for item in items])
