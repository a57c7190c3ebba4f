"""What the database itself can say of its state."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

UNPROVEN = text("SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")


def damage(connection: Connection) -> Iterator[str]:
    """What SQLite finds in its file; PostgreSQL looks after its own (see amcheck)."""
    if connection.dialect.name == 'sqlite':
        for (found,) in connection.exec_driver_sql('PRAGMA integrity_check(100)'):
            if found != 'ok':
                yield f'SQLite says: {found}.'


def loose_ends(connection: Connection) -> Iterator[str]:
    """Rows that cite one that is not there."""
    if connection.dialect.name == 'sqlite':
        for table, row, cited, _ in connection.exec_driver_sql('PRAGMA foreign_key_check'):
            yield f'Row {row} of {table} cites one of {cited} that is not there.'
    else:
        for constraint, table in connection.execute(UNPROVEN):
            yield f'{table} has rows that {constraint} was never proven for.'
