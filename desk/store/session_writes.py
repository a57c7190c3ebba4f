"""What is written of sessions and tokens; each counts the revision of its account up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from desk.account import MOST_SESSIONS, MOST_TOKENS, Member
from desk.audit_entry import Entry
from desk.errors import Conflict, NotFound, Overtaken, TooMany, Unknown
from desk.store.account_rows import ACCOUNT, CODE, SESSION, TOKEN, TOKEN_ADDRESS, member
from desk.store.audit_store import write_entry

MOVED = 'This account was changed by somebody else meanwhile. Nothing was stored; try again.'
MOST_PLACES = 1000  # addresses that are remembered of a token
KEPT = 200  # sessions, and tokens, of an account that have ended
LOGINS, HOUR = 60, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewSession:
    """`digest` is that of the cookie's secret."""

    digest: str = field(repr=False)
    expires: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """`digest` is that of its secret, `scopes` are separated by spaces."""

    name: str
    digest: str = field(repr=False)
    hint: str
    scopes: str
    expires: datetime | None


def touch(
    connection: Connection, account_id: int, values: Mapping[str, Any] | None = None, *as_seen: ColumnElement[bool]
) -> None:
    """Change an account and count its revision up; raises NotFound, and Overtaken unless it is as it was seen."""
    anew = {**(values or {}), 'revision': ACCOUNT.c.revision + 1}
    if connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id, *as_seen).values(anew)).rowcount != 1:
        raise Overtaken(MOVED) if as_seen else NotFound(f'There is no account {account_id}.')


def log_in(
    connection: Connection,
    seen: Member,
    session: NewSession,
    entry: Entry,
    step: int | None,
    digest: str | None,
    now: datetime,
) -> Member:
    """See AccountStore.log_in."""
    account_id = seen.account.id
    as_seen = [
        ACCOUNT.c.password == seen.password,
        ACCOUNT.c.second_factor == seen.sealed,
        ACCOUNT.c.switched_off.is_(None),
    ]
    values: dict[str, Any] = {'seen': now}
    if step is not None:
        as_seen.append(ACCOUNT.c.last_step < step)
        values['last_step'] = step
    _check_pace(connection, account_id, now)
    if digest is not None:
        _use_code(connection, account_id, digest, now)
    try:
        touch(connection, account_id, values, *as_seen)
    except Overtaken as error:
        raise Unknown(str(error)) from None
    insert_session(connection, account_id, session, now)
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def insert_session(connection: Connection, account_id: int, session: NewSession, now: datetime) -> None:
    """A new one; where there are too many, the one that was used least lately ends, and the oldest are forgotten."""
    ended = select(SESSION.c.id).where(SESSION.c.account_id == account_id, SESSION.c.ended.is_not(None))
    forgotten = [row.id for row in connection.execute(ended.order_by(SESSION.c.id.desc()).offset(KEPT))]
    if forgotten:
        connection.execute(delete(SESSION).where(SESSION.c.id.in_(forgotten)))
    running = SESSION.c.account_id == account_id, SESSION.c.ended.is_(None), SESSION.c.expires > now
    oldest = select(SESSION.c.id).where(*running).order_by(SESSION.c.seen.desc(), SESSION.c.id.desc())
    too_many = [row.id for row in connection.execute(oldest.offset(MOST_SESSIONS - 1))]
    if too_many:
        connection.execute(update(SESSION).where(SESSION.c.id.in_(too_many)).values(ended=now))
    values = {'account_id': account_id, 'digest': session.digest, 'created': now, 'seen': now}
    rest = {'expires': session.expires, 'address': session.address[:45], 'agent': session.agent[:200]}
    connection.execute(insert(SESSION), {**values, **rest})


def end_all(connection: Connection, account_id: int, now: datetime, keep: int | None = None) -> None:
    """End the sessions of an account, all but one."""
    running = SESSION.c.account_id == account_id, SESSION.c.ended.is_(None), SESSION.c.id != (keep or 0)
    connection.execute(update(SESSION).where(*running).values(ended=now))


def end(connection: Connection, account_id: int, ids: Collection[int], entry: Entry, now: datetime) -> Member:
    """See AccountStore.end_sessions."""
    running = SESSION.c.account_id == account_id, SESSION.c.ended.is_(None), SESSION.c.id.in_(ids)
    if connection.execute(update(SESSION).where(*running).values(ended=now)).rowcount:
        touch(connection, account_id)
        write_entry(connection, entry, now)
    return member(connection, account_id, now)


