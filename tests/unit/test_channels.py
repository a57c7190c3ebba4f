"""Channels: checked before they are kept, sealed in the database, masked wherever they are shown."""

import asyncio
import logging
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from desk.alert import News
from desk.alerts.channels import MOST_CHANNELS
from desk.alerts.undelivered import Undelivered
from desk.desk import Desk
from desk.errors import Conflict, DeskError, Invalid, NotFound, Unavailable
from desk.sealing import Vault, make_key
from desk.settings import Settings
from tests.running import free_port
from tests.services import Answer, mail_server, webhook
from tests.unit.alert_desk import above
from tests.unit.paper_desk import told

SECRET = 'abcdefghijklmnop_SECRET'
TELEGRAM = f'tgram://123456789:{SECRET}/12315544'


@pytest.mark.parametrize(
    ('address', 'kind', 'shown'),
    [
        (TELEGRAM, 'tgram', 'tgram://1...T/12315544/'),
        ('slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#coins', 'slack', 'slack://T...2/A...D/T...Q/#coins/'),
        (
            'https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js',
            'discord',
            'discord://4...8/J...s/',
        ),
        ('ntfy://my-topic', 'ntfys', 'ntfys://m…c'),
        ('mailto://me:SECRET@gmail.com?to=you@example.org', 'mailtos', 'mailtos://me:****@gmail.com/you@example.org'),
        ('jsons://u:SECRET@example.org:8443/SECRET?+Authorization=SECRET', 'jsons', 'jsons://example.org:8443/…'),
        ('json://SECRET@example.org', 'json', 'json://example.org/'),
    ],
)
async def test_an_address_is_shown_without_its_secrets(desk: Desk, address: str, kind: str, shown: str) -> None:
    channel = await desk.alerts.channels.add(' My  channel ', address)
    assert (channel.name, channel.kind, channel.shown) == ('My channel', kind, shown)
    assert desk.alerts.channels.all() == [channel]
    assert desk.alerts.channels.all('somebody else') == []


@pytest.mark.parametrize(
    ('address', 'says'),
    [
        ('', 'begins with its service, like tgram://'),
        (f'{SECRET}', 'begins with its service'),
        (f'nobody://{SECRET}', 'apprise knows no service that begins like this'),
        (f'https://example.org/{SECRET}', 'for a webhook write jsons://'),
        (f'tgram://{SECRET}', 'Telegram does not take this address. It looks like tgram://{bot_token}/{targets}'),
        (f'json://{SECRET * 100}', 'at most 2000 characters'),
    ],
)
async def test_a_wrong_address_is_answered_with_what_would_be_right(
    desk: Desk, address: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Invalid) as refused:
        await desk.alerts.channels.add('Channel', address)
    assert says in str(refused.value)
    assert refused.value.field == 'address'
    assert 'SECRET' not in str(refused.value) + caplog.text
    assert desk.alerts.channels.all() == []


async def test_names_are_there_once_and_not_too_long(desk: Desk) -> None:
    channels = desk.alerts.channels
    channel = await channels.add('Hook', 'json://example.org')
    other = await channels.add('Other', 'json://example.org')
    with pytest.raises(Conflict, match='“hook” already'):
        await channels.add('hook', 'json://example.org')
    with pytest.raises(Conflict):
        await channels.rename(other.id, 'HOOK')
    assert (await channels.rename(channel.id, 'HOOK')).name == 'HOOK'
    for name in (' ', 'n' * 51):
        with pytest.raises(Invalid):
            await channels.rename(channel.id, name)
    with pytest.raises(NotFound):
        await channels.rename(99, 'New')
    with pytest.raises(NotFound):
        await channels.test(channel.id, 'somebody else')


async def test_there_are_not_more_than_a_page_can_show(desk: Desk) -> None:
    for number in range(MOST_CHANNELS):
        await desk.alerts.channels.add(f'Hook {number}', 'json://example.org')
    with pytest.raises(Invalid, match='remove one first'):
        await desk.alerts.channels.add('One more', 'json://example.org')


async def test_an_alert_goes_on_without_a_channel_that_was_removed(desk: Desk) -> None:
    await told(desk, '100')
    gone, kept = [await desk.alerts.channels.add(name, 'json://example.org') for name in ('Gone', 'Kept')]
    alert = await desk.alerts.create(above('110', channels=(gone.id, kept.id)))
    await desk.alerts.channels.remove(gone.id)
    assert (await desk.alerts.duplicate(alert.id)).channels == (kept.id,)
    assert (await desk.alerts.change(alert.id, note='as it is', channels=alert.channels)).channels == (kept.id,)
    with pytest.raises(NotFound, match='no channel 99'):
        await desk.alerts.change(alert.id, channels=(kept.id, 99))


