"""One child at a time imports a workbook; refused records go out anew; large exports have a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and make the table."""
    op.add_column("survey_import", sa.Column("run", sa.Integer(), server_default="0", nullable=False))
    op.add_column("exchange", sa.Column("again", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "register_export",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('asked','granted','refused','taken')", name=op.f("ck_register_export_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_export")),
    )
    op.create_index("ix_register_export_area", "register_export", ["area", "state", "id"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("register_export")
    op.drop_column("exchange", "again")
    op.drop_column("survey_import", "run")
