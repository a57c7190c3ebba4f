"""A desk that lives in a recording: nothing of the future is there, every price comes in at its own moment."""

import asyncio
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desk.errors import Invalid
from desk.replay.feed import Progress, Replay, progress_of, staged
from desk.settings import Settings
from tests.unit.csv_files import written
from tests.unit.replaying import HEADER, NOON, Replaying, all_of, came, line, recorded, replaying, second

__all__ = ['replaying']


async def test_nothing_of_the_future_is_there(replaying: Replaying) -> None:
    desk = await replaying(line(0, '1') + line(10, '2', 'ETH'))
    await came(desk, 'BTC', '1')
    assert [coin.name for coin in desk.coins()] == ['BTC']
    assert desk.clock() == second(0)
    assert desk.replay
    desk.replay.step_price()
    await came(desk, 'ETH', '2')
    assert desk.clock() == second(10)
    await asyncio.wait_for(desk.replay.finished.wait(), 5)
    assert desk.replay.state == 'the recording has ended'


async def test_a_step_of_a_minute_brings_what_lies_in_it(replaying: Replaying) -> None:
    desk = await replaying(line(0, '1') + line(59, '2') + line(60, '3') + line(61, '4') + line(300, '5'))
    await came(desk, 'BTC', '1')
    assert desk.replay
    desk.replay.step(timedelta(minutes=1))
    await came(desk, 'BTC', '3')
    assert (desk.clock(), desk.replay.state) == (second(60), 'paused')
    assert desk.quote('BTC').received == second(60)


async def test_at_full_speed_every_price_comes_in_at_its_own_moment(replaying: Replaying) -> None:
    desk = await replaying(''.join(line(number * 7, str(number + 1)) for number in range(5000)))
    assert desk.replay
    desk.replay.set_speed(1_000_000_000)
    desk.replay.play()
    await came(desk, 'BTC', '5000')
    await desk.store.flush()
    page = await desk.history('BTC', limit=1000)
    assert all(entry.record.timestamp == entry.record.received for entry in page.records)
    count = 0
    async for chunk in desk.export():
        count += chunk.count(b'\r\n')
    assert count == 5001, 'the header, and a record for every second that had a price'
    assert (desk.status().clamped, desk.store.conflated) == (0, 0)


async def test_an_export_of_the_replay_is_its_recording(replaying: Replaying, tmp_path: Path) -> None:
    desk = await replaying(line(0, '1') + line(1, '2', 'ETH', rest=',x,feed,3,1.9,2.1,,'))
    assert desk.replay
    desk.replay.step_price()
    await came(desk, 'ETH', '2')
    await desk.store.flush()
    path = tmp_path / 'export.csv'
    path.write_bytes(b''.join([chunk async for chunk in desk.export()]))
    again = all_of(recorded(path))
    assert again == all_of(recorded(tmp_path / 'tape.csv'))


async def test_an_earlier_session_is_opened_where_it_stood(replaying: Replaying, tmp_path: Path) -> None:
    desk = await replaying(line(0, '1') + line(10, '2') + line(20, '3'))
    assert desk.replay
    await came(desk, 'BTC', '1')
    desk.replay.step_price()
    await came(desk, 'BTC', '2')
    await desk.stop()
    again = await replaying('', desk.replay.folder)
    assert again.replay
    assert (again.clock(), again.replay.state) == (second(10), 'paused')
    assert str(again.quote('BTC').price) == '2'
    again.replay.step_price()
    await came(again, 'BTC', '3')
    assert len((await again.history('BTC')).records) >= 2


async def test_each_replay_has_a_folder_of_its_own_and_no_other_database(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + line(0, '1'), 'my tape.csv')
    given = Settings(data_dir=tmp_path / 'data', replay=file, database_url='postgresql+psycopg:///desk', demo=True)
    first, second = (staged(given, lambda: NOON) for _ in range(2))
    assert first.data_dir == tmp_path / 'data' / 'replays' / 'my-tape-20240808-120000'
    assert second.data_dir != first.data_dir
    assert (first.exchange, first.demo) == ('none', False)
    assert first.database == f'sqlite:///{first.data_dir}/cointape.db'


