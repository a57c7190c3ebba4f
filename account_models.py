"""The tables of accounts: who may come in, by which sessions and tokens, and what was done. No I/O."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel, UTCDateTime

from alert_models import USER_LENGTH
from columns import RowId
from models import NAME_LENGTH, NOTE_LENGTH, utc_now

DIGEST_LENGTH, ADDRESS_LENGTH = 64, 45  # of SHA-256 in hexadecimal, of an IPv6 address


class AccountRow(SQLModel, table=True):
    """Somebody who may come in. Never deleted, only switched off: what they did cites them.

    `user` is the key in all that is theirs. `revision` counts each change of it and of its sessions and tokens, so that
    other processes read them anew.
    """

    __tablename__ = 'account'
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    user: str = Field(max_length=USER_LENGTH, unique=True)
    name: str = Field(max_length=NAME_LENGTH)
    key: str = Field(max_length=3 * NAME_LENGTH, unique=True, description='the name without regard to case')
    role: str = Field(max_length=20)
    password: str = Field(max_length=200, description="argon2id, in argon2's own form")
    provisional: bool = Field(default=False, description='the password was given by another, and is changed at once')
    second_factor: str = Field(default='', sa_type=Text, description='the sealed key of the one-time codes')
    last_step: int = Field(default=0, description='of the one-time codes: none is taken twice')
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    revision: int = 1
    seen: datetime | None = Field(default=None, sa_type=UTCDateTime, description='when it last did something')
    switched_off: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RecoveryCodeRow(SQLModel, table=True):
    """A code that stands in once for the second factor."""

    __tablename__ = 'recovery_code'
    __table_args__ = (UniqueConstraint('account_id', 'digest'),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    account_id: int = Field(foreign_key='account.id', sa_type=RowId)
    digest: str = Field(max_length=DIGEST_LENGTH)
    used: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SessionRow(SQLModel, table=True):
    """A browser that has logged in. The cookie's secret is kept as its digest alone."""

    __tablename__ = 'session'
    __table_args__ = (Index('ix_session_account', 'account_id'), Index('ix_session_expires', 'expires'))
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    account_id: int = Field(foreign_key='account.id', sa_type=RowId)
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    seen: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    expires: datetime = Field(sa_type=UTCDateTime)
    address: str = Field(default='', max_length=ADDRESS_LENGTH)
    agent: str = Field(default='', max_length=200, description='what the browser calls itself')
    ended: datetime | None = Field(default=None, sa_type=UTCDateTime)


class TokenRow(SQLModel, table=True):
    """A program's way in, as its digest alone. `scopes` are separated by spaces."""

    __tablename__ = 'token'
    __table_args__ = (Index('ix_token_account', 'account_id'),)
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    account_id: int = Field(foreign_key='account.id', sa_type=RowId)
    name: str = Field(max_length=NAME_LENGTH)
    digest: str = Field(max_length=DIGEST_LENGTH, unique=True)
    hint: str = Field(max_length=20, description='how it begins')
    scopes: str = Field(max_length=100)
    created: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    expires: datetime | None = Field(default=None, sa_type=UTCDateTime)
    used: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked: datetime | None = Field(default=None, sa_type=UTCDateTime)


class TokenAddressRow(SQLModel, table=True):
    """An address from which a token was used."""

    __tablename__ = 'token_address'
    token_id: int = Field(foreign_key='token.id', primary_key=True, sa_type=RowId)
    address: str = Field(primary_key=True, max_length=ADDRESS_LENGTH)
    first: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)


class AuditRow(SQLModel, table=True):
    """What somebody did that others may have to look up. Names are as they were then."""

    __tablename__ = 'audit'
    __table_args__ = (Index('ix_audit_at', 'at'), Index('ix_audit_user', 'user', 'id'))
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    at: datetime = Field(default_factory=utc_now, sa_type=UTCDateTime)
    user: str = Field(default='', max_length=USER_LENGTH, description="'' is nobody who is known")
    name: str = Field(default='', max_length=NAME_LENGTH)
    address: str = Field(default='', max_length=ADDRESS_LENGTH)
    action: str = Field(max_length=NAME_LENGTH)
    subject: str = Field(default='', max_length=200)
    note: str = Field(default='', max_length=NOTE_LENGTH)
