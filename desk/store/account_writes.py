"""What is written of accounts. The write lock is held: nobody takes a name, or the last administrator, in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from desk.account import MOST_ACCOUNTS, Member, account_key
from desk.acting import LOCAL, Role
from desk.audit_entry import Entry
from desk.errors import Conflict
from desk.store.account_rows import ACCOUNT, CODE, member
from desk.store.audit_store import write_entry
from desk.store.session_writes import NewSession, end_all, insert_session, touch

ADMINISTRATORS = ACCOUNT.c.role == Role.ADMINISTRATOR, ACCOUNT.c.switched_off.is_(None)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """`user` is the key it gets unless it is the first administrator: that one is the local user."""

    user: str
    name: str
    role: Role
    password: str = field(repr=False)
    provisional: bool


def add(
    connection: Connection, new: NewAccount, entry: Entry, session: NewSession | None, first: bool, now: datetime
) -> Member:
    """See AccountStore.add."""
    if first and _count(connection, ACCOUNT.c.role == Role.ADMINISTRATOR):
        raise Conflict('This desk has an administrator already: log in, or ask them for an account.')
    if _count(connection) >= MOST_ACCOUNTS:
        raise Conflict(f'There are {MOST_ACCOUNTS:,} accounts, and no more fit.')
    if taken := connection.scalar(select(ACCOUNT.c.name).where(ACCOUNT.c.key == account_key(new.name))):
        raise Conflict(f'There is an account called “{taken}” already; choose another name.', 'name')
    is_local = new.role == Role.ADMINISTRATOR and not _count(connection, ACCOUNT.c.user == LOCAL)
    user = LOCAL if is_local else new.user
    values = {
        'user': user,
        'name': new.name,
        'key': account_key(new.name),
        'role': new.role,
        'password': new.password,
        'provisional': new.provisional,
        'second_factor': '',
        'last_step': 0,
        'created': now,
        'revision': 1,
    }
    account_id: int = connection.execute(insert(ACCOUNT).returning(ACCOUNT.c.id), values).scalar_one()
    if session is not None:
        insert_session(connection, account_id, session, now)
    write_entry(connection, replace(entry, user=user) if first else entry, now)
    return member(connection, account_id, now)


def set_password(
    connection: Connection, seen: Member, password: str, keep: int | None, entry: Entry | None, now: datetime
) -> Member:
    """See AccountStore.set_password."""
    account_id = seen.account.id
    values: dict[str, Any] = {'password': password}
    if entry is not None:
        values['provisional'] = False
        end_all(connection, account_id, now, keep)
        write_entry(connection, entry, now)
    touch(connection, account_id, values, ACCOUNT.c.password == seen.password)
    return member(connection, account_id, now)


def change(connection: Connection, account_id: int, values: Mapping[str, Any], entry: Entry, now: datetime) -> Member:
    """See AccountStore.change."""
    administrator = _count(connection, *ADMINISTRATORS, ACCOUNT.c.id == account_id)
    touch(connection, account_id, values)
    if values.get('switched_off') is not None:
        end_all(connection, account_id, now)
    if administrator and not _count(connection, *ADMINISTRATORS):
        raise Conflict('This is the last administrator: make another one first.')
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def reset(connection: Connection, account_id: int, password: str, entry: Entry, now: datetime) -> Member:
    """See AccountStore.reset."""
    touch(connection, account_id, {'password': password, 'provisional': True, 'second_factor': ''})
    connection.execute(delete(CODE).where(CODE.c.account_id == account_id))
    end_all(connection, account_id, now)
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def set_factor(
    connection: Connection, seen: Member, sealed: str, step: int, digests: Sequence[str], entry: Entry, now: datetime
) -> Member:
    """See AccountStore.set_factor."""
    account_id = seen.account.id
    values = {'second_factor': sealed, 'last_step': step}
    touch(connection, account_id, values, ACCOUNT.c.second_factor == seen.sealed)
    connection.execute(delete(CODE).where(CODE.c.account_id == account_id))
    if digests:
        connection.execute(insert(CODE), [{'account_id': account_id, 'digest': digest} for digest in digests])
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(ACCOUNT).where(*conditions)) or 0
