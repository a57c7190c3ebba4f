"""The column types that keep decimals exact, whatever the database. No I/O."""

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
