"""The trading desk: books, paper orders and their events, fills, the ledger; tick and lot sizes of coins."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from columns import Amount, ExactDecimal, RowId

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the trading desk."""
    op.add_column('coin', sa.Column('tick_size', ExactDecimal))
    op.add_column('coin', sa.Column('lot_size', ExactDecimal))
    _book()
    _order()
    _fill()
    _event()
    _ledger()


def _given() -> sa.Column[int]:
    return sa.Column('id', RowId, primary_key=True, autoincrement=False)


def _of(table: str, nullable: bool = False) -> sa.Column[int]:
    kind = sa.Integer if table == 'coin' else RowId
    return sa.Column(f'{table}_id', kind, sa.ForeignKey(f'{table}.id'), nullable=nullable)


def _partial(name: str, table: str, condition: str, columns: list[str], unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _book() -> None:
    op.create_table(
        'book',
        _given(),
        sa.Column('user', sa.String(100), nullable=False),
        sa.Column('number', sa.Integer, nullable=False),
        sa.Column('quote', sa.String(50), nullable=False),
        sa.Column('opened', UTCDateTime, nullable=False),
        sa.Column('closed', UTCDateTime),
        sa.Column('revision', sa.Integer, nullable=False),
        sa.UniqueConstraint('user', 'number'),
    )
    _partial('ix_book_open', 'book', 'closed IS NULL', ['user'], unique=True)


def _order() -> None:
    op.create_table(
        'paper_order',
        _given(),
        _of('book'),
        _of('coin'),
        sa.Column('side', sa.String(4), nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('size', Amount),
        sa.Column('terms', sa.String, nullable=False),
        sa.Column('placed', UTCDateTime, nullable=False),
        sa.Column('updated', UTCDateTime, nullable=False),
        sa.Column('seq', sa.BigInteger, nullable=False),
        sa.Column('rank', sa.BigInteger, nullable=False),
        sa.Column('steps', sa.String, nullable=False),
        sa.Column('quote_size', Amount),
        sa.Column('limit_price', Amount),
        sa.Column('stop_price', Amount),
        sa.Column('trail_amount', Amount),
        sa.Column('trail_percent', Amount),
        sa.Column('best', Amount),
        sa.Column('reserve', Amount),
        sa.Column('time_in_force', sa.String(3), nullable=False),
        sa.Column('good_till', UTCDateTime),
        sa.Column('post_only', sa.Boolean, nullable=False),
        sa.Column('parent_id', RowId, sa.ForeignKey('paper_order.id')),
        sa.Column('leg', sa.String(20), nullable=False),
        sa.Column('client_order_id', sa.String(100), nullable=False),
        sa.Column('asked', sa.String, nullable=False),
        sa.Column('status', sa.String(20), nullable=False),
        sa.Column('arrived', sa.Boolean, nullable=False),
        sa.Column('triggered', sa.Boolean, nullable=False),
        sa.Column('filled_size', Amount, nullable=False),
        sa.Column('filled_value', Amount, nullable=False),
        sa.Column('fees', Amount, nullable=False),
        sa.Column('reason', sa.String, nullable=False),
        sa.Column('revision', sa.Integer, nullable=False),
    )
    for column in ('seq', 'rank'):
        op.create_index(f'ix_paper_order_{column}', 'paper_order', [column])
    op.create_index('ix_paper_order_placed', 'paper_order', ['book_id', 'placed', 'id'])
    op.create_index('ix_paper_order_coin', 'paper_order', ['book_id', 'coin_id', 'placed', 'id'])
    is_open, named = "status IN ('open', 'partly_filled')", "client_order_id <> ''"
    _partial('ix_paper_order_open', 'paper_order', is_open, ['book_id', 'placed', 'id'])
    _partial('ix_paper_order_client', 'paper_order', named, ['book_id', 'client_order_id'], unique=True)


def _fill() -> None:
    op.create_table(
        'fill',
        _given(),
        sa.Column('order_id', RowId, sa.ForeignKey('paper_order.id'), nullable=False),
        _of('book'),
        _of('coin'),
        sa.Column('side', sa.String(4), nullable=False),
        sa.Column('size', Amount, nullable=False),
        sa.Column('price', Amount, nullable=False),
        sa.Column('value', Amount, nullable=False),
        sa.Column('fee', Amount, nullable=False),
        sa.Column('maker', sa.Boolean, nullable=False),
        sa.Column('rule', sa.String(20), nullable=False),
        sa.Column('at', UTCDateTime, nullable=False),
        sa.Column('seq', sa.BigInteger, nullable=False),
        sa.Column('tick_price', Amount, nullable=False),
        sa.Column('tick_time', UTCDateTime, nullable=False),
        sa.Column('tick_source', sa.String(50), nullable=False),
        sa.Column('bid', Amount, nullable=False),
        sa.Column('ask', Amount, nullable=False),
        sa.Column('note', sa.String(500), nullable=False),
    )
    op.create_index('ix_fill_seq', 'fill', ['seq'])
    op.create_index('ix_fill_at', 'fill', ['book_id', 'at', 'id'])
    op.create_index('ix_fill_coin', 'fill', ['book_id', 'coin_id', 'at', 'id'])
    op.create_index('ix_fill_order', 'fill', ['order_id', 'at', 'id'])


def _event() -> None:
    op.create_table(
        'order_event',
        sa.Column('id', RowId, primary_key=True),
        sa.Column('order_id', RowId, sa.ForeignKey('paper_order.id'), nullable=False),
        sa.Column('at', UTCDateTime, nullable=False),
        sa.Column('what', sa.String(20), nullable=False),
        sa.Column('detail', sa.String, nullable=False),
    )
    op.create_index('ix_order_event_order', 'order_event', ['order_id', 'id'])


def _ledger() -> None:
    op.create_table(
        'ledger_transaction',
        _given(),
        _of('book'),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('at', UTCDateTime, nullable=False),
        _of('fill', nullable=True),
    )
    op.create_table(
        'posting',
        sa.Column('id', RowId, primary_key=True),
        sa.Column('transaction_id', RowId, sa.ForeignKey('ledger_transaction.id'), nullable=False),
        _of('book'),
        sa.Column('account', sa.String(20), nullable=False),
        _of('coin', nullable=True),
        sa.Column('amount', Amount, nullable=False),
    )
    op.create_index('ix_posting_book', 'posting', ['book_id', 'id'])
    op.create_index('ix_posting_asset', 'posting', ['book_id', 'account', 'coin_id', 'id'])
