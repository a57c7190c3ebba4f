"""Who else sends: a service that hangs, another desk on the database, one that died, one without the key."""

import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.alert import News
from desk.alerts.delivery import AT_ONCE, LEASE, SHUT_FOR
from desk.alerts.undelivered import Undelivered
from desk.desk import Desk
from desk.errors import Unavailable
from desk.sealing import make_key
from desk.settings import Settings
from tests.running import free_port
from tests.services import Answer, Hook, webhook
from tests.unit.alert_desk import NOON, above
from tests.unit.delivering import Sender, price, sending
from tests.unit.replaying import Replaying, came, line, replaying
from tests.waiting import until

__all__ = ['replaying']


@pytest.fixture
async def sender(settings: Settings, database: str) -> AsyncIterator[Sender]:
    """On SQLite, and again on PostgreSQL."""
    async with sending(settings.model_copy(update={'database_url': database})) as sender:
        yield sender


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


def elsewhere(sender: Sender, folder: Path, **settings: Any) -> Settings:
    """Of another desk on the same database, with a data dir of its own."""
    here = sender.desk.settings
    return here.model_copy(update={'database_url': here.database, 'data_dir': folder / 'other', **settings})


async def test_a_service_that_hangs_holds_up_its_own_channel_alone(sender: Sender, hook: Hook) -> None:
    go = threading.Event()
    sender.channels.couriers.seconds = 0.2
    with webhook() as slow:
        hanging = await sender.channels.add('Slow', f'{slow.url}?rto=30')
        swift = await sender.channels.add('Swift', hook.url)
        slow.will(Answer(go=go))
        for number in range(AT_ONCE):
            await price(sender.desk, '100', f'COIN{number}')
            await sender.fire(hanging.id, name=f'COIN{number}')
        gave_up = await sender.next()
        assert (gave_up.channel_id, gave_up.state, gave_up.error) == (
            hanging.id,
            'due',
            'No answer within 0.2 seconds.',
        )
        await sender.fire(swift.id)
        assert (await sender.next()).state == 'sent'
        assert len(slow.calls) == 1, 'one at a time'
        with pytest.raises(Undelivered, match='still under way'):
            await sender.channels.test(hanging.id)
        go.set()
        sent = [(await sender.next()).state for _ in range(AT_ONCE - 1)]
        assert set(sent) == {'sent'}


async def test_two_desks_on_one_database_send_it_once(sender: Sender, hook: Hook, tmp_path: Path) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    other = Desk(elsewhere(sender, tmp_path, key_file=sender.desk.settings.channel_key), sender.clock)
    await other.start()
    assert [each.name for each in other.alerts.channels.all()] == ['Hook']
    both = Sender(other, sender.clock)
    both.said = sender.said
    for number in range(5):
        await price(sender.desk, '100', f'COIN{number}')
        await sender.fire(channel.id, name=f'COIN{number}')
        other.alerts.deliverer.wake()
    said = [await sender.next() for _ in range(5)]
    await other.stop()
    assert {each.state for each in said} == {'sent'}
    assert sorted(call.body['firing'] for call in hook.calls) == ['1', '2', '3', '4', '5']


async def test_a_desk_without_the_key_leaves_it_to_one_that_has_it(sender: Sender, hook: Hook, tmp_path: Path) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    await sender.desk.crew.stop()
    other = Desk(elsewhere(sender, tmp_path), sender.clock)
    await other.start()
    await sender.fire(channel.id)
    await sender.desk.alerts.pump.once()
    with pytest.raises(Unavailable, match='--key-file'):
        await other.alerts.channels.test(channel.id)
    sender.desk.alerts.deliverer.start(sender.desk.crew)
    assert (await sender.next()).attempts == 1, 'the other did not touch it'
    await other.stop()


async def test_what_another_program_left_unfinished_is_taken_up_when_its_time_is_over(
    sender: Sender, hook: Hook
) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    await sender.desk.crew.stop()  # nobody delivers
    await sender.fire(channel.id)
    store = sender.desk.store.channels
    await sender.desk.alerts.pump.once()
    parcel = await store.next([])
    assert parcel
    claimed = await store.claim(parcel, NOON + LEASE)
    assert claimed
    assert await store.claim(parcel, NOON + LEASE) is None, 'claimed once'
    sender.later(LEASE)
    sender.desk.alerts.deliverer.start(sender.desk.crew)
    said = await sender.next()
    assert (said.state, said.attempts) == ('sent', 2)
    assert await store.settle(claimed, state='due', error='late') is None, 'the first has lost it'


async def test_what_is_on_its_way_to_a_channel_that_is_removed_is_given_up(sender: Sender) -> None:
    channel = await sender.channels.add('Hook', f'json://127.0.0.1:{free_port()}')
    await sender.fire(channel.id)
    assert (await sender.next()).state == 'due'
    await sender.channels.remove(channel.id)
    said = await sender.next()
    assert (said.state, said.error) == ('failed', 'The channel was removed before this could be sent.')
    assert 'channels' not in sender.desk.status().problems
    assert sender.channels.all() == []


async def test_a_channel_that_another_desk_adds_or_removes_is_known_here_and_told(
    sender: Sender, tmp_path: Path
) -> None:
    other = Desk(elsewhere(sender, tmp_path), sender.clock)
    await other.start()
    news: list[News] = []
    other.alerts.subscribe(news.append)
    channel = await sender.channels.add('Hook', 'json://example.org')
    await other.alerts.channels.load()
    assert other.alerts.channels.all() == [channel]
    await sender.channels.remove(channel.id)
    await other.alerts.channels.load()
    assert other.alerts.channels.all() == []
    await other.alerts.channels.load()
    assert [each.channels for each in news] == [True, True]
    await other.stop()


async def test_a_key_that_was_put_right_opens_the_channel_again(settings: Settings, hook: Hook) -> None:
    async with sending(settings) as sender:
        channel = await sender.channels.add('Hook', hook.url)
        file, vault = settings.channel_key, sender.channels._vault
        right = file.read_bytes()
        file.unlink()
        make_key(file)
        vault._fernet = None
        await sender.fire(channel.id)
        await until(lambda: 'does not open' in sender.channels.problem)
        file.write_bytes(right)
        sender.later(SHUT_FOR)
        assert (await sender.next()).state == 'sent'
        assert sender.channels.problem == ''


async def test_what_a_replay_sends_says_so(replaying: Replaying, hook: Hook) -> None:
    desk = await replaying(line(0, '100') + line(10, '111'))
    await came(desk, 'BTC', '100')
    channel = await desk.alerts.channels.add('Hook', hook.url)
    await desk.alerts.create(above('110', channels=(channel.id,), name='High'))
    assert desk.replay
    desk.replay.step(timedelta(seconds=10))
    await until(lambda: bool(hook.calls))
    (call,) = hook.calls
    session = desk.settings.data_dir.name
    assert (call.body['title'], call.body['replay']) == ('Replay: High', session)
    assert call.body['message'].endswith(f'Cointape · replay {session} · firing 1')
