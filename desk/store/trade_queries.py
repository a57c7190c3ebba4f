"""What is read of paper trading. Each row is found through an index, however many there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select, tuple_

from desk.errors import NotFound
from desk.ledger import ACCOUNTS, TRADER
from desk.matching.account import TradingState
from desk.orders import Book, Fill, Order
from desk.store.records import Line, Page, Position, Story, cursor_at, parse_cursor
from desk.store.trade_rows import BOOK, BOOKS, EVENT, EVENTS, FILL, FILLS, ORDER, ORDERS, POSTING, TRANSACTION, Shape, T
from desk.ticks import MONEY
from models import OPEN_ORDER

Condition = ColumnElement[bool]
Coins = Sequence[int] | None
OPEN: ColumnElement[bool] = literal_column(
    OPEN_ORDER
)  # written out in the SQL, as `NAMED`: only so does SQLite see which partial index serves
NAMED = ORDER.c.client_order_id != literal_column("''")
OPEN_BOOKS = select(BOOK.c.id, BOOK.c.revision).where(BOOK.c.closed.is_(None))
BEGINNING = datetime.min.replace(tzinfo=UTC)
LINE = (
    POSTING.c.id,
    POSTING.c.transaction_id,
    TRANSACTION.c.kind,
    TRANSACTION.c.at,
    POSTING.c.account,
    POSTING.c.coin_id,
    POSTING.c.amount,
    TRANSACTION.c.fill_id,
    FILL.c.order_id,
)


def last_seq(connection: Connection) -> int:
    """The greatest number that an order or a fill carries; 0 without any."""
    return max(_greatest(connection, ORDER.c.seq), _greatest(connection, FILL.c.seq))


def trading_state(connection: Connection) -> TradingState:
    """What trading goes on from: the open books with what they have, and the open orders."""
    as_of_now(connection)
    books = _items(connection, BOOKS, _select(BOOKS, BOOK.c.closed.is_(None)))
    orders = (_items(connection, ORDERS, _select(ORDERS, ORDER.c.book_id == book.id, OPEN)) for book in books)
    return TradingState(
        books=books,
        balances={book.id: _balances(connection, book.id) for book in books},
        orders=[order for found in orders for order in found],
        last_order=_greatest(connection, ORDER.c.id),
        last_fill=_greatest(connection, FILL.c.id),
        last_transaction=_greatest(connection, TRANSACTION.c.id),
        last_book=_greatest(connection, BOOK.c.id),
        last_rank=_greatest(connection, ORDER.c.rank),
    )


def revisions(connection: Connection) -> dict[int, int]:
    """The open books, by their ids, each with its revision."""
    return {book.id: book.revision for book in connection.execute(OPEN_BOOKS)}


def order_story(connection: Connection, order_id: int) -> Story:
    """An order with its events and fills, oldest first; raises NotFound."""
    as_of_now(connection)
    found = _items(connection, ORDERS, _select(ORDERS, ORDER.c.id == order_id))
    if not found:
        raise NotFound(f'There is no order {order_id}.')
    events = _select(EVENTS, EVENT.c.order_id == order_id).order_by(EVENT.c.id)
    fills = _items(connection, FILLS, _select(FILLS, FILL.c.order_id == order_id))
    return Story(found[0], _items(connection, EVENTS, events), sorted(fills, key=lambda fill: fill.id))


def find_order(connection: Connection, book_id: int, client_order_id: str) -> Order | None:
    """The order that a program gave this name, if there is one."""
    same = ORDER.c.book_id == book_id, ORDER.c.client_order_id == client_order_id, NAMED
    return next(iter(_items(connection, ORDERS, _select(ORDERS, *same))), None)


def orders(
    connection: Connection, book_id: int, open_only: bool, coin_ids: Coins, limit: int, cursor: str
) -> Page[Order]:
    """A page of a book's orders, newest first."""
    place = tuple_(ORDER.c.placed, ORDER.c.id)
    found: list[Order] = []
    for of_coin in _one_by_one(ORDER.c.coin_id, coin_ids):
        query = _select(ORDERS, ORDER.c.book_id == book_id, *of_coin, *([OPEN] if open_only else []))
        if cursor:
            query = query.where(place < parse_cursor(cursor))
        newest = query.order_by(ORDER.c.placed.desc(), ORDER.c.id.desc()).limit(limit + 1)
        found += _items(connection, ORDERS, newest)
    return _page(found, limit, lambda order: (order.placed, order.id))


def fills(
    connection: Connection,
    book_id: int,
    coin_ids: Coins,
    order_id: int | None,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    cursor: str,
) -> Page[Fill]:
    """A page of a book's fills, newest first; `start` ≤ at < `end`."""
    found: list[Fill] = []
    narrowed = list(_narrowed(order_id, start, end, cursor))
    for of_coin in _one_by_one(FILL.c.coin_id, coin_ids):
        query = _select(FILLS, FILL.c.book_id == book_id, *of_coin, *narrowed)
        newest = query.order_by(FILL.c.at.desc(), FILL.c.id.desc()).limit(limit + 1)
        found += _items(connection, FILLS, newest)
    return _page(found, limit, lambda fill: (fill.at, fill.id))


