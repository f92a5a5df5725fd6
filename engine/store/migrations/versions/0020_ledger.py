"""The ledger of hardship persons, the roster of a survey round, who has left, who asked for training."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

_PERSON = "person.id"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_row",
        sa.Column(
            "person_id", sa.BigInteger(), sa.ForeignKey(_PERSON), primary_key=True, autoincrement=False
        ),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Text()),
        sa.Column("categories", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("visit_class", sa.Integer()),
        sa.Column("grounds", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("paused", sa.Text()),
        sa.Column("ended_on", sa.Text()),
        sa.Column("end_code", sa.Text()),
    )
    op.create_index("ix_ledger_row_area", "ledger_row", ["area", "ended_on"], unique=False)
    op.create_table(
        "survey_roster",
        sa.Column("round_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "person_id", sa.BigInteger(), sa.ForeignKey(_PERSON), primary_key=True, autoincrement=False
        ),
        sa.Column("instance_id", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("closed_on", sa.Text()),
    )
    op.create_index("ix_survey_roster_person", "survey_roster", ["person_id"], unique=False)
    op.create_index("ix_survey_roster_instance", "survey_roster", ["instance_id"], unique=False)
    op.create_table(
        "person_exit",
        sa.Column(
            "person_id", sa.BigInteger(), sa.ForeignKey(_PERSON), primary_key=True, autoincrement=False
        ),
        sa.Column("end_code", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
    )
    _training()


def _training() -> None:
    is_open = sa.text("course_instance IS NULL")
    op.create_table(
        "training_need",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey(_PERSON), nullable=False),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("registered_on", sa.Text(), nullable=False),
        sa.Column("course_instance", sa.BigInteger()),
    )
    op.create_index("ix_training_need_person", "training_need", ["person_id"], unique=False)
    op.create_index(
        "ix_training_need_open", "training_need", ["registered_on"], unique=False, sqlite_where=is_open,
        postgresql_where=is_open,
    )  # fmt: skip


def downgrade() -> None:
    """Remove them."""
    for name in ("training_need", "person_exit", "survey_roster", "ledger_row"):
        op.drop_table(name)