def add_token(connection: Connection, account_id: int, token: NewToken, entry: Entry, now: datetime) -> Member:
    """See AccountStore.add_token."""
    _forget_tokens(connection, account_id)
    own = select(func.count()).select_from(TOKEN).where(TOKEN.c.account_id == account_id, TOKEN.c.revoked.is_(None))
    if (connection.scalar(own) or 0) >= MOST_TOKENS:
        raise Conflict(f'There are {MOST_TOKENS} tokens already; revoke one first.')
    values = {'account_id': account_id, 'name': token.name, 'digest': token.digest, 'hint': token.hint}
    connection.execute(insert(TOKEN), {**values, 'scopes': token.scopes, 'created': now, 'expires': token.expires})
    touch(connection, account_id)
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def revoke(connection: Connection, account_id: int, token_id: int, entry: Entry, now: datetime) -> Member:
    """See AccountStore.revoke."""
    own = TOKEN.c.id == token_id, TOKEN.c.account_id == account_id, TOKEN.c.revoked.is_(None)
    if connection.execute(update(TOKEN).where(*own).values(revoked=now)).rowcount != 1:
        raise NotFound(f'There is no token {token_id}.')
    touch(connection, account_id)
    write_entry(connection, entry, now)
    return member(connection, account_id, now)


def seen(
    connection: Connection,
    accounts: Mapping[int, datetime],
    sessions: Mapping[int, datetime],
    tokens: Mapping[int, datetime],
) -> None:
    """See AccountStore.seen. No revision moves: nobody has to read anything anew for this."""
    for table, column, moments in (
        (ACCOUNT, 'seen', accounts),
        (SESSION, 'seen', sessions),
        (TOKEN, 'used', tokens),
    ):
        moment = bindparam('moment', type_=table.c[column].type)
        later = table.c.id == bindparam('of'), table.c[column].is_(None) | (table.c[column] < moment)
        if moments:
            rows = [{'of': number, 'moment': at} for number, at in moments.items()]
            connection.execute(update(table).where(*later).values({column: moment}), rows)


def met(connection: Connection, places: Mapping[tuple[int, str], Entry], now: datetime) -> None:
    """See AccountStore.met."""
    for (token_id, address), entry in places.items():
        known = select(func.count()).select_from(TOKEN_ADDRESS).where(TOKEN_ADDRESS.c.token_id == token_id)
        same = known.where(TOKEN_ADDRESS.c.address == address)
        if connection.scalar(same) or (connection.scalar(known) or 0) >= MOST_PLACES:
            continue
        connection.execute(insert(TOKEN_ADDRESS), {'token_id': token_id, 'address': address, 'first': now})
        write_entry(connection, entry, now)


def forget(connection: Connection, before: datetime) -> None:
    """See AccountStore.forget. The newest stays: SQLite would give its number to another."""
    newest = select(func.max(SESSION.c.id)).scalar_subquery()
    over = (SESSION.c.ended < before) | (SESSION.c.expires < before)
    connection.execute(delete(SESSION).where(over, SESSION.c.id != newest))


def _check_pace(connection: Connection, account_id: int, now: datetime) -> None:
    lately = SESSION.c.account_id == account_id, SESSION.c.created > now - HOUR
    if (connection.scalar(select(func.count()).select_from(SESSION).where(*lately)) or 0) >= LOGINS:
        raise TooMany('This account has logged in too often; try again later. A program uses a token instead.', 600)


def _forget_tokens(connection: Connection, account_id: int) -> None:
    revoked = select(TOKEN.c.id).where(TOKEN.c.account_id == account_id, TOKEN.c.revoked.is_not(None))
    old = [row.id for row in connection.execute(revoked.order_by(TOKEN.c.id.desc()).offset(KEPT))]
    if old:
        connection.execute(delete(TOKEN_ADDRESS).where(TOKEN_ADDRESS.c.token_id.in_(old)))
        connection.execute(delete(TOKEN).where(TOKEN.c.id.in_(old)))


def _use_code(connection: Connection, account_id: int, digest: str, now: datetime) -> None:
    unused = CODE.c.account_id == account_id, CODE.c.digest == digest, CODE.c.used.is_(None)
    if connection.execute(update(CODE).where(*unused).values(used=now)).rowcount != 1:
        raise Unknown('This recovery code is none of this account, or was used.')
