"""Watchlists: named lists of coins in an order of one's own. Kept in the store, read from memory."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from desk.acting import Right, needing, whose
from desk.crew import Crew
from desk.errors import Conflict, Invalid, NotFound, Overtaken
from desk.followers import Followers
from desk.listing import listed_names, listing
from desk.registry import Registry
from desk.store import Store
from desk.ticks import name_look
from desk.watchlist import MOST_COINS, Watchlist, parse_list_name

FAVOURITES = 'Favourites'
LOOK_EVERY = 10.0
TRIES = 3
NAMED = 10  # names that a sentence has
Edit = Callable[[Watchlist], Watchlist]


class Watchlists:
    """What pages, alerts and the API talk to. All that it shows is committed; a coin that was merged is its root.

    A list is there for its user alone. What changes raises Forbidden, NotFound for a list or a coin that is not there,
    Conflict, and Unavailable while the database does not answer.
    """

    def __init__(self, store: Store, registry: Registry, clock: Callable[[], datetime]) -> None:
        self.store, self.registry, self.clock = store.watchlists, registry, clock
        self._stored: dict[int, Watchlist] = {}
        self._members: dict[int, tuple[int, frozenset[int]]] = {}
        self._followers = Followers[int]()
        self._turn = asyncio.Lock()
        registry.moved.subscribe(self._moved)

    @property
    def problem(self) -> str:
        """What went wrong with a subscriber; '' while all is well."""
        return self._followers.problem

    async def start(self, crew: Crew) -> None:
        """Read them all; what another process changes is seen within seconds."""
        self._stored = {each.id: each for each in await self.store.all()}
        crew.every(LOOK_EVERY, 'watchlists', self._look)

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with the id of a list that changed, came or went, after its commit; returns how to stop that."""
        return self._followers.subscribe(callback)

    def all(self, user: str | None = None) -> list[Watchlist]:
        """The lists of a user, in the order of their tabs."""
        user = whose(user)
        own = [each for each in self._stored.values() if each.user == user]
        return [self._shown(each) for each in sorted(own, key=lambda each: (each.position, each.id))]

    def get(self, list_id: int, user: str | None = None) -> Watchlist:
        """One of the user's lists; raises NotFound."""
        return self._shown(self._own(list_id, user))

    def find(self, name: str, user: str | None = None) -> Watchlist | None:
        """The list of this name, whatever its case; None where there is none."""
        look = name_look(name)
        return next((each for each in self.all(user) if name_look(each.name) == look), None)

    def members(self, list_id: int) -> frozenset[int]:
        """The ids of a list's coins; empty when it is gone."""
        known = self._members.get(list_id)
        if known is None or known[0] != self.registry.version:
            coin_ids = self._shown(self._stored[list_id]).coin_ids if list_id in self._stored else ()
            known = self._members[list_id] = self.registry.version, frozenset(coin_ids)
        return known[1]

    def starred(self, user: str | None = None) -> frozenset[int]:
        """The ids of the coins that have a star: those of the user's first list."""
        first = self._first(user)
        return self.members(first.id) if first else frozenset()

    @needing(Right.KEEP)
    async def create(self, name: str, user: str | None = None, coin_names: Iterable[str] = ()) -> Watchlist:
        """A new list, the last of its user; raises Invalid, Conflict."""
        wanted = Watchlist(0, whose(user), parse_list_name(name), _bounded(self._ids(coin_names)))
        async with self._turn:
            return self._put(await self.store.create(wanted))

    @needing(Right.KEEP)
    async def rename(self, list_id: int, name: str, user: str | None = None) -> Watchlist:
        """Another name; raises Invalid, Conflict."""
        name = parse_list_name(name)
        return await self._change(list_id, user, lambda before: replace(before, name=name))

    @needing(Right.KEEP)
    async def delete(self, list_id: int, user: str | None = None) -> None:
        """Let a list go; an alert on it watches nothing from now on."""
        async with self._turn:
            self._own(list_id, user)
            await self.store.delete(list_id, self.clock())
            self._forget(list_id)

    @needing(Right.KEEP)
    async def add(self, list_id: int, coin_name: str, user: str | None = None) -> Watchlist:
        """Put a coin at the end of a list; nothing happens if it is there."""
        return await self._change(list_id, user, lambda before: _with(before, self._ids([coin_name])))

    @needing(Right.KEEP)
    async def remove(self, list_id: int, coin_name: str, user: str | None = None) -> Watchlist:
        """Take a coin off a list; nothing happens if it is not there."""
        return await self._change(list_id, user, lambda before: _without(before, self._ids([coin_name])))

    @needing(Right.KEEP)
    async def arrange(self, list_id: int, coin_names: Sequence[str], user: str | None = None) -> Watchlist:
        """Put the coins of a list in this order, those that are not named last; raises Conflict for one not on it."""
        return await self._change(list_id, user, lambda before: self._arranged(before, coin_names))

    @needing(Right.KEEP)
    async def arrange_lists(self, ids: Sequence[int], user: str | None = None) -> None:
        """Put a user's lists in this order, those that are not named last. The first is the star's."""
        async with self._turn:
            named = [self._own(list_id, user).id for list_id in dict.fromkeys(ids)]
            order = [*named, *(each.id for each in self.all(user) if each.id not in named)]
            await self.store.arrange(whose(user), order)
            await self._read()

    @needing(Right.KEEP)
    async def star(self, coin_name: str, on: bool, user: str | None = None) -> None:
        """Put a coin on the user's first list, which is made when there is none, or take it off."""
        (coin_id,) = self._ids([coin_name])
        if self._first(user) is None and on:
            async with self._turn:
                await self._read()  # another process may have made it
            if self._first(user) is None:
                await self._make_first(user)
        if first := self._first(user):
            edit = _with if on else _without
            await self._change(first.id, user, lambda before: edit(before, [coin_id]))

    @needing(Right.KEEP)
    async def press_star(self, coin_id: int, user: str | None = None) -> None:
        """Put a coin's star on if it is off, and off if it is on; raises NotFound."""
        root = self._root(coin_id)
        if not root:
            raise NotFound('There is no such coin on this desk.')
        await self.star(self._name(root), root not in self.starred(user), user)

    def export_csv(self, list_id: int, user: str | None = None) -> str:
        """The names of a list's coins, in its order, under a heading; `import_csv` takes it back."""
        return listing(self._name(coin_id) for coin_id in self.get(list_id, user).coin_ids)

    def look_up(self, text: str) -> tuple[list[str], list[str]]:
        """The coins that a CSV file names as the desk calls them, each once, and the names it does not know."""
        names = listed_names(text)
        known = [coin.name for name in names if (coin := self.registry.find(name))]
        return list(dict.fromkeys(known)), [name for name in names if self.registry.find(name) is None]

    @needing(Right.KEEP)
    async def import_csv(self, name: str, text: str, user: str | None = None, known_only: bool = False) -> Watchlist:
        """A new list of the coins that a CSV file names; raises Invalid for names unknown here unless `known_only`."""
        known, unknown = self.look_up(text)
        if unknown and not known_only:
            raise Invalid(unknown_sentence(unknown), 'file')
        return await self.create(name, user, known)

    async def _change(self, list_id: int, user: str | None, edit: Edit) -> Watchlist:
        """Commit what `edit` makes of a list, anew if another process was faster; then tell."""
        async with self._turn:
            for tries_left in reversed(range(TRIES)):
                stored = self._own(list_id, user)
                before = self._rooted(stored)
                after = edit(before)
                if after == before:
                    return self._shown(stored)
                try:
                    return self._put(await self.store.save(stored, after))
                except Overtaken:
                    if not tries_left:
                        raise
                    await self._read()
        raise AssertionError  # never reached

    async def _make_first(self, user: str | None) -> None:
        try:
            await self.create(FAVOURITES, user)
        except Conflict:  # who pressed two stars at once
            if self._first(user) is None:
                raise

    async def _look(self) -> None:
        """Whether another process has changed something."""
        if await self.store.revisions() != {each.id: each.revision for each in self._stored.values()}:
            async with self._turn:
                await self._read()

    async def _read(self) -> None:
        found = {each.id: each for each in await self.store.all()}
        changed = {key for key in self._stored.keys() | found.keys() if self._stored.get(key) != found.get(key)}
        self._stored = found
        for list_id in sorted(changed):
            self._tell(list_id)

    def _moved(self, coin_id: int) -> None:
        """A coin has another name or is part of another now: the lists that it is on look different."""
        for each in list(self._stored.values()):
            if coin_id in each.coin_ids:
                self._tell(each.id)

    def _first(self, user: str | None) -> Watchlist | None:
        user = whose(user)
        own = (each for each in self._stored.values() if each.user == user)
        return min(own, key=lambda each: (each.position, each.id), default=None)

    def _own(self, list_id: int, user: str | None) -> Watchlist:
        stored = self._stored.get(list_id)
        if stored is None or stored.user != whose(user):
            raise NotFound(f'There is no watchlist {list_id}.')
        return stored

    def _put(self, stored: Watchlist) -> Watchlist:
        self._stored[stored.id] = stored
        self._tell(stored.id)
        return self._shown(stored)

    def _forget(self, list_id: int) -> None:
        del self._stored[list_id]
        self._tell(list_id)

    def _tell(self, list_id: int) -> None:
        self._members.pop(list_id, None)
        self._followers.tell(list_id)

    def _rooted(self, stored: Watchlist) -> Watchlist:
        """Each coin as the one that stands for it; one that this process does not know yet as it is."""
        roots = [self._root(number) or number for number in stored.coin_ids]
        return replace(stored, coin_ids=tuple(dict.fromkeys(roots)))

    def _shown(self, stored: Watchlist) -> Watchlist:
        known = [root for number in stored.coin_ids if (root := self._root(number))]
        return replace(stored, coin_ids=tuple(dict.fromkeys(known)))

    def _root(self, number: int) -> int:
        """0 for a coin that another process made."""
        try:
            return self.registry.root(number)
        except KeyError:
            return 0

    def _name(self, coin_id: int) -> str:
        return self.registry.name(coin_id)

    def _ids(self, names: Iterable[str]) -> list[int]:
        return list(dict.fromkeys(self.registry.get(name).id or 0 for name in names))

    def _arranged(self, before: Watchlist, names: Sequence[str]) -> Watchlist:
        ids = self._ids(names)
        if strange := [number for number in ids if number not in before.coin_ids]:
            raise Conflict(f'{self._name(strange[0])} is not on the list “{before.name}”; look again.', 'coins')
        return _with(replace(before, coin_ids=tuple(ids)), before.coin_ids)


def unknown_sentence(names: Sequence[str]) -> str:
    """Which names of a file the desk does not know."""
    shown = ', '.join(f'“{name[:50]}”' for name in names[:NAMED])
    more = f' and {len(names) - NAMED} more' if len(names) > NAMED else ''
    return f'This desk has no coin called {shown}{more}.'


def _with(before: Watchlist, coin_ids: Iterable[int]) -> Watchlist:
    return replace(before, coin_ids=_bounded([*before.coin_ids, *coin_ids]))


def _without(before: Watchlist, coin_ids: Iterable[int]) -> Watchlist:
    gone = set(coin_ids)
    return replace(before, coin_ids=tuple(number for number in before.coin_ids if number not in gone))


def _bounded(coin_ids: Iterable[int]) -> tuple[int, ...]:
    ids = tuple(dict.fromkeys(coin_ids))
    if len(ids) > MOST_COINS:
        raise Conflict(f'A list has at most {MOST_COINS:,} coins, and this one would have {len(ids):,}.', 'coins')
    return ids
