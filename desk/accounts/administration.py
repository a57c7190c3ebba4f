"""What administrators do to accounts."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from desk.account import Account, Member, Token, parse_account_name
from desk.accounts.directory import Directory
from desk.accounts.passwords import Passwords, provisional_password
from desk.accounts.use import Use
from desk.acting import Right, Role, acting, need
from desk.audit import entry
from desk.audit_entry import Action
from desk.errors import Conflict, Invalid, NotFound
from desk.store import Store
from desk.store.account_writes import NewAccount


class Administration:
    """All of it raises Forbidden for anybody else, and NotFound for an account that is not there."""

    def __init__(
        self, directory: Directory, store: Store, passwords: Passwords, use: Use, clock: Callable[[], datetime]
    ) -> None:
        self.directory, self.store, self.passwords = directory, store.accounts, passwords
        self.use, self.clock = use, clock

    def all(self) -> list[Account]:
        """See Accounts.all."""
        need(Right.ADMINISTER)
        accounts = [self.use.shown(member.account) for member in self.directory.members.values()]
        return sorted(accounts, key=lambda each: each.name.casefold())

    def tokens(self) -> list[Token]:
        """The tokens of everybody."""
        need(Right.ADMINISTER)
        members = self.directory.members.values()
        return [self.use.shown(each) for member in members for each in reversed(member.tokens)]

    async def add(self, name: str, role: Role) -> str:
        """See Accounts.add."""
        need(Right.ADMINISTER)
        name, role, password = parse_account_name(name), _role(role), provisional_password()
        new = NewAccount(secrets.token_hex(8), name, role, await self.passwords.hash(password), provisional=True)
        self._put(await self.store.add(new, entry(Action.ADDED, name, role), self.clock()))
        return password

    async def set_role(self, account_id: int, role: Role) -> Account:
        """See Accounts.set_role."""
        account, role = self._one(account_id), _role(role)
        if account.role == role:
            return account
        note = f'{account.role} → {role}'
        return await self._change(account, {'role': str(role)}, Action.ROLE, note)

    async def switch(self, account_id: int, on: bool) -> Account:
        """See Accounts.switch."""
        account = self._one(account_id)
        if account.is_on == on:
            return account
        if not on and _is_mine(account):
            raise Conflict('This is your own account; only another administrator can switch it off.')
        action = Action.SWITCHED_ON if on else Action.SWITCHED_OFF
        return await self._change(account, {'switched_off': None if on else self.clock()}, action)

    async def reset(self, account_id: int) -> str:
        """See Accounts.reset."""
        account, password = self._one(account_id), provisional_password()
        if _is_mine(account):
            raise Conflict('This is your own account; change your password on its page.')
        stored = await self.passwords.hash(password)
        self._put(await self.store.reset(account_id, stored, entry(Action.RESET, account.name), self.clock()))
        return password

    async def revoke(self, token_id: int, owner: Member | None) -> None:
        """Let go a token of this owner, or of anybody; raises NotFound."""
        members = [owner] if owner else self.directory.members.values()
        owned = ((member, each) for member in members for each in member.tokens if each.id == token_id)
        if (found := next(owned, None)) is None:
            raise NotFound(f'There is no token {token_id}.')
        member, token = found
        said = entry(Action.TOKEN_REVOKED, token.name, f'{token.hint}… of {member.account.name}')
        self._put(await self.store.revoke(member.account.id, token_id, said, self.clock()))

    def _one(self, account_id: int) -> Account:
        need(Right.ADMINISTER)
        return self.directory.get(account_id).account

    async def _change(self, account: Account, values: dict[str, Any], action: Action, note: str = '') -> Account:
        said = entry(action, account.name, note)
        return self._put(await self.store.change(account.id, values, said, self.clock())).account

    def _put(self, member: Member) -> Member:
        return self.directory.put(member)


def _role(role: Role) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise Invalid(f'A role is one of {", ".join(Role)}.', 'role') from None


def _is_mine(account: Account) -> bool:
    """On the desk's own machine one may help oneself."""
    return bool(acting().via) and acting().user == account.user
