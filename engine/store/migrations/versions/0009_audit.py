"""Indexes by which those who check find cases: by step, and by what was decided or happened at one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = "kind IN ('BranchTaken', 'DecisionMade', 'MessageReceived', 'TimerFired')"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_user_task_element", "user_task", ["element", "trail_id"], unique=False)
    op.create_index(
        "ix_event_moment", "event", ["element", "trail_id"], unique=False,
        sqlite_where=sa.text(_MOMENT), postgresql_where=sa.text(_MOMENT),
    )  # fmt: skip


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index("ix_event_moment", table_name="event")
    op.drop_index("ix_user_task_element", table_name="user_task")
