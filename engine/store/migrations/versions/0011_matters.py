"""Matters: processes about what is neither a case nor a person, and recurring duties of an office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TRAIL = sa.text("matter IS NOT NULL")
_DUTY = sa.text("unit_id IS NOT NULL AND state = 'open'")


def upgrade() -> None:
    """Add the columns and the indexes."""
    op.add_column("trail_owner", sa.Column("matter", sa.Text(), nullable=True))
    op.create_index(
        "uq_trail_owner_matter", "trail_owner", ["matter"], unique=True, sqlite_where=_TRAIL,
        postgresql_where=_TRAIL,
    )  # fmt: skip
    op.add_column("process_context", sa.Column("matter", sa.Text(), nullable=True))
    op.create_index(
        "ix_process_context_matter", "process_context", ["matter"], unique=False, sqlite_where=_TRAIL,
        postgresql_where=_TRAIL,
    )  # fmt: skip
    op.create_index("ix_deadline_trail", "deadline", ["trail_id", "rule_id"], unique=False)
    with op.batch_alter_table("duty") as batch:
        batch.alter_column("person_id", existing_type=sa.BigInteger(), nullable=True)
        batch.add_column(sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "uq_duty_unit", "duty", ["unit_id", "kind"], unique=True, sqlite_where=_DUTY, postgresql_where=_DUTY
    )


def downgrade() -> None:
    """Remove them; duties of offices go with the column that names them."""
    op.drop_index("uq_duty_unit", "duty")
    op.execute("DELETE FROM duty_window WHERE duty_id IN (SELECT id FROM duty WHERE person_id IS NULL)")
    op.execute("DELETE FROM duty WHERE person_id IS NULL")
    with op.batch_alter_table("duty") as batch:
        batch.drop_column("unit_id")
        batch.alter_column("person_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_index("ix_deadline_trail", "deadline")
    op.drop_index("ix_process_context_matter", "process_context")
    op.drop_column("process_context", "matter")
    op.drop_index("uq_trail_owner_matter", "trail_owner")
    op.drop_column("trail_owner", "matter")
