"""kill -9 while orders and prices stream in: the books balance, nothing acknowledged is gone, nothing is twice."""

import os
import random
import sqlite3
import threading
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.matching.account import Account
from desk.store import Store
from tests.running import Server

KILLS = int(os.environ.get('COINTAPE_KILLS', '3'))  # read before the fixtures bare the environment
DEMO = ('--exchange', 'none', '--demo', '--demo-rate', '200', '--participation', '20')
TRADERS, OWN = 8, ('AAA', 'BBB')
Fields = dict[str, Any]


class Client(threading.Thread):
    """Does something again and again until the desk is gone."""

    def __init__(self, server: Server, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.random = server.url, random.Random(seed)
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=10) as http:
            try:
                for turn in count():
                    self.step(http, turn)
            except httpx.TransportError:
                return

    def step(self, http: httpx.Client, turn: int) -> None:
        raise NotImplementedError

    def send(self, http: httpx.Client, method: str, path: str, sent: Any = None) -> Any:
        answer = http.request(method, path, json=sent)
        self.statuses[answer.status_code] += 1
        return answer.json()


class Prices(Client):
    """Two coins that wander up and down, beside those of the demo market."""

    def step(self, http: httpx.Client, turn: int) -> None:
        self.send(
            http,
            'POST',
            '/api/prices',
            [{'name': name, 'price': str(self.random.randint(900, 1100)), 'volume': '2'} for name in OWN],
        )


class Trader(Client):
    """Places orders of every kind, each under an id of its own, amends and cancels some; keeps the answers."""

    def __init__(self, server: Server, seed: int, name: str, unsure: dict[str, Fields]) -> None:
        super().__init__(server, seed)
        self.prefix = name
        self.sent: dict[str, Fields] = {}
        self.acknowledged: dict[str, Fields] = {}
        self.unsure = unsure

    def step(self, http: httpx.Client, turn: int) -> None:
        if turn == 0:
            self.names = [quote['name'] for quote in http.get('/api/prices').json()] or list(OWN)
            for asked in self.unsure.values():
                self.place(http, asked)
            return
        order = self.place(http, {**self.asked(http), 'client_order_id': f'{self.prefix}-{turn}'})
        if order.get('status') == 'open' and self.random.random() < 0.5:
            path = f'/api/orders/{order["id"]}'
            if self.random.random() < 0.5:
                self.send(http, 'DELETE', path)
            else:
                self.send(http, 'PATCH', path, {'size': str(Decimal(order['size']) * 2)})

    def place(self, http: httpx.Client, asked: Fields) -> Fields:
        self.sent[asked['client_order_id']] = asked
        order: Fields = self.send(http, 'POST', '/api/orders', asked)
        if 'id' in order:
            self.acknowledged[asked['client_order_id']] = order
        else:
            del self.sent[asked['client_order_id']]
        return order

    def asked(self, http: httpx.Client) -> Fields:
        name = self.random.choice([*self.names, *OWN])
        price = Decimal(http.get(f'/api/prices/{name}').json().get('price', '1000'))
        size = round(Decimal(self.random.randint(1, 200)) / price, 8)
        near = {side: str(round(price * Decimal(by), 6)) for side, by in (('below', '0.998'), ('above', '1.002'))}
        return {'name': name, 'size': str(max(size, Decimal('0.01'))), **self.kind(near)}

    def kind(self, near: dict[str, str]) -> Fields:
        below, above = near['below'], near['above']
        return self.random.choice(
            [
                {'side': 'buy', 'type': 'market'},
                {'side': 'sell', 'type': 'market'},
                {'side': 'buy', 'type': 'limit', 'limit_price': below},
                {'side': 'sell', 'type': 'limit', 'limit_price': above},
                {'side': 'buy', 'type': 'stop', 'stop_price': above},
                {'side': 'sell', 'type': 'stop', 'stop_price': below},
                {'side': 'buy', 'type': 'stop_limit', 'stop_price': above, 'limit_price': above},
                {'side': 'sell', 'type': 'trailing_stop', 'trail_percent': '0.2'},
                {'side': 'buy', 'type': 'market', 'take_profit': above, 'stop_loss': below},
            ]
        )


