"""Orders, fills and postings of a book as CSV, streamed, newest first; `docs/exports.md` says the same of each column.

Numbers are exact, times in UTC; no spreadsheet takes a cell for a formula.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from columns import canonical
from desk.csv.exporting import quoted
from desk.csv.rows import escaped
from desk.orders import Book, Fill, Order
from desk.store import Line, Page

T = TypeVar('T')
Cell = str | int | Decimal | datetime | None
Names = Callable[[int], str]

ORDERS = {
    'id': 'the order’s number',
    'book': 'the number of the book, from 1',
    'coin': 'what the coin is called now',
    'side': 'buy or sell',
    'type': 'market, limit, stop, stop_limit or trailing_stop',
    'size': 'coins; empty where it waits to be worked out from an amount of money',
    'quote_size': 'the amount of money, where the size was given so',
    'limit_price': 'the limit of a limit or a stop-limit order',
    'stop_price': 'the price that triggers a stop or a stop-limit order',
    'trail_amount': 'how far a trailing stop follows, as an amount',
    'trail_percent': 'how far a trailing stop follows, in per cent',
    'time_in_force': 'gtc, gtd, ioc or fok',
    'good_till': 'when a gtd order expires',
    'post_only': 'yes or no',
    'parent_id': 'of the leg of a bracket: its entry',
    'leg': 'take_profit, stop_loss or empty',
    'client_order_id': 'the name that its sender gave it',
    'status': 'open, partly_filled, filled, cancelled, expired or refused',
    'filled_size': 'coins',
    'average_price': 'filled value / filled size: without fees',
    'filled_value': 'money, without fees',
    'fees': 'money',
    'reason': 'why it was refused, cut or cancelled',
    'placed': 'when it was placed',
    'updated': 'when it last changed',
}
FILLS = {
    'id': 'the fill’s number',
    'order_id': 'the order that it filled',
    'book': 'the number of the book, from 1',
    'coin': 'what the coin is called now',
    'side': 'buy or sell',
    'size': 'coins',
    'price': 'what each cost or brought',
    'value': 'size × price, rounded towards zero to 8 digits after the point',
    'fee': 'money',
    'liquidity': 'maker or taker',
    'rule': 'what filled it: market, marketable limit, resting limit, stop or trailing stop',
    'at': 'when',
    'tick_price': 'the price that made it',
    'tick_time': 'the time of that price',
    'tick_source': 'where that price is from',
    'bid': 'the quote that made it',
    'ask': 'the quote that made it',
    'note': 'what was written beside it',
}
POSTINGS = {
    'id': 'the posting’s number',
    'transaction': 'the postings of one transaction sum to zero for each asset',
    'kind': 'deposit or fill',
    'at': 'when',
    'book': 'the number of the book, from 1',
    'account': 'trader, deposits, market or fees; the trader’s postings sum to the balances',
    'asset': 'the quote currency or a coin',
    'amount': 'what came (or, with a minus, went)',
    'fill_id': 'the fill behind it; empty for a deposit',
    'order_id': 'the order behind it; empty for a deposit',
}


async def paged(read: Callable[[str], Awaitable[Page[T]]]) -> AsyncIterator[list[T]]:
    """Every page there is, from a function of its cursor."""
    page = await read('')
    yield page.items
    while page.cursor:
        page = await read(page.cursor)
        yield page.items


async def orders_csv(pages: AsyncIterator[list[Order]], book: Book, name: Names) -> AsyncIterator[bytes]:
    """The header, then a line for each order; `name` says what a coin is called."""
    async for lines in written(ORDERS, pages, lambda order: _order(order, book, name)):
        yield lines


async def fills_csv(pages: AsyncIterator[list[Fill]], book: Book, name: Names) -> AsyncIterator[bytes]:
    """The header, then a line for each fill."""
    async for lines in written(FILLS, pages, lambda fill: _fill(fill, book, name)):
        yield lines


async def postings_csv(pages: AsyncIterator[list[Line]], book: Book, name: Names) -> AsyncIterator[bytes]:
    """The header, then a line for each posting."""
    async for lines in written(POSTINGS, pages, lambda line: _posting(line, book, name)):
        yield lines


async def written(
    columns: dict[str, str], pages: AsyncIterator[list[T]], cells: Callable[[T], Sequence[Cell]]
) -> AsyncIterator[bytes]:
    """The header, then a line for each item of the pages, by its cells."""
    yield _line(columns)
    async for page in pages:
        if page:
            yield b''.join(_line(map(_text, cells(each))) for each in page)


def _order(order: Order, book: Book, name: Names) -> Sequence[Cell]:
    return (
        order.id,
        book.number,
        name(order.coin_id),
        order.side,
        order.kind,
        order.size,
        order.quote_size,
        order.limit_price,
        order.stop_price,
        order.trail_amount,
        order.trail_percent,
        order.time_in_force,
        order.good_till,
        'yes' if order.post_only else 'no',
        order.parent_id,
        order.leg,
        order.client_order_id,
        order.status,
        order.filled_size,
        order.average_price,
        order.filled_value,
        order.fees,
        order.reason,
        order.placed,
        order.updated,
    )


def _fill(fill: Fill, book: Book, name: Names) -> Sequence[Cell]:
    return (
        fill.id,
        fill.order_id,
        book.number,
        name(fill.coin_id),
        fill.side,
        fill.size,
        fill.price,
        fill.value,
        fill.fee,
        'maker' if fill.maker else 'taker',
        fill.rule,
        fill.at,
        fill.tick_price,
        fill.tick_time,
        fill.tick_source,
        fill.bid,
        fill.ask,
        fill.note,
    )


def _posting(line: Line, book: Book, name: Names) -> Sequence[Cell]:
    asset = book.quote if line.coin_id is None else name(line.coin_id)
    return (
        line.id,
        line.transaction_id,
        line.kind,
        line.at,
        book.number,
        line.account,
        asset,
        line.amount,
        line.fill_id,
        line.order_id,
    )


def _line(cells: Iterable[str]) -> bytes:
    return (','.join(map(quoted, cells)) + '\r\n').encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ''
    if isinstance(cell, Decimal):
        return canonical(cell)
    return cell.isoformat() if isinstance(cell, datetime) else escaped(str(cell))
