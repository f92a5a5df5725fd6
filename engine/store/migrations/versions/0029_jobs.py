"""What is still to be done on a trail is found at once, also among many jobs that are done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    undone = sa.text("state != 'done'")
    op.create_index(
        "ix_job_unfinished", "job", ["trail_id"], unique=False, sqlite_where=undone, postgresql_where=undone
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_job_unfinished", table_name="job")