def all_fills(connection: Connection, book_id: int) -> list[Fill]:
    """Every fill of a book, as they were decided."""
    found = _items(connection, FILLS, _select(FILLS, FILL.c.book_id == book_id))
    return sorted(found, key=lambda fill: fill.id)


def postings(
    connection: Connection, book_id: int, account: str, quote: bool, coin_ids: Coins, limit: int, cursor: str
) -> Page[Line]:
    """A page of a book's postings, newest first: of one account or all, of some assets or all."""
    found: list[Line] = []
    for condition in _posted(account, quote, coin_ids):
        query = _lines().where(POSTING.c.book_id == book_id, *condition)
        if cursor:
            query = query.where(POSTING.c.id < parse_cursor(cursor)[1])
        newest = query.order_by(*([POSTING.c.coin_id.desc()] if len(condition) > 1 else []), POSTING.c.id.desc())
        found += [Line(*row) for row in connection.execute(newest.limit(limit + 1))]
    return _page(found, limit, lambda line: (BEGINNING, line.id))


def balance(connection: Connection, book_id: int, coin_ids: Coins, last: int) -> Decimal:
    """What the trader had after a posting, by its id: of these coins, or of the quote currency (None)."""
    total = Decimal(0)
    for condition in _posted(TRADER, coin_ids is None, coin_ids):
        query = select(POSTING.c.amount).where(POSTING.c.book_id == book_id, *condition, POSTING.c.id <= last)
        for (amount,) in connection.execution_options(yield_per=10_000).execute(query):
            total = MONEY.add(total, amount)
    return total


def books(connection: Connection, user: str) -> list[Book]:
    """The books of a user, oldest first."""
    return _items(connection, BOOKS, _select(BOOKS, BOOK.c.user == user).order_by(BOOK.c.number))


def as_of_now(connection: Connection) -> None:
    """All that is read from here on is of one moment; SQLite reads so anyway."""
    if connection.dialect.name == 'postgresql':
        connection.exec_driver_sql('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')


def _greatest(connection: Connection, number: ColumnElement[int]) -> int:
    return connection.scalar(select(func.max(number))) or 0


def _balances(connection: Connection, book_id: int) -> dict[int | None, Decimal]:
    """Summed here: SQLite keeps decimals as texts."""
    totals: dict[int | None, Decimal] = {}
    own = select(POSTING.c.coin_id, POSTING.c.amount).where(POSTING.c.book_id == book_id, POSTING.c.account == TRADER)
    for coin_id, amount in connection.execution_options(yield_per=10_000).execute(own):
        totals[coin_id] = MONEY.add(totals.get(coin_id, Decimal(0)), amount)
    return totals


def _posted(account: str, quote: bool, coin_ids: Coins) -> Iterator[list[Condition]]:
    """What to ask for one by one, so that each is a seek in an index."""
    if not quote and coin_ids is None:
        yield [POSTING.c.account == account] if account else []
        return
    assets = [*([None] if quote else []), *(coin_ids or [])]
    for each, asset in product([account] if account else ACCOUNTS, assets):
        yield [POSTING.c.account == each, POSTING.c.coin_id.is_(None) if asset is None else POSTING.c.coin_id == asset]


def _lines() -> Select[*tuple[Any, ...]]:
    with_transaction = POSTING.join(TRANSACTION, TRANSACTION.c.id == POSTING.c.transaction_id)
    return select(*LINE).select_from(with_transaction.outerjoin(FILL, FILL.c.id == TRANSACTION.c.fill_id))


def _narrowed(order_id: int | None, start: datetime | None, end: datetime | None, cursor: str) -> Iterator[Condition]:
    if order_id is not None:
        yield FILL.c.order_id == order_id
    if start is not None:
        yield FILL.c.at >= start
    if end is not None:
        yield FILL.c.at < end
    if cursor:
        yield tuple_(FILL.c.at, FILL.c.id) < parse_cursor(cursor)


def _one_by_one(column: ColumnElement[int], coin_ids: Coins) -> list[list[Condition]]:
    """A condition for each coin, so that each is a seek in an index; one without any for all of them."""
    return [[]] if coin_ids is None else [[column == coin_id] for coin_id in coin_ids]


def _select(shape: Shape[T], *conditions: Condition) -> Select[*tuple[Any, ...]]:
    return select(*shape.columns).where(*conditions)


def _items(connection: Connection, shape: Shape[T], query: Select[*tuple[Any, ...]]) -> list[T]:
    return [shape.read(row) for row in connection.execute(query)]


def _page(found: Iterable[T], limit: int, place: Callable[[T], Position]) -> Page[T]:
    items = sorted(found, key=place, reverse=True)
    more = len(items) > limit
    return Page(items[:limit], cursor_at(place(items[limit - 1])) if more else '')
