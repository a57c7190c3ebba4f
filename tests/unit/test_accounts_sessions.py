"""Sessions: how long they last, who sees and ends them, how many there are."""

import asyncio

import pytest

from desk.account import MOST_SESSIONS
from desk.accounts.throttle import FREE
from desk.acting import NOBODY, Role
from desk.errors import NotFound, TooMany
from tests.unit.account_world import CAFE, GOOD, HOME, World


async def test_a_session_ends_when_its_time_is_over(world: World) -> None:
    secret = await world.first()
    asked = world.asked(secret)
    via = asked().via
    world.clock.later(days=30, seconds=-1)
    assert asked().name == 'Ada'
    world.clock.later(seconds=1)
    assert (asked(), world.accounts.session(secret, HOME)) == (NOBODY, None)
    world.accounts.directory.expire()
    world.accounts.directory.expire()
    assert world.ended == [via]


async def test_sessions_are_listed_and_ended_by_their_owner_alone(world: World) -> None:
    mine = await world.first()
    world.clock.later(minutes=1)
    second = await world.accounts.login('Ada', GOOD, '', CAFE, 'Safari\x00\u202e')
    bob = await world.person('Bob', Role.ADMINISTRATOR)
    with world.by(mine):
        listed = world.accounts.sessions()
        assert [(each.address, each.agent, each.current) for each in listed] == [
            (HOME, 'Firefox', True),
            (CAFE, 'Safari', False),
        ]
        assert second not in repr(listed)
    with world.by(bob), pytest.raises(NotFound):
        await world.accounts.end(listed[1].id)
    with world.by(mine):
        await world.accounts.end(listed[1].id)
        with pytest.raises(NotFound):
            await world.accounts.end(listed[1].id)
        assert await world.accounts.end_others() == 0
        await world.accounts.logout()
    assert world.ended == [each.via for each in reversed(listed)]
    assert world.accounts.session(mine, HOME) is None


async def test_an_account_has_a_bounded_number_of_sessions(world: World) -> None:
    first = await world.first()
    for _ in range(MOST_SESSIONS):
        world.clock.later(minutes=2)
        last = await world.login()
    assert world.accounts.session(first, HOME) is None
    with world.by(last):
        assert len(world.accounts.sessions()) == MOST_SESSIONS


async def test_who_logs_in_without_end_is_held_up(world: World) -> None:
    await world.first()
    done = await asyncio.gather(*(world.login() for _ in range(FREE)))
    for _ in range(60 - 1 - FREE):
        done.append(await world.login())
    assert len({*done}) == 59
    with pytest.raises(TooMany, match='too often'):
        await world.login()
    world.clock.later(hours=1)
    assert await world.login()
