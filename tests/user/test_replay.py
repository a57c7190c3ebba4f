"""'/replay' and the banner, seen by simulated browsers; one replay runs as the real process that the page starts."""

import logging
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from nicegui import app, ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from desk.desk import Desk
from models import utc_now
from tests.running import ROOT, free_port
from tests.user.helpers import press, price

HOUR_AGO = utc_now().replace(microsecond=0) - timedelta(hours=1)
TAPE = 'name,price,timestamp\r\n' + ''.join(
    f'BTC,{60000 + number},{(HOUR_AGO + timedelta(seconds=number * 20)).isoformat()}\r\n' for number in range(100)
)


async def sees(user: User, text: str) -> None:
    """A process takes its time to start: look for it longer than the simulated browser does."""
    await user.should_see(text, retries=300)


async def upload(user: User, content: str, filename: str) -> None:
    await user.open('/replay')
    element = user.find(ui.upload).elements.pop()
    assert isinstance(element, ui.upload)
    await element.handle_uploads([SmallFileUpload(filename, 'text/csv', content.encode())])


@pytest.mark.slow
async def test_a_file_is_chosen_replayed_ended_and_opened_again(
    user: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(('NICEGUI_', 'PYTEST_'))]:
        monkeypatch.delenv(name)  # else the real process would take itself for a simulated browser's
    await upload(user, TAPE, 'tape.csv')
    await sees(user, 'Cointape: prices')
    press(user, 'Start the replay')
    await sees(user, 'The replay runs.')
    (session,) = desk.replays.sessions()
    async with httpx.AsyncClient(base_url=session.url) as http:
        prices = (await http.get('/api/prices')).json()
        page = (await http.get('/')).text
    assert [entry['source'] for entry in prices] == ['replay']
    assert 'Replay of tape.csv' in page
    await sees(user, 'End')
    press(user, 'End')
    await sees(user, 'Continue')
    (session,) = desk.replays.sessions()
    assert session.url == ''
    assert session.progress
    assert session.progress.profit == '0'
    press(user, 'Continue')
    await sees(user, 'End')
    assert [bool(session.url) for session in desk.replays.sessions()] == [True]
    assert desk.coins() == [], 'nothing of it comes into this desk'


async def test_what_the_desk_has_recorded_can_be_replayed(user: User, desk: Desk) -> None:
    await price(desk, 'BTC', '67000')
    await user.open('/replay')
    press(user, 'Replay what this desk has recorded')
    await sees(user, 'cointape.csv')
    press(user, 'Another file')
    await sees(user, 'Choose a file')


async def test_a_file_that_names_no_coin_asks_for_it_beside_the_field(user: User, desk: Desk) -> None:
    await upload(user, 'snapped_at,price\n2026-01-30 00:00:00 UTC,0.5\n', 'prices.csv')
    await sees(user, 'CoinGecko: prices')
    press(user, 'Start the replay')
    await sees(user, 'Give the coin a name, like BTC.')
    assert desk.replays.sessions() == []


async def test_a_file_without_a_good_row_is_refused_with_its_first_bad_row(user: User, desk: Desk) -> None:
    await upload(user, 'name,price,timestamp\nBTC,-1,2026-01-30\n', 'bad.csv')
    await sees(user, 'Start the replay')
    press(user, 'Start the replay')
    await sees(user, 'line 2: A price is greater than zero; this one is negative.')
    assert desk.replays.sessions() == []


# A desk that replays


@pytest.fixture
async def replaying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[User]:
    """A browser on a replay at its slowest."""
    tape, port = tmp_path / 'tape.csv', free_port()
    tape.write_text(TAPE)
    flags = ['--port', str(port), '--data-dir', str(tmp_path / 'data'), '--replay', str(tape), '--speed', '1']
    monkeypatch.setattr(sys, 'argv', ['app.py', *flags])
    async with user_simulation(main_file=ROOT / 'app.py') as user:
        user.http_client.base_url = httpx.URL(f'http://127.0.0.1:{port}')
        yield user
        errors = [record.getMessage() for record in caplog.get_records('call') if record.levelno >= logging.ERROR]
        assert errors == []


@pytest.mark.parametrize('path', ['/', '/trading/', '/coin/BTC', '/import', '/add', '/settings', '/status', '/replay'])
async def test_the_banner_stands_on_every_page(replaying: User, path: str) -> None:
    await replaying.open('/')
    await replaying.should_see('60,000.00')
    await replaying.open(path)
    await replaying.should_see('Replay of tape.csv')
    await replaying.should_see('×1 · playing')


async def test_the_banner_pauses_steps_and_changes_the_speed(replaying: User) -> None:
    desk = app.state.desk
    assert isinstance(desk, Desk)
    assert desk.replay
    await replaying.open('/')
    await replaying.should_see('60,000.00')
    replaying.find(marker='play').click()
    await replaying.should_see('×1 · paused')
    press(replaying, 'Next price')
    await replaying.should_see('60,001.00')
    press(replaying, '+1 min')
    await replaying.should_see('60,004.00')
    with replaying:
        replaying.find(ui.select).elements.pop().set_value(600)
    await replaying.should_see('×600 · paused')
    replaying.find(marker='play').click()
    await sees(replaying, 'the recording has ended')
    await replaying.should_see('60,099.00')
    assert desk.clock() == HOUR_AGO + timedelta(seconds=99 * 20)
    assert not any(button.enabled for button in replaying.find(kind=ui.button, content='Next price').elements)


async def test_the_replays_own_page_says_what_it_is(replaying: User) -> None:
    await replaying.open('/replay')
    for words in ('tape.csv (Cointape)', '100', 'Kept in', 'Trade'):
        await replaying.should_see(words)
    await replaying.should_not_see('Choose a file')
