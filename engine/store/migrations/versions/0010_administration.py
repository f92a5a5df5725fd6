"""Where an account works and who made it; the office's own trails are searched by who and about what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LONG_LIVED = sa.text("trail_id < 100")


def upgrade() -> None:
    """Add the columns and the indexes."""
    op.add_column("user_account", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.add_column("user_account", sa.Column("created_by", sa.BigInteger(), nullable=True))
    for name, column in (("actor", "actor_id"), ("element", "element")):
        op.create_index(
            f"ix_event_office_{name}", "event", [column], unique=False,
            sqlite_where=_LONG_LIVED, postgresql_where=_LONG_LIVED,
        )  # fmt: skip


def downgrade() -> None:
    """Remove them."""
    for name in ("actor", "element"):
        op.drop_index(f"ix_event_office_{name}", "event")
    for name in ("created_by", "unit_id"):
        op.drop_column("user_account", name)
