"""kill -9 while prices stream in: no alert fires twice, and what an acknowledged price fired is there and is sent."""

import os
import random
import sqlite3
import threading
from contextlib import closing
from decimal import Decimal
from itertools import count
from pathlib import Path

import httpx
import pytest

from desk.alert import Draft, Repeat
from desk.alerts.delivery import LEASE
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin, utc_now
from tests.running import QUIET, Server
from tests.services import Hook, webhook
from tests.waiting import until

KILLS = int(os.environ.get('COINTAPE_KILLS', '2'))  # read before the fixtures bare the environment
COINS, LEVEL, START = ('AAA', 'BBB'), 1000, 990
DECIDED = """
import os, runpy, sys
from desk.alerts.pump import Pump

Pump.put = lambda self, hits: os.kill(os.getpid(), 9)
sys.argv[0] = 'app.py'
runpy.run_path('app.py', run_name='__main__')
"""


class Killed(Server):
    """It is killed at the moment at which it has decided a firing."""

    program = ('-c', DECIDED)


class Prices(threading.Thread):
    """Posts prices of two coins that wander over the level, until the desk is gone; keeps what it was promised."""

    def __init__(self, server: Server, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.random, self.promised = server.url, random.Random(seed), list[int]()

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=10) as http:
            for _ in count():
                prices = [{'name': name, 'price': str(self.random.randint(980, 1020))} for name in COINS]
                try:
                    answer = http.post('/api/prices', json=prices)
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.promised += [record['id'] for record in answer.json()]


async def prepare(data_dir: Path, hook: Hook) -> None:
    """Both coins under the level, an alert that fires at each crossing of each, sent to a webhook."""
    desk = Desk(Settings(data_dir=data_dir, exchange='none', demo=False))
    await desk.start()
    for name in COINS:
        await desk.submit(Tick(name, Decimal(START), utc_now(), 'form', Origin.PERSON))
    channel = await desk.alerts.channels.add('Hook', hook.url)
    asked = {'price': Decimal(LEVEL), 'repeat': Repeat.EVERY, 'channels': (channel.id,)}
    await desk.alerts.create(Draft('crosses_up', **asked))  # type: ignore[arg-type]
    await desk.alerts.create(Draft('above', 'AAA', price=Decimal(LEVEL), channels=(channel.id,)))
    await desk.stop()


def kill_at_a_random_moment(data_dir: Path, kill: int) -> list[int]:
    """Start a desk, tell it prices, kill it after 0.2 to 1.5 s of that; the records that it acknowledged."""
    server = Server(data_dir, *QUIET)
    prices = Prices(server, kill)
    try:
        server.wait()
        prices.start()
        prices.join(random.Random(kill).uniform(0.2, 1.5))
    finally:
        server.kill()
    prices.join(15)
    assert not prices.is_alive()
    return prices.promised


def rows(data_dir: Path, query: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(data_dir / 'cointape.db')) as database:
        database.row_factory = sqlite3.Row
        return database.execute(query).fetchall()


def crossings(data_dir: Path) -> dict[tuple[int, int], int]:
    """(coin, number) of each stored price that crosses the level upwards, by the coin's own history → its record."""
    found: dict[tuple[int, int], int] = {}
    side, reached = dict[int, int](), dict[int, bool]()
    for row in rows(data_dir, 'SELECT id, coin_id, seq, price FROM cryptocurrency ORDER BY seq'):
        coin, price = row['coin_id'], Decimal(row['price'])
        now = (price > LEVEL) - (price < LEVEL)
        before = side.get(coin, 0)
        if before < 0 and now >= 0 and not reached.get(coin):
            found[coin, row['seq']] = row['id']
        reached[coin] = now == 0 and before != 0
        side[coin] = now or before
    return found


def check(data_dir: Path, promised: list[int]) -> int:
    """How many crossings were lost, none of them acknowledged; fails if one was fired twice, or was none."""
    firings = rows(data_dir, 'SELECT * FROM firing ORDER BY id')
    expected = crossings(data_dir)
    own = [(row['coin_id'], row['tick_seq']) for row in firings if row['condition'] == 'crosses_up']
    assert len(own) == len(set(own)), 'a crossing fired twice'
    assert len([row for row in firings if row['condition'] == 'above']) == 1
    assert set(own) <= expected.keys()
    lost = [record for place, record in expected.items() if place not in set(own)]
    assert not set(lost) & set(promised), 'an acknowledged price did not fire'
    counts = rows(data_dir, 'SELECT sum(count) FROM alert_mark')[0][0]
    assert (counts, len(rows(data_dir, 'SELECT id FROM delivery'))) == (len(firings), len(firings))
    return len(lost)


@pytest.mark.timeout(60 + 15 * KILLS)
async def test_a_kill_leaves_each_firing_once_and_each_is_sent(tmp_path: Path) -> None:
    data_dir, promised, lost = tmp_path / 'data', list[int](), 0
    with webhook() as hook:
        await prepare(data_dir, hook)
        for kill in range(KILLS):
            promised += kill_at_a_random_moment(data_dir, kill)
            lost = check(data_dir, promised)
        ids = {str(row['id']) for row in rows(data_dir, 'SELECT id FROM firing')}
        desk = Desk(Settings(data_dir=data_dir, exchange='none', demo=False), lambda: utc_now() + LEASE)
        await desk.start()
        await until(lambda: ids <= {call.body['firing'] for call in hook.calls}, 60)
        await desk.stop()
        again = len(hook.calls) - len(ids)
    print(f'\n{KILLS} kills survived: {len(ids):,} firings, each once, {again} sent twice; {lost} lost unacknowledged')


async def test_a_kill_between_the_decision_and_the_commit_fires_a_state_at_the_next_price(tmp_path: Path) -> None:
    data_dir = tmp_path / 'data'
    with webhook() as hook:
        await prepare(data_dir, hook)
    killed = Killed(data_dir, *QUIET)
    killed.wait()
    with pytest.raises(httpx.TransportError):
        killed.post({'name': 'AAA', 'price': str(LEVEL + 1)})
    killed.kill()
    assert rows(data_dir, 'SELECT * FROM firing') == []
    server = Server(data_dir, *QUIET)
    try:
        server.wait()
        server.post({'name': 'AAA', 'price': str(LEVEL + 2)})
    finally:
        server.kill()
    (firing,) = rows(data_dir, 'SELECT * FROM firing')
    assert (firing['condition'], firing['nth'], firing['price']) == ('above', 1, str(LEVEL + 2))
