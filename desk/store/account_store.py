"""The part of the store that keeps accounts, their sessions and tokens: `store.accounts`.

Each change is one transaction, with its line of the audit log, and gives the member as it is then.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.account import Member
from desk.audit_entry import Entry
from desk.store import account_rows, account_writes, session_writes
from desk.store.access import Access
from desk.store.account_writes import NewAccount
from desk.store.session_writes import NewSession, NewToken


class AccountStore:
    """Everything raises Unavailable while the database fails, and NotFound for an account that is not there."""

    def __init__(self, access: Access) -> None:
        self._write, self._read = access.write, access.read

    async def members(self, now: datetime, ids: Collection[int] | None = None) -> list[Member]:
        """All accounts or some, oldest first."""
        return await self._read(account_rows.members, now, ids)

    async def revisions(self) -> dict[int, int]:
        """The accounts, by their ids, each with its revision."""
        return await self._read(account_rows.revisions)

    async def add(
        self, new: NewAccount, entry: Entry, now: datetime, session: NewSession | None = None, first: bool = False
    ) -> Member:
        """Raises Conflict for a name that is taken and, for the `first` administrator, where there is one."""
        return await self._write(account_writes.add, new, entry, session, first, now)

    async def log_in(
        self,
        seen: Member,
        session: NewSession,
        entry: Entry,
        now: datetime,
        step: int | None = None,
        digest: str | None = None,
    ) -> Member:
        """A new session, unless the account is not as it was seen or its one-time code was taken: raises Unknown."""
        return await self._write(session_writes.log_in, seen, session, entry, step, digest, now)

    async def set_password(
        self, seen: Member, password: str, keep: int | None, entry: Entry | None, now: datetime
    ) -> Member:
        """Another password; all sessions but `keep` end, unless `entry` is None: then only its hash is stronger.

        Raises Overtaken where it was changed meanwhile.
        """
        return await self._write(account_writes.set_password, seen, password, keep, entry, now)

    async def change(self, account_id: int, values: Mapping[str, Any], entry: Entry, now: datetime) -> Member:
        """Another role, on or off; raises Conflict for the last administrator."""
        return await self._write(account_writes.change, account_id, values, entry, now)

    async def reset(self, account_id: int, password: str, entry: Entry, now: datetime) -> Member:
        """A provisional password, no second factor, no session."""
        return await self._write(account_writes.reset, account_id, password, entry, now)

    async def set_factor(
        self, seen: Member, sealed: str, step: int, digests: Sequence[str], entry: Entry, now: datetime
    ) -> Member:
        """Set a second factor with its recovery codes, or with '' take it away; raises Overtaken."""
        return await self._write(account_writes.set_factor, seen, sealed, step, digests, entry, now)

    async def end_sessions(self, account_id: int, ids: Collection[int], entry: Entry, now: datetime) -> Member:
        """End some of its sessions; nothing happens to those that have ended."""
        return await self._write(session_writes.end, account_id, ids, entry, now)

    async def add_token(self, account_id: int, token: NewToken, entry: Entry, now: datetime) -> Member:
        """A new token; raises Conflict where it has too many."""
        return await self._write(session_writes.add_token, account_id, token, entry, now)

    async def revoke(self, account_id: int, token_id: int, entry: Entry, now: datetime) -> Member:
        """Let a token go; raises NotFound."""
        return await self._write(session_writes.revoke, account_id, token_id, entry, now)

    async def seen(
        self, accounts: Mapping[int, datetime], sessions: Mapping[int, datetime], tokens: Mapping[int, datetime]
    ) -> None:
        """When each of them last did something."""
        rows = len(accounts) + len(sessions) + len(tokens)
        await self._write(session_writes.seen, accounts, sessions, tokens, rows=rows)

    async def met(self, places: Mapping[tuple[int, str], Entry], now: datetime) -> None:
        """Tokens were used from addresses, by (token id, address); the entry is kept where that is new."""
        await self._write(session_writes.met, places, now, rows=len(places))

    async def forget(self, before: datetime) -> None:
        """Let go the sessions that ended before a moment."""
        await self._write(session_writes.forget, before)
