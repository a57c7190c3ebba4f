"""Every read finds its rows through an index: what is fast with ten records stays fast with ten million."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from desk.store import Store
from desk.store.database import connect
from desk.store.records import cursor_at
from models import Policy
from tests.unit.store_records import NOON, bar, coin, feed, record
from tests.unit.trade_changes import Hand

LATER = NOON + timedelta(days=1)
PLACE = cursor_at((LATER, 100))
_hand = Hand()
TRADED = [_hand.open(), _hand.place(1)]
TRADED += [_hand.fill(TRADED[1].orders[0], '1')]
FILLED = _hand.fill(TRADED[2].orders[0], '1')
Read = Callable[[Store], Awaitable[object]]
Statement = tuple[str, Any]


@contextmanager
def overheard() -> Iterator[list[Statement]]:
    """The statements that are run meanwhile."""
    heard: list[Statement] = []

    def hear(_connection: Connection, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        heard.append((sql, parameters))

    event.listen(Engine, 'before_cursor_execute', hear)
    try:
        yield heard
    finally:
        event.remove(Engine, 'before_cursor_execute', hear)


def plan(connection: Connection, statement: Statement) -> str:
    """How the database would go about it, if it had many rows."""
    sql, parameters = statement
    if isinstance(parameters, list):
        parameters = parameters[0]
    if connection.dialect.name == 'sqlite':
        return '\n'.join(row[3] for row in connection.exec_driver_sql(f'EXPLAIN QUERY PLAN {sql}', parameters))
    connection.exec_driver_sql('SET enable_seqscan = off')
    connection.exec_driver_sql('SET enable_bitmapscan = off')
    return '\n'.join(row[0] for row in connection.exec_driver_sql(f'EXPLAIN {sql}', parameters))


async def exported(store: Store) -> None:
    async for _ in store.export([1]):
        pass


READS: dict[str, Read] = {
    'latest': lambda store: store.latest([1, 2]),
    'prices at': lambda store: store.prices_at([1, 2], LATER, Policy.LATEST),
    'history': lambda store: store.history([1, 2], NOON, LATER, 100),
    'history, next page': lambda store: store.history([1], None, None, 100, cursor_at((LATER, 1))),
    'candles': lambda store: store.candles([1, 2], 300, NOON, LATER, 100, Policy.LATEST),
    'record': lambda store: store.record(1),
    'last seq': lambda store: store.last_seq(),
    'counts': lambda store: store.counts(1, [(NOON, Decimal(1), 'form'), (LATER, Decimal(1), 'form')]),
    'export': exported,
    'prune': lambda store: store.prune(NOON, 10),
    'add': lambda store: store.add([record(1)]),
    'add bars': lambda store: store.add_bars([(1, bar())]),
    'amend': lambda store: store.amend(1, record(1), 'typo', ''),
    'trading state': lambda store: store.trades.trading_state(),
    'revisions': lambda store: store.trades.revisions(),
    'order story': lambda store: store.trades.order_story(1),
    'client order id': lambda store: store.trades.find_order(1, 'mine'),
    'orders': lambda store: store.trades.orders(1, cursor=PLACE),
    'orders of coins': lambda store: store.trades.orders(1, coin_ids=[1, 2], cursor=PLACE),
    'open orders': lambda store: store.trades.orders(1, open_only=True, cursor=PLACE),
    'open orders of a coin': lambda store: store.trades.orders(1, open_only=True, coin_ids=[1]),
    'fills': lambda store: store.trades.fills(1, start=NOON, end=LATER, cursor=PLACE),
    'fills of coins': lambda store: store.trades.fills(1, coin_ids=[1, 2], cursor=PLACE),
    'fills of an order': lambda store: store.trades.fills(1, order_id=1, cursor=PLACE),
    'all fills': lambda store: store.trades.all_fills(1),
    'postings': lambda store: store.trades.postings(1, cursor=PLACE),
    'postings of an account': lambda store: store.trades.postings(1, account='fees', cursor=PLACE),
    'where the cash went': lambda store: store.trades.postings(1, account='trader', quote=True, cursor=PLACE),
    'postings of assets': lambda store: store.trades.postings(1, quote=True, coin_ids=[1, 2], cursor=PLACE),
    'a balance': lambda store: store.trades.balance(1, None, 100),
    'a balance of coins': lambda store: store.trades.balance(1, [1, 2], 100),
    'books': lambda store: store.trades.books('local'),
    'best prices': lambda store: store.trades.save_bests([TRADED[1].orders[0]]),
    'note': lambda store: store.trades.set_fill_note(1, 'x', 'local'),
    'fill': lambda store: store.trades.trade([FILLED]),
}
TABLES = ('cryptocurrency', 'candle', 'amendment', 'each', 'paper_order', 'fill', 'order_event', 'posting')


SLOW = (
    *(f'SCAN {table}' for table in (*TABLES, 'ledger_transaction')),
    *(f'Seq Scan on {table}' for table in (*TABLES, 'ledger_transaction')),
    'USE TEMP B-TREE FOR ORDER BY',
    'AUTOMATIC',
    'Sort Key',
)


BY = {
    'client order id': 'ix_paper_order_client',
    'orders': 'ix_paper_order_placed',
    'orders of coins': 'ix_paper_order_coin',
    'open orders': 'ix_paper_order_open',
    'fills': 'ix_fill_at',
    'fills of coins': 'ix_fill_coin',
    'fills of an order': 'ix_fill_order',
    'postings': 'ix_posting_book',
    'where the cash went': 'ix_posting_asset',
    'postings of assets': 'ix_posting_asset',
}


@pytest.mark.parametrize('read', READS.values(), ids=READS)
async def test_no_table_is_read_from_end_to_end(store: Store, database: str, read: Read) -> None:
    found = await plans(store, database, read)
    assert {sql: told for sql, told in found.items() if any(sign in told for sign in SLOW)} == {}


@pytest.mark.parametrize(('name', 'index'), BY.items(), ids=BY)
async def test_a_page_of_trading_is_a_seek_in_its_own_index(store: Store, database: str, name: str, index: str) -> None:
    found = await plans(store, database, READS[name])
    assert [told for told in found.values() if index not in told] == []


async def plans(store: Store, database: str, read: Read) -> dict[str, str]:
    """How the database goes about each statement of a read."""
    btc = await coin(store)
    await store.add([record(btc), feed(btc)])
    await store.trades.trade(TRADED)
    with overheard() as heard:
        await read(store)
    engine = connect(database, patience=1)
    with engine.connect() as connection:
        found = {
            sql: plan(connection, (sql, parameters))
            for sql, parameters in heard
            if sql.startswith(('SELECT', 'UPDATE', 'DELETE')) and 'pg_' not in sql
        }
    engine.dispose()
    return found
