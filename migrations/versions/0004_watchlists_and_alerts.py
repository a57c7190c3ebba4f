"""Watchlists, alerts, their firings, and where these are delivered."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from columns import Amount, ExactDecimal, RowId

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _watchlists()
    _alert()
    _mark()
    _firing()
    _channels()


def _id() -> sa.Column[int]:
    return sa.Column('id', RowId, primary_key=True)


def _of(table: str, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    kind = sa.Integer if table == 'coin' else RowId
    name, key = f'{table}_id', sa.ForeignKey(f'{table}.id')
    return sa.Column(name, kind, key, nullable=nullable, primary_key=primary_key, autoincrement=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _partial(name: str, table: str, condition: str, columns: list[str], unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _watchlists() -> None:
    op.create_table(
        'watchlist',
        _id(),
        _text('user', 100),
        _text('name', 50),
        _text('key', 150),
        _number('position'),
        _number('revision'),
        _moment('gone'),
    )
    _partial('ix_watchlist_key', 'watchlist', 'gone IS NULL', ['user', 'key'], unique=True)
    op.create_table(
        'watchlist_coin',
        _of('watchlist', primary_key=True),
        _of('coin', primary_key=True),
        _number('position'),
    )


def _alert() -> None:
    op.create_table(
        'alert',
        _id(),
        _text('user', 100),
        _of('coin', nullable=True),
        _of('watchlist', nullable=True),
        _text('condition', 50),
        sa.Column('price', ExactDecimal),
        sa.Column('percent', ExactDecimal),
        sa.Column('window', sa.Integer),
        sa.Column('minutes', sa.Integer),
        _text('repeat', 20),
        _number('cooldown'),
        sa.Column('rearm', ExactDecimal),
        _text('name', 50),
        _text('note', 500),
        _text('message', 500),
        sa.Column('toast', sa.Boolean, nullable=False),
        sa.Column('sound', sa.Boolean, nullable=False),
        sa.Column('channels', sa.Text, nullable=False),
        _text('status', 20),
        _moment('snoozed'),
        _moment('expires'),
        _moment('created', nullable=False),
        _moment('changed', nullable=False),
        _number('revision'),
    )
    op.create_index('ix_alert_changed', 'alert', ['changed'])


def _mark() -> None:
    op.create_table(
        'alert_mark',
        _of('alert', primary_key=True),
        _of('coin', primary_key=True),
        _number('count'),
        sa.Column('armed', sa.Boolean, nullable=False),
        _moment('fired'),
        sa.Column('price', ExactDecimal),
    )


def _firing() -> None:
    op.create_table(
        'firing',
        _id(),
        _of('alert'),
        _text('user', 100),
        _of('coin'),
        _number('nth'),
        _moment('at', nullable=False),
        _text('condition', 50),
        sa.Column('level', ExactDecimal),
        sa.Column('percent', ExactDecimal),
        sa.Column('window', sa.Integer),
        sa.Column('minutes', sa.Integer),
        sa.Column('reading', Amount),
        sa.Column('price', ExactDecimal, nullable=False),
        _moment('tick_time', nullable=False),
        sa.Column('tick_seq', sa.BigInteger, nullable=False),
        _text('tick_source', 50),
        sa.Column('message', sa.Text, nullable=False),
        _moment('acknowledged'),
        sa.UniqueConstraint('alert_id', 'coin_id', 'nth'),
    )
    op.create_index('ix_firing_user', 'firing', ['user', 'id'])
    op.create_index('ix_firing_alert', 'firing', ['alert_id', 'id'])
    op.create_index('ix_firing_acknowledged', 'firing', ['acknowledged'])
    _partial('ix_firing_unread', 'firing', 'acknowledged IS NULL', ['user'])


def _channels() -> None:
    op.create_table(
        'channel',
        _id(),
        _text('user', 100),
        _text('name', 50),
        _text('kind', 50),
        sa.Column('address', sa.Text, nullable=False),
        _text('shown', 500),
        _moment('created', nullable=False),
        _moment('gone'),
    )
    op.create_table(
        'delivery',
        _id(),
        _of('firing'),
        _of('channel'),
        _text('state', 20),
        _number('attempts'),
        _moment('due', nullable=False),
        _moment('sent'),
        _text('error', 500),
        sa.UniqueConstraint('firing_id', 'channel_id'),
    )
    _partial('ix_delivery_due', 'delivery', "state IN ('due', 'sending')", ['due'])
