"""What persons were told, credit notes, special surveys, and the kind of paper behind an identity number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_Big = sa.BigInteger


def upgrade() -> None:
    """Add the tables and the column."""
    op.add_column(
        "person", sa.Column("id_kind", sa.Text(), server_default="RESIDENT_ID", nullable=False)
    )
    op.create_table(
        "told",
        sa.Column("id", _Big(), primary_key=True, autoincrement=False),
        sa.Column("person_id", _Big(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Text(), nullable=False),
        sa.Column("told_at", _Big(), nullable=False),
        sa.Column("told_by", _Big()),
    )
    op.create_index("ix_told_person", "told", ["person_id"])
    op.create_table(
        "credit_note",
        sa.Column("id", _Big(), primary_key=True, autoincrement=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("person_id", _Big(), sa.ForeignKey("person.id")),
        sa.Column("name", sa.Text()),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("noted_on", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("noted_at", _Big(), nullable=False),
        sa.Column("noted_by", _Big()),
        sa.Column("struck_at", _Big()),
        sa.Column("struck_by", _Big()),
        sa.Column("strike_reason", sa.Text()),
    )
    op.create_index("ix_credit_note_person", "credit_note", ["person_id"])
    op.create_index("ix_credit_note_area", "credit_note", ["area", "name"])
    op.create_table(
        "special_survey",
        sa.Column("id", _Big(), primary_key=True, autoincrement=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("begun_at", _Big(), nullable=False),
        sa.Column("begun_by", _Big()),
    )
    op.create_index("ix_special_survey_area", "special_survey", ["area"])


def downgrade() -> None:
    """Remove them."""
    for name in ("special_survey", "credit_note", "told"):
        op.drop_table(name)
    op.drop_column("person", "id_kind")
