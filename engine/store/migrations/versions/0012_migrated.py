"""Cases that left a version by a migration are found by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MIGRATED = sa.text("kind = 'ProcessMigrated'")


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_event_migrated", "event", ["kind"], unique=False, sqlite_where=_MIGRATED,
        postgresql_where=_MIGRATED,
    )  # fmt: skip


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_event_migrated", "event")
