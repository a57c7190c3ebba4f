"""All that a desk keeps for people, as CSV files in a folder, without the desk: it may run meanwhile, or not at all."""

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from desk.alert import Firing
from desk.candles import DELIVERED
from desk.csv.exporting import export_csv
from desk.orders import Book
from desk.registry import Registry
from desk.store import Store
from desk.store.account_rows import ACCOUNT
from desk.store.alert_rows import FIRING
from desk.store.snapshot import whole
from desk.store.tables import CANDLE
from desk.store.trade_rows import BOOK
from desk.trade_export import Cell, fills_csv, orders_csv, paged, postings_csv, written

LINES = 1_000
SAFE = re.compile(r'[\w.-]{1,50}', re.ASCII).fullmatch
WHOLE = ('coin', 'interval', 'start', 'open', 'high', 'low', 'close', 'volume', 'source')
FIRINGS = ('id', 'alert', 'coin', 'at', 'condition', 'price', 'level', 'reading', 'message', 'acknowledged')


async def export_all(store: Store, engine: Engine, folder: Path) -> list[Path]:
    """Write every file, for its owner's eyes alone; which. Reads alone; raises DeskError, SQLAlchemyError, OSError."""
    registry = Registry(await store.coins())
    found = [
        await _put(folder / 'prices.csv', export_csv(store.export(), lambda record: registry.name(record.coin_id))),
        await _put(folder / 'candles.csv', written(dict.fromkeys(WHOLE, ''), _candles(engine), _candle(registry))),
    ]
    for user, who in _people(engine).items():
        for book in await store.trades.books(user):
            found += await _book(store, registry, book, folder, f'{who}-{book.number}')
        found.append(await _put(folder / f'firings-{who}.csv', _firings(store, registry, user)))
    return found


def _firings(store: Store, registry: Registry, user: str) -> AsyncIterator[bytes]:
    pages = paged(lambda cursor: store.alerts.firings(user, None, LINES, cursor))
    return written(dict.fromkeys(FIRINGS, ''), pages, _firing(registry))


async def _book(store: Store, registry: Registry, book: Book, folder: Path, which: str) -> list[Path]:
    trades, name = store.trades, registry.name
    return [
        await _put(
            folder / f'orders-{which}.csv',
            orders_csv(paged(lambda cursor: trades.orders(book.id, limit=LINES, cursor=cursor)), book, name),
        ),
        await _put(
            folder / f'fills-{which}.csv',
            fills_csv(paged(lambda cursor: trades.fills(book.id, limit=LINES, cursor=cursor)), book, name),
        ),
        await _put(
            folder / f'postings-{which}.csv',
            postings_csv(paged(lambda cursor: trades.postings(book.id, limit=LINES, cursor=cursor)), book, name),
        ),
    ]


async def _put(file: Path, lines: AsyncIterator[bytes]) -> Path:
    with whole(file) as part, part.open('wb') as out:
        async for some in lines:
            out.write(some)
    return file


def _people(engine: Engine) -> dict[str, str]:
    """Who has a book or a firing: their key → what their files are called."""
    with engine.connect() as connection:
        names = {row.user: row.name for row in connection.execute(select(ACCOUNT.c.user, ACCOUNT.c.name))}
        users = {row[0] for table in (BOOK, FIRING) for row in connection.execute(select(table.c.user).distinct())}
    return {user: names[user] if SAFE(names.get(user, '')) else user for user in sorted(users)}


async def _candles(engine: Engine) -> AsyncIterator[list[Any]]:
    """Those that came whole, which no price is behind: as delivered, oldest first."""
    query = select(CANDLE).where(CANDLE.c.origin.in_(DELIVERED), CANDLE.c.source != '')
    with engine.connect() as connection:
        rows = connection.execution_options(yield_per=LINES).execute(
            query.order_by(CANDLE.c.coin_id, CANDLE.c.interval, CANDLE.c.start)
        )
        for some in rows.partitions():
            yield list(some)


def _candle(registry: Registry) -> Any:
    def cells(row: Any) -> Sequence[Cell]:
        return (registry.name(row.coin_id), row.interval, *(getattr(row, name) for name in WHOLE[2:]))

    return cells


def _firing(registry: Registry) -> Any:
    def cells(firing: Firing) -> Sequence[Cell]:
        return (
            firing.id,
            firing.alert_id,
            registry.name(firing.coin_id),
            *(getattr(firing, name) for name in FIRINGS[3:]),
        )

    return cells
