"""How somebody comes in: by name, password and second factor, or as the first administrator."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from desk.account import Member, account_key, parse_account_name
from desk.accounts.directory import Directory, digest
from desk.accounts.passwords import MOST, Passwords, check_password
from desk.accounts.refusals import Refusals
from desk.accounts.second_factor import code_digest, is_one_time, matching_step, plain_code
from desk.accounts.throttle import Throttle, neighbourhood
from desk.acting import Role
from desk.audit_entry import Action, Entry
from desk.errors import Conflict, Overtaken, SecondFactorNeeded, Unavailable, Unknown
from desk.sealing import Vault
from desk.store import Store
from desk.store.account_writes import NewAccount
from desk.store.session_writes import NewSession
from models import NAME_LENGTH

WRONG = 'The name, the password or the one-time code is wrong.'
WRONG_CODE = 'That is not the code that the desk showed when it started.'
CODE_NEEDED = 'Give the one-time code of your authenticator, too, or one of your recovery codes.'
HAS_ONE = 'This desk has an administrator already: log in, or ask them for an account.'


class Entrance:
    """Logs people in. What fails is counted by the throttle and noted in the audit log.

    Failures count by address, and by account: those from addresses that the account has logged in from lately each for
    themselves, those from anywhere else together. So a stranger who guesses keeps nobody out where they are at home,
    and sessions that are open go on whatever is guessed. A throttled attempt is not looked at, right or wrong.
    """

    def __init__(
        self,
        directory: Directory,
        store: Store,
        passwords: Passwords,
        throttle: Throttle,
        vault: Vault,
        clock: Callable[[], datetime],
        days: int,
    ) -> None:
        self.directory, self.store, self.passwords, self.throttle = directory, store.accounts, passwords, throttle
        self.refusals = Refusals(store.audit, clock)
        self.vault, self.clock, self.lasting = vault, clock, timedelta(days=days)
        self._code = ''

    def code(self) -> str:
        """What the first administrator says; raises Conflict once there is one."""
        if self.directory.administered:
            raise Conflict(HAS_ONE)
        self._code = self._code or '-'.join(secrets.token_hex(2) for _ in range(5))
        return self._code

    async def welcome(self, code: str, name: str, password: str, address: str, agent: str) -> str:
        """See Accounts.welcome."""
        expected, key = self.code(), f'address:{neighbourhood(address)}'
        self.throttle.enter(key)
        if not secrets.compare_digest(plain_code(code), plain_code(expected)):
            await self.refusals.note(Entry(Action.REFUSED, address=address, note='a wrong set-up code'))
            raise Unknown(WRONG_CODE, 'code')
        self.throttle.forgive(key)
        name = parse_account_name(name)
        check_password(password, name)
        user, hashed = secrets.token_hex(8), await self.passwords.hash(password)
        new = NewAccount(user, name, Role.ADMINISTRATOR, hashed, provisional=False)
        entry = Entry(Action.FIRST, name=name, address=address)
        secret, session = self._session(address, agent)
        self.directory.put(await self.store.add(new, entry, self.clock(), session, first=True))
        self._code = ''
        return secret

    async def login(self, name: str, password: str, one_time_code: str, address: str, agent: str) -> str:
        """See Accounts.login."""
        member = self.directory.find(name) if len(name) <= 4 * NAME_LENGTH else None
        keys = f'address:{neighbourhood(address)}', self._account_key(member, name, address)
        self.throttle.enter(*keys)
        try:
            secret = await self._attempt(member, password, one_time_code, address, agent)
        except Unknown as error:
            if isinstance(error, SecondFactorNeeded):
                self.throttle.forgive(*keys)
            else:
                await self.refusals.note(_refused(member, name, address))
            raise
        except Exception:  # nothing was found out
            self.throttle.forgive(*keys)
            raise
        self.throttle.forgive(keys[0])
        self.throttle.clear(keys[1])
        return secret

    async def _attempt(self, member: Member | None, password: str, code: str, address: str, agent: str) -> str:
        new = await self.passwords.verify(member.password if member else None, password[: 4 * MOST])
        if new is None or member is None or not member.account.is_on:
            raise Unknown(WRONG)
        step, recovery = await self._second_factor(member, code)
        account = member.account
        entry = Entry(
            Action.RECOVERY if recovery else Action.LOGIN, account.user, account.name, address, note=readable(agent)
        )
        secret, session = self._session(address, agent)
        try:
            stored = await self.store.log_in(member, session, entry, self.clock(), step, recovery)
        except Unknown:
            raise Unknown(WRONG) from None
        self.directory.put(stored)
        if new:
            await self._strengthen(stored, new)
        return secret

    async def _strengthen(self, member: Member, password: str) -> None:
        """The hash was made with parameters of another time."""
        with suppress(Overtaken):  # another login was quicker
            self.directory.put(await self.store.set_password(member, password, None, None, self.clock()))

    async def _second_factor(self, member: Member, code: str) -> tuple[int | None, str | None]:
        """The step or the digest of the code that is to be used up; raises Unknown."""
        if not member.sealed:
            return None, None
        code = plain_code(code)
        if not code:
            raise SecondFactorNeeded(CODE_NEEDED, 'code')
        if not is_one_time(code):
            return None, code_digest(member.account.id, code)
        step = await asyncio.to_thread(self._step, member, code)
        if step is None:
            raise Unknown(WRONG)
        return step, None

    def _step(self, member: Member, code: str) -> int | None:
        return matching_step(unsealed(self.vault, member), code, self.clock())

    def _session(self, address: str, agent: str) -> tuple[str, NewSession]:
        secret = secrets.token_urlsafe(32)
        return secret, NewSession(digest(secret), self.clock() + self.lasting, address, readable(agent))

    def _account_key(self, member: Member | None, name: str, address: str) -> str:
        if member is None:
            return f'name:{account_key(name[: 4 * NAME_LENGTH])}'
        home = neighbourhood(address)
        known = home in {neighbourhood(each) for each in member.addresses}
        return f'account:{member.account.id}:{home if known else "elsewhere"}'


def unsealed(vault: Vault, member: Member) -> str:
    """The key of the second factor; blocks. Raises Unavailable, without the name of a file."""
    try:
        return vault.unseal(member.sealed, f'the second factor of {member.account.name}')
    except Unavailable as error:
        raise Unavailable(
            'The key of this desk does not open your second factor. Use a recovery code, or ask an administrator to '
            'reset your account.'
        ) from error


def _refused(member: Member | None, name: str, address: str) -> Entry:
    if member is None:
        return Entry(Action.REFUSED, address=address, subject=readable(name)[:NAME_LENGTH])
    return Entry(Action.REFUSED, member.account.user, member.account.name, address)


def readable(text: str) -> str:
    """What a stranger said, without what cannot be seen: 200 characters at most."""
    return ''.join(filter(str.isprintable, text[:200]))
