"""What somebody does to an account of their own: its password, second factor, sessions and tokens."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from desk.account import MOST_DAYS, Enrolment, Member, Session, Token
from desk.accounts.directory import Directory, digest
from desk.accounts.passwords import MOST, Passwords, check_password
from desk.accounts.second_factor import code_digest, enrolment, matching_step, plain_code, recovery_codes
from desk.accounts.throttle import Throttle
from desk.accounts.use import Use
from desk.acting import Right, Scope, acting, need
from desk.audit import entry
from desk.audit_entry import Action
from desk.errors import Conflict, Forbidden, Invalid, NotFound
from desk.sealing import Vault
from desk.sentences import counted
from desk.store import Store
from desk.store.session_writes import NewToken
from desk.ticks import parse_name

ENROLLING = timedelta(minutes=15)
HINT = 7  # characters of a token that stay readable


class Own:
    """All of it concerns the account that acts, by a session or on the desk's own machine; a token may nothing here.

    With a provisional password only that is changed; the rest raises Forbidden until then.
    """

    def __init__(
        self,
        directory: Directory,
        store: Store,
        passwords: Passwords,
        throttle: Throttle,
        vault: Vault,
        use: Use,
        clock: Callable[[], datetime],
    ) -> None:
        self.directory, self.store, self.passwords, self.throttle = directory, store.accounts, passwords, throttle
        self.vault, self.use, self.clock = vault, use, clock
        self._enrolling: dict[int, tuple[str, datetime]] = {}

    def member(self, settled: bool = True) -> Member:
        """The one that acts; raises Forbidden for a token, and for a provisional password unless not `settled`."""
        actor = acting()
        need(Right.READ)
        if actor.via.startswith('token:'):
            raise Forbidden('An account is changed by its owner after a login, not by a token.')
        found = self.directory.of_user(actor.user)
        if settled and found.account.provisional:
            raise Forbidden('Choose a password of your own first.')
        return found

    async def change_password(self, old: str, new: str) -> int:
        """See Accounts.change_password."""
        member = self.member(settled=False)
        await self._check(member, old, 'old')
        check_password(new, member.account.name, 'new')
        if old == new:
            raise Invalid('The new password is the old one; choose another.', 'new')
        current = _current(member)
        others = len(self._others(member))
        said = entry(Action.PASSWORD, note=f'{counted(others, "other session")} ended')
        stored = await self.passwords.hash(new)
        keep = current.id if current else None
        self.directory.put(await self.store.set_password(member, stored, keep, said, self.clock()))
        return others

    async def begin_second_factor(self) -> Enrolment:
        """See Accounts.begin_second_factor."""
        member = self.member()
        if member.sealed:
            raise Conflict('There is a second factor already; take it away first.')
        begun = await asyncio.to_thread(enrolment, member.account.name)
        self._enrolling[member.account.id] = begun.secret, self.clock() + ENROLLING
        return begun

    async def confirm_second_factor(self, code: str) -> list[str]:
        """See Accounts.confirm_second_factor."""
        member = self.member()
        number = member.account.id
        secret, until = self._enrolling.get(number, ('', self.clock()))
        if until <= self.clock():
            raise Conflict('The new second factor was not confirmed in time; begin anew.')
        step = await asyncio.to_thread(matching_step, secret, plain_code(code), self.clock())
        if step is None:
            raise Invalid('This is not the code that the authenticator shows now; is its clock right?', 'code')
        codes, sealed = recovery_codes(), await asyncio.to_thread(self.vault.seal, secret)
        digests = [code_digest(number, each) for each in codes]
        said = entry(Action.FACTOR_ON)
        self.directory.put(await self.store.set_factor(member, sealed, step, digests, said, self.clock()))
        self._enrolling.pop(number, None)
        return codes

    async def drop_second_factor(self, password: str) -> None:
        """See Accounts.drop_second_factor."""
        member = self.member()
        if not member.sealed:
            raise Conflict('There is no second factor.')
        await self._check(member, password, 'password')
        said = entry(Action.FACTOR_OFF)
        self.directory.put(await self.store.set_factor(member, '', 0, [], said, self.clock()))

    def sessions(self) -> list[Session]:
        """See Accounts.sessions."""
        member = self.member()
        current = _current(member)
        shown = [replace(self.use.shown(each), current=each == current) for each in self._running(member)]
        return sorted(shown, key=lambda each: (not each.current, -each.seen.timestamp(), -each.id))

    async def end(self, session_id: int) -> None:
        """See Accounts.end."""
        member = self.member()
        if session_id not in {each.id for each in self._running(member)}:
            raise NotFound(f'There is no session {session_id}.')
        await self._end(member, [session_id], Action.SESSION_ENDED)

    async def end_others(self) -> int:
        """See Accounts.end_others."""
        member = self.member()
        others = self._others(member)
        if others:
            await self._end(member, others, Action.SESSION_ENDED)
        return len(others)

    async def logout(self) -> None:
        """See Accounts.logout."""
        member = self.member(settled=False)
        if current := _current(member):
            await self._end(member, [current.id], Action.LOGOUT)

    def tokens(self) -> list[Token]:
        """See Accounts.tokens."""
        return [self.use.shown(each) for each in reversed(self.member().tokens)]

    async def make_token(self, name: str, scopes: Iterable[Scope], days: int | None) -> tuple[Token, str]:
        """See Accounts.make_token."""
        member, named = self.member(), _token_name(name)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise Invalid(f'A token lasts 1 to {MOST_DAYS:,} days, or until it is revoked.', 'days')
        chosen = _scopes(scopes, member)
        secret = f'ct_{secrets.token_urlsafe(32)}'
        expires = self.clock() + timedelta(days=days) if days else None
        new = NewToken(named, digest(secret), secret[:HINT], ' '.join(chosen), expires)
        said = entry(Action.TOKEN_MADE, named, f'{new.hint}… for {", ".join(chosen)}')
        stored = await self.store.add_token(member.account.id, new, said, self.clock())
        self.directory.put(stored)
        return next(each for each in stored.tokens if each.digest == new.digest), secret

    def _running(self, member: Member) -> list[Session]:
        now = self.clock()
        return [each for each in member.sessions if each.expires > now]

    def _others(self, member: Member) -> list[int]:
        return [each.id for each in self._running(member) if each != _current(member)]

    async def _end(self, member: Member, ids: Collection[int], action: Action) -> None:
        said = entry(action, note='' if action == Action.LOGOUT else counted(len(ids), 'session'))
        self.directory.put(await self.store.end_sessions(member.account.id, ids, said, self.clock()))

    async def _check(self, member: Member, password: str, field: str) -> None:
        key = f'own:{member.account.id}'
        self.throttle.enter(key)
        try:
            right = await self.passwords.verify(member.password, password[: 4 * MOST]) is not None
        except Exception:  # nothing was found out
            self.throttle.forgive(key)
            raise
        if not right:
            raise Invalid('This is not your password.', field)
        self.throttle.clear(key)


def _current(member: Member) -> Session | None:
    return next((each for each in member.sessions if each.via == acting().via), None)


def _token_name(name: str) -> str:
    if not name.strip():
        raise Invalid('Give the token a name, like the program that it is for.', 'name')
    return parse_name(name)


def _scopes(scopes: Iterable[Scope], member: Member) -> list[Scope]:
    """In their own order; raises Invalid for none, and for one that gives its owner nothing."""
    try:
        wanted = {Scope(scope) for scope in scopes}
    except ValueError:
        raise Invalid(f'A scope is one of {", ".join(Scope)}.', 'scopes') from None
    if not wanted:
        raise Invalid(f'Give the token at least one scope of {", ".join(Scope)}.', 'scopes')
    if idle := [scope for scope in Scope if scope in wanted and not scope.rights & member.account.role.rights]:
        raise Invalid(f'The scope “{idle[0]}” needs another role than that of a {member.account.role}.', 'scopes')
    return [scope for scope in Scope if scope in wanted]
