"""The part of the store that keeps watchlists: `store.watchlists`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import SQLModel

import alert_models  # noqa: F401  # makes the tables
from desk.errors import Conflict, NotFound, Overtaken
from desk.store.access import Access
from desk.store.parts import chunks
from desk.ticks import name_key
from desk.watchlist import MOST_LISTS, Watchlist

LIST, MEMBER = (SQLModel.metadata.tables[name] for name in ('watchlist', 'watchlist_coin'))
MOVED = 'This list was changed by another program meanwhile. Nothing was stored; try again.'


class WatchlistStore:
    """Lists with the ids of their coins as they were put in. Everything raises Unavailable while the database fails."""

    def __init__(self, access: Access) -> None:
        self._write, self._read = access.write, access.read

    async def all(self) -> list[Watchlist]:
        """Every list of every user, in the order of their tabs."""
        return await self._read(_all)

    async def revisions(self) -> dict[int, int]:
        """The lists, by their ids, each with its revision."""
        return await self._read(_revisions)

    async def create(self, wanted: Watchlist) -> Watchlist:
        """Store a new one as the last of its user; returns it with its id and place; raises Conflict."""
        return await self._write(_create, wanted, rows=1 + len(wanted.coin_ids))

    async def save(self, before: Watchlist, after: Watchlist) -> Watchlist:
        """Another name, other coins, another order; raises Overtaken unless it is as it was, Conflict."""
        return await self._write(_save, before, after, rows=1 + len(after.coin_ids))

    async def arrange(self, user: str, ids: Sequence[int]) -> None:
        """Put a user's lists in this order."""
        await self._write(_arrange, user, ids, rows=len(ids))

    async def delete(self, list_id: int, now: datetime) -> None:
        """Let a list go; its coins and the desk's records stay. Raises NotFound."""
        await self._write(_delete, list_id, now)


def _all(connection: Connection) -> list[Watchlist]:
    coins: dict[int, list[int]] = {}
    members = select(MEMBER.c.watchlist_id, MEMBER.c.coin_id).order_by(MEMBER.c.watchlist_id, MEMBER.c.position)
    for list_id, coin_id in connection.execute(members):
        coins.setdefault(list_id, []).append(coin_id)
    lists = select(LIST).where(LIST.c.gone.is_(None)).order_by(LIST.c.position, LIST.c.id)
    return [
        Watchlist(row.id, row.user, row.name, tuple(coins.get(row.id, ())), row.position, row.revision)
        for row in connection.execute(lists)
    ]


def _revisions(connection: Connection) -> dict[int, int]:
    rows = connection.execute(select(LIST.c.id, LIST.c.revision).where(LIST.c.gone.is_(None)))
    return {row.id: row.revision for row in rows}


def _create(connection: Connection, wanted: Watchlist) -> Watchlist:
    own = LIST.c.user == wanted.user, LIST.c.gone.is_(None)
    count, last = connection.execute(select(func.count(), func.max(LIST.c.position)).where(*own)).one()
    if count >= MOST_LISTS:
        raise Conflict(f'There are {MOST_LISTS} lists already, and no more fit; delete one first.')
    _check_name(connection, wanted)
    position = 0 if last is None else last + 1
    row = {'user': wanted.user, 'name': wanted.name, 'key': name_key(wanted.name), 'position': position, 'revision': 1}
    list_id = connection.execute(insert(LIST).returning(LIST.c.id), row).scalar_one()
    _insert(connection, list_id, wanted.coin_ids, 0)
    return replace(wanted, id=list_id, position=position, revision=1)


def _save(connection: Connection, before: Watchlist, after: Watchlist) -> Watchlist:
    if before.name != after.name:
        _check_name(connection, after)
    as_supposed = LIST.c.id == before.id, LIST.c.revision == before.revision, LIST.c.gone.is_(None)
    values = {'name': after.name, 'key': name_key(after.name), 'revision': before.revision + 1}
    if connection.execute(update(LIST).where(*as_supposed).values(values)).rowcount != 1:
        raise Overtaken(MOVED)
    _set_coins(connection, before, after)
    return replace(after, revision=before.revision + 1)


def _set_coins(connection: Connection, before: Watchlist, after: Watchlist) -> None:
    """Write what is new and delete what has gone; everything anew only where the order is another."""
    wanted = set(after.coin_ids)
    kept = [number for number in before.coin_ids if number in wanted]
    if list(after.coin_ids[: len(kept)]) != kept:
        kept = []
    for gone in chunks(set(before.coin_ids) - set(kept)):
        connection.execute(delete(MEMBER).where(MEMBER.c.watchlist_id == before.id, MEMBER.c.coin_id.in_(gone)))
    last = connection.scalar(select(func.max(MEMBER.c.position)).where(MEMBER.c.watchlist_id == before.id))
    _insert(connection, before.id, after.coin_ids[len(kept) :], 0 if last is None else last + 1)


def _insert(connection: Connection, list_id: int, coin_ids: Sequence[int], first: int) -> None:
    rows = [
        {'watchlist_id': list_id, 'coin_id': number, 'position': place} for place, number in enumerate(coin_ids, first)
    ]
    if rows:
        connection.execute(insert(MEMBER), rows)


def _check_name(connection: Connection, wanted: Watchlist) -> None:
    taken = select(LIST.c.name).where(
        LIST.c.user == wanted.user,
        LIST.c.key == name_key(wanted.name),
        LIST.c.gone.is_(None),
        LIST.c.id != wanted.id,
    )
    if name := connection.scalar(taken):
        raise Conflict(f'There is a list called “{name}” already; choose another name.', 'name')


def _arrange(connection: Connection, user: str, ids: Sequence[int]) -> None:
    for place, list_id in enumerate(ids):
        own = LIST.c.id == list_id, LIST.c.user == user, LIST.c.gone.is_(None), LIST.c.position != place
        connection.execute(update(LIST).where(*own).values(position=place, revision=LIST.c.revision + 1))


def _delete(connection: Connection, list_id: int, now: datetime) -> None:
    claim = update(LIST).where(LIST.c.id == list_id, LIST.c.gone.is_(None)).values(gone=now)
    if connection.execute(claim).rowcount != 1:
        raise NotFound(f'There is no watchlist {list_id}.')
    connection.execute(delete(MEMBER).where(MEMBER.c.watchlist_id == list_id))
