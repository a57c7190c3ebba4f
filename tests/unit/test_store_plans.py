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

LATER = NOON + timedelta(days=1)
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
}


SLOW = (
    'SCAN cryptocurrency',
    'SCAN candle',
    'SCAN amendment',
    'SCAN each',
    'USE TEMP B-TREE FOR ORDER BY',
    'AUTOMATIC',
    'Seq Scan on cryptocurrency',
    'Seq Scan on candle',
    'Seq Scan on amendment',
    'Sort Key',
)


@pytest.mark.parametrize('read', READS.values(), ids=READS)
async def test_no_table_is_read_from_end_to_end(store: Store, database: str, read: Read) -> None:
    btc = await coin(store)
    await store.add([record(btc), feed(btc)])
    with overheard() as heard:
        await read(store)
    engine = connect(database, patience=1)
    with engine.connect() as connection:
        plans = {
            sql: plan(connection, (sql, parameters))
            for sql, parameters in heard
            if sql.startswith(('SELECT', 'UPDATE', 'DELETE')) and 'pg_' not in sql
        }
    engine.dispose()
    assert {sql: told for sql, told in plans.items() if any(sign in told for sign in SLOW)} == {}
