"""A database of every released revision, with a row in each table, comes to the newest with all that it held."""

import re
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from desk.errors import Unavailable
from desk.store.database import connect
from desk.store.schema import MIGRATIONS, expect, migrate, newest, revision_of
from tests.unit.filled_tables import Held, fill, held, made

DROPPED = {('candle', 'id')}  # by 0003: a candle is found by its key
RELEASED = sorted(path.name[:4] for path in (MIGRATIONS / 'versions').glob('[0-9]*.py'))


def lost(before: Held, after: Held) -> list[str]:
    """What an upgrade has lost or changed, table by table."""
    return [
        f'{name}: {row} → {found}'
        for name, rows in before.items()
        for row, found in zip(rows, after[name], strict=True)
        if any(found.get(key) != value for key, value in row.items() if (name, key) not in DROPPED)
    ]


@pytest.mark.parametrize('revision', RELEASED)
def test_a_database_of_every_release_keeps_what_it_holds(blank_database: str, revision: str) -> None:
    engine = connect(blank_database, patience=1)
    made(engine, revision)
    fill(engine)
    before = held(engine)
    assert all(before.values()), 'a row in each table'
    migrate(engine)
    assert lost(before, held(engine)) == []
    assert revision_of(engine) == newest() == RELEASED[-1]
    assert as_the_models_say(engine)
    engine.dispose()


def as_the_models_say(engine: Engine) -> bool:
    with engine.connect() as connection:
        if engine.dialect.name == 'sqlite':
            assert connection.exec_driver_sql('PRAGMA foreign_key_check').all() == []
            assert connection.exec_driver_sql('PRAGMA integrity_check').all() == [('ok',)]
        context = MigrationContext.configure(connection, opts={'compare_type': True})
        return not compare_metadata(context, SQLModel.metadata)


def test_a_sqlite_file_is_kept_as_it_was_beside_itself(tmp_path: Path) -> None:
    engine = connect(f'sqlite:///{tmp_path / "cointape.db"}', patience=1)
    made(engine, '0002')
    fill(engine)
    before = held(engine)
    migrate(engine)
    (copy,) = copies(tmp_path)
    assert re.fullmatch(r'cointape\.db\.0002-\d{8}T\d{6}Z\.backup', copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = connect(f'sqlite:///{copy}', patience=1)
    assert (revision_of(kept), held(kept)) == ('0002', before)
    for each in (engine, kept):
        each.dispose()


def test_the_newest_three_copies_stay_whatever_their_revisions(tmp_path: Path) -> None:
    for day, revision in enumerate(('0004', '0001', '0003'), 1):
        (tmp_path / f'cointape.db.{revision}-2026010{day}T000000Z.backup').touch()
    (tmp_path / 'other.db.0001-20250101T000000Z.backup').touch()
    engine = connect(f'sqlite:///{tmp_path / "cointape.db"}', patience=1)
    made(engine, '0003')
    migrate(engine)
    engine.dispose()
    assert [copy.name[:16] for copy in copies(tmp_path)] == ['cointape.db.0001', 'cointape.db.0003', 'cointape.db.0003']
    assert (tmp_path / 'other.db.0001-20250101T000000Z.backup').exists()


def test_an_empty_database_and_one_of_today_are_not_copied(tmp_path: Path) -> None:
    engine = connect(f'sqlite:///{tmp_path / "cointape.db"}', patience=1)
    migrate(engine)
    migrate(engine)
    engine.dispose()
    assert copies(tmp_path) == []


def test_without_a_copy_there_is_no_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    engine = connect(f'sqlite:///{tmp_path / "cointape.db"}', patience=1)
    made(engine, '0001')
    monkeypatch.setattr('desk.store.snapshot.snapshot', full)
    with pytest.raises(Unavailable, match=r'No space left on device.*Nothing was changed'):
        migrate(engine)
    assert revision_of(engine) == '0001'
    assert copies(tmp_path) == [], 'no half of one either'
    engine.dispose()


def test_who_only_looks_does_not_upgrade(tmp_path: Path) -> None:
    engine = connect(f'sqlite:///{tmp_path / "cointape.db"}', patience=1)
    with pytest.raises(Unavailable, match='no desk in this database yet'):
        expect(engine)
    made(engine, '0002')
    with pytest.raises(Unavailable, match=r'earlier Cointape .revision 0002.*which upgrades it'):
        expect(engine)
    assert revision_of(engine) == '0002'
    engine.dispose()


def copies(folder: Path) -> list[Path]:
    return sorted(folder.glob('*cointape.db.*backup*'))
