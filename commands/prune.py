"""`python app.py prune`."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine

from commands.flags import settled
from desk.settings import Settings
from desk.store import writes
from desk.store.database import writing
from desk.store.existing import existing
from desk.store.retention import (
    ALERTING,
    AUDIT_DAYS,
    AUDITED,
    PRICES,
    REFUSALS,
    SESSION_DAYS,
    SESSIONS,
    STEP,
    Rule,
    count,
    drop,
    due,
)
from desk.store.schema import expect
from models import utc_now


@settled('data_dir', 'database_url', 'feed_record_days', 'keep_days')
def prune(
    settings: Settings,
    audit_days: Annotated[int, typer.Option(min=1, help='Days that the audit log is kept.')] = AUDIT_DAYS,
    dry_run: Annotated[bool, typer.Option('--dry-run', help='Say what would go, and leave it.')] = False,
) -> None:
    """Drop now what the desk drops by itself as time goes by, or more of it with fewer days; a desk may run meanwhile.

    What something else cites stays: a firing whose delivery is still on its way, an alert, a price entered by hand,
    every order that was not refused and every posting. SQLite uses the room again, its file does not shrink: a backup
    is as small as it can be. "--dry-run --keep-days 30" says what would go.
    """
    now = utc_now()
    ages = {PRICES: settings.feed_record_days, **dict.fromkeys((*ALERTING, *REFUSALS), settings.keep_days)}
    with existing(settings.database) as engine:
        expect(engine)
        for rule, days in (ages | {SESSIONS: SESSION_DAYS, AUDITED: audit_days}).items():
            act = _counted if dry_run else _dropped
            gone = act(engine, rule, now - timedelta(days=days))
            print(f'{rule.what.capitalize()}, older than {days} days: {gone:,} {"would go" if dry_run else "went"}.')


def _counted(engine: Engine, rule: Rule, before: datetime) -> int:
    with engine.connect() as connection:
        return count(connection, rule, before)


def _dropped(engine: Engine, rule: Rule, before: datetime) -> int:
    """Some at a time: others write in between."""
    total = 0
    while True:
        with writing(engine).begin() as connection:
            gone = _some(connection, rule, before)
        total += gone
        if gone < STEP:
            return total


def _some(connection: Connection, rule: Rule, before: datetime) -> int:
    if rule is PRICES:
        return writes.prune(connection, before, STEP)
    return drop(connection, rule, before, due(connection, rule, before))
