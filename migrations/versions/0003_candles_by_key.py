"""Candles lie in the order of their key: a week of minutes is read from one place instead of ten thousand."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from columns import ExactDecimal

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

KEY = ('coin_id', 'interval', 'origin', 'start')
VALUES = ('source', 'open', 'high', 'low', 'close', 'volume', 'opened', 'opened_seq', 'closed', 'closed_seq')


def upgrade() -> None:
    """The key becomes the primary key; on SQLite the table is made anew, sorted by it."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE candle DROP COLUMN id')
        op.drop_constraint('candle_coin_id_interval_origin_start_key', 'candle')
        op.create_primary_key('candle_pkey', 'candle', list(KEY))
        return
    _table('candle_by_key')
    names = ', '.join((*KEY, *VALUES))
    op.execute(f'INSERT INTO candle_by_key ({names}) SELECT {names} FROM candle ORDER BY {", ".join(KEY)}')
    op.drop_table('candle')
    op.rename_table('candle_by_key', 'candle')


def _table(name: str) -> None:
    op.create_table(
        name,
        sa.Column('coin_id', sa.Integer, sa.ForeignKey('coin.id'), primary_key=True),
        sa.Column('interval', sa.Integer, primary_key=True),
        sa.Column('origin', sa.String(10), primary_key=True),
        sa.Column('start', UTCDateTime, primary_key=True),
        sa.Column('source', sa.String(50), nullable=False),
        sa.Column('open', ExactDecimal, nullable=False),
        sa.Column('high', ExactDecimal, nullable=False),
        sa.Column('low', ExactDecimal, nullable=False),
        sa.Column('close', ExactDecimal, nullable=False),
        sa.Column('volume', ExactDecimal),
        sa.Column('opened', UTCDateTime, nullable=False),
        sa.Column('opened_seq', sa.BigInteger, nullable=False),
        sa.Column('closed', UTCDateTime, nullable=False),
        sa.Column('closed_seq', sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
