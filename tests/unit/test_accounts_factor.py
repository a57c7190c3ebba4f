"""The second factor: a code counts once, near its moment, and a recovery code stands in for it once."""

import asyncio
from pathlib import Path

import pytest

from desk.acting import Role
from desk.errors import Conflict, Invalid, Unavailable, Unknown
from tests.unit.account_world import BETTER, CAFE, GOOD, World


@pytest.mark.parametrize(('seconds', 'right'), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
async def test_a_code_counts_near_its_moment(world: World, seconds: int, right: bool) -> None:
    totp, _ = await world.factor(await world.first())
    world.clock.later(minutes=5)
    code = totp.at(int(world.clock.now.timestamp()) + seconds)
    if right:
        assert await world.login(code=f' {code[:3]} {code[3:]}')
    else:
        with pytest.raises(Unknown):
            await world.login(code=code)


async def test_no_code_counts_twice_nor_one_before_it(world: World) -> None:
    totp, _ = await world.factor(await world.first())
    with pytest.raises(Unknown):
        await world.login(code=totp.at(world.clock.now))  # it has set the second factor
    world.clock.later(minutes=5)
    before, code = (totp.at(int(world.clock.now.timestamp()) + shift) for shift in (-30, 0))
    other = await world.beside()
    tries = [each.login(code=code) for each in (world, other, world)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ['Unknown', 'Unknown', 'str']
    with pytest.raises(Unknown):
        await world.login(code=before)


async def test_a_recovery_code_stands_in_once(world: World) -> None:
    secret = await world.first()
    _, codes = await world.factor(secret)
    assert len(set(codes)) == 10
    done = await asyncio.gather(*(world.login(code=codes[3].upper()) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ['Unknown', 'Unknown', 'str']
    assert await world.login(code=codes[4].replace('-', ' '))
    with world.by(secret):
        assert world.accounts.me().codes_left == 8
    assert ('recovery code used', 'Ada') in await world.said()


async def test_one_persons_recovery_code_is_no_use_to_another(world: World) -> None:
    _, codes = await world.factor(await world.first())
    await world.factor(await world.person('Bob', Role.VIEWER))
    with pytest.raises(Unknown):
        await world.login('Bob', code=codes[0])


async def test_it_is_set_with_a_code_of_its_own_in_time(world: World) -> None:
    secret = await world.first()
    with world.by(secret):
        with pytest.raises(Conflict, match='begin anew'):
            await world.accounts.confirm_second_factor('123456')
        begun = await world.accounts.begin_second_factor()
        assert begun.uri.startswith('otpauth://totp/Cointape:Ada?')
        assert begun.secret not in repr(begun)
        for code in ('000000', '', 'abcdef', '٠١٢٣٤٥', 'x' * 100_000):
            with pytest.raises(Invalid):
                await world.accounts.confirm_second_factor(code)
        world.clock.later(minutes=15)
        with pytest.raises(Conflict, match='begin anew'):
            await world.accounts.confirm_second_factor('000000')
    assert await world.login()
    await world.factor(secret)
    with world.by(secret), pytest.raises(Conflict, match='already'):
        await world.accounts.begin_second_factor()


async def test_it_is_taken_away_with_the_password(world: World) -> None:
    secret = await world.first()
    _, codes = await world.factor(secret)
    with world.by(secret):
        with pytest.raises(Invalid, match='not your password'):
            await world.accounts.drop_second_factor(BETTER)
        await world.accounts.drop_second_factor(GOOD)
        with pytest.raises(Conflict):
            await world.accounts.drop_second_factor(GOOD)
    assert await world.login()
    totp, _ = await world.factor(secret)
    world.clock.later(seconds=30)
    with pytest.raises(Unknown):
        await world.login(code=codes[0])
    assert await world.login(code=totp.at(world.clock.now))


async def test_its_key_is_sealed_and_without_it_a_recovery_code_helps(world: World, tmp_path: Path) -> None:
    totp, codes = await world.factor(await world.first())
    members = await world.store.accounts.members(world.clock.now)
    assert members[0].sealed
    assert totp.secret not in members[0].sealed
    (tmp_path / 'channel_key').unlink()
    other = World(world.store, tmp_path, world.clock)
    await other.accounts.read()
    world.clock.later(minutes=5)
    with pytest.raises(Unavailable, match='Use a recovery code') as refused:
        await other.login(code=totp.at(world.clock.now), address=CAFE)
    assert str(tmp_path) not in str(refused.value)
    assert await other.login(code=codes[0])
