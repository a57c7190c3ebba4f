"""When sessions and tokens were used last, and from where: remembered at once, written lazily."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from desk.account import Account, Session, Token
from desk.accounts.directory import Directory
from desk.accounts.throttle import neighbourhood
from desk.audit_entry import Action, Entry
from desk.store import Store

WRITE_EVERY = timedelta(minutes=1)
MOST_PLACES = 1000  # of one token; the store remembers no more
T = TypeVar('T', Account, Session, Token)


class Use:
    """Each is written at most once a minute, all that is due in one transaction."""

    def __init__(self, directory: Directory, store: Store, clock: Callable[[], datetime]) -> None:
        self.directory, self.store, self.clock = directory, store.accounts, clock
        self._seen: dict[str, datetime] = {}  # by via, and by 'account:ID'
        self._due: set[str] = set()
        self._places: dict[tuple[int, str], Entry] = {}
        self._known: dict[int, set[str]] = {}
        self._written = clock()

    def mark(self, way: Session | Token, address: str) -> None:
        """It was used at this moment."""
        now, account = self.clock(), f'account:{way.account_id}'
        self._seen[way.via] = self._seen[account] = now
        self._due |= {way.via, account}
        if isinstance(way, Token):
            self._met(way, address)

    def shown(self, item: T) -> T:
        """With the moment of its last use."""
        if isinstance(item, Token):
            return replace(item, used=self._seen.get(item.via, item.used))
        if isinstance(item, Session):
            return replace(item, seen=self._seen.get(item.via, item.seen))
        return replace(item, seen=self._seen.get(f'account:{item.id}', item.seen))

    async def write(self, everything: bool = False) -> None:
        """Keep new addresses at once, and moments when a minute has gone since the last time."""
        if self._places:
            places, self._places = self._places, {}
            try:
                await self.store.met(places, self.clock())
            except Exception:  # raised again: the crew tells it
                self._places = {**places, **self._places}
                raise
        if self._due and (everything or self.clock() >= self._written + WRITE_EVERY):
            await self._write_moments()

    async def _write_moments(self) -> None:
        due, self._due, self._written = self._due, set(), self.clock()
        try:
            await self.store.seen(*(self._moments(due, kind) for kind in ('account', 'session', 'token')))
        except Exception:  # raised again: the crew tells it
            self._due |= due
            raise
        lasting = self.directory.alive | {f'account:{number}' for number in self.directory.members}
        self._seen = {via: moment for via, moment in self._seen.items() if via in lasting}
        self._known = {number: places for number, places in self._known.items() if f'token:{number}' in lasting}

    def _moments(self, due: set[str], kind: str) -> dict[int, datetime]:
        return {int(number): self._seen[via] for via in due for what, _, number in [via.partition(':')] if what == kind}

    def _met(self, token: Token, address: str) -> None:
        place = neighbourhood(address)
        if token.id not in self._known:
            member = self.directory.members[token.account_id]
            self._known[token.id] = set(member.token_addresses.get(token.id, ()))
        known = self._known[token.id]
        if place in known or len(known) >= MOST_PLACES:
            return
        known.add(place)
        account = self.directory.members[token.account_id].account
        self._places[token.id, place] = Entry(Action.TOKEN_ADDRESS, account.user, account.name, address, token.name)
