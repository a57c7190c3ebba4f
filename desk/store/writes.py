"""What the writer does in one transaction. Each function leaves committing to its caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from desk.audit_entry import Entry
from desk.candles import STORED, Part, floor, part_of_tick
from desk.errors import Conflict, NotFound
from desk.store import parts
from desk.store.additions import add_records
from desk.store.audit_store import write_entry
from desk.store.records import Told
from desk.store.tables import AMENDMENT, COIN, PREFERENCE, RECORD, active, of_kind
from desk.ticks import name_key
from models import Amendment, CandleOrigin, Coin, Origin


def amend(
    connection: Connection, record_id: int, replacement: Told | None, said: Amendment, note: Entry | None
) -> list[int]:
    """Replace or withdraw a record that was not amended yet, and its candles with it; the id of what replaces it."""
    query = select(RECORD, active(RECORD).label('active')).where(RECORD.c.id == record_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f'There is no record {record_id}.')
    if not row.active:
        raise Conflict('This record was corrected or withdrawn already; look at its newest version.')
    if row.origin == Origin.FEED:
        raise Conflict('This price came from a feed; only hand-entered, API and CSV prices can be corrected.')
    ids = add_records(connection, [replacement] if replacement else [])
    connection.execute(
        insert(AMENDMENT),
        {
            'record_id': record_id,
            'replacement_id': ids[0] if ids else None,
            'reason': said.reason,
            'author': said.author,
            'at': said.at,
        },
    )
    touched = {parts.Key(row.coin_id, STORED[0], CandleOrigin.HAND, floor(row.timestamp, STORED[0]))}
    for key in touched | ({parts.key_of(replacement)} if replacement else set()):
        parts.rebuild(connection, key, _recorded(connection, key))
    if note:
        write_entry(connection, note, said.at)
    return ids


def ensure_coins(connection: Connection, names: Sequence[str], now: datetime) -> list[Coin]:
    """The coins of these names, made where missing, in the same order."""
    wanted = {name_key(name): name for name in reversed(names)}
    known = _coins_by_key(connection, wanted)
    missing = [
        Coin(name=name, key=key, created=now).model_dump(exclude={'id'})
        for key, name in reversed(wanted.items())
        if key not in known
    ]
    if missing:
        connection.execute(insert(COIN), missing)
        known = _coins_by_key(connection, wanted)
    return [known[name_key(name)] for name in names]


def save_coin(connection: Connection, coin: Coin) -> None:
    """Update a coin by its id; raises NotFound."""
    values = coin.model_dump(exclude={'id'})
    if connection.execute(update(COIN).where(COIN.c.id == coin.id).values(values)).rowcount == 0:
        raise NotFound(f'There is no coin {coin.id}.')


def rename_coin(connection: Connection, coin: Coin, old: str, now: datetime) -> list[Coin]:
    """Update a coin that has another name now; its old name becomes a stub, a stub of the new name lends its key."""
    if name_key(old) == coin.key:
        save_coin(connection, coin)
        return []
    stubs = [stub for stub in _coins_by_key(connection, [coin.key]).values() if stub.merged_into == coin.id]
    for stub in stubs:
        stub.key = f'{stub.key}\x1f{stub.id}'
        save_coin(connection, stub)
    save_coin(connection, coin)
    (way,) = ensure_coins(connection, [old], now)
    way.merged_into = coin.id
    save_coin(connection, way)
    return [*stubs, way]


def set_preference(connection: Connection, key: str, value: str) -> None:
    """Keep one setting."""
    changed = connection.execute(update(PREFERENCE).where(PREFERENCE.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(PREFERENCE), {'key': key, 'value': value})


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete up to `limit` feed records older than `before`; how many went.

    The newest record of all stays, so that neither its id nor its number is ever given again.
    """
    last_id, last_seq = (connection.scalar(select(func.max(column))) for column in (RECORD.c.id, RECORD.c.seq))
    old = (of_kind(RECORD, feed=True), RECORD.c.timestamp < before, RECORD.c.id != last_id, RECORD.c.seq != last_seq)
    aged = select(COIN.c.id).where(select(RECORD.c.id).where(RECORD.c.coin_id == COIN.c.id, *old).exists())
    gone = 0
    for coin_id in connection.scalars(aged).all():
        step = select(RECORD.c.id).where(RECORD.c.coin_id == coin_id, *old).limit(limit - gone)
        gone += connection.execute(delete(RECORD).where(RECORD.c.id.in_(step))).rowcount
        if gone >= limit:
            break
    return gone


def size(connection: Connection) -> int:
    """The bytes that the database takes on disk."""
    if connection.dialect.name == 'postgresql':
        return int(connection.scalar(text('SELECT pg_database_size(current_database())')) or 0)
    return int(connection.scalar(text('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')) or 0)


def probe(connection: Connection) -> None:
    """Write something that changes nothing: fails as long as the database does."""
    connection.execute(text('UPDATE alembic_version SET version_num = version_num'))


def _recorded(connection: Connection, minute: parts.Key) -> list[Part]:
    rows = connection.execute(
        select(RECORD.c.price, RECORD.c.timestamp, RECORD.c.seq, RECORD.c.volume).where(
            RECORD.c.coin_id == minute.coin_id,
            of_kind(RECORD, feed=False),
            RECORD.c.timestamp >= minute.start,
            RECORD.c.timestamp < minute.start + timedelta(seconds=minute.interval),
            active(RECORD),
        )
    )
    return [part_of_tick(*row) for row in rows]


def _coins_by_key(connection: Connection, keys: Any) -> dict[str, Coin]:
    return {
        row['key']: Coin(**row)
        for chunk in parts.chunks(keys)
        for row in connection.execute(select(COIN).where(COIN.c.key.in_(chunk))).mappings()
    }
