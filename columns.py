"""The column types that keep decimals exact, whatever the database. No I/O."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, Numeric, String, TypeDecorator, text
from sqlalchemy.types import TypeEngine

INTEGER_DIGITS, FRACTION_DIGITS, PRICE_DIGITS = 20, 18, 28
RowId = BigInteger().with_variant(Integer, 'sqlite')  # 64 bits on both: SQLite numbers rows only as INTEGER


def canonical(value: Decimal) -> str:
    """The shortest plain text of a number: no exponent, no trailing zeros after the point."""
    text = format(value, 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


def canonical_texts(values: Iterable[Decimal | None]) -> list[str | None]:
    """`canonical` of each number of a column, in a third of the time."""
    return [
        value if value is None else plain if (plain := str(value))[-1] != '0' and 'E' not in plain else canonical(value)
        for value in values
    ]


def moment_texts(values: Iterable[datetime | None]) -> list[str | None]:
    """Each moment of a column as SQLite keeps it, UTC to the microsecond; raises ValueError for a naive one."""
    days: dict[date, str] = {}
    texts: list[str | None] = []
    last: datetime | None = None
    written: str | None = None
    for value in values:
        if value is None:
            last = written = None
        elif last is None or value != last:
            last = value
            moment = value if value.tzinfo is UTC else _in_utc(value)
            day = moment.date()
            if day not in days:
                days[day] = f'{day} '
            written = days[day] + moment.time().isoformat('microseconds')
        texts.append(written)
    return texts


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError('a moment without a zone')
    return moment.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal that comes out as it went in.

    SQLite has no decimal type (its NUMERIC affinity makes floats), so it stores canonical text, which
    is neither compared nor summed in SQL. PostgreSQL stores NUMERIC(38, 18).
    """

    impl = String
    cache_ok = True
    postgresql = Numeric(38, FRACTION_DIGITS)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(self.postgresql if dialect.name == 'postgresql' else String(60))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == 'postgresql':
            return value
        return canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(canonical(value) if isinstance(value, Decimal) else value)


def partial_index(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows that satisfy a condition."""
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Amount(ExactDecimal):
    """A number of paper trading, which may be longer than a price: PostgreSQL keeps every digit of it too."""

    cache_ok = True
    postgresql = Numeric()
