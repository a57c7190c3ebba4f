"""Coins, prices, what was said of them later, candles, preferences."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from columns import ExactDecimal, RowId

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first release."""
    _coin()
    _cryptocurrency()
    _amendment()
    _candle()
    op.create_table(
        'preference',
        sa.Column('key', sa.String(50), primary_key=True),
        sa.Column('value', sa.String(500), nullable=False),
    )


def _coin() -> None:
    op.create_table(
        'coin',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('name', sa.String(50), nullable=False),
        sa.Column('key', sa.String(150), nullable=False, unique=True),
        sa.Column('full_name', sa.String(100), nullable=False),
        sa.Column('policy', sa.String, nullable=False),
        sa.Column('exchange', sa.String, nullable=False),
        sa.Column('pair', sa.String, nullable=False),
        sa.Column('followed', sa.Boolean, nullable=False),
        sa.Column('unfollowed', sa.Boolean, nullable=False),
        sa.Column('merged_into', sa.Integer, sa.ForeignKey('coin.id')),
        sa.Column('created', UTCDateTime, nullable=False),
    )
    op.create_index('ix_coin_merged_into', 'coin', ['merged_into'])


def _cryptocurrency() -> None:
    op.create_table(
        'cryptocurrency',
        sa.Column('id', RowId, primary_key=True),
        sa.Column('name', sa.String(50), nullable=False),
        sa.Column('price', ExactDecimal, nullable=False),
        sa.Column('timestamp', UTCDateTime, nullable=False),
        sa.Column('coin_id', sa.Integer, sa.ForeignKey('coin.id'), nullable=False),
        sa.Column('seq', sa.BigInteger, nullable=False),
        sa.Column('received', UTCDateTime, nullable=False),
        sa.Column('source', sa.String(50), nullable=False),
        sa.Column('origin', sa.String(10), nullable=False),
        sa.Column('author', sa.String(100), nullable=False),
        sa.Column('note', sa.String(500), nullable=False),
        sa.Column('volume', ExactDecimal),
        sa.Column('bid', ExactDecimal),
        sa.Column('ask', ExactDecimal),
    )
    for name, which in (('feed', sa.text("origin = 'feed'")), ('kept', sa.text("origin <> 'feed'"))):
        op.create_index(
            f'ix_cryptocurrency_{name}',
            'cryptocurrency',
            ['coin_id', 'timestamp', 'seq'],
            sqlite_where=which,
            postgresql_where=which,
        )
    op.create_index('ix_cryptocurrency_seq', 'cryptocurrency', ['seq'], unique=True)


def _amendment() -> None:
    op.create_table(
        'amendment',
        sa.Column('id', RowId, primary_key=True),
        sa.Column('record_id', RowId, sa.ForeignKey('cryptocurrency.id'), nullable=False, unique=True),
        sa.Column('replacement_id', RowId, sa.ForeignKey('cryptocurrency.id'), index=True),
        sa.Column('reason', sa.String(500), nullable=False),
        sa.Column('author', sa.String(100), nullable=False),
        sa.Column('at', UTCDateTime, nullable=False),
    )


def _candle() -> None:
    op.create_table(
        'candle',
        sa.Column('id', RowId, primary_key=True),
        sa.Column('coin_id', sa.Integer, sa.ForeignKey('coin.id'), nullable=False),
        sa.Column('interval', sa.Integer, nullable=False),
        sa.Column('start', UTCDateTime, nullable=False),
        sa.Column('origin', sa.String(10), nullable=False),
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
        sa.UniqueConstraint('coin_id', 'interval', 'origin', 'start'),
    )
