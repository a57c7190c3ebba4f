"""kill -9 while prices stream in: what was acknowledged is there after the restart, once, and the file is sound."""

import os
import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.running import QUIET, Server, running

KILLS = int(os.environ.get('COINTAPE_KILLS', '3'))  # read before the fixtures bare the environment
BATCH, BATCHES_A_SECOND, COINS = 20, 50, 7


class Poster(threading.Thread):
    """Posts about 1,000 prices a second until the desk is gone; each price is a number never used before."""

    def __init__(self, server: Server, first: int) -> None:
        super().__init__(daemon=True)
        self.server, self.next = server, first
        self.sent: set[int] = set()
        self.acknowledged: dict[int, int] = {}
        self.statuses: Counter[int] = Counter()
        self.began = monotonic()
        self.stopping = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self.server.url, timeout=10) as http:
            for count in range(1_000_000):
                if self.stopping.wait(max(0.0, self.began + count / BATCHES_A_SECOND - monotonic())):
                    return
                if not self._post(http):
                    return

    def _post(self, http: httpx.Client) -> bool:
        prices = range(self.next, self.next + BATCH)
        self.next += BATCH
        self.sent.update(prices)
        try:
            answer = http.post(
                '/api/prices', json=[{'name': f'C{price % COINS}', 'price': str(price)} for price in prices]
            )
        except httpx.TransportError:
            return False
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self.acknowledged.update((int(record['price']), record['id']) for record in answer.json())
        return True


def kill_at_a_random_moment(data_dir: Path, first: int, seed: int) -> Poster:
    """Start a desk, post to it, kill it after 0.2 to 2 s of that; returns what it was sent and what it promised."""
    server = Server(data_dir, *QUIET)
    try:
        server.wait()
        poster = Poster(server, first)
        poster.start()
        poster.join(random.Random(seed).uniform(0.2, 2.0))
    finally:
        server.kill()
    poster.join(10)
    return poster


def stored(data_dir: Path) -> dict[int, int]:
    """Price → record id as the file says; fails where one is there twice or the file is not sound."""
    with closing(sqlite3.connect(data_dir / 'cointape.db')) as database:
        assert database.execute('PRAGMA integrity_check').fetchall() == [('ok',)]
        assert database.execute('PRAGMA foreign_key_check').fetchall() == []
        rows = database.execute('SELECT price, id FROM cryptocurrency').fetchall()
    twice = [price for price, count in Counter(price for price, _ in rows).items() if count > 1]
    assert twice == []
    return {int(price): number for price, number in rows}


@pytest.mark.timeout(60 + 15 * KILLS)
def test_a_kill_loses_no_acknowledged_price(tmp_path: Path) -> None:
    data_dir, promised, sent = tmp_path / 'data', dict[int, int](), set[int]()
    for kill in range(KILLS):
        poster = kill_at_a_random_moment(data_dir, 1 + len(sent), kill)
        assert poster.statuses.keys() == {201}, f'answers before the kill: {poster.statuses}'
        promised |= poster.acknowledged
        sent |= poster.sent
        there = stored(data_dir)
        assert promised.items() <= there.items(), f'kill {kill + 1}: an acknowledged price is gone'
        assert there.keys() <= sent
        assert all(batch <= there.keys() or batch.isdisjoint(there) for batch in _batches(sent)), 'half a batch'
    with running(data_dir) as server:
        newest = {quote['name']: int(quote['price']) for quote in server.http.get('/api/prices').json()}
        assert newest == {
            f'C{rest}': max(price for price in stored(data_dir) if price % COINS == rest) for rest in range(COINS)
        }
    print(f'\n{KILLS} kills survived: {len(promised):,} of {len(sent):,} prices were acknowledged, all are there')


def _batches(sent: set[int]) -> list[set[int]]:
    ordered = sorted(sent)
    return [set(ordered[start : start + BATCH]) for start in range(0, len(ordered), BATCH)]
