"""Channels on the page: added, tested, renamed and removed, in words, in every window."""

from collections.abc import Callable, Iterator

import pytest
from nicegui.testing import User

from desk.desk import Desk
from tests.services import Answer, Hook, webhook
from tests.user.helpers import fill, press, price


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


async def test_a_channel_is_added_tested_renamed_and_removed_in_every_window(
    user: User, another: Callable[[], User], desk: Desk, hook: Hook
) -> None:
    other = another()
    await user.open('/alerts')
    await other.open('/alerts')
    await user.should_see('With a channel, alerts reach you where no window of this desk is open.')
    press(user, 'Add a channel…')
    await user.should_see('https://discord.com/api/webhooks/…/…')
    fill(user, name='My hook', address=hook.url)
    press(user, 'Add the channel')
    for window in (user, other):
        await window.should_see('My hook')
        await window.should_see(f'json://127.0.0.1:{hook.server_address[1]}/…')
    await other.should_not_see('SECRETPATH')
    press(user, 'Send a test')
    await user.should_see('The service has taken the test')
    assert hook.calls[0].body['message'].startswith('This is a test.')
    hook.will(Answer(410, 'gone for good'))
    press(user, 'Send a test')
    await user.should_see('127.0.0.1 answered 410 Gone: gone for good')
    press(user, 'Rename…')
    fill(user, name='Another')
    press(user, 'Rename')
    await other.should_see('Another')
    press(user, 'Remove…')
    await user.should_see('Remove “Another”?')
    press(user, 'Remove the channel')
    await other.should_see('With a channel, alerts reach you')
    assert desk.alerts.channels.all() == []


async def test_what_is_wrong_stands_beside_its_field(user: User, desk: Desk) -> None:
    await user.open('/alerts')
    press(user, 'Add a channel…')
    fill(user, name='Telegram', address='tgram://nonsense')
    press(user, 'Add the channel')
    await user.should_see('Telegram does not take this address.')
    fill(user, name=' ', address='ntfy://topic')
    press(user, 'Add the channel')
    await user.should_see('A channel needs a name')
    assert desk.alerts.channels.all() == []


async def test_a_new_alert_is_sent_to_every_channel_unless_one_is_left_out(user: User, desk: Desk, hook: Hook) -> None:
    await price(desk, 'ACME', '100')
    channel = await desk.alerts.channels.add('My hook', hook.url)
    await user.open('/alerts/new?coin=ACME')
    await user.should_see('My hook')
    press(user, 'Create alert')
    await user.should_see('How alerts fire')
    assert [alert.channels for alert in desk.alerts.all()] == [(channel.id,)]
