"""Runs the migrations on the connection, and inside the locked transaction, that desk.store.schema hands over."""

from alembic import context
from sqlmodel import SQLModel

import account_models  # noqa: F401  (their import fills the metadata)
import alert_models  # noqa: F401
import models  # noqa: F401

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
