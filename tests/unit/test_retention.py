"""What is old and cited by nothing goes, by `python app.py prune` and by the desk itself; the rest stays."""

import re
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, update
from sqlmodel import SQLModel
from typer.testing import CliRunner

from commands.line import commands
from desk.retention import forget_outcomes
from desk.settings import Settings
from desk.store import Store
from desk.store.database import connect
from desk.store.schema import migrate, newest
from models import utc_now
from tests.unit.filled_tables import fill

TABLES = SQLModel.metadata.tables
OLD, YOUNG = utc_now() - timedelta(days=400), utc_now() - timedelta(days=300)
STATES = ('sent', 'failed', 'due', 'sending')
YOUNGER = 5  # firings of 300 days ago
LINE = re.compile(r'^(.+), older than \d+ days: (\d+) w', re.MULTILINE)
LIKE = {'coin_id': 1, 'count': 1, 'armed': True}


def put(connection: Connection, table: str, **changes: Any) -> int:
    """One more row like the first; its id."""
    first = connection.execute(select(TABLES[table]).where(TABLES[table].c.id == 1)).one()._mapping
    row = {key: value for key, value in first.items() if key != 'id'} | changes
    key = connection.execute(insert(TABLES[table]), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def full(engine: Engine) -> None:
    """Firings of 400 and of 300 days ago, in every state of delivery; a deleted alert with a mark, two old entries."""
    migrate(engine)
    fill(engine)
    with engine.begin() as connection:
        connection.execute(update(TABLES['firing']).values(at=OLD))
        connection.execute(update(TABLES['session']).values(ended=OLD))
        connection.execute(update(TABLES['audit']).values(at=YOUNG))
        channels, nth = [put(connection, 'channel') for _ in STATES], count(2)
        for at in (OLD, YOUNG):
            put(connection, 'firing', nth=next(nth), at=at)
            for state, channel in zip(STATES, channels, strict=True):
                firing = put(connection, 'firing', nth=next(nth), at=at)
                put(connection, 'delivery', firing_id=firing, channel_id=channel, state=state)
        gone = put(connection, 'alert', status='deleted', changed=OLD)
        connection.execute(insert(TABLES['alert_mark']), dict(LIKE, alert_id=gone))
        for at in (OLD, YOUNG):
            put(connection, 'audit', at=at)
        refused(connection)


def refused(connection: Connection) -> None:
    """A bracket, another with a leg that has traded, a young order, and the newest of all: each refused."""
    parents = {3: 2, 5: 4}
    for number in range(2, 8):
        times = dict.fromkeys(('placed', 'updated'), YOUNG if number == 6 else OLD)
        numbers = dict.fromkeys(('id', 'seq', 'rank'), number)
        put(connection, 'paper_order', status='refused', parent_id=parents.get(number), client_order_id='',
            **numbers, **times)  # fmt: skip
        put(connection, 'order_event', order_id=number, at=OLD)
    put(connection, 'fill', id=2, order_id=5)


@pytest.fixture
def url(blank_database: str) -> str:
    engine = connect(blank_database, patience=1)
    full(engine)
    engine.dispose()
    return blank_database


def ids(url: str, table: str) -> list[Any]:
    engine = connect(url, patience=1)
    with engine.connect() as connection:
        rows = connection.execute(select(TABLES[table].primary_key.columns[0])).all()
    engine.dispose()
    return sorted(row[0] for row in rows)


def prune(url: str, folder: Path, *flags: str) -> dict[str, int]:
    """What the command says that goes, by its words."""
    result = CliRunner().invoke(commands, ['prune', '--database-url', url, '--data-dir', str(folder), *flags])
    assert result.exit_code == 0, result.output
    return {what: int(rows) for what, rows in LINE.findall(result.output)}


def test_what_is_old_goes_and_what_is_on_its_way_stays(url: str, tmp_path: Path) -> None:
    told = {'Deliveries of firings': 3, 'Firings of alerts': 4, 'Marks of deleted alerts': 1}
    told |= {'Steps of refused orders': 4, 'Refused legs of brackets': 1, 'Refused orders': 1}
    rest = {'Prices of feeds': 0, 'Sessions that have ended': 1, 'Entries of the audit log': 0}
    assert prune(url, tmp_path, '--dry-run') == told | rest
    assert len(ids(url, 'firing')) == 11, 'a dry run leaves all'
    assert prune(url, tmp_path) == told | rest
    assert len(ids(url, 'firing')) == 2 + YOUNGER
    assert len(ids(url, 'delivery')) == 2 + len(STATES)
    assert ids(url, 'alert') == [1, 2]
    assert ids(url, 'paper_order') == [1, 4, 5, 6, 7]
    assert ids(url, 'order_event') == [1, 6, 7]
    assert ids(url, 'alert_mark') == [1]
    assert set(prune(url, tmp_path).values()) == {0}


def test_the_newest_stays_however_old_it_is(url: str, tmp_path: Path) -> None:
    last = {name: ids(url, name)[-1] for name in ('firing', 'delivery', 'audit', 'paper_order', 'order_event')}
    prune(url, tmp_path, '--keep-days', '1', '--audit-days', '1')
    assert {name: ids(url, name)[-1] for name in last} == last, 'no number is given twice'
    assert len(ids(url, 'audit')) == 1


@pytest.mark.parametrize('kind', ['sqlite'])
async def test_the_desk_forgets_by_itself(url: str, settings: Settings) -> None:
    store = Store(url)
    await store.open()
    await forget_outcomes(store, utc_now, settings)
    await store.close()
    assert len(ids(url, 'firing')) == 2 + YOUNGER


def test_the_version_names_the_revision_that_it_needs() -> None:
    said = CliRunner().invoke(commands, ['version']).output
    assert said.startswith('Cointape ')
    assert f'database revision {newest()};' in said
