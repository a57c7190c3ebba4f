"""/api/health: alive, ready, well; what a stranger is told of it, and what those who may read."""

import asyncio
from collections.abc import AsyncIterator
from threading import Event

import httpx
import pytest
from sqlalchemy import Connection

from desk import readiness
from desk.acting import OWNER, Scope, acting_as
from desk.desk import Desk
from desk.errors import Unavailable
from desk.readiness import STOPPING, Readiness
from tests.asgi import api_client

STRANGER = {'X-Forwarded-For': '192.0.2.7'}  # what a proxy passes on needs a login
GONE = 'The database does not answer (gone). Try again in a moment.'


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with api_client(desk) as http:
        yield http


async def test_a_desk_that_is_well_is_alive_and_ready(http: httpx.AsyncClient) -> None:
    for path, told in (('live', {'alive': True}), ('ready', {'ready': True, 'problems': {}})):
        answer = await http.get(f'/api/health/{path}')
        assert (answer.status_code, answer.json()) == (200, told)
    well = await http.get('/api/health')
    assert well.status_code == 200
    assert (well.json()['healthy'], well.json()['ready'], well.json()['problems']) == (True, True, {})


async def test_a_channel_that_fails_leaves_the_desk_ready_and_is_told(http: httpx.AsyncClient, desk: Desk) -> None:
    channel = await desk.alerts.channels.add('Phone', 'json://127.0.0.1:9/')
    desk.alerts.channels.failed(channel.id, 'No route.', for_good=True)
    answer = await http.get('/api/health')
    assert (answer.status_code, answer.json()['healthy'], answer.json()['ready']) == (200, False, True)
    assert answer.json()['problems'] == {'channels': 'The channel “Phone” keeps failing: No route.'}
    assert (await http.get('/api/health/ready')).json() == {'ready': True, 'problems': {}}


async def test_without_its_database_a_desk_is_alive_but_not_ready(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answers() -> None:
        raise Unavailable(GONE)

    monkeypatch.setattr(desk.store, 'answers', answers)
    ready, health = await http.get('/api/health/ready'), await http.get('/api/health')
    assert (ready.status_code, ready.json()) == (503, {'ready': False, 'problems': {'database': GONE}})
    assert (health.status_code, health.json()['problems']) == (503, {'database': GONE})
    assert (await http.get('/api/health/live')).status_code == 200


async def test_a_database_that_is_silent_is_asked_once_however_many_want_to_know(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, spoken = list[int](), asyncio.Event()

    async def answers() -> None:
        asked.append(1)
        await spoken.wait()

    monkeypatch.setattr(desk.store, 'answers', answers)
    ready = Readiness(desk, patience=0.05)
    for _ in range(2):
        said = await asyncio.gather(*(ready.problems() for _ in range(50)))
        assert said == [{'database': 'The database has not answered for 0.05 s.'}] * 50
    assert asked == [1]
    spoken.set()
    assert await ready.problems() == {}


async def test_a_writer_that_stands_still_is_not_ready(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()

    def wait(connection: Connection) -> None:
        begun.set()
        go_on.wait(5)

    monkeypatch.setattr(readiness, 'STUCK', 0.0)
    writer, stuck = desk.store.writer, list[float]()
    done = writer.do(wait)
    done.add_done_callback(lambda _: stuck.append(writer.stuck))
    assert await asyncio.to_thread(begun.wait, 5)
    ready = await http.get('/api/health/ready')
    go_on.set()
    assert (ready.status_code, list(ready.json()['problems'])) == (503, ['writer'])
    await asyncio.wrap_future(done)
    assert stuck == [0.0]  # who hears that it is done finds the writer at rest
    assert (await http.get('/api/health/ready')).status_code == 200


async def test_a_desk_that_stops_takes_no_more_requests(http: httpx.AsyncClient, desk: Desk) -> None:
    await desk.stop()
    ready = await http.get('/api/health/ready')
    assert (ready.status_code, ready.json()['problems']) == (503, {'desk': STOPPING})
    assert (await http.get('/api/health/live')).status_code == 200


async def test_a_stranger_hears_whether_and_not_why(
    http: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await http.get('/api/health', headers=STRANGER)).json() == {'healthy': True}
    desk.crew.problems['retention'] = 'no space on /srv/secret'
    assert (await http.get('/api/health', headers=STRANGER)).json() == {'healthy': False}
    await desk.stop()
    for path, told in (('', {'healthy': False}), ('/ready', {'ready': False, 'problems': {}})):
        answer = await http.get(f'/api/health{path}', headers=STRANGER)
        assert (answer.status_code, answer.json()) == (503, told)
    assert (await http.get('/api/health/live', headers=STRANGER)).json() == {'alive': True}


async def test_figures_are_for_who_may_read(http: httpx.AsyncClient, desk: Desk) -> None:
    assert (await http.get('/metrics', headers=STRANGER)).status_code == 401
    await desk.accounts.welcome(desk.accounts.code(), 'Ada', 'correct horse battery', '192.0.2.7', 'Firefox')
    with acting_as(lambda: OWNER):
        tokens = {scope: (await desk.accounts.make_token(scope, [scope], None))[1] for scope in Scope}
    statuses = {}
    for scope, token in tokens.items():
        headers = {**STRANGER, 'Authorization': f'Bearer {token}'}
        statuses[scope] = (await http.get('/metrics', headers=headers)).status_code
        assert ('feeds' in (await http.get('/api/health', headers=headers)).json()) == (scope is Scope.READ)
    assert statuses == {Scope.READ: 200, Scope.ORDERS: 403, Scope.PRICES: 403}
