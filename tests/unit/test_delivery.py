"""What fires arrives: at a real webhook and a real mail server on loopback, by a clock that the test moves."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import pytest
import stamina

from desk.alerts.delivery import MOST_ATTEMPTS, QUICK_ATTEMPTS, pause_after
from desk.settings import Settings
from tests.running import free_port
from tests.services import Answer, Hook, Post, mail_server, webhook
from tests.unit.alert_desk import NOON
from tests.unit.delivering import Sender, sending


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """The quick attempts follow each other at once."""
    with stamina.set_testing(True, attempts=QUICK_ATTEMPTS):
        yield


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    async with sending(settings) as sender:
        yield sender


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as post:
        yield post


def mail(post: Post, number: int = 0) -> Message:
    content = post.mails[number].content
    assert isinstance(content, bytes)
    return message_from_bytes(content)


async def test_a_webhook_gets_the_message_with_the_id_of_the_firing(sender: Sender, hook: Hook) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    await sender.fire(channel.id, message='{name} is at {price}', name='BTC')
    said = await sender.next()
    assert (said.state, said.sent, said.attempts, said.error) == ('sent', NOON, 1, '')
    (call,) = hook.calls
    assert call.headers['X-Cointape-Firing'] == call.body['firing'] == str(said.firing_id)
    assert call.body['message'].splitlines()[-1] == f'Cointape · firing {said.firing_id}'
    assert (call.body['name'], call.body['price'], call.body['time']) == ('BTC', '111.5', NOON.isoformat())
    assert (await sender.desk.alerts.deliveries([said.firing_id])) == {said.firing_id: [said]}


async def test_a_mail_server_gets_it_with_the_id_in_a_header_and_in_the_last_line(sender: Sender, post: Post) -> None:
    channel = await sender.channels.add('Mail', post.url)
    await sender.fire(channel.id)
    said = await sender.next()
    assert said.state == 'sent'
    arrived = mail(post)
    assert (arrived['To'], arrived['X-Cointape-Firing']) == ('trader@example.org', str(said.firing_id))
    body = arrived.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().strip().splitlines()[-1] == f'Cointape · firing {said.firing_id}'


@pytest.mark.parametrize('status', [400, 401, 403, 404, 410])
async def test_a_refusal_for_good_is_not_tried_again(sender: Sender, hook: Hook, status: int) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    hook.will(Answer(status, 'no SECRETPATH here'))
    await sender.fire(channel.id)
    said = await sender.next()
    assert (said.state, said.attempts, len(hook.calls)) == ('failed', 1, 1)
    assert f'answered {status}' in said.error
    assert 'no **** here' in said.error
    assert f'The channel “Hook” keeps failing: {said.error}' in sender.desk.status().problems['channels']


@pytest.mark.parametrize(
    ('answer', 'calls', 'pause'),
    [
        (Answer(500, 'a hiccup'), QUICK_ATTEMPTS, 10),
        (Answer(503, headers={'Retry-After': '120'}), 1, 120),
        (Answer(429, headers={'Retry-After': '40'}), 1, 40),
        (Answer(429, headers={'Retry-After': '86400'}), 1, 3600),
    ],
)
async def test_a_passing_failure_is_tried_again_later(
    sender: Sender, hook: Hook, answer: Answer, calls: int, pause: int
) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    hook.will(*[answer] * calls)
    await sender.fire(channel.id)
    said = await sender.next()
    assert (said.state, said.due) == ('due', NOON + timedelta(seconds=pause))
    assert f'answered {answer.status}' in said.error
    assert len(hook.calls) == calls
    assert 'channels' not in sender.desk.status().problems
    sender.later(timedelta(seconds=pause))
    again = await sender.next()
    assert (again.id, again.state, again.attempts, again.error) == (said.id, 'sent', 2, '')
    assert len({call.body['firing'] for call in hook.calls}) == 1


async def test_a_hiccup_is_got_over_at_once(sender: Sender, hook: Hook) -> None:
    channel = await sender.channels.add('Hook', hook.url)
    hook.will(Answer(502))
    await sender.fire(channel.id)
    said = await sender.next()
    assert (said.state, said.attempts, len(hook.calls)) == ('sent', 1, 2)


async def test_a_service_that_was_down_gets_it_when_it_is_up(sender: Sender) -> None:
    port = free_port()
    channel = await sender.channels.add('Hook', f'json://127.0.0.1:{port}')
    await sender.fire(channel.id)
    said = await sender.next()
    assert (said.state, said.error) == ('due', '127.0.0.1 cannot be reached: Connection refused.')
    with webhook(port) as hook:
        sender.later(timedelta(seconds=10))
        assert (await sender.next()).state == 'sent'
        assert len(hook.calls) == 1


@pytest.mark.parametrize(('reply', 'state'), [('550 no such user', 'failed'), ('451 come later', 'due')])
async def test_a_mail_server_says_for_good_or_for_now(sender: Sender, post: Post, reply: str, state: str) -> None:
    channel = await sender.channels.add('Mail', post.url)
    post.replies.extend([reply] * QUICK_ATTEMPTS)
    await sender.fire(channel.id)
    said = await sender.next()
    assert (said.state, said.error) == (state, f'127.0.0.1 answered {reply}')
    assert post.mails == []


async def test_it_gives_up_after_a_day(sender: Sender) -> None:
    channel = await sender.channels.add('Hook', f'json://127.0.0.1:{free_port()}')
    await sender.fire(channel.id)
    for attempt in range(1, MOST_ATTEMPTS):
        said = await sender.next()
        assert (said.state, said.attempts) == ('due', attempt)
        sender.later(pause_after(attempt, None))
    assert timedelta(hours=20) < sender.clock.now - NOON < timedelta(hours=28)
    assert (await sender.next()).state == 'failed'
    assert 'Connection refused' in sender.desk.status().problems['channels']


def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(attempts, None).total_seconds() for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (10, 3600)
    assert pause_after(1, 90).total_seconds() == 90
