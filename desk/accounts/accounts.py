"""Accounts, their sessions and tokens. Kept in the store, read from memory."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from desk.account import Account, Enrolment, Session, Token
from desk.accounts.administration import Administration
from desk.accounts.directory import Asked, Directory
from desk.accounts.entrance import Entrance
from desk.accounts.own import Own
from desk.accounts.passwords import Passwords
from desk.accounts.throttle import Throttle
from desk.accounts.use import Use
from desk.acting import Right, Role, Scope, acting, may
from desk.crew import Crew
from desk.sealing import Vault
from desk.settings import Settings
from desk.store import Store
from desk.store.retention import AUDIT_DAYS, SESSION_DAYS

LOOK_EVERY, FORGET_EVERY = 2.0, 3600.0


class Accounts:
    """What the gate and pages talk to. All that it shows is committed; who acts is `acting()`.

    What changes raises Forbidden for whoever may not, and Unavailable while the database does not answer. `clock` is
    a real one, in a replay too.
    """

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], datetime]) -> None:
        self.store, self.clock, self.directory = store, clock, Directory(clock)
        self._passwords, throttle, vault = Passwords(), Throttle(clock), Vault(settings.channel_key)
        self.use = Use(self.directory, store, clock)
        self._entrance = Entrance(self.directory, store, self._passwords, throttle, vault, clock, settings.session_days)
        self._own = Own(self.directory, store, self._passwords, throttle, vault, self.use, clock)
        self._administration = Administration(self.directory, store, self._passwords, self.use, clock)

    @property
    def problem(self) -> str:
        """What went wrong with whoever is told of ends; '' while all is well."""
        return self.directory.ended.problem

    async def start(self, crew: Crew) -> None:
        """Read them all; what another process changes is seen within seconds."""
        await self.read()
        crew.every(LOOK_EVERY, 'accounts', self._look)
        crew.every(FORGET_EVERY, 'ended sessions', self.forget)

    async def stop(self) -> None:
        """Write what waits to be written."""
        self._passwords.close()
        await self.use.write(everything=True)

    async def read(self) -> None:
        """Read what has changed in the database."""
        known = {number: member.account.revision for number, member in self.directory.members.items()}
        stored = await self.store.accounts.revisions()
        if changed := [number for number, revision in stored.items() if known.get(number) != revision]:
            for member in await self.store.accounts.members(self.clock(), changed if known else None):
                self.directory.put(member)

    @property
    def empty(self) -> bool:
        """Whether there is no administrator yet."""
        return not self.directory.administered

    def code(self) -> str:
        """The one-time set-up code, the same until it is used; raises Conflict once there is an administrator."""
        return self._entrance.code()

    async def welcome(self, code: str, name: str, password: str, address: str, agent: str) -> str:
        """Make the first administrator, whose user is 'local', and log them in; the secret of their session.

        The code is used up. Raises Conflict where there is one, Unknown for another code, Invalid, TooMany.
        """
        return await self._entrance.welcome(code, name, password, address, agent)

    async def login(self, name: str, password: str, one_time_code: str, address: str, agent: str) -> str:
        """A new session; its secret, for the cookie. It lasts `session_days` from now, however it is used.

        Raises Unknown, in the same words and after the same time whatever was wrong; SecondFactorNeeded where only the
        one-time code is missing; TooMany.
        """
        return await self._entrance.login(name, password, one_time_code, address, agent)

    def session(self, secret: str, address: str) -> Asked | None:
        """Who comes in by a cookie, as they are whenever that is asked; None for one that lets nobody in."""
        found = self.directory.session(secret)
        return self._comes_in(found, address) if found else None

    def bearer(self, secret: str, address: str) -> Asked | None:
        """Who comes in by a token: the rights of its scopes that its owner has. None for one that lets nobody in."""
        found = self.directory.token(secret)
        return self._comes_in(found, address) if found else None

    def on_end(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back with 'session:ID' or 'token:ID' when that has ended, expired or may less; returns how to stop it.

        One that may less may be used again at once.
        """
        return self.directory.ended.subscribe(callback)

    def me(self) -> Account:
        """The account that acts; raises NotFound on a desk that has none for it."""
        return self.use.shown(self.directory.of_user(acting().user).account)

    def all(self) -> list[Account]:
        """Everybody, by name; for administrators."""
        return self._administration.all()

    async def add(self, name: str, role: Role) -> str:
        """A new account; its provisional password, which is shown once. Raises Invalid, Conflict."""
        return await self._administration.add(name, role)

    async def set_role(self, account_id: int, role: Role) -> Account:
        """Another role, which counts at once; raises Conflict for the last administrator."""
        return await self._administration.set_role(account_id, role)

    async def switch(self, account_id: int, on: bool) -> Account:
        """Let somebody in no more, or again; off, their sessions end and their tokens rest. Raises Conflict."""
        return await self._administration.switch(account_id, on)

    async def reset(self, account_id: int) -> str:
        """A new provisional password, shown once; the second factor is off, all sessions end.

        Tokens stay, but may only read until the password is changed.
        """
        return await self._administration.reset(account_id)

    async def change_password(self, old: str, new: str) -> int:
        """Another password; all other sessions end: how many. Raises Invalid, TooMany."""
        return await self._own.change_password(old, new)

    async def begin_second_factor(self) -> Enrolment:
        """A key for an authenticator, which counts once it is confirmed, within 15 minutes; raises Conflict."""
        return await self._own.begin_second_factor()

    async def confirm_second_factor(self, code: str) -> list[str]:
        """Set it, with a code of the authenticator; ten recovery codes, shown once. Raises Invalid, Conflict."""
        return await self._own.confirm_second_factor(code)

    async def drop_second_factor(self, password: str) -> None:
        """Take it away, with its recovery codes; raises Invalid, Conflict, TooMany."""
        await self._own.drop_second_factor(password)

    def sessions(self) -> list[Session]:
        """Those of who acts, the current one first, then as they were used last."""
        return self._own.sessions()

    async def end(self, session_id: int) -> None:
        """End one of one's own; raises NotFound."""
        await self._own.end(session_id)

    async def end_others(self) -> int:
        """End all of one's own but the current one; how many."""
        return await self._own.end_others()

    async def logout(self) -> None:
        """End the current session, if any."""
        await self._own.logout()

    def tokens(self, everybodys: bool = False) -> list[Token]:
        """Those of who acts, newest first, expired ones included; administrators may see everybody's."""
        return self._administration.tokens() if everybodys else self._own.tokens()

    async def make_token(self, name: str, scopes: Iterable[Scope], days: int | None) -> tuple[Token, str]:
        """A token that lasts so many days (None: until it is revoked) and its secret, which is shown once.

        Raises Invalid, Conflict.
        """
        return await self._own.make_token(name, scopes, days)

    async def revoke(self, token_id: int) -> None:
        """Let a token go, at once; administrators may revoke anybody's. Raises NotFound."""
        await self._administration.revoke(token_id, None if may(Right.ADMINISTER) else self._own.member())

    async def forget(self) -> None:
        """Let go what is too old to be of use."""
        now = self.clock()
        await self.store.accounts.forget(now - timedelta(days=SESSION_DAYS))
        await self.store.audit.forget(now - timedelta(days=AUDIT_DAYS))

    def _comes_in(self, way: Session | Token, address: str) -> Asked:
        self.use.mark(way, address)
        return self.directory.actor(way, address)

    async def _look(self) -> None:
        await self.read()
        self.directory.expire()
        await self.use.write()
