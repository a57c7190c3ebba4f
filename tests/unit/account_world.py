"""Accounts on a store of their own, with a clock that tests move."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp

from desk.account import Account
from desk.accounts.accounts import Accounts
from desk.acting import NOBODY, Actor, Role, acting_as
from desk.audit import Audit
from desk.settings import Settings
from desk.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD, BETTER = 'correct horse battery', 'staple of another horse'
HOME, CAFE = '192.0.2.1', '198.51.100.7'


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """One process with accounts; `beside` is another one with the same database."""

    store: Store
    folder: Path
    clock: Clock = field(default_factory=Clock)
    ended: list[str] = field(default_factory=list)
    others: list['World'] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = Accounts(Settings(data_dir=self.folder), self.store, self.clock)
        self.audit = Audit(self.store, self.clock)
        self.accounts.on_end(self.ended.append)

    async def beside(self) -> 'World':
        other = World(self.store, self.folder, self.clock)
        self.others.append(other)
        await other.accounts.read()
        return other

    async def close(self) -> None:
        for each in (*self.others, self):
            await each.accounts.stop()

    async def first(self, name: str = 'Ada') -> str:
        """Make the first administrator; the secret of their session."""
        return await self.accounts.welcome(self.accounts.code(), name, GOOD, HOME, 'Firefox')

    async def login(self, name: str = 'Ada', password: str = GOOD, code: str = '', address: str = HOME) -> str:
        return await self.accounts.login(name, password, code, address, 'Firefox')

    async def person(self, name: str, role: Role) -> str:
        """Somebody who has chosen a password of their own; the secret of their session."""
        given = await self.accounts.add(name, role)
        secret = await self.login(name, given)
        with self.by(secret):
            await self.accounts.change_password(given, GOOD)
        return secret

    async def factor(self, secret: str) -> tuple[pyotp.TOTP, list[str]]:
        """Set a second factor; what makes its codes, and the recovery codes."""
        with self.by(secret):
            begun = await self.accounts.begin_second_factor()
            totp = pyotp.TOTP(begun.secret)
            return totp, await self.accounts.confirm_second_factor(totp.at(self.clock.now))

    def account(self, name: str) -> Account:
        return next(each for each in self.accounts.all() if each.name == name)

    def asked(self, secret: str, address: str = HOME) -> Callable[[], Actor]:
        """Who comes in by a session or a token, as they are when that is asked."""
        return self.accounts.session(secret, address) or self.accounts.bearer(secret, address) or (lambda: NOBODY)

    def by(self, secret: str) -> AbstractContextManager[None]:
        """Act by a session or a token."""
        return acting_as(self.asked(secret))

    async def said(self) -> list[tuple[str, str]]:
        """The audit log, oldest first: what, and who."""
        page = await self.audit.page(limit=500)
        return [(each.action, each.name) for each in reversed(page.items)]
