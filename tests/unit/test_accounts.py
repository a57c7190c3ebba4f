"""Accounts: who comes in and who does not, what each may, and that an end is an end at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from desk.acting import LOCAL, NOBODY, Right, Role
from desk.errors import Conflict, DeskError, Forbidden, Invalid, SecondFactorNeeded, Unknown
from tests.unit.account_world import BETTER, CAFE, GOOD, HOME, World


async def test_the_first_administrator_is_the_local_user(world: World) -> None:
    assert world.accounts.empty
    code = world.accounts.code()
    assert world.accounts.code() == code
    secret = await world.accounts.welcome(f' {code.upper()} ', 'Ada', GOOD, HOME, 'Firefox')
    assert not world.accounts.empty
    actor = world.asked(secret)()
    assert (actor.user, actor.name, actor.rights, actor.address) == (LOCAL, 'Ada', Role.ADMINISTRATOR.rights, HOME)
    assert actor.via == f'session:{(await session_of(world, secret))}'
    with pytest.raises(Conflict, match='has an administrator already'):
        world.accounts.code()
    with pytest.raises(Conflict, match='has an administrator already'):
        await world.accounts.welcome(code, 'Eve', GOOD, CAFE, '')


async def session_of(world: World, secret: str) -> int:
    with world.by(secret):
        return world.accounts.sessions()[0].id


async def test_another_code_makes_nobody_and_a_bad_password_leaves_the_code(world: World) -> None:
    code = world.accounts.code()
    with pytest.raises(Unknown, match='not the code'):
        await world.accounts.welcome('', 'Eve', GOOD, CAFE, '')
    with pytest.raises(Invalid, match='at least 12'):
        await world.accounts.welcome(code, 'Ada', 'too short', HOME, '')
    await world.accounts.welcome(code, 'Ada', GOOD, HOME, '')
    assert [each.name for each in world.accounts.all()] == ['Ada']


async def test_of_two_who_have_the_code_one_becomes_administrator(world: World) -> None:
    other = await world.beside()
    tries = (
        each.accounts.welcome(each.accounts.code(), name, GOOD, HOME, '')
        for each, name in ((world, 'Ada'), (world, 'Eve'), (other, 'Mallory'))
    )
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ['Conflict', 'Conflict', 'str']
    await world.accounts.read()
    assert len(world.accounts.all()) == 1


async def test_a_login_by_any_spelling_of_the_name(world: World) -> None:
    await world.first('Zoë')
    for name in ('zoë', ' ZOË ', 'Zoe\u0308'):
        assert world.asked(await world.login(name))().name == 'Zoë'
    with pytest.raises(Conflict, match='called “Zoë” already'):
        await world.accounts.add('ZOË', Role.VIEWER)


@pytest.mark.parametrize(
    ('name', 'password'),
    [
        ('Ada', GOOD + '!'),
        ('Ada', ''),
        ('Ada', GOOD * 100_000),
        ('Ada', '\udcff\x00' + GOOD),
        ('Eve', GOOD),
        ('', ''),
        ('\x00\udcff' * 100_000, GOOD),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(world: World, name: str, password: str) -> None:
    await world.first()
    with pytest.raises(Unknown) as refused:
        await world.login(name, password, address=CAFE)
    assert str(refused.value) == 'The name, the password or the one-time code is wrong.'
    assert type(refused.value) is Unknown
    assert refused.value.field == ''


def counted(calls: list[str], work: str, usual: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        calls.append(work)
        return usual(*given)

    return call


@pytest.mark.parametrize('name', ['Ada', 'Off', 'Eve'])
async def test_each_answer_costs_one_comparison(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    await world.first()
    await world.accounts.add('Off', Role.VIEWER)
    await world.accounts.switch(world.account('Off').id, on=False)
    with pytest.raises(Unknown):
        await world.login('Eve', GOOD)  # the first makes the hash that nobody has
    calls: list[str] = []
    for work in ('verify', 'hash'):
        monkeypatch.setattr(PasswordHasher, work, counted(calls, work, getattr(PasswordHasher, work)))
    with pytest.raises(Unknown):
        await world.login(name, BETTER)
    assert calls == ['verify']


async def test_a_provisional_password_only_looks_until_it_is_changed(world: World) -> None:
    await world.first()
    given = await world.accounts.add('Bob', Role.TRADER)
    secret = await world.login('Bob', given)
    asked = world.asked(secret)
    assert asked().rights == {Right.READ}
    with world.by(secret):
        assert world.accounts.me().provisional
        for refused in (
            world.accounts.make_token('x', ['read'], 1),  # type: ignore[list-item]
            world.accounts.begin_second_factor(),
            world.accounts.end_others(),
        ):
            with pytest.raises(Forbidden, match='password of your own first'):
                await refused
        assert await world.accounts.change_password(given, GOOD) == 0
    assert asked().rights == Role.TRADER.rights
    with pytest.raises(Unknown):
        await world.login('Bob', given)


async def test_a_change_of_password_ends_all_other_sessions(world: World) -> None:
    mine, other = await world.first(), await world.login()
    asked, gone = world.asked(mine), world.asked(other)
    via = gone().via
    with world.by(mine):
        with pytest.raises(Invalid, match='not your password'):
            await world.accounts.change_password(BETTER, BETTER)
        with pytest.raises(Invalid, match='the old one'):
            await world.accounts.change_password(GOOD, GOOD)
        assert await world.accounts.change_password(GOOD, BETTER) == 1
    assert (gone(), world.asked(other)(), world.ended) == (NOBODY, NOBODY, [via])
    assert asked().name == 'Ada'
    assert await world.login(password=BETTER)
    with pytest.raises(Unknown):
        await world.login()


async def test_a_role_counts_at_once_and_its_fall_closes_what_is_open(world: World) -> None:
    await world.first()
    secret = await world.person('Bob', Role.CONTRIBUTOR)
    asked, number = world.asked(secret), world.account('Bob').id
    await world.accounts.set_role(number, Role.ADMINISTRATOR)
    assert (asked().rights, world.ended) == (Role.ADMINISTRATOR.rights, [])
    await world.accounts.set_role(number, Role.VIEWER)
    assert asked().rights == Role.VIEWER.rights
    assert world.ended == [asked().via]
    with world.by(secret):
        for refused in (
            world.accounts.add('Eve', Role.ADMINISTRATOR),
            world.accounts.set_role(number, Role.ADMINISTRATOR),
            world.accounts.switch(number, False),
            world.accounts.reset(number),
            world.audit.page(),
        ):
            with pytest.raises(Forbidden, match='for administrators'):
                await refused
        for look in (world.accounts.all, lambda: world.accounts.tokens(everybodys=True)):
            with pytest.raises(Forbidden):
                look()


async def test_who_is_switched_off_is_out_at_once_and_comes_in_anew(world: World) -> None:
    await world.first()
    secret = await world.person('Bob', Role.TRADER)
    with world.by(secret):
        _, token = await world.accounts.make_token('bot', ['read'], None)  # type: ignore[list-item]
    asked, bot, number = world.asked(secret), world.asked(token), world.account('Bob').id
    vias = [asked().via, bot().via]
    await world.accounts.switch(number, on=False)
    assert (asked(), bot(), world.asked(token)(), world.ended) == (NOBODY, NOBODY, NOBODY, vias)
    with pytest.raises(Unknown):
        await world.login('Bob')
    await world.accounts.switch(number, on=True)
    assert asked() is NOBODY, 'the session has ended for good'
    assert world.asked(token)().rights == {Right.READ}
    assert world.asked(await world.login('Bob'))().rights == Role.TRADER.rights


async def test_the_last_administrator_stays(world: World) -> None:
    mine = await world.first()
    ada = world.account('Ada').id
    for refused in (world.accounts.set_role(ada, Role.VIEWER), world.accounts.switch(ada, False)):
        with pytest.raises(Conflict, match='the last administrator'):
            await refused
    await world.person('Bob', Role.ADMINISTRATOR)
    bob, other = world.account('Bob').id, await world.beside()
    done = await asyncio.gather(
        world.accounts.set_role(ada, Role.VIEWER), other.accounts.switch(bob, False), return_exceptions=True
    )
    assert [type(each) for each in done].count(Conflict) == 1
    with world.by(mine), pytest.raises(DeskError):
        await world.accounts.switch(ada, False)


async def test_a_reset_gives_a_password_and_takes_all_else(world: World) -> None:
    await world.first()
    secret = await world.person('Bob', Role.TRADER)
    with world.by(secret):
        _, token = await world.accounts.make_token('bot', ['read', 'orders'], 7)  # type: ignore[list-item]
    await world.factor(secret)
    asked, bot = world.asked(secret), world.asked(token)
    vias = {asked().via, bot().via}
    given = await world.accounts.reset(world.account('Bob').id)
    assert (asked(), set(bot().rights), set(world.ended)) == (NOBODY, {Right.READ}, vias)
    with pytest.raises(Unknown):
        await world.login('Bob')
    with world.by(await world.login('Bob', given)):
        assert not world.accounts.me().second_factor
        await world.accounts.change_password(given, BETTER)
    assert bot().rights == {Right.READ, Right.KEEP, Right.ORDERS}


async def test_another_process_sees_all_of_it(world: World) -> None:
    secret = await world.first()
    other = await world.beside()
    asked = other.asked(secret)
    assert asked().name == 'Ada'
    await world.accounts.add('Bob', Role.VIEWER)
    with world.by(secret):
        via = asked().via
        await world.accounts.logout()
    await other.accounts.read()
    assert (asked(), other.ended, len(other.accounts.all())) == (NOBODY, [via], 2)


async def test_a_code_is_wanted_once_the_password_is_right(world: World) -> None:
    totp, _ = await world.factor(await world.first())
    for _ in range(10):
        with pytest.raises(SecondFactorNeeded):
            await world.login()
    with pytest.raises(Unknown) as refused:
        await world.login(password=BETTER)
    assert type(refused.value) is Unknown
    world.clock.later(seconds=30)
    assert await world.login(code=totp.at(world.clock.now))
