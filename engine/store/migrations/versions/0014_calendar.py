"""Calendars that are carried through the open work, and clocks that are changed with a second signature."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

_ASKED = sa.text("state = 'asked'")
_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("deadline", sa.Column("suspended_on", sa.Text(), nullable=True))
    op.create_table(
        "deadline_change",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("deadline_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "state", "day")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("old_due", "new_due")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "paper")),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('EXTEND','SUSPEND','RESUME')", name=op.f("ck_deadline_change_kind")),
        sa.CheckConstraint("state in ('asked','granted','refused')", name=op.f("ck_deadline_change_state")),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_change_deadline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_change")),
    )
    op.create_index("ix_deadline_change_case", "deadline_change", ["case_id"], unique=False)
    op.create_index(
        "uq_deadline_change_asked", "deadline_change", ["deadline_id"], unique=True, sqlite_where=_ASKED,
        postgresql_where=_ASKED,
    )  # fmt: skip
    op.create_table(
        "calendar_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("trails", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('running','done')", name=op.f("ck_calendar_run_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_run")),
    )
    op.create_index(
        "ix_calendar_run_running", "calendar_run", ["id"], unique=False, sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    op.drop_table("calendar_run")
    op.drop_table("deadline_change")
    op.drop_column("deadline", "suspended_on")
