"""A desk moves into PostgreSQL whole, also when it is interrupted on the way, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text

from desk.backup import move as moves
from desk.backup.move import move
from desk.errors import Conflict
from desk.store.database import connect
from desk.store.moving import tables
from desk.store.tables import RECORD
from tests.unit.desks_on_disk import database_in, full_desk, refused, say, with_engine
from tests.unit.filled_tables import Held

pytestmark = pytest.mark.slow
RECORDS = 7


def everything(engine: Engine) -> Held:
    """Every row as the program sees it, so that both kinds of databases compare."""
    with engine.connect() as connection:
        return {
            table.name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=str)
            for table in tables()
        }


def add_records(engine: Engine) -> Held:
    """More records like the first."""
    with engine.begin() as connection:
        first = dict(connection.execute(select(RECORD)).one()._mapping)
        for number in range(2, RECORDS + 1):
            new = {'id': number, 'seq': number, 'timestamp': first['timestamp'] + timedelta(seconds=number)}
            connection.execute(insert(RECORD), first | new | {'price': Decimal(f'{number}.000000000000000001')})
    return {}


def change_a_price(engine: Engine) -> Held:
    """What a desk that ran in between might have done."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE cryptocurrency SET price = '9' WHERE id = 1"))
    return {}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A SQLite desk with rows in all tables and some more records than are committed together."""
    monkeypatch.setattr(moves, 'PIECE', 3)
    (tmp_path / 'data').mkdir()
    url = database_in(tmp_path / 'data')
    full_desk(url)
    with_engine(url, add_records)
    return url


class Cut(Exception):
    """The power fails."""


def cut_after(rows: int) -> Callable[[str, int], None]:
    """Fails when so many records have been copied."""

    def told(table: str, copied: int) -> None:
        if (table, copied) == (RECORD.name, rows):
            raise Cut

    return told


def test_a_move_that_is_interrupted_goes_on_and_every_row_arrives(
    source: str, tmp_path: Path, blank: Callable[[], str]
) -> None:
    target, where = blank(), ('--data-dir', tmp_path / 'data')
    before = with_engine(source, everything)
    with pytest.raises(Cut):
        move(source, target, cut_after(3))
    assert 'being moved into this database' in refused('check', '--database-url', target, *where)
    said = say('move', '--to', target, *where)
    assert 'cryptocurrency: 6 cryptocurrency: 7' in said, 'the first three were there'
    assert f'{sum(map(len, before.values()))} rows, and all counts and sums agree' in said
    assert with_engine(target, everything) == before
    assert with_engine(source, everything) == before, 'the old one stays'
    assert 'There is a desk in that database already' in refused('move', '--to', target, *where)
    say('prune', '--dry-run', '--database-url', target, *where)


def test_a_desk_that_ran_in_between_is_noticed(source: str, blank: Callable[[], str]) -> None:
    target = blank()
    with pytest.raises(Cut):
        move(source, target, cut_after(3))
    with_engine(source, change_a_price)
    with pytest.raises(Conflict, match='“cryptocurrency” do not agree: 7 rows here, 7 there, and other sums'):
        move(source, target, lambda *_: None)


def test_numbers_go_on_where_they_were(source: str, blank: Callable[[], str]) -> None:
    target = blank()
    move(source, target, lambda *_: None)
    engine = connect(target, patience=1)
    with engine.begin() as connection:
        row = dict(connection.execute(select(RECORD).where(RECORD.c.id == RECORDS)).one()._mapping)
        del row['id']
        added = connection.execute(insert(RECORD).returning(RECORD.c.id), row | {'seq': 100}).scalar()
    engine.dispose()
    assert added == RECORDS + 1


def test_only_an_empty_database_on_postgresql_is_moved_into(
    source: str, tmp_path: Path, blank: Callable[[], str]
) -> None:
    taken, where = blank(), ('--data-dir', tmp_path / 'data')
    full_desk(taken)
    assert 'is a PostgreSQL database' in refused('move', '--to', database_in(tmp_path / 'other'), *where)
    assert 'There is a desk in that database already' in refused('move', '--to', taken, *where)
    assert 'There is no desk in' in refused('move', '--to', blank(), '--data-dir', tmp_path / 'nothing')
