"""Several desks on one database: an alert fires once, and each desk tells it."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desk.alert import Firing, News, Repeat, Status
from desk.desk import Desk
from desk.settings import Settings
from desk.ticks import Tick
from models import Origin
from tests.running import ROOT
from tests.unit.alert_desk import above, crosses, fired
from tests.waiting import until

APART = 1_000_000  # between the numbers that two desks give to prices: a database takes each number once


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(data_dir=tmp_path, exchange='none', demo=False, database_url=database)


@pytest.fixture
async def desks(settings: Settings) -> AsyncIterator[list[Desk]]:
    """Two of them; both know BTC, at 100."""
    desks: list[Desk] = []
    async with AsyncExitStack() as stack:
        for number in range(2):
            desks.append(Desk(settings))
            await desks[-1].start()
            stack.push_async_callback(desks[-1].stop)
            desks[-1].intake.seq += number * APART
        await prices(desks, '100')
        yield desks


async def prices(desks: list[Desk], *each: str, name: str = 'BTC') -> list[Tick]:
    """The same feed tells all of them the same prices; what it told."""
    ticks = [Tick(name, Decimal(price), datetime.now(UTC), 'exchange', Origin.FEED) for price in each]
    for desk in desks:
        await desk.submit_many(ticks)
    return ticks


def follow(desk: Desk) -> list[Firing]:
    """The firings that a desk tells."""
    found: list[Firing] = []
    desk.alerts.subscribe(lambda news: found.extend(news.firings))
    return found


async def test_both_see_the_price_and_one_fires_and_both_tell(desks: list[Desk]) -> None:
    one, other = desks
    here, there = follow(one), follow(other)
    alert = await one.alerts.create(crosses('110', repeat=Repeat.EVERY))
    once = await other.alerts.create(above('110'))
    await until(lambda: len(one.alerts.all()) == len(other.alerts.all()) == 2)
    await prices(desks, '111', '109', '112')
    await until(lambda: one.alerts.unread() == other.alerts.unread() == 4)
    firings = await fired(one)
    assert sorted((firing.alert_id, firing.nth) for firing in firings) == [(alert.id, nth) for nth in (1, 2, 3)] + [
        (once.id, 1)
    ]
    assert [sorted(each.id for each in told) for told in (here, there)] == [sorted(each.id for each in firings)] * 2
    for desk in desks:
        await until(lambda: desk.alerts.get(once.id).status == Status.FIRED)  # noqa: B023
        assert [mark.count for mark in desk.alerts.get(alert.id).marks] == [3]


async def test_a_cooldown_and_a_side_count_for_both(desks: list[Desk]) -> None:
    one, other = desks
    await one.alerts.create(above('110', repeat=Repeat.EVERY, cooldown=3600))
    await one.alerts.create(crosses('110', condition='crosses_up', repeat=Repeat.EVERY))
    await until(lambda: len(other.alerts.all()) == 2)
    told = await prices([one], '111')
    await until(lambda: other.alerts.unread() == 2)
    await other.submit_many(told)
    await prices([other], '112')
    await other.alerts.settled()
    assert len(await fired(one)) == 2
    await prices([other], '109', '113')
    await until(lambda: one.alerts.unread() == 3)


async def test_what_is_done_to_an_alert_in_one_is_seen_in_the_other(desks: list[Desk]) -> None:
    one, other = desks
    news: list[News] = []
    other.alerts.subscribe(news.append)
    alert = await one.alerts.create(above('110'))
    await until(lambda: [each.id for each in other.alerts.all()] == [alert.id])
    assert (await other.alerts.change(alert.id, note='mine')).revision == 2
    assert (await one.alerts.change(alert.id, price=Decimal(120))).note == 'mine', 'changed from what is stored'
    await until(lambda: str(other.alerts.get(alert.id).price) == '120')
    await prices([other], '111', '121')
    await until(lambda: one.alerts.unread() == 1)
    await one.alerts.acknowledge()
    await until(lambda: other.alerts.unread() == 0)
    assert other.alerts.get(alert.id).status == Status.ACKNOWLEDGED
    assert news[-1].firings[0].acknowledged is not None
    await one.alerts.activate(alert.id)
    await until(lambda: other.alerts.get(alert.id).status == Status.ACTIVE)
    await prices([other], '122')
    await until(lambda: one.alerts.unread() == 1)
    await other.alerts.delete(alert.id)
    await until(lambda: one.alerts.all() == [])


async def test_an_alert_of_a_coin_that_only_the_other_knows_waits_for_it(desks: list[Desk]) -> None:
    one, other = desks
    await prices([one], '5', name='NEW')
    alert = await one.alerts.create(above('10', coin='NEW'))
    await until(lambda: [each.id for each in other.alerts.all()] == [alert.id])
    assert other.alerts.coin_name(alert.coin_id or 0) == ''
    await prices([other], '6', name='NEW')
    await other.alerts.pass_time()
    await prices([other], '11', name='NEW')
    await until(lambda: one.alerts.unread() == 1)


LEVELS = (98, 100, 102)
RUN = """
import asyncio, sys
from tests.unit.test_alerts_together import run
asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def walk() -> list[int]:
    """Prices that wander over the levels, the same in every process."""
    chance, price, found = random.Random(5), 100, list[int]()
    for _ in range(300):
        price += chance.choice((-2, -1, 1, 2)) if 90 < price < 110 else (1 if price <= 90 else -1)
        found.append(price)
    return found


