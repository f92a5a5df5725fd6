"""Questionnaires of the household survey, and their import from workbooks."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: One filled questionnaire. Of each person and year one is held; a second stands beside it until somebody
#: decides. `answers` is JSON without the identity number; `choices` its boxes, `q01=B q12=A`, for counting.
questionnaire = sa.Table(
    "questionnaire",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("community_id", Big, sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("surveyed_on", sa.Text, nullable=False),
    sa.Column("answers", sa.Text, nullable=False),
    sa.Column("choices", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("visit_class", sa.Integer),
    sa.Column("candidates", sa.Text, nullable=False),
    #: How it came: `door`, `import:17`, or the task it was filled in.
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("recorded_at", Big, nullable=False),
    sa.Column("recorded_by", Big),
    sa.CheckConstraint("standing in ('held','beside','set_aside')", name="standing"),
)
sa.Index("ix_questionnaire_person", questionnaire.c.person_id, questionnaire.c.year)
sa.Index("ix_questionnaire_year_area", questionnaire.c.year, questionnaire.c.area)
sa.Index(
    "uq_questionnaire_held", questionnaire.c.person_id, questionnaire.c.year, unique=True,
    sqlite_where=questionnaire.c.standing == "held", postgresql_where=questionnaire.c.standing == "held",
)  # fmt: skip
sa.Index(
    "ix_questionnaire_beside", questionnaire.c.area, sqlite_where=questionnaire.c.standing == "beside",
    postgresql_where=questionnaire.c.standing == "beside",
)  # fmt: skip

#: One workbook being imported: first checked whole, then taken over in batches.
survey_import = sa.Table(
    "survey_import",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("own_file", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    #: Rows read, rows without fault, with faults, with something unlikely.
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("good", sa.Integer, nullable=False),
    sa.Column("faulty", sa.Integer, nullable=False),
    sa.Column("warned", sa.Integer, nullable=False),
    #: Of the good ones: taken over, of new persons, known already, standing beside another.
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("opened", sa.Integer, nullable=False),
    sa.Column("same", sa.Integer, nullable=False),
    sa.Column("beside", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("started_at", Big, nullable=False),
    sa.Column("started_by", Big),
    sa.Column("beat_at", Big, nullable=False),
    #: Which child is at work, from 0: one that was given up for lost writes nothing more.
    sa.Column("run", sa.Integer, nullable=False, server_default="0"),
    sa.Column("ended_at", Big),
    sa.CheckConstraint(
        "state in ('checking','checked','importing','done','failed','dropped')", name="state"
    ),
)
sa.Index("ix_survey_import_by", survey_import.c.started_by, survey_import.c.id)

#: Checked rows waiting to be taken over, sealed; emptied in the transaction that takes them over.
survey_batch = sa.Table(
    "survey_batch",
    metadata,
    sa.Column("import_id", Big, sa.ForeignKey("survey_import.id"), primary_key=True, autoincrement=False),
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("done_at", Big),
)

#: A row with faults as it stood in the workbook, with what is wrong: sealed until the import is put away.
survey_fault = sa.Table(
    "survey_fault",
    metadata,
    sa.Column("import_id", Big, sa.ForeignKey("survey_import.id"), primary_key=True, autoincrement=False),
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    #: Nothing is wrong, but something is unlikely (F.4, warn): it is imported all the same.
    sa.Column("warned", sa.Boolean, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
