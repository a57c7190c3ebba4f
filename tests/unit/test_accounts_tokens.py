"""Tokens: what each may, how long, and that its use leaves a trace that is written lazily."""

from datetime import timedelta
from itertools import combinations

import pytest

from desk.account import MOST_TOKENS
from desk.acting import NOBODY, Right, Role, Scope
from desk.errors import Conflict, Forbidden, Invalid, NotFound
from tests.unit.account_world import CAFE, HOME, World

SCOPES = [set(some) for count in (1, 2, 3) for some in combinations(Scope, count)]


async def test_a_token_may_what_both_its_scopes_and_its_owner_may(world: World) -> None:
    await world.first()
    tokens = []
    with world.by(await world.person('Bob', Role.CONTRIBUTOR)):
        for scopes in SCOPES:
            tokens.append((scopes, world.asked((await world.accounts.make_token('bot', scopes, None))[1])))
    number = world.account('Bob').id
    for role in Role:
        await world.accounts.set_role(number, role)
        for scopes, asked in tokens:
            of_scopes = {right for scope in scopes for right in scope.rights}
            assert asked().rights == of_scopes & role.rights
            assert Right.ADMINISTER not in asked().rights


async def test_its_secret_is_told_once_and_kept_as_a_digest(world: World) -> None:
    with world.by(await world.first()):
        token, secret = await world.accounts.make_token(' My bot ', [Scope.READ], 7)
        assert (token.name, token.hint, token.scopes) == ('My bot', secret[:7], (Scope.READ,))
        assert secret.startswith('ct_')
        assert token.expires == world.clock.now + timedelta(days=7)
        assert secret not in f'{token} {world.accounts.tokens()} {await world.audit.page()}'
    files = [file.read_bytes() for file in world.folder.glob('cointape.db*')]
    assert not any(secret.encode() in written for written in files)
    assert not files or any(token.digest.encode() in written for written in files)


@pytest.mark.parametrize(
    ('name', 'scopes', 'days', 'field'),
    [
        ('', ['read'], 1, 'name'),
        ('a\u202eb', ['read'], 1, 'name'),
        ('bot', [], 1, 'scopes'),
        ('bot', ['administer'], 1, 'scopes'),
        ('bot', ['prices'], 1, 'scopes'),
        ('bot', ['read'], 0, 'days'),
        ('bot', ['read'], 10**9, 'days'),
    ],
)
async def test_what_makes_no_sense_is_refused(
    world: World, name: str, scopes: list[Scope], days: int, field: str
) -> None:
    await world.first()
    with world.by(await world.person('Bob', Role.VIEWER)):
        with pytest.raises(Invalid) as refused:
            await world.accounts.make_token(name, scopes, days)
        assert refused.value.field == field
        assert world.accounts.tokens() == []


async def test_a_token_expires_and_is_revoked(world: World) -> None:
    with world.by(await world.first()):
        short, first = await world.accounts.make_token('short', [Scope.READ], 1)
        long, second = await world.accounts.make_token('long', [Scope.READ], None)
        asked, other = world.asked(first), world.asked(second)
        world.clock.later(days=1)
        assert (asked(), world.accounts.bearer(first, HOME)) == (NOBODY, None)
        world.accounts.directory.expire()
        assert [each.name for each in world.accounts.tokens()] == ['long', 'short']
        await world.accounts.revoke(long.id)
        assert (other(), world.ended) == (NOBODY, [short.via, long.via])
        assert world.accounts.bearer(second, HOME) is None
        with pytest.raises(NotFound):
            await world.accounts.revoke(long.id)


async def test_a_token_changes_no_account(world: World) -> None:
    with world.by(await world.first()):
        token, secret = await world.accounts.make_token('bot', list(Scope), None)
    with world.by(secret):
        for refused in (
            world.accounts.make_token('another', [Scope.READ], None),
            world.accounts.revoke(token.id),
            world.accounts.change_password('', ''),
            world.accounts.begin_second_factor(),
            world.accounts.add('Eve', Role.ADMINISTRATOR),
            world.accounts.logout(),
        ):
            with pytest.raises(Forbidden):
                await refused
        with pytest.raises(Forbidden):
            world.accounts.sessions()


async def test_only_its_owner_and_administrators_see_and_revoke_it(world: World) -> None:
    ada = await world.first()
    bob, eve = [await world.person(name, Role.TRADER) for name in ('Bob', 'Eve')]
    with world.by(bob):
        token, _ = await world.accounts.make_token('bot', [Scope.READ], None)
    with world.by(eve):
        assert world.accounts.tokens() == []
        with pytest.raises(NotFound):
            await world.accounts.revoke(token.id)
    with world.by(ada):
        assert world.accounts.tokens() == []
        assert [(each.name, each.owner) for each in world.accounts.tokens(everybodys=True)] == [('bot', 'Bob')]
        await world.accounts.revoke(token.id)


async def test_use_is_shown_at_once_and_written_lazily(world: World) -> None:
    secret = await world.first()
    with world.by(secret):
        _, token = await world.accounts.make_token('bot', [Scope.READ], None)
        world.clock.later(seconds=30)
        for _ in range(100):
            world.asked(token, HOME)
        used = world.clock.now
        assert world.accounts.tokens()[0].used == used
        await world.accounts.use.write()
        assert (await world.beside()).accounts.directory.of_user('local').tokens[0].used is None
        world.clock.later(seconds=30)
        await world.accounts.use.write()
        other = await world.beside()
        member = other.accounts.directory.of_user('local')
        assert (member.tokens[0].used, member.account.seen) == (used, used)
        assert world.accounts.tokens()[0].used == used


async def test_each_new_address_of_a_token_is_noted_once(world: World) -> None:
    with world.by(await world.first()):
        _, token = await world.accounts.make_token('bot', [Scope.READ], None)
    other = await world.beside()
    for each in (world, other, world):
        for address in (HOME, CAFE, '2001:db8::1', '2001:db8::ffff:2', '::ffff:192.0.2.1', HOME):
            each.asked(token, address)
        await each.accounts.use.write()
    page = await world.audit.page(action='token from a new address')
    assert [(each.address, each.subject, each.name) for each in reversed(page.items)] == [
        (HOME, 'bot', 'Ada'),
        (CAFE, 'bot', 'Ada'),
        ('2001:db8::1', 'bot', 'Ada'),
    ]
    again = await world.beside()
    again.asked(token, CAFE)
    await again.accounts.use.write()
    assert len((await world.audit.page(action='token from a new address')).items) == 3


async def test_an_account_has_a_bounded_number_of_tokens(world: World) -> None:
    with world.by(await world.first()):
        for _ in range(MOST_TOKENS):
            token, _ = await world.accounts.make_token('bot', [Scope.READ], None)
        with pytest.raises(Conflict, match='revoke one'):
            await world.accounts.make_token('bot', [Scope.READ], None)
        await world.accounts.revoke(token.id)
        assert await world.accounts.make_token('bot', [Scope.READ], None)
