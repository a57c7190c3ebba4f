"""The part of the store that keeps the audit log: `store.audit`."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlmodel import SQLModel

import account_models  # noqa: F401  # makes the tables
from desk.audit_entry import Entry
from desk.store.access import Access
from desk.store.records import Page, cursor_at, parse_cursor
from models import NAME_LENGTH, NOTE_LENGTH

AUDIT = SQLModel.metadata.tables['audit']
LENGTHS = {'name': NAME_LENGTH, 'address': 45, 'action': NAME_LENGTH, 'subject': 200, 'note': NOTE_LENGTH}


class AuditStore:
    """Entries are added and read, never changed. Everything raises Unavailable while the database fails."""

    def __init__(self, access: Access) -> None:
        self._write, self._read = access.write, access.read

    async def add(self, entries: list[Entry], now: datetime) -> None:
        """Keep them."""
        await self._write(_add, entries, now, rows=len(entries))

    async def page(self, limit: int, cursor: str, user: str | None, action: str | None) -> Page[Entry]:
        """Newest first, of one user and action or of all; raises Invalid for a cursor that is none."""
        return await self._read(_page, limit, cursor, user, action)

    async def forget(self, before: datetime) -> None:
        """Let go what is older."""
        await self._write(_forget, before)


def write_entry(connection: Connection, entry: Entry, now: datetime) -> None:
    """Keep one, in the transaction of what it tells."""
    _add(connection, [entry], now)


def _add(connection: Connection, entries: list[Entry], now: datetime) -> None:
    rows = [
        {
            'at': entry.at or now,
            'user': entry.user,
            **{key: getattr(entry, key)[:most] for key, most in LENGTHS.items()},
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(AUDIT), rows)


def _page(connection: Connection, limit: int, cursor: str, user: str | None, action: str | None) -> Page[Entry]:
    query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(AUDIT.c.id < parse_cursor(cursor)[1])
    for column, wanted in ((AUDIT.c.user, user), (AUDIT.c.action, action)):
        query = query if wanted is None else query.where(column == wanted)
    found = [_entry(row) for row in connection.execute(query)]
    items = found[:limit]
    return Page(items, cursor_at((items[-1].at, items[-1].id)) if len(found) > limit and items[-1].at else '')


def _entry(row: Row[Any]) -> Entry:
    return replace(Entry(row.action, row.user, row.name, row.address, row.subject, row.note), at=row.at, id=row.id)


def _forget(connection: Connection, before: datetime) -> None:
    connection.execute(delete(AUDIT).where(AUDIT.c.at < before))
