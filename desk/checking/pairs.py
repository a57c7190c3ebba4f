"""Two streams side by side, each in the order of its keys."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Select

One = TypeVar('One')
Other = TypeVar('Other')
Row = TypeVar('Row')


def streamed(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows of a query, however many, some thousands at a time."""
    yield from connection.execution_options(yield_per=5_000).execute(query)


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> Iterator[tuple[Any, list[Row]]]:
    """Neighbours that have the same key."""
    for found, group in groupby(rows, key):
        yield found, list(group)


def paired(
    one: Iterable[tuple[Any, One]], other: Iterable[tuple[Any, Other]]
) -> Iterator[tuple[Any, One | None, Other | None]]:
    """Each key with what either stream has for it; None where it has nothing."""
    left, right = iter(one), iter(other)
    here, there = next(left, None), next(right, None)
    while here is not None or there is not None:
        if there is None or (here is not None and here[0] < there[0]):
            assert here is not None
            yield here[0], here[1], None
            here = next(left, None)
        elif here is None or there[0] < here[0]:
            yield there[0], None, there[1]
            there = next(right, None)
        else:
            yield here[0], here[1], there[1]
            here, there = next(left, None), next(right, None)
