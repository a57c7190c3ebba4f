"""Accounts as they are read: whole members, with the sessions and tokens that may still let somebody in."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlmodel import SQLModel

import account_models  # noqa: F401  # makes the tables
from desk.account import Account, Member, Session, Token
from desk.acting import Role, Scope

ACCOUNT, CODE, SESSION, TOKEN, TOKEN_ADDRESS = (
    SQLModel.metadata.tables[name] for name in ('account', 'recovery_code', 'session', 'token', 'token_address')
)
Grouped = dict[int, list[Row[Any]]]


def members(connection: Connection, now: datetime, ids: Collection[int] | None = None) -> list[Member]:
    """All accounts or some, oldest first."""
    sessions = _grouped(connection, select(SESSION), SESSION.c.account_id, ids)
    tokens = _grouped(connection, select(TOKEN).where(TOKEN.c.revoked.is_(None)), TOKEN.c.account_id, ids)
    unused = select(CODE.c.account_id, func.count().label('left')).where(CODE.c.used.is_(None))
    codes = _grouped(connection, unused.group_by(CODE.c.account_id), CODE.c.account_id, ids)
    used = select(TOKEN_ADDRESS, TOKEN.c.account_id).join(TOKEN).where(TOKEN.c.revoked.is_(None))
    places = _grouped(connection, used, TOKEN.c.account_id, ids)
    accounts = _some(select(ACCOUNT), ACCOUNT.c.id, ids).order_by(ACCOUNT.c.id)
    return [
        _member(row, now, *(found.get(row.id, []) for found in (sessions, tokens, codes, places)))
        for row in connection.execute(accounts)
    ]


def member(connection: Connection, account_id: int, now: datetime) -> Member:
    """One of them, who is there."""
    return members(connection, now, [account_id])[0]


def revisions(connection: Connection) -> dict[int, int]:
    """The accounts, by their ids, each with its revision."""
    return {row.id: row.revision for row in connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.revision))}


def _grouped(connection: Connection, query: Select[Any], column: Any, ids: Collection[int] | None) -> Grouped:
    found: Grouped = {}
    for row in connection.execute(_some(query, column, ids)):
        found.setdefault(row.account_id, []).append(row)
    return found


def _some(query: Select[Any], column: Any, ids: Collection[int] | None) -> Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _member(
    row: Row[Any],
    now: datetime,
    sessions: list[Row[Any]],
    tokens: list[Row[Any]],
    codes: list[Row[Any]],
    places: list[Row[Any]],
) -> Member:
    return Member(
        _account(row, codes[0].left if codes else 0),
        row.password,
        row.second_factor,
        tuple(_session(each) for each in sorted(sessions) if each.ended is None and each.expires > now),
        tuple(_token(each, row.name) for each in sorted(tokens)),
        frozenset(each.address for each in sessions),
        _by_token(places),
    )


def _by_token(places: list[Row[Any]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for place in places:
        found.setdefault(place.token_id, set()).add(place.address)
    return {token_id: frozenset(addresses) for token_id, addresses in found.items()}


def _account(row: Row[Any], codes_left: int) -> Account:
    return Account(
        row.id,
        row.user,
        row.name,
        Role(row.role),
        row.created,
        row.revision,
        row.provisional,
        bool(row.second_factor),
        codes_left,
        row.seen,
        row.switched_off,
    )


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.account_id, row.created, row.seen, row.expires, row.address, row.agent, row.digest)


def _token(row: Row[Any], owner: str) -> Token:
    scopes = tuple(Scope(scope) for scope in row.scopes.split())
    return Token(
        row.id, row.account_id, row.name, row.hint, scopes, row.created, row.expires, row.used, row.digest, owner
    )
