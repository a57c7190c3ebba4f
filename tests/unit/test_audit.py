"""The audit log: who did what, from where, in the words of then, a page at a time."""

import pytest

from desk.acting import Role, acting_as
from desk.audit_entry import Action
from desk.errors import Conflict, Forbidden, Invalid, Unknown
from tests.unit.account_world import BETTER, CAFE, GOOD, HOME, World


async def test_all_that_is_done_to_accounts_is_noted(world: World) -> None:
    ada = await world.first()
    with world.by(ada):
        bob = await world.person('Bob', Role.VIEWER)
        number = world.account('Bob').id
        await world.accounts.set_role(number, Role.TRADER)
        await world.accounts.switch(number, on=False)
        await world.accounts.switch(number, on=True)
        await world.accounts.switch(number, on=True)
        await world.accounts.reset(number)
        token, _ = await world.accounts.make_token('bot', ['read'], 1)  # type: ignore[list-item]
        await world.accounts.revoke(token.id)
        with pytest.raises(Unknown):
            await world.login('Eve', GOOD)
        await world.login()
        await world.accounts.end_others()
    await world.factor(ada)
    with world.by(ada):
        await world.accounts.drop_second_factor(GOOD)
        await world.audit.note(Action.CORRECTED, 'BTC', 'a slip')
        await world.accounts.logout()
    assert bob
    assert await world.said() == [
        ('first administrator', 'Ada'),
        ('account added', 'Ada'),
        ('login', 'Bob'),
        ('password changed', 'Bob'),
        ('role changed', 'Ada'),
        ('account off', 'Ada'),
        ('account on', 'Ada'),
        ('account reset', 'Ada'),
        ('token made', 'Ada'),
        ('token revoked', 'Ada'),
        ('login refused', ''),
        ('login', 'Ada'),
        ('session ended', 'Ada'),
        ('second factor on', 'Ada'),
        ('second factor off', 'Ada'),
        ('price corrected', 'Ada'),
        ('logout', 'Ada'),
    ]


async def test_an_entry_says_who_from_where_and_what_became_of_whom(world: World) -> None:
    ada = await world.first()
    await world.accounts.add('Bob', Role.VIEWER)
    with acting_as(world.asked(ada, CAFE)):
        await world.accounts.set_role(world.account('Bob').id, Role.TRADER)
    entry = (await world.audit.page()).items[0]
    assert (entry.user, entry.name, entry.address, entry.at) == ('local', 'Ada', CAFE, world.clock.now)
    assert (entry.action, entry.subject, entry.note) == ('role changed', 'Bob', 'viewer → trader')


async def test_what_is_refused_is_not_noted_as_done(world: World) -> None:
    await world.first()
    before = await world.said()
    with pytest.raises(Conflict):
        await world.accounts.set_role(world.account('Ada').id, Role.VIEWER)
    with pytest.raises(Conflict):
        await world.accounts.add('ada', Role.VIEWER)
    assert await world.said() == before


async def test_pages_of_one_user_or_action_or_of_all(world: World) -> None:
    ada = await world.first()
    for number in range(7):
        world.clock.later(seconds=1)
        await world.audit.note(Action.CORRECTED, str(number))
        with world.by(ada):
            await world.audit.note(Action.WITHDRAWN, str(number))
    found, cursor = [], ''
    while True:
        page = await world.audit.page(limit=4, cursor=cursor, action=Action.CORRECTED)
        found += [each.subject for each in page.items]
        if not (cursor := page.cursor):
            break
    assert found == [str(number) for number in range(6, -1, -1)]
    assert len((await world.audit.page(user='local')).items) == 15
    assert (await world.audit.page(user='nobody')).items == []
    with pytest.raises(Invalid, match='cursor'):
        await world.audit.page(cursor='nonsense')


async def test_it_is_for_administrators(world: World) -> None:
    await world.first()
    with world.by(await world.person('Bob', Role.CONTRIBUTOR)), pytest.raises(Forbidden):
        await world.audit.page()


async def test_names_and_notes_of_any_length_find_room(world: World) -> None:
    await world.audit.note('x' * 1000, 'y' * 1000, 'z' * 1000)
    with pytest.raises(Unknown):
        await world.accounts.login('\u202e' + 'é' * 150, BETTER, '', 'a' * 1000, 'b' * 1000)
    newest, oldest = (await world.audit.page()).items
    assert (len(oldest.action), len(oldest.subject), len(oldest.note)) == (50, 200, 500)
    assert (newest.subject, len(newest.address), newest.user) == ('é' * 50, 45, '')


async def test_what_is_old_is_forgotten(world: World) -> None:
    secret = await world.first()
    world.clock.later(days=700)
    with pytest.raises(Unknown):
        await world.login('Ada', BETTER, address=HOME)
    world.clock.later(days=100)
    await world.accounts.forget()
    assert await world.said() == [('login refused', 'Ada')]
    assert world.accounts.session(secret, HOME) is None
    assert await world.login()
