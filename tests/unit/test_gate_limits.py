"""Each limit answers with a sentence, and when to try again; what is forgotten takes no memory."""

import httpx
import pytest

from gate import lines
from gate.rates import ADDRESS, LOGIN, STRANGER, USER, Rates
from gate.recent import KEYS, Recent
from gate.refusals import Refusal
from tests.asgi import connected
from tests.unit.strangers import FAR, LAN, Accounts, built, calling

MINE = {'cookie': 'cointape_session=anna', 'origin': LAN}


class Clock:
    """A time that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def spend(rates: Rates, count: int, user: str = 'anna', address: str = FAR) -> None:
    for _ in range(count):
        rates.count(user, f'session:{user}', address)


def test_a_user_may_ask_so_often_and_again_when_the_minute_has_moved_on() -> None:
    clock = Clock()
    rates = Rates(clock)
    spend(rates, USER.amount // 2)
    clock.now += 20
    spend(rates, USER.amount // 2)
    with pytest.raises(Refusal, match=r'1,200 times a minute.*40 s') as refused:
        spend(rates, 1)
    assert (refused.value.status, refused.value.retry_after) == (429, 40)
    spend(rates, 1, 'ben')
    clock.now += 40.1
    spend(rates, USER.amount // 2)


def test_an_address_of_ipv6_is_a_household() -> None:
    rates = Rates(Clock())
    for number in range(STRANGER.amount):
        spend(rates, 1, '', f'2001:db8:1:2::{number:x}')
    with pytest.raises(Refusal):
        spend(rates, 1, '', '2001:db8:1:2:ffff::1')
    spend(rates, 1, '', '2001:db8:1:3::1')


def test_an_address_has_a_limit_of_its_own_for_many_users() -> None:
    rates = Rates(Clock())
    for number in range(ADDRESS.amount):
        spend(rates, 1, f'user {number}')
    with pytest.raises(Refusal, match='one address'):
        spend(rates, 1, 'one more')


async def test_a_login_is_tried_so_often() -> None:
    async with calling(built(Accounts()), Origin=LAN) as http:
        for _ in range(LOGIN.amount):
            assert (await http.post('/login')).status_code == 200
        refused = await http.post('/login')
        assert (refused.status_code, int(refused.headers['retry-after']) > 0) == (429, True)
        assert '20 times a minute' in refused.text


async def test_the_local_user_is_not_counted() -> None:
    gate = built(Accounts(), host='127.0.0.1')
    async with calling(gate, '127.0.0.1', 'http://localhost:8080') as http:
        for _ in range(3):
            assert (await http.get('/api/x')).status_code == 200
    assert gate._rates is None


async def test_what_a_stranger_sends_to_the_login_is_small() -> None:
    async with calling(built(Accounts()), Origin=LAN) as http:
        assert (await http.post('/login', content=bytes(20_000))).status_code == 413


async def test_one_user_has_so_many_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, 'PER_USER', 1)
    gate = built(Accounts())
    headers = {'host': LAN[7:], **MINE}
    async with connected(gate, '/ws/orders', **headers) as first:
        await first.next()
        async with connected(gate, '/ws/orders', **headers) as second:
            refused = await second.next()
            assert (refused['type'], refused['reason'][:13]) == ('websocket.close', 'One user may ')
    async with connected(gate, '/ws/orders', **headers) as third:
        assert (await third.next())['type'] == 'websocket.accept'
    assert not gate.lines._users
    assert not gate.lines._addresses
    assert not gate.lines._of


def test_what_was_long_ago_is_forgotten_and_the_rest_is_bounded() -> None:
    clock = Clock()
    recent = Recent(clock)
    for number in range(KEYS + 10):
        assert recent.acquire_entry(str(number), 5, 60)
    assert len(recent.moments) == KEYS
    clock.now += 121
    assert recent.acquire_entry('new', 1, 60)
    assert not recent.acquire_entry('new', 1, 60)
    assert list(recent.moments) == ['new']
    assert recent.get_moving_window('new', 1, 60) == (clock.now, 1)


async def test_a_page_that_may_not_be_opened_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = built(Accounts())
    monkeypatch.setattr(gate.visitors, 'room', lambda address: False)
    async with calling(gate, **MINE) as http:
        refused: httpx.Response = await http.get('/page')
        assert (refused.status_code, refused.headers['retry-after']) == (429, '5')
        assert (await http.get('/login')).status_code == 200
