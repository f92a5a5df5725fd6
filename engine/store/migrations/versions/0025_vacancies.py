"""Vacancies say whom they suit, where they come from, and what the employer promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("vacancy", sa.Column("tags", sa.Text(), server_default="", nullable=False))
    for name in ("source", "promised_on", "checked_on"):
        op.add_column("vacancy", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for name in ("checked_on", "promised_on", "source", "tags"):
        op.drop_column("vacancy", name)