async def run(folder: str, database: str, seed: int) -> None:
    """A process: it sees all prices of the walk, at a pace of its own."""
    desk = Desk(Settings(data_dir=Path(folder), exchange='none', demo=False, database_url=database))
    await desk.start()
    chance = random.Random(seed)
    desk.intake.seq += seed * APART
    print('ready', flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for number, price in enumerate(walk()):
        await _tick(desk, number, price)
        await asyncio.sleep(chance.choice((0, 0, 0, 0.01)))
    await desk.stop()


async def _tick(desk: Desk, number: int, price: int) -> None:
    moment = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(milliseconds=number)
    await desk.submit_many([Tick('BTC', Decimal(price), moment, 'exchange', Origin.FEED)])


def start(*arguments: str) -> 'subprocess.Popen[str]':
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, '-c', RUN, *arguments], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def crossings(level: int) -> list[int]:
    """At which of the walk's prices it crosses upwards; 100 was the price before."""
    found, side, reached = list[int](), (level < 100) - (level > 100), False
    for number, price in enumerate(walk()):
        now = (price > level) - (price < level)
        if side < 0 and not reached and now >= 0:
            found.append(number)
        reached = now == 0 and (reached or side != 0)
        side = now or side
    return found


async def test_two_processes_at_different_paces_fire_each_crossing_once(settings: Settings, tmp_path: Path) -> None:
    desk = Desk(settings)
    await desk.start()
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    await desk.submit(Tick('BTC', Decimal(100), midnight - timedelta(seconds=1), 'test', Origin.PERSON))
    asked = [
        await desk.alerts.create(crosses(str(level), condition='crosses_up', repeat=Repeat.EVERY)) for level in LEVELS
    ]
    once = await desk.alerts.create(above('105'))
    processes = [start(str(tmp_path), settings.database, str(seed)) for seed in (1, 2)]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == 'ready\n'
        for process in processes:
            assert process.stdin
            process.stdin.write('\n')
            process.stdin.flush()
        assert [await asyncio.to_thread(process.wait, 60) for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    firings = await fired(desk)
    for level, alert in zip(LEVELS, asked, strict=True):
        own = [firing for firing in reversed(firings) if firing.alert_id == alert.id]
        numbers = [round((firing.tick_time - midnight).total_seconds() * 1000) for firing in own]
        assert numbers == crossings(level)
        assert [firing.nth for firing in own] == sorted({firing.nth for firing in own})
    assert len([firing for firing in firings if firing.alert_id == once.id]) == 1
    await desk.stop()
