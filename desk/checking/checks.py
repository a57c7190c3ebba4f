"""Every check, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from desk.checking import candles, files, ledger
from desk.store.trade_queries import as_of_now

SHOWN = 10  # of what is wrong in one respect


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at, and what is wrong there: at most SHOWN sentences of `count`."""

    what: str
    wrong: list[str]
    count: int


CHECKS: dict[str, Callable[[Connection], Iterator[str]]] = {
    'The pages and indexes of the database': files.damage,
    'The rows that rows cite': files.loose_ends,
    'The ledger: each transaction sums to zero and is what its fill says': ledger.transactions,
    'The orders: what was filled is the sum of their fills': ledger.orders,
    'The candles of what was entered: those of the recorded prices': candles.entered,
    'The candles of feeds: around the recorded prices': candles.fed,
    'The candles of hours and days: those of their minutes': candles.folded,
}


def checked(engine: Engine) -> Iterator[Looked]:
    """Look at everything; each respect as soon as it is looked at. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        as_of_now(connection)
        for what, check in CHECKS.items():
            yield _looked(what, check(connection))


def _looked(what: str, found: Iterator[str]) -> Looked:
    shown: list[str] = []
    count = 0
    for count, sentence in enumerate(found, 1):
        if count <= SHOWN:
            shown.append(sentence)
    return Looked(what, shown, count)
