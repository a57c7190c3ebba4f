"""The sessions of a desk: made from files, run as its processes, ended with it; what goes wrong is told."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import httpx
import psutil
import pytest

from desk.desk import Desk
from desk.errors import Invalid, NotFound, Unavailable
from desk.replay.recording import Recorder
from desk.replay.sessions import Replays, variables
from desk.settings import Settings, load_settings
from models import utc_now
from tests.running import ROOT, bare_environment, free_port, wait_until
from tests.unit.csv_files import HEADER, row, written

TAPE = HEADER + ''.join(map(row, range(100)))


@pytest.fixture
async def replays(settings: Settings) -> AsyncIterator[Replays]:
    """The sessions of a desk; none runs afterwards."""
    replays = Replays(settings, utc_now)
    yield replays
    await replays.stop()
    assert processes() == []


def recorded(replays: Replays, content: str = TAPE, filename: str = 'tape.csv') -> str:
    file = written(replays.settings.data_dir, content)
    return replays.record(Recorder(file, filename, 'USD'))


async def opened(replays: Replays, name: str, speed: int = 1) -> str:
    """Opens a session in an environment that does not say that this is a test."""
    with patch.dict('os.environ', bare_environment(), clear=True):
        return await replays.open(name, speed)


def processes() -> list[psutil.Process]:
    """The replays that this process has started."""
    return [child for child in psutil.Process().children(recursive=True) if 'desk.replay.child' in child.cmdline()]


async def seen(condition: Callable[[], object]) -> None:
    """Wait in a thread, so that the loop goes on."""
    await asyncio.to_thread(wait_until, condition, 10, 'what was waited for')


@pytest.mark.slow
async def test_a_session_runs_at_an_address_of_its_own_and_ends_when_asked(replays: Replays) -> None:
    name = recorded(replays)
    url = await opened(replays, name, 600)
    assert await opened(replays, name, 600) == url, 'it runs already'
    async with httpx.AsyncClient(base_url=url) as http:
        assert (await http.get('/api/health')).json()['now'] < utc_now().isoformat()
    (session,) = replays.sessions()
    assert (session.name, session.url, session.facts.prices, session.problem) == (name, url, 100, '')
    await replays.end(name)
    (session,) = replays.sessions()
    assert session.url == ''
    assert session.progress
    assert session.progress.speed == 600


@pytest.mark.slow
async def test_a_process_that_ends_by_itself_is_told_and_can_be_opened_again(replays: Replays) -> None:
    name = recorded(replays)
    await opened(replays, name)
    processes()[0].kill()
    await seen(lambda: replays.sessions()[0].problem)
    assert replays.sessions()[0].problem.startswith('It ended by itself')
    assert await opened(replays, name)
    assert replays.sessions()[0].problem == ''


@pytest.mark.slow
async def test_a_replay_that_cannot_start_says_why(replays: Replays) -> None:
    name = recorded(replays)
    (replays.settings.data_dir / 'replays' / name / 'cointape.db').write_bytes(b'not a database, whatever it is' * 100)
    with pytest.raises(Unavailable, match=r'The replay did not start: .*database'):
        await opened(replays, name)
    assert [session.url for session in replays.sessions()] == ['']


@pytest.mark.slow
async def test_a_replay_ends_with_the_desk_however_that_ends(tmp_path: Path) -> None:
    """The desk here is a process whose end of the pipe goes with it."""
    file = written(tmp_path, TAPE, 'tape.csv')
    given = variables(load_settings(data_dir=tmp_path / 'data', replay=file, speed=1, port=free_port()))
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'desk.replay.child',
        cwd=ROOT, env={**bare_environment(), **given}, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdin
    assert b'Reading' in await process.stdout.readline()
    assert b'Cointape is at' in await process.stdout.readline()
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_the_desk_ends_its_replays(settings: Settings) -> None:
    desk, ended = Desk(settings), []
    await desk.start()

    async def stop() -> None:
        ended.append(True)

    desk.replays.stop = stop  # type: ignore[method-assign]
    await desk.stop()
    assert ended == [True]


def test_a_file_that_is_no_recording_leaves_nothing(replays: Replays) -> None:
    with pytest.raises(Invalid, match='no rows to replay'):
        recorded(replays, HEADER)
    assert list((replays.settings.data_dir / 'replays').iterdir()) == []


def test_a_stopped_recorder_leaves_nothing(replays: Replays) -> None:
    file = written(replays.settings.data_dir, HEADER + ''.join(map(row, range(20_000))))
    recorder, problems = Recorder(file, 'tape.csv', 'USD'), []

    def record() -> None:
        try:
            replays.record(recorder)
        except Invalid as error:
            problems.append(str(error))

    thread = Thread(target=record)
    thread.start()
    wait_until(lambda: recorder.report.good, 5, 'the first rows')
    recorder.stop()
    thread.join()
    assert problems == ['Stopped; there is no recording.']
    assert list((replays.settings.data_dir / 'replays').iterdir()) == []


@pytest.mark.parametrize('name', ['gone', '..', '../replays', ''])
async def test_what_is_no_session_is_not_opened(replays: Replays, name: str) -> None:
    recorded(replays)
    with pytest.raises(NotFound):
        await opened(replays, name)


def test_the_settings_of_this_desk_are_those_of_its_replays(tmp_path: Path) -> None:
    made = load_settings(data_dir=tmp_path, coins='btc,eth', demo=False, feed_record_days=1, frame_rate=5)
    assert variables(made) == {
        'COINTAPE_DATA_DIR': str(tmp_path),
        'COINTAPE_COINS': 'BTC,ETH',
        'COINTAPE_DEMO': 'false',
        'COINTAPE_FEED_RECORD_DAYS': '1',
        'COINTAPE_FRAME_RATE': '5',
    }
