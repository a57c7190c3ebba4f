"""A page is its owner's: nobody else's socket shakes hands for it, acts on it or hears of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from nicegui import Client, background_tasks, ui
from websockets.asyncio.client import ClientConnection

from desk.acting import acting
from pages import tie
from tests.fetching import SOCKET, Page
from tests.user.people import Person, Town, event, town
from tests.user.serving import until

heard: list[tuple[str, str]] = []


def prepare() -> None:
    """A page that notes who acts: at a click, in a timer, and in a task that it began."""
    heard.clear()

    async def later(who: str) -> None:
        await asyncio.sleep(0)
        heard.append((f'task of {who}', acting().name))

    async def clicked(who: str) -> None:
        heard.append((f'click of {who}', acting().name))
        await asyncio.sleep(0)
        heard.append((f'after of {who}', acting().name))

    @ui.page('/mine')
    def page() -> None:
        who = acting().name
        ui.button('go', on_click=lambda: clicked(who))
        ui.timer(0.05, lambda: heard.append((f'timer of {who}', acting().name)))
        background_tasks.create(later(who), name='later')
        ui.upload(on_upload=lambda: heard.append(('upload', acting().name)))


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """The desk."""
    tie.dropped.clear()
    async with town(tmp_path, monkeypatch, prepare) as found:
        yield found


async def greeted(line: ClientConnection) -> bool:
    """Whether socket.io let the socket in."""
    return str(await asyncio.wait_for(line.recv(), 5)).startswith('40')


def click(page: Page) -> str:
    """The button is pressed."""
    client = Client.instances[page.query['client_id']]
    (button,) = (each for each in client.elements.values() if isinstance(each, ui.button))
    return event(client.id, button.id, next(iter(button._event_listeners)))


async def closed(line: ClientConnection) -> int | None:
    """The code with which the server ends it."""
    async with asyncio.timeout(5):
        await line.wait_closed()
    return line.close_code


async def test_each_socket_acts_as_its_own_user_and_timers_and_tasks_keep_it(here: Town) -> None:
    anna, ben = await here.first(), await here.another('Ben')
    for_anna, for_ben = await anna.open('/mine'), await ben.open('/mine')
    async with anna.line(for_anna) as first, ben.line(for_ben) as second:
        assert await greeted(first)
        assert await greeted(second)
        for _ in range(3):
            await first.send(click(for_anna))
            await second.send(click(for_ben))
        await until(lambda: [what for what, _ in heard].count('after of Ben') == 3)
        await until(lambda: {'timer of Anna', 'timer of Ben'} <= {what for what, _ in heard})
    assert all(what.endswith(f' of {who}') for what, who in heard)
    assert {what for what, _ in heard} >= {'task of Anna', 'task of Ben', 'click of Anna', 'click of Ben'}


async def test_another_s_page_shakes_hands_with_nobody_else(here: Town) -> None:
    anna, ben = await here.first(), await here.another('Ben')
    page = await anna.open('/mine')
    await ben.open('/mine')
    async with ben.line(page) as line:
        assert not await greeted(line)
    async with ben.line(page, implicit_handshake='false') as line:
        assert await greeted(line)
        await line.send('420' + orjson.dumps(['handshake', page.query]).decode())
        assert await line.recv() == '430[false]'
        await line.send(click(page))
        await line.send(
            '42' + orjson.dumps(['ack', {'client_id': page.query['client_id'], 'next_message_id': 9}]).decode()
        )
        await until(lambda: tie.dropped['ack'])
    assert not Client.instances[page.query['client_id']].has_socket_connection
    assert [what for what, _ in heard if what.startswith('click')] == []


async def test_a_socket_speaks_for_its_own_page_alone(here: Town) -> None:
    anna, ben = await here.first(), await here.another('Ben')
    hers, his = await anna.open('/mine'), await ben.open('/mine')
    async with anna.line(hers) as first, ben.line(his) as second:
        assert await greeted(first)
        assert await greeted(second)
        await second.send(click(hers))
        await second.send(
            '42'
            + orjson.dumps(['log', {'client_id': hers.query['client_id'], 'level': 'info', 'message': 'it'}]).decode()
        )
        await second.send(click(his))
        await until(lambda: ('click of Ben', 'Ben') in heard)
    assert (tie.dropped['event'], tie.dropped['log']) == (1, 1)
    assert 'click of Anna' not in {what for what, _ in heard}


async def test_two_windows_of_one_session_and_a_return_work(here: Town) -> None:
    anna = await here.first()
    one, two = await anna.open('/mine'), await anna.open('/mine')
    async with anna.line(one) as first, anna.line(two) as second:
        assert await greeted(first)
        assert await greeted(second)
    async with anna.line(one) as again:
        assert await greeted(again)
        await again.send(click(one))
        await until(lambda: ('click of Anna', 'Anna') in heard)


async def test_a_log_out_ends_sockets_and_pages_at_once(here: Town) -> None:
    anna = await here.first()
    page = await anna.open('/mine')
    async with anna.line(page) as line:
        assert await greeted(line)
        out = await here.http.post(
            '/logout', headers={'Cookie': anna.cookie, 'Origin': str(here.http.base_url).rstrip('/')}
        )
        assert out.status_code == 303
        assert await closed(line) == 4401
    assert page.query['client_id'] not in Client.instances
    async with anna.line(page) as line:  # its page hears that it must load anew, and then meets the login
        assert await line.recv() == '44{"message":"Implicit handshake failed"}'
        assert await closed(line) == 4401
    gone = await here.http.get('/mine', headers={'Cookie': anna.cookie})
    assert (gone.status_code, gone.headers['location']) == (303, '/login?next=/mine')


async def test_a_page_of_another_login_on_the_same_browser_is_gone(here: Town) -> None:
    anna, ben = await here.first(), await here.another('Ben')
    page = await anna.open('/mine')
    kept = anna.cookie.partition('; ')[2]  # what names NiceGUI's storage
    async with Person(here.http, '').line(page) as line:
        assert not await greeted(line)
    ben.cookie = f'{ben.session}; {kept}'
    async with ben.line(page) as line:
        assert not await greeted(line)


async def test_few_lines_of_one_socket_are_logged(here: Town) -> None:
    anna = await here.first()
    page = await anna.open('/mine')
    said = {'client_id': page.query['client_id'], 'level': 'info', 'message': 'it'}
    async with anna.line(page) as line:
        assert await greeted(line)
        for _ in range(tie.MOST_LOGGED + 1):
            await line.send('42' + orjson.dumps(['log', said]).decode())
        await until(lambda: tie.dropped['log'] == 1)


async def test_uploads_and_polled_connections_are_of_who_began_them(here: Town) -> None:
    anna, ben = await here.first(), await here.another('Ben')
    page = await anna.open('/mine')
    await ben.open('/mine')
    client = Client.instances[page.query['client_id']]
    (field,) = (each for each in client.elements.values() if isinstance(each, ui.upload))
    own = {'Origin': str(here.http.base_url).rstrip('/')}
    files = {'file': ('a.txt', b'x')}

    async def uploaded(cookie: str) -> int:
        return (await here.http.post(field._registered_url, files=files, headers={'Cookie': cookie, **own})).status_code

    assert await uploaded(ben.cookie) == 404
    assert await uploaded(anna.session) == 200
    query = {**page.query, 'EIO': '4', 'transport': 'polling'}

    async def polled(cookie: str) -> httpx.Response:
        return await here.http.get(SOCKET, params=query, headers={'Cookie': cookie, **own})

    query['sid'] = orjson.loads((await polled(anna.cookie)).text[1:])['sid']
    assert (await polled(ben.cookie)).status_code == 404
    said = await here.http.post(SOCKET, params=query, content='40', headers={'Cookie': anna.cookie, **own})
    assert (said.status_code, (await polled(anna.cookie)).text[:2]) == (200, '40')


async def test_no_page_is_made_for_nobody(here: Town, caplog: pytest.LogCaptureFixture) -> None:
    await here.first()
    before = len(Client.instances)
    for path in ('/style-0.css', '/_nicegui/1/static/x', '/_nicegui/1/components/x', '/icons/none.png', '/logout'):
        answer = await here.http.get(path)
        assert answer.status_code in (404, 405)
        assert len(answer.content) < 100
    assert len(Client.instances) == before
    assert [record for record in caplog.records if record.levelname == 'ERROR'] == []
