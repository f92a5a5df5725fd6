"""Questionnaires of the household survey, and their import from workbooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_HELD = sa.text("standing = 'held'")
_BESIDE = sa.text("standing = 'beside'")


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("surveyed_on", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("visit_class", sa.Integer(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "standing in ('held','beside','set_aside')", name=op.f("ck_questionnaire_standing")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_questionnaire_person_id")),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_questionnaire_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
    )
    op.create_index("ix_questionnaire_person", "questionnaire", ["person_id", "year"], unique=False)
    op.create_index("ix_questionnaire_year_area", "questionnaire", ["year", "area"], unique=False)
    op.create_index(
        "uq_questionnaire_held", "questionnaire", ["person_id", "year"], unique=True, sqlite_where=_HELD,
        postgresql_where=_HELD,
    )  # fmt: skip
    op.create_index(
        "ix_questionnaire_beside", "questionnaire", ["area"], unique=False, sqlite_where=_BESIDE,
        postgresql_where=_BESIDE,
    )  # fmt: skip
    op.create_table(
        "survey_import",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("own_file", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_whole("rows", "good", "faulty", "warned", "done", "opened", "same", "beside"),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('checking','checked','importing','done','failed','dropped')",
            name=op.f("ck_survey_import_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_import")),
    )
    op.create_index("ix_survey_import_by", "survey_import", ["started_by", "id"], unique=False)
    op.create_table(
        "survey_batch",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["survey_import.id"], name=op.f("fk_survey_batch_import_id")),
        sa.PrimaryKeyConstraint("import_id", "no", name=op.f("pk_survey_batch")),
    )
    op.create_table(
        "survey_fault",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["survey_import.id"], name=op.f("fk_survey_fault_import_id")),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_survey_fault")),
    )


def downgrade() -> None:
    """Remove the tables."""
    for table in ("survey_fault", "survey_batch", "survey_import", "questionnaire"):
        op.drop_table(table)
