"""Offices: lists they bring along, what a matter goes through, warnings, complaints, duties of a matter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

Big = sa.BigInteger()
_OPEN = sa.text("closed_at IS NULL")


def _lists() -> None:
    op.create_table(
        "imported_list",
        sa.Column("id", Big, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "area", "name", "digest")),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("made_at", Big, nullable=False),
        sa.Column("made_by", Big),
    )
    op.create_table(
        "contribution",
        sa.Column("person_id", Big, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text()),
        sa.Column("list_id", Big, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "month", name="pk_contribution"),
    )
    op.create_index("ix_contribution_month", "contribution", ["month"])
    op.create_table(
        "matter_item",
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("case_id", Big),
        sa.Column("person_id", Big),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("matter", "n", name="pk_matter_item"),
    )
    op.create_index("ix_matter_item_person", "matter_item", ["person_id"])


def upgrade() -> None:
    """Make the tables."""
    _lists()
    op.create_table(
        "warning",
        sa.Column("id", Big, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rule", "subject", "area", "said")),
        sa.Column("count", sa.Integer()),
        sa.Column("raised_at", Big, nullable=False),
        sa.Column("raised_by", Big),
        sa.Column("closed_at", Big),
    )
    op.create_index(
        "uq_warning_open", "warning", ["rule", "subject"], unique=True, sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )  # fmt: skip
    op.create_index("ix_warning_area", "warning", ["area"])
    op.create_table(
        "complaint",
        sa.Column("id", Big, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("number", "area", "received_on", "source")),
        sa.Column("complainant", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("case_id", Big),
        sa.Column("filed_at", Big, nullable=False),
        sa.Column("filed_by", Big),
        sa.UniqueConstraint("number", name="uq_complaint_number"),
    )
    op.add_column("duty", sa.Column("matter", sa.Text(), nullable=True))
    op.create_index("ix_duty_matter", "duty", ["matter"])


def downgrade() -> None:
    """Remove them; duties of a matter go with the column that names it."""
    op.execute("DELETE FROM duty_window WHERE duty_id IN (SELECT id FROM duty WHERE matter IS NOT NULL)")
    op.execute("DELETE FROM duty WHERE matter IS NOT NULL")
    op.drop_index("ix_duty_matter", "duty")
    with op.batch_alter_table("duty") as batch:
        batch.drop_column("matter")
    for table in ("complaint", "warning", "matter_item", "contribution", "imported_list"):
        op.drop_table(table)