@pytest.mark.parametrize('rename', [False, True])
async def test_of_two_who_take_a_name_at_once_one_has_it(desk: Desk, rename: bool) -> None:
    channels = desk.alerts.channels
    if rename:
        ids = [(await channels.add(name, 'json://example.org')).id for name in 'AB']
        given = await asyncio.gather(*(channels.rename(number, 'Hook') for number in ids), return_exceptions=True)
    else:
        adding = (channels.add(name, 'json://example.org') for name in ('Hook', 'HOOK'))
        given = await asyncio.gather(*adding, return_exceptions=True)
    assert sorted(type(each).__name__ for each in given) == ['Channel', 'Conflict']
    assert [each.name.title() for each in channels.all()].count('Hook') == 1  # whichever was faster


async def test_a_name_that_another_program_has_taken_is_refused(desk: Desk, settings: Settings) -> None:
    other = Desk(settings)
    await other.start()
    await other.alerts.channels.add('Hook', 'json://example.org')
    with pytest.raises(Conflict, match='“hook” already'):
        await desk.alerts.channels.add('hook', 'json://example.org')
    await other.stop()


async def test_they_are_there_after_a_restart_sealed_and_gone_when_removed(desk: Desk, settings: Settings) -> None:
    news: list[News] = []
    desk.alerts.subscribe(news.append)
    kept = await desk.alerts.channels.add('Kept', TELEGRAM)
    gone = await desk.alerts.channels.add('Gone', TELEGRAM)
    await desk.alerts.channels.remove(gone.id)
    assert [each.channels for each in news] == [True] * 3
    await desk.stop()
    with closing(sqlite3.connect(settings.data_dir / 'cointape.db')) as database:
        rows = database.execute('SELECT name, address FROM channel ORDER BY id').fetchall()
        assert SECRET not in '\n'.join(database.iterdump())
    assert rows[0][1]
    assert rows[1] == ('Gone', ''), 'nothing is left of an address that was removed'
    assert stat.S_IMODE((settings.data_dir / 'channel_key').stat().st_mode) == 0o600
    again = Desk(settings)
    await again.start()
    assert again.alerts.channels.all() == [kept]
    await again.stop()


async def test_a_test_arrives_or_says_what_the_service_answered(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channels = desk.alerts.channels
    with webhook() as hook, mail_server() as post:
        channel = await channels.add('Hook', hook.url)
        mail = await channels.add('Mail', post.url)
        await channels.test(channel.id)
        await channels.test(mail.id)
        assert hook.calls[0].body['message'].startswith('This is a test.')
        assert len(post.mails) == 1
        hook.will(Answer(401, '{"message": "SECRETPATH is not welcome"}', {'Content-Type': 'application/json'}))
        post.replies.append('550 no such user')
        with pytest.raises(Undelivered) as refused:
            await channels.test(channel.id)
        said = '127.0.0.1 answered 401 Unauthorized: {"message": "**** is not welcome"}'
        assert (str(refused.value), refused.value.permanent) == (said, True)
        with pytest.raises(Undelivered, match='answered 550 no such user'):
            await channels.test(mail.id)
    nowhere = await channels.add('Nowhere', f'json://127.0.0.1:{free_port()}/{SECRET}')
    with pytest.raises(Undelivered, match='cannot be reached: Connection refused'):
        await channels.test(nowhere.id)
    nobody = await channels.add('Nobody', f'mailto://127.0.0.1:{free_port()}?from=a@example.org&to=b@example.org')
    with pytest.raises(Undelivered, match='cannot be reached: Connection refused'):
        await channels.test(nobody.id)
    assert 'SECRET' not in caplog.text


@pytest.mark.parametrize(
    ('login', 'answer', 'said'),
    [
        ('user:pw12', 'login pw12 is wrong, spw123', 'login **** is wrong, spw123'),
        ('user:hunter2', 'Authorization: Basic dXNlcjpodW50ZXIy', 'Authorization: Basic ****'),
        ('user:my%2Fsecret%3Dkey', 'my%2Fsecret%3Dkey, my%2fsecret%3dkey, my/secret=key', '****, ****, ****'),
    ],
)
async def test_what_is_answered_is_told_without_the_login(desk: Desk, login: str, answer: str, said: str) -> None:
    with webhook() as hook:
        channel = await desk.alerts.channels.add('Hook', hook.url.replace('://', f'://{login}@'))
        hook.will(Answer(401, answer))
        with pytest.raises(Undelivered) as refused:
            await desk.alerts.channels.test(channel.id)
    assert str(refused.value) == f'127.0.0.1 answered 401 Unauthorized: {said}'


def test_a_key_is_made_once_and_read_by_all_who_need_it(tmp_path: Path) -> None:
    file = tmp_path / 'folder' / 'key'
    first, second = Vault(file), Vault(file)
    assert second.unseal(first.seal('address')) == 'address'
    key = file.read_bytes()
    make_key(file)
    assert file.read_bytes() == key, 'never over another'
    assert [each.name for each in file.parent.iterdir()] == ['key']
    with pytest.raises(Unavailable, match='does not open the address'):
        Vault(tmp_path / 'other').unseal(first.seal('address'), 'the address')


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    (tmp_path / 'key').write_text('no key')
    for file, says in ((tmp_path / 'key', 'holds no key'), (tmp_path / 'key' / 'inside', 'cannot be used')):
        with pytest.raises(DeskError, match=says):
            Vault(file).seal('address')
