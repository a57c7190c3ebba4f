"""The throttle: failures cost time, more and more, of whom they concern and nobody else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts.throttle import FREE, LONGEST, MEMORY, MOST_KEYS, Throttle, neighbourhood
from desk.acting import Role
from desk.errors import TooMany, Unknown
from tests.unit.account_world import BETTER, CAFE, GOOD, HOME, Clock, World


def waits(throttle: Throttle, *keys: str) -> int:
    """In how many seconds it may be tried again; 0: it was tried."""
    try:
        throttle.enter(*keys)
    except TooMany as refused:
        return refused.retry_after
    return 0


def test_each_failure_costs_twice_the_time_of_the_one_before() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [waits(throttle, 'key') for _ in range(FREE)] == [0] * FREE
    costs = []
    for _ in range(14):
        costs.append(waits(throttle, 'key'))
        clock.later(seconds=costs[-1])
        assert waits(throttle, 'key') == 0
    assert costs == [min(2**number, 900) for number in range(14)]


@given(st.lists(st.tuples(st.sampled_from('abc'), st.sampled_from(['fail', 'forgive', 'clear', 'wait'])), max_size=80))
def test_nobody_waits_for_anothers_failures_nor_for_ever(steps: list[tuple[str, str]]) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    failures = dict.fromkeys('abc', 0)
    for key, step in steps:
        if step == 'wait':
            clock.later(seconds=30)
        elif step == 'clear':
            throttle.clear(key)
            failures[key] = 0
        else:
            wait = waits(throttle, key)
            assert wait <= LONGEST.total_seconds()
            assert wait == 0 or failures[key] >= FREE
            failures[key] += wait == 0
            if step == 'forgive' and wait == 0:
                throttle.forgive(key)
                failures[key] -= 1
    clock.later(seconds=LONGEST.total_seconds())
    assert [waits(throttle, key) for key in 'abc'] == [0, 0, 0]


def test_what_is_forgiven_leaves_no_trace() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE + 3):
        clock.later(seconds=60)
        throttle.enter('key')
    clock.later(seconds=60)
    throttle.enter('key')
    throttle.forgive('key')
    assert waits(throttle, 'key') == 0


def test_failures_are_forgotten_in_time_and_their_number_is_bounded() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.enter('key')
    assert waits(throttle, 'key') == 1
    clock.later(seconds=MEMORY.total_seconds())
    assert [waits(throttle, 'key') for _ in range(FREE)] == [0] * FREE
    for number in range(MOST_KEYS):
        throttle.enter(str(number))
    assert waits(throttle, 'key') == 0


@pytest.mark.parametrize(
    ('address', 'whose'),
    [
        ('192.0.2.1', '192.0.2.1'),
        ('::ffff:192.0.2.1', '192.0.2.1'),
        ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'),
        ('::1', '::/64'),
        ('unix:', 'unix:'),
        ('x' * 1000, 'x' * 45),
    ],
)
def test_an_ipv6_network_is_one_neighbour(address: str, whose: str) -> None:
    assert neighbourhood(address) == whose


async def guesses(world: World, name: str, address: str, times: int = 20) -> list[type[BaseException]]:
    tries = (world.login(name, BETTER, address=address) for _ in range(times))
    done = await asyncio.gather(*tries, return_exceptions=True)
    return [type(each) for each in done if isinstance(each, BaseException)]


@pytest.mark.parametrize('name', ['Ada', 'Nobody'])
async def test_many_guesses_at_once_are_no_way_around(world: World, name: str) -> None:
    await world.first()
    assert await guesses(world, name, CAFE) == [Unknown] * FREE + [TooMany] * (20 - FREE)


async def test_an_account_is_guessed_from_many_addresses_no_faster(world: World) -> None:
    await world.first()
    kinds = [kind for number in range(20) for kind in await guesses(world, 'Ada', f'198.51.100.{number}', 1)]
    assert kinds == [Unknown] * FREE + [TooMany] * (20 - FREE)


async def test_many_accounts_are_guessed_from_one_address_no_faster(world: World) -> None:
    await world.first()
    kinds = [kind for number in range(20) for kind in await guesses(world, f'name {number}', CAFE, 1)]
    assert kinds == [Unknown] * FREE + [TooMany] * (20 - FREE)


async def test_a_login_of_ones_own_forgives_no_guesses_at_others(world: World) -> None:
    await world.first()
    await world.person('Eve', Role.VIEWER)
    kinds = []
    for _ in range(10):
        kinds += await guesses(world, 'Ada', CAFE, 1)
        try:
            await world.login('Eve', address=CAFE)
        except TooMany:
            kinds.append(TooMany)
    assert kinds.count(Unknown) == FREE


async def test_a_stranger_keeps_nobody_out_where_they_are_at_home(world: World) -> None:
    secret = await world.first()
    await guesses(world, 'Ada', CAFE)
    assert world.asked(secret)().name == 'Ada'
    assert await world.login(address=HOME)
    with pytest.raises(TooMany) as refused:
        await world.login(address='203.0.113.9')
    assert refused.value.retry_after == 1
    world.clock.later(seconds=1)
    assert await world.login(address='203.0.113.9')


async def test_a_guess_in_the_time_that_one_has_to_wait_is_not_looked_at(world: World) -> None:
    await world.first()
    await guesses(world, 'Ada', CAFE)
    with pytest.raises(TooMany, match='Try again in a second'):
        await world.login(address=CAFE)
    assert len(await world.said()) == 1 + FREE


async def test_codes_are_guessed_no_faster_with_the_right_password(world: World) -> None:
    await world.factor(await world.first())
    done = []
    for number in range(20):
        try:
            await world.login(code='' if number % 2 else f'{number:06}', address=CAFE)
        except (Unknown, TooMany) as refused:
            done.append(type(refused))
    assert done.count(Unknown) == FREE


async def test_a_stolen_session_guesses_the_password_no_faster(world: World) -> None:
    with world.by(await world.first()):
        tries = (world.accounts.change_password(f'{BETTER} {number}', GOOD) for number in range(20))
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(each) for each in done].count(TooMany) == 20 - FREE


async def test_a_flood_of_guesses_does_not_fill_the_log(world: World) -> None:
    await world.first()
    for number in range(100):
        await guesses(world, f'name {number}', f'198.51.100.{number}', 1)
    assert len(await world.said()) == 1 + 60
    world.clock.later(minutes=1)
    await guesses(world, 'one more', CAFE, 1)
    page = await world.audit.page()
    assert (page.items[0].subject, page.items[0].note) == ('one more', '40 more before this one are not written.')
