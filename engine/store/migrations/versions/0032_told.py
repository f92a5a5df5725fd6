"""Records for outside systems tell of steps that are done; files alike are found by name and birth date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("exchange", sa.Column("told_task", sa.BigInteger(), nullable=True))
    op.create_index("ix_person_name_birth", "person", ["name", "birth_date"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_person_name_birth", "person")
    op.drop_column("exchange", "told_task")
