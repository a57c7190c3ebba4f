"""How the data classes of desk/orders.py lie in their tables: a column for each field, of the same name."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

import orjson
from sqlmodel import SQLModel

from columns import canonical
from desk.orders import Book, Event, Fill, Order, Posting, Transaction

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar('T', bound='DataclassInstance')
Reader = Callable[[Any], Any]


class Shape(Generic[T]):
    """A data class and its table. Fields without a column are left out; a data class in it is JSON."""

    def __init__(self, kind: type[T], table: str) -> None:
        self.kind, self.table = kind, SQLModel.metadata.tables[table]
        hints = get_type_hints(kind)
        self.names = tuple(field.name for field in fields(kind) if field.name in self.table.c)
        self.columns = [self.table.c[name] for name in self.names]
        self._get = attrgetter(*self.names)
        self._nested = [place for place, name in enumerate(self.names) if is_dataclass(hints[name])]
        self._readers = [(place, reader) for place, name in enumerate(self.names) if (reader := _reader(hints[name]))]

    def values(self, item: T) -> tuple[Any, ...]:
        """Its row, in the order of `names`."""
        row: tuple[Any, ...] = self._get(item)
        if not self._nested:
            return row
        values = list(row)
        for place in self._nested:
            values[place] = _text(values[place])
        return tuple(values)

    def read(self, row: Sequence[Any]) -> T:
        """The item of a row of `columns`; each of its fields has one."""
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return self.kind(*values)


def _reader(hint: Any) -> Reader | None:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    nested = is_dataclass(hint)
    return partial(_parsed, hint) if nested else None


@lru_cache(maxsize=1000)
def _text(item: Any) -> str:
    return orjson.dumps(asdict(item), default=canonical).decode()


@lru_cache(maxsize=1000)
def _parsed(kind: Any, text: str) -> Any:
    """Its numbers are texts, and nothing else in it is."""
    said = orjson.loads(text).items()
    return kind(**{name: Decimal(value) if isinstance(value, str) else value for name, value in said})


BOOKS, ORDERS, FILLS = Shape(Book, 'book'), Shape(Order, 'paper_order'), Shape(Fill, 'fill')
EVENTS, POSTINGS = Shape(Event, 'order_event'), Shape(Posting, 'posting')
TRANSACTIONS = Shape(Transaction, 'ledger_transaction')
BOOK, ORDER, FILL = BOOKS.table, ORDERS.table, FILLS.table
EVENT, POSTING, TRANSACTION = EVENTS.table, POSTINGS.table, TRANSACTIONS.table