def kill_at_a_random_moment(data_dir: Path, kill: int, unsure: dict[str, Fields]) -> list[Trader]:
    """Start a desk, trade on it, kill it after 0.2 to 2 s of that; one trader sends `unsure` orders again first."""
    server = Server(data_dir, *DEMO)
    traders = [Trader(server, 100 * kill + each, f'{kill}-{each}', {} if each else unsure) for each in range(TRADERS)]
    clients = [Prices(server, kill), *traders]
    try:
        server.wait()
        for client in clients:
            client.start()
        clients[0].join(random.Random(kill).uniform(0.2, 2.0))
    finally:
        server.kill()
    for client in clients:
        client.join(15)
        assert not client.is_alive()
        assert not [status for status in client.statuses if status >= 500], f'{client.statuses}\n{server.output}'
    return traders


def rows(data_dir: Path, query: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(data_dir / 'cointape.db')) as database:
        database.row_factory = sqlite3.Row
        return database.execute(query).fetchall()


def check_file(data_dir: Path) -> None:
    """The file is sound, every transaction sums to zero for each asset, orders agree with their fills."""
    assert [tuple(row) for row in rows(data_dir, 'PRAGMA integrity_check')] == [('ok',)]
    assert rows(data_dir, 'PRAGMA foreign_key_check') == []
    sums: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for row in rows(data_dir, 'SELECT transaction_id, coin_id, amount FROM posting'):
        sums[row['transaction_id'], row['coin_id']] += Decimal(row['amount'])
    assert [asset for asset, total in sums.items() if total] == [], 'a transaction does not balance'
    filled: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in rows(data_dir, 'SELECT order_id, size, value, fee FROM fill'):
        parts = (Decimal(row[name]) for name in ('size', 'value', 'fee'))
        filled[row['order_id']] = [total + part for total, part in zip(filled[row['order_id']], parts, strict=True)]
    for row in rows(data_dir, 'SELECT id, filled_size, filled_value, fees FROM paper_order'):
        stands = [Decimal(row[name]) for name in ('filled_size', 'filled_value', 'fees')]
        assert stands == filled[row['id']], f'order {row["id"]} and its fills'
    fills = [row['id'] for row in rows(data_dir, 'SELECT id FROM fill ORDER BY id')]
    booked = rows(data_dir, "SELECT fill_id FROM ledger_transaction WHERE kind = 'fill' ORDER BY fill_id")
    assert [row['fill_id'] for row in booked] == fills, 'each fill is booked once'


async def check_balances(data_dir: Path) -> None:
    """Nothing that is available is less than nothing."""
    store = Store(f'sqlite:///{data_dir / "cointape.db"}')
    await store.open()
    state = await store.trades.trading_state()
    await store.close()
    (book,) = state.books
    account = Account(book, state.balances[book.id], state.orders)
    for asset in {None, *account.totals, *(order.coin_id for order in state.orders)}:
        assert account.available(asset) >= 0, f'asset {asset}: {account.total(asset)} less {account.held(asset)}'


def placed(data_dir: Path) -> dict[str, int]:
    """client_order_id → id; fails where one is there twice."""
    found = rows(data_dir, "SELECT client_order_id, id FROM paper_order WHERE client_order_id <> ''")
    assert len({row['client_order_id'] for row in found}) == len(found)
    return {row['client_order_id']: row['id'] for row in found}


@pytest.mark.timeout(60 + 15 * KILLS)
async def test_a_kill_leaves_books_that_balance_and_every_acknowledged_order_once(tmp_path: Path) -> None:
    data_dir, promised, sent = tmp_path / 'data', dict[str, int](), dict[str, Fields]()
    unsure: dict[str, Fields] = {}
    for kill in range(KILLS):
        traders = kill_at_a_random_moment(data_dir, kill, unsure)
        for trader in traders:
            sent |= trader.sent
            promised |= {key: order['id'] for key, order in trader.acknowledged.items()}
        check_file(data_dir)
        await check_balances(data_dir)
        there = placed(data_dir)
        assert promised.items() <= there.items(), f'kill {kill + 1}: an acknowledged order is gone'
        assert there.keys() <= sent.keys()
        unsure = {key: asked for key, asked in sent.items() if key not in promised}
    fills = rows(data_dir, 'SELECT count(*), count(DISTINCT order_id) FROM fill')[0]
    assert fills[0] > 0
    print(f'\n{KILLS} kills survived: {len(promised):,} orders acknowledged, {fills[0]:,} fills of {fills[1]:,} orders')
