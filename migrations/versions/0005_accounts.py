"""Accounts, their sessions and tokens, and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from columns import RowId

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _account()
    _session()
    _token()
    _audit()


def _id() -> sa.Column[int]:
    return sa.Column('id', RowId, primary_key=True)


def _of(table: str, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f'{table}.id')
    return sa.Column(f'{table}_id', RowId, key, nullable=False, primary_key=primary_key, autoincrement=False)


def _text(name: str, length: int, unique: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, unique=unique, primary_key=primary_key)


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UTCDateTime, nullable=nullable)


def _account() -> None:
    op.create_table(
        'account',
        _id(),
        _text('user', 100, unique=True),
        _text('name', 50),
        _text('key', 150, unique=True),
        _text('role', 20),
        _text('password', 200),
        sa.Column('provisional', sa.Boolean, nullable=False),
        sa.Column('second_factor', sa.Text, nullable=False),
        sa.Column('last_step', sa.Integer, nullable=False),
        _moment('created'),
        sa.Column('revision', sa.Integer, nullable=False),
        _moment('seen', nullable=True),
        _moment('switched_off', nullable=True),
    )
    op.create_table(
        'recovery_code',
        _id(),
        _of('account'),
        _text('digest', 64),
        _moment('used', nullable=True),
        sa.UniqueConstraint('account_id', 'digest'),
    )


def _session() -> None:
    op.create_table(
        'session',
        _id(),
        _of('account'),
        _text('digest', 64, unique=True),
        _moment('created'),
        _moment('seen'),
        _moment('expires'),
        _text('address', 45),
        _text('agent', 200),
        _moment('ended', nullable=True),
    )
    op.create_index('ix_session_account', 'session', ['account_id'])
    op.create_index('ix_session_expires', 'session', ['expires'])


def _token() -> None:
    op.create_table(
        'token',
        _id(),
        _of('account'),
        _text('name', 50),
        _text('digest', 64, unique=True),
        _text('hint', 20),
        _text('scopes', 100),
        _moment('created'),
        _moment('expires', nullable=True),
        _moment('used', nullable=True),
        _moment('revoked', nullable=True),
    )
    op.create_index('ix_token_account', 'token', ['account_id'])
    op.create_table(
        'token_address', _of('token', primary_key=True), _text('address', 45, primary_key=True), _moment('first')
    )


def _audit() -> None:
    op.create_table(
        'audit',
        _id(),
        _moment('at'),
        _text('user', 100),
        _text('name', 50),
        _text('address', 45),
        _text('action', 50),
        _text('subject', 200),
        _text('note', 500),
    )
    op.create_index('ix_audit_at', 'audit', ['at'])
    op.create_index('ix_audit_user', 'audit', ['user', 'id'])
