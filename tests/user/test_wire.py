"""What the wire relies on inside uvicorn, engine.io and NiceGUI: these fail first when an upgrade changes it."""

import asyncio
from functools import partial
from secrets import token_hex
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import uvicorn
from nicegui import Client, core, ui
from nicegui.server import Server
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from pages import wire
from tests.fetching import SOCKET, fetch
from tests.protocol import Browser
from tests.user import serving
from tests.user.serving import served, until

port = serving.port


def client_of(browser: Browser) -> Client:
    assert browser.page
    return Client.instances[browser.page.query['client_id']]


def said(text: str) -> wire.Message:
    return wire.Message(b'42' + orjson.dumps(['update', {'77': {'tag': 'b', 'props': {'innerHTML': text}}}]))


def hears(browser: Browser, text: str) -> bool:
    return bool(browser.elements.get('77', {}).get('props', {}).get('innerHTML', '') == text)


async def test_a_browser_on_our_server_has_a_wire(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired') as browser:
        (end,) = wire.ends(client_of(browser))
        assert isinstance(end, wire.Wire)
        await end.ready()
        for size in (0, 100, 40_000, 80_000):  # lengths of 7, 16 and 64 bits
            assert end.write(said('x' * size + '€'))
            await until(partial(hears, browser, 'x' * size + '€'))
        assert not browser.lost


@pytest.mark.parametrize(
    ('offered', 'compressed'),
    [
        (ClientPerMessageDeflateFactory(client_max_window_bits=True), True),  # as Chromium does
        (ClientPerMessageDeflateFactory(), True),  # as Firefox does
        (ClientPerMessageDeflateFactory(server_max_window_bits=10), False),  # a window that is too small for ours
        (None, False),
    ],
)
async def test_frames_are_compressed_where_that_was_agreed(
    port: int, offered: ClientPerMessageDeflateFactory | None, compressed: bool
) -> None:
    async with served(port) as http:
        page = await fetch(http, '/wired')
        query = urlencode({**page.query, 'EIO': '4', 'transport': 'websocket'})
        extensions = [offered] if offered else None
        async with connect(
            f'ws://127.0.0.1:{port}{SOCKET}?{query}',
            additional_headers={'Cookie': page.cookie},
            extensions=extensions,
            compression=None,
            ping_interval=None,
        ) as socket:
            await socket.recv()
            await socket.send('40')
            assert str(await socket.recv()).startswith('40')
            (end,) = wire.ends(Client.instances[page.query['client_id']])
            message, came = said('67,000 ' * 1000), list[int]()
            receive = socket.data_received
            socket.data_received = lambda data: (came.append(len(data)), receive(data))[1]  # type: ignore[method-assign, func-returns-value]
            for _ in range(3):
                assert end.write(message)
                assert await socket.recv() == message.packet.decode()
            assert (sum(came) < len(message.packet)) == compressed
            assert sum(came) == 3 * end.size(message)


async def test_what_is_written_stays_in_order_with_what_nicegui_says(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired') as browser:
        client = client_of(browser)
        (end,) = wire.ends(client)
        with client.content:
            label = ui.label('said by NiceGUI')
        await until(lambda: str(label.id) in browser.elements)
        assert end.write(said('said past it'))
        await until(lambda: hears(browser, 'said past it'))


async def test_an_address_that_only_asks_about_nicegui_is_not_its_socket(port: int) -> None:
    made = list[wire.Wire]()

    class Kept(wire.Wire):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    async with served(port, Kept), connect(f'ws://127.0.0.1:{port}/ws/cryptocurrency/?x={wire.PATH}'):
        assert [each.ping_interval for each in made] == [20.0]


@pytest.mark.parametrize('ws', ['wsproto', 'websockets-sansio'])
async def test_another_servers_browser_is_reached_through_the_queue(port: int, ws: str) -> None:
    async with served(port, ws) as http, Browser(http, '/wired') as browser:
        (end,) = wire.ends(client_of(browser))
        assert isinstance(end, wire.Post)
        await end.ready()
        for number in range(10):
            assert end.write(said(f'€ {number}'))
        await until(lambda: hears(browser, '€ 9'))


async def test_a_browser_that_polls_is_reached_through_the_queue_also_when_it_upgrades(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired') as browser:
        http.headers['Cookie'] = browser.page.cookie
        query = {**browser.page.query, 'EIO': '4', 'transport': 'polling', 'document_id': 'another'}
        opening = (await http.get(SOCKET, params=query)).text
        query['sid'] = orjson.loads(opening[1:])['sid']
        await http.post(SOCKET, params=query, content='40')
        assert (await http.get(SOCKET, params=query)).text.startswith('40')
        kinds = {type(end): end for end in wire.ends(client_of(browser))}
        post = kinds[wire.Post]
        assert wire.ends(client_of(browser)) == list(kinds.values())  # the same object each time
        await post.ready()
        assert post.write(said('€'))
        assert not post.drained
        assert (await http.get(SOCKET, params=query)).text == said('€').packet.decode()
        assert post.drained
        for _ in range(wire.LONGEST_QUEUE + 1):
            assert post.write(said('x'))
        assert not post.write(said('one too many'))
        await http.post(SOCKET, params=query, content='1')  # it leaves
        await until(lambda: post.gone and not post.write(said('x')))


async def test_what_is_written_at_the_handshake_follows_the_greeting(port: int) -> None:
    at_once = list[bool]()

    @ui.page('/greeted')
    def greeted() -> None:
        async def greet(client: Client) -> None:
            (end,) = wire.ends(client)
            await end.ready()
            at_once.append(end.write(said('early')))

        ui.context.client.on_connect(greet)

    async with served(port) as http, Browser(http, '/greeted') as browser:  # refuses what is not the greeting
        await until(lambda: hears(browser, 'early'))
    assert at_once == [True]


async def test_a_reader_that_stalls_is_refused_more_at_a_bound_and_drains(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired', receive_buffer=4096) as browser:
        (end,) = wire.ends(client_of(browser))
        assert isinstance(end, wire.Wire)
        await end.ready()
        browser.stall()
        frame, written = said(token_hex(20_000)), 0
        while end.write(frame):
            written += len(frame.deflated)
            await asyncio.sleep(0)
        assert 0 < written < 1_000_000
        assert not end.drained
        browser.go_on()
        await until(lambda: end.drained)
        assert end.write(said('new'))
        await until(lambda: hears(browser, 'new'))
        assert not browser.lost


async def test_who_reads_too_slowly_for_the_frames_hears_what_nicegui_says_all_the_same(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired', receive_buffer=4096) as browser:
        client = client_of(browser)
        (end,) = wire.ends(client)
        assert isinstance(end, wire.Wire)
        await end.ready()
        browser.read_at(100_000)
        frame = said(token_hex(5_000))
        while end.transport.get_write_buffer_size() < 60_000:
            end.write(frame)
            await asyncio.sleep(0)
        with client.content:
            label = ui.label('said by NiceGUI')

        def heard_beside_frames() -> bool:
            if end.transport.get_write_buffer_size() < 100_000:
                end.write(frame)
            return str(label.id) in browser.elements

        await until(heard_beside_frames)
        assert not browser.lost


async def test_a_browser_that_vanished_has_no_end(port: int) -> None:
    async with served(port) as http, Browser(http, '/wired') as browser:
        client = client_of(browser)
        (end,) = wire.ends(client)
        await browser.vanish()
        await until(lambda: not wire.ends(client))
        assert end.gone
        assert not end.write(said('x'))
        await end.ready()  # nobody waits for its greeting for ever


async def test_engine_io_alone_pings_and_other_websockets_are_as_they_were(port: int) -> None:
    made: list[wire.Wire] = []

    class Kept(wire.Wire):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    async with served(port, Kept) as http, Browser(http, '/wired'):
        async with connect(f'ws://127.0.0.1:{port}/ws/cryptocurrency/') as socket:
            await socket.send('{"cryptocurrency": "BTC"}')
            assert 'error' in str(await socket.recv())
    assert [each.ping_interval for each in made] == [None, 20.0]
    assert [wire.MARK in each.scope['extensions'] for each in made] == [True, False]


def test_the_server_of_nicegui_gets_wires(monkeypatch: pytest.MonkeyPatch) -> None:
    config = uvicorn.Config(core.app, ws='wsproto')
    config.load()
    monkeypatch.setattr(Server, 'instance', SimpleNamespace(config=config), raising=False)
    wire.install()
    assert config.ws_protocol_class is wire.Wire


async def test_an_outbox_sleeps_until_there_is_something_and_ends_with_its_page(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = list[wire.Asleep]()
    stop: Any = wire.Asleep._should_stop

    def look(box: wire.Asleep) -> bool:
        looked.append(box)
        return bool(stop.__get__(box))

    async with served(port) as http, Browser(http, '/wired') as browser:
        client = client_of(browser)
        assert isinstance(client.outbox, wire.Asleep)
        monkeypatch.setattr(wire.Asleep, '_should_stop', property(look, stop.__set__))
        await asyncio.sleep(1.5)  # NiceGUI's own looks after a second
        assert not looked
        for number in range(3):
            with client.content:
                label = ui.label(f'said {number}')
            await until(partial(browser.elements.__contains__, str(label.id)))
        assert looked
        monkeypatch.undo()
        loops = [task for task in asyncio.all_tasks() if task.get_name() == f'outbox loop {client.id}']
        assert len(loops) == 1
        client.delete()
        await until(loops[0].done)
        assert not loops[0].cancelled()
