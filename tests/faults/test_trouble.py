"""A database that another program holds, an exchange that talks nonsense: said in words, survived, over by itself."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.running import Server, running, wait_until
from tests.unit.exchange_server import FakeCoinbase
from tests.waiting import until

PATIENCE = 8  # seconds: the five that a writer waits for a lock, and some for a busy machine
PRICE = {'name': 'BTC', 'price': '67000.12'}


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """This process holds the write lock on the desk's database."""
    with closing(sqlite3.connect(server.data_dir / 'cointape.db', isolation_level=None)) as database:
        database.execute('BEGIN IMMEDIATE')
        yield
        database.execute('ROLLBACK')


def test_a_locked_database_is_said_and_over_by_itself(server: Server) -> None:
    server.post(PRICE)
    with locked(server):
        asked = monotonic()
        refused = server.http.post('/api/prices', json={**PRICE, 'price': '1'})
        assert refused.status_code == 503
        assert 'locked by another program' in refused.json()['error']
        assert monotonic() - asked < PATIENCE
        sick = server.http.get('/api/health')
        assert sick.status_code == 503
        assert 'locked by another program' in sick.json()['problems']['database']
        assert server.http.get('/api/prices/BTC').json()['price'] == '67000.12'
    wait_until(lambda: server.http.get('/api/health').json()['healthy'], PATIENCE, 'health without another price')
    server.post({**PRICE, 'price': '2'})
    assert [record['price'] for record in history(server)] == ['2', '67000.12']


def history(server: Server) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = server.http.get('/api/prices/BTC/history').json()['records']
    return records


def feed(server: Server) -> dict[str, Any]:
    """What the desk says of its exchange; the desk itself is well."""
    answer = server.http.get('/api/health')
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()['feeds'][0]
    return state


async def traded(server: Server, exchange: FakeCoinbase, price: str) -> None:
    """A trade on the exchange arrives on the desk, and the feed is well."""
    await until(lambda: exchange.watched('market_trades', 'BTC'))
    await exchange.trade('BTC', price)
    await until(lambda: server.http.get('/api/prices/BTC').json().get('price') == price)
    await until(lambda: feed(server)['words'] == 'Coinbase · live')


async def hung_up(server: Server, exchange: FakeCoinbase) -> None:
    """Every connection is ended until the desk has noticed: one between two looks at it is renewed without a word."""
    async with asyncio.timeout(30):
        while feed(server)['state'] != 'reconnecting':
            await exchange.cut()
            await asyncio.sleep(0.1)


@pytest.mark.timeout(120)
async def test_an_exchange_that_talks_nonsense_or_hangs_up_is_taken_up_again(tmp_path: Path) -> None:
    async with FakeCoinbase('BTC').running() as exchange:
        flags = ('--exchange', 'coinbase', '--exchange-url', exchange.url, '--coins', 'BTC', '--no-demo')
        with running(tmp_path / 'data', *flags) as server:
            await traded(server, exchange, '100')
            for price, manner in (('101', 'garbage'), ('102', 'half'), ('103', 'refuse')):
                exchange.manner = manner
                await hung_up(server, exchange)
                assert re.fullmatch(r'Coinbase · reconnecting, last price \d+ s ago', feed(server)['words'])
                server.post({'name': 'OTHER', 'price': price})
                exchange.manner = 'good'
                await exchange.cut()
                await traded(server, exchange, price)
            assert feed(server)['restarts'] == 0