def test_a_browser_that_knows_the_desk_is_known_in_its_replays(tmp_path: Path) -> None:
    """Its one cookie for this machine serves them all."""
    file, secret = written(tmp_path, HEADER + line(0, '1')), tmp_path / 'storage_secret'
    secret.write_text('signs cookies')
    its = staged(Settings(data_dir=tmp_path, replay=file)).data_dir / 'storage_secret'
    assert its.read_text() == 'signs cookies'
    assert its.stat().st_mode & 0o777 == 0o600


def test_without_a_replay_the_settings_stay_as_they_are(settings: Settings) -> None:
    assert staged(settings) is settings


@pytest.mark.parametrize(
    ('name', 'content', 'says'),
    [
        ('gone.csv', '', 'there is no file'),
        ('empty.csv', '', 'The file is empty.'),
        ('prices.csv', 'snapped_at,price\n2024-08-08 00:00:00 UTC,1\n', 'Give the coin a name'),
        ('odd.csv', 'Day;Fixing\n2024-08-08;1\n', 'can be said on the page'),
        ('', '', 'a folder without a session'),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_a_sentence(tmp_path: Path, name: str, content: str, says: str) -> None:
    file = tmp_path / 'in' / name
    (tmp_path / 'in').mkdir()
    if name and not name.startswith('gone'):
        file.write_text(content)
    with pytest.raises(Invalid, match=says):
        staged(Settings(data_dir=tmp_path / 'data', replay=file))
    assert not list((tmp_path / 'data' / 'replays').glob('*'))


async def test_a_file_of_candles_takes_its_coin_from_its_name(tmp_path: Path, replaying: Replaying) -> None:
    content = 'time,low,high,open,close,volume\n2024-08-08 12:00:00,1,4,2,3,8\n2024-08-08 12:01:00,5,5,5,5,1\n'
    desk = await replaying('', written(tmp_path, content, 'ETH-USD.csv'))
    await came(desk, 'ETH', '2')
    assert desk.replay
    desk.replay.step(timedelta(seconds=59))
    await came(desk, 'ETH', '3')
    await desk.store.flush()
    (candle,) = await desk.candles('ETH', '1m')
    assert (candle.open, candle.high, candle.low, candle.close, candle.volume) == tuple(map(Decimal, (2, 4, 1, 3, 8)))


async def test_what_ends_while_a_step_is_asked_for_ends(replaying: Replaying) -> None:
    desk = await replaying(line(0, '1') + line(3000, '2'))
    await came(desk, 'BTC', '1')
    assert desk.replay
    desk.replay.set_speed(1)
    desk.replay.play()
    waiting = asyncio.create_task(desk.replay.until(second(3000)))
    for _ in range(3):
        await asyncio.sleep(0)  # until it waits
    desk.replay.pause()
    await asyncio.sleep(0)  # the news is on its way to who waits
    waiting.cancel()
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()


async def test_a_desk_that_ends_while_its_progress_is_kept_keeps_the_last(
    replaying: Replaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, save, going = asyncio.Event(), Replay.save, threading.Lock()
    loop, patience = asyncio.get_running_loop(), threading.Event()
    at_once: list[bool] = []

    def slowly(replay: Replay, progress: Progress) -> None:
        at_once.append(going.locked())
        with going:
            loop.call_soon_threadsafe(begun.set)
            patience.wait(0.2)
            save(replay, progress)

    monkeypatch.setattr(Replay, 'save', slowly)
    desk = await replaying(line(0, '1') + line(10, '2'))
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(desk.stop(), 5)
    assert at_once == [False, False]
    assert desk.replay
    kept = progress_of(desk.replay.folder)
    assert kept
    assert kept.at == second(0)
