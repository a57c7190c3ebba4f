"""The tables as SQL sees them, and the two kinds of records, each with an index of its own."""

from sqlalchemy import ColumnElement, FromClause, literal_column, select
from sqlmodel import SQLModel

from models import Origin

RECORD, AMENDMENT, COIN, CANDLE, PREFERENCE = (
    SQLModel.metadata.tables[name] for name in ('cryptocurrency', 'amendment', 'coin', 'candle', 'preference')
)
COLUMNS = ('id', *(column.name for column in RECORD.c if column.name != 'id'))
KINDS = (True, False)
_FEED: ColumnElement[str] = literal_column(f"'{Origin.FEED}'")


def of_kind(records: FromClause, feed: bool) -> ColumnElement[bool]:
    """Feed records, or the others. Written out in the SQL: only so does SQLite see which partial index serves."""
    origin: ColumnElement[str] = records.c.origin
    return origin == _FEED if feed else origin != _FEED


def active(records: FromClause) -> ColumnElement[bool]:
    """Neither replaced nor withdrawn."""
    return ~select(AMENDMENT.c.id).where(AMENDMENT.c.record_id == records.c.id).exists()
