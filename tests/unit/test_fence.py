"""What a trader's channel may not do: reach into the desk's own network, by whatever way."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk.acting import OWNER, Actor, Role, acting_as
from desk.alerts.fence import fenced, is_public
from desk.alerts.undelivered import Undelivered
from desk.desk import Desk
from desk.errors import Invalid
from tests.services import webhook

TRADER = Actor('ann', 'Ann', Role.TRADER.rights, 'session:1')
INSIDE = [
    'json://127.0.0.1:9/x',
    'json://localhost/x',
    'json://[::1]/x',
    'json://169.254.169.254/latest',
    'json://10.0.0.7/x',
    'json://[::ffff:192.168.1.1]/x',
    'json://[64:ff9b::a9fe:a9fe]/x',
    'json://2130706433/x',
    'mailto://a:b@192.168.0.1?to=c@example.org',
    'syslog://',
]


@pytest.mark.parametrize(
    ('host', 'public'),
    [
        ('8.8.8.8', True),
        ('2606:4700::1111', True),
        *(
            (host, False)
            for host in ('127.0.0.1', '0.0.0.0', '::', '100.64.0.1', 'fe80::1%eth0', 'fd00::1', '224.0.0.1')
        ),
        *((host, False) for host in ('2002:7f00:1::', '::ffff:10.0.0.1', 'example.org', '')),
    ],
)
def test_public_is_what_the_internet_leads_to(host: str, public: bool) -> None:
    assert is_public(host) is public


@pytest.mark.parametrize('address', INSIDE)
async def test_a_trader_has_no_channel_into_the_desks_network(desk: Desk, address: str) -> None:
    with acting_as(lambda: TRADER), pytest.raises(Invalid, match=r'administrator|does not have'):
        await desk.alerts.channels.add('Hook', address)
    assert desk.alerts.channels.all('ann') == []


async def channel_of(desk: Desk, actor: Actor, port: int) -> int:
    """A channel to a host that is called example.org."""
    with acting_as(lambda: actor):
        return (await desk.alerts.channels.add('Hook', f'json://example.org:{port}/x')).id


def lead(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Say of example.org that it is there, and then there, and at last on this machine."""
    known, answers = socket.getaddrinfo, iter(places)

    def found(host: Any, *rest: Any, **named: Any) -> Any:
        return known(next(answers, '127.0.0.1') if host == 'example.org' else host, *rest, **named)

    monkeypatch.setattr(socket, 'getaddrinfo', found)


@pytest.mark.parametrize('first', ['127.0.0.1', '8.8.8.8'])
async def test_a_name_that_leads_there_later_is_found_out_when_something_is_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    with webhook() as hook:
        lead(monkeypatch, '8.8.8.8', first)
        channel = await channel_of(desk, TRADER, hook.server_address[1])
        with acting_as(lambda: TRADER), pytest.raises(Undelivered, match='own network') as refused:
            await desk.alerts.channels.test(channel)
        assert refused.value.permanent
        assert hook.calls == []


async def test_an_administrators_channel_may_lead_anywhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as hook:
        lead(monkeypatch)
        await desk.alerts.channels.test(await channel_of(desk, OWNER, hook.server_address[1]))
        assert len(hook.calls) == 1


def datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b'x', ('127.0.0.1', 9))


@pytest.mark.parametrize(
    'step',
    [
        lambda: socket.create_connection(('127.0.0.1', 9)),
        datagram,
        lambda: Path('/etc/passwd').read_text(encoding='utf-8'),
        lambda: Path('data/cointape.db').read_bytes(),
    ],
)
def test_inside_the_fence_nothing_leads_out_of_it(step: Callable[[], object]) -> None:
    with pytest.raises(Undelivered, match='administrator'), fenced():
        step()


def test_outside_of_the_fence_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / 'x').write_text('1', encoding='utf-8')
    with fenced(wanted=False):
        assert (tmp_path / 'x').read_text(encoding='utf-8') == '1'
