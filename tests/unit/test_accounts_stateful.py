"""Whatever happens to accounts, in whatever order: each secret ever given lets in whom it should."""

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.accounts.directory import digest
from desk.acting import NOBODY, Right, Role, Scope
from desk.errors import Conflict, DeskError
from desk.store import Store
from desk.store.database import connect
from desk.store.schema import migrate
from tests.unit.account_world import GOOD, World

NAMES = ('Ada', 'Bob', 'Eve')
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ['login', 'role', 'off', 'on', 'reset', 'settle', 'logout', 'token', 'revoke', 'week', 'restart']
        ),
        st.sampled_from(NAMES),
        st.sampled_from(list(Role)),
    ),
    max_size=25,
)


@dataclass
class Person:
    """What should be true of somebody."""

    role: Role
    password: str = GOOD
    provisional: bool = False
    on: bool = True
    sessions: dict[str, float] = field(default_factory=dict)  # secret → the day when it expires
    tokens: dict[str, float] = field(default_factory=dict)


class Model:
    """The world, and what it should be."""

    def __init__(self, world: World) -> None:
        self.world, self.first, self.day, self.secrets = world, world, 0.0, set[str]()
        self.people: dict[str, Person] = {}
        self.chosen = 0

    async def begin(self) -> None:
        self.people['Ada'] = Person(Role.ADMINISTRATOR, sessions={await self.world.first(): 30.0})
        for name, role in (('Bob', Role.ADMINISTRATOR), ('Eve', Role.TRADER)):
            self.people[name] = Person(role, sessions={await self.world.person(name, role): 30.0})

    async def do(self, step: str, name: str, role: Role) -> None:
        await getattr(self, step)(name, self.people[name], role)
        self.secrets |= {secret for person in self.people.values() for secret in (*person.sessions, *person.tokens)}

    async def login(self, name: str, person: Person, _: Role) -> None:
        try:
            person.sessions[await self.world.login(name, person.password)] = self.day + 30
            assert person.on
        except DeskError:
            assert not person.on
            self.world.clock.later(minutes=20)  # no throttle: another test has it
            self.day += 20 / 1440

    async def role(self, name: str, person: Person, role: Role) -> None:
        last = self._last(person) and role != Role.ADMINISTRATOR
        if not await self._refused(self.world.accounts.set_role(self._id(name), role), last):
            person.role = role

    async def off(self, name: str, person: Person, _: Role) -> None:
        if not await self._refused(self.world.accounts.switch(self._id(name), on=False), self._last(person)):
            person.on, person.sessions = False, {}

    async def on(self, name: str, person: Person, _: Role) -> None:
        await self.world.accounts.switch(self._id(name), on=True)
        person.on = True

    async def reset(self, name: str, person: Person, _: Role) -> None:
        person.password = await self.world.accounts.reset(self._id(name))
        person.provisional, person.sessions = True, {}

    async def settle(self, _: str, person: Person, __: Role) -> None:
        if secret := self._running(person):
            self.chosen += 1
            chosen = f'{GOOD} {self.chosen}'
            with self.world.by(secret):
                await self.world.accounts.change_password(person.password, chosen)
            person.password, person.provisional = chosen, False
            person.sessions = {secret: person.sessions[secret]}

    async def logout(self, _: str, person: Person, __: Role) -> None:
        if secret := self._running(person):
            with self.world.by(secret):
                await self.world.accounts.logout()
            del person.sessions[secret]

    async def token(self, _: str, person: Person, __: Role) -> None:
        if (secret := self._running(person)) and not person.provisional:
            with self.world.by(secret):
                made = await self.world.accounts.make_token('bot', [Scope.READ, Scope.ORDERS], 20)
            person.tokens[made[1]] = self.day + 20

    async def revoke(self, name: str, person: Person, _: Role) -> None:
        for secret in list(person.tokens)[:1]:
            digests = {each.digest: each.id for each in self.world.accounts.tokens(everybodys=True)}
            await self.world.accounts.revoke(digests[digest(secret)])
            del person.tokens[secret]

    async def week(self, *_: Any) -> None:
        self.world.clock.later(days=7)
        self.day += 7
        self.world.accounts.directory.expire()

    async def restart(self, *_: Any) -> None:
        self.world = await self.first.beside()

    def check(self) -> None:
        right: dict[str, frozenset[Right]] = {}
        for person in self.people.values():
            rights = person.role.rights if not person.provisional else frozenset({Right.READ})
            of_token = rights & (Scope.READ.rights | Scope.ORDERS.rights)
            for way, may in ((person.sessions, rights), (person.tokens, of_token)):
                right |= {secret: may for secret, until in way.items() if person.on and until > self.day}
        for secret in self.secrets:
            assert self.world.asked(secret)().rights == right.get(secret, NOBODY.rights)
        assert any(each.role == Role.ADMINISTRATOR and each.is_on for each in self.world.accounts.all())

    def _id(self, name: str) -> int:
        return self.world.account(name).id

    def _last(self, person: Person) -> bool:
        others = (each for each in self.people.values() if each is not person)
        was = person.on and person.role == Role.ADMINISTRATOR
        return was and not any(each.on and each.role == Role.ADMINISTRATOR for each in others)

    def _running(self, person: Person) -> str:
        return next((secret for secret, until in person.sessions.items() if until > self.day), '')

    async def _refused(self, doing: Any, last: bool) -> bool:
        try:
            await doing
        except Conflict:
            assert last
            return True
        assert not last
        return False


@pytest.fixture(scope='module')
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without accounts: to make one takes longer than all that is done to it."""
    file = tmp_path_factory.mktemp('empty') / 'cointape.db'
    engine = connect(f'sqlite:///{file}', patience=1)
    migrate(engine)
    engine.dispose()
    return file


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_each_secret_lets_in_whom_it_should(empty: Path, steps: list[tuple[str, str, Role]]) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(empty, folder)
        asyncio.run(checked(Path(folder), steps))


async def checked(folder: Path, steps: list[tuple[str, str, Role]]) -> None:
    store = Store(f'sqlite:///{folder}/cointape.db')
    await store.open()
    world = World(store, folder)
    try:
        model = Model(world)
        await model.begin()
        for step in steps:
            await model.do(*step)
            model.check()
    finally:
        await world.close()
        await store.close()
