"""Tables of the survey and the ledger: who is listed and visited, whom a round visits, who has left."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger

#: The row of a hardship person in the ledger (E03); the instance is the P02 that keeps it.
ledger_row = sa.Table(
    "ledger_row",
    metadata,
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # message that listed the person
    sa.Column("listed_on", sa.Text, nullable=False),
    sa.Column("confirmed_on", sa.Text),
    sa.Column("categories", sa.Text, nullable=False, server_default="[]"),
    sa.Column("visit_class", sa.Integer),
    #: How the class came about, as JSON: row of DT-05 and its inputs, or the reason of a worker.
    sa.Column("grounds", sa.Text, nullable=False, server_default="{}"),
    #: Why there are no visits though the row stands: "employment" until a job is lost.
    sa.Column("paused", sa.Text),
    sa.Column("ended_on", sa.Text),
    sa.Column("end_code", sa.Text),
)
sa.Index("ix_ledger_row_area", ledger_row.c.area, ledger_row.c.ended_on)

#: Whom a survey round visits: one row a person and round, the round being the instance of P01.
survey_roster = sa.Table(
    "survey_roster",
    metadata,
    sa.Column("round_id", Big, primary_key=True, autoincrement=False),
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("instance_id", Big),
    sa.Column("state", sa.Text, nullable=False),  # open, visited, out_of_scope
    sa.Column("reason", sa.Text),
    sa.Column("closed_on", sa.Text),
)
sa.Index("ix_survey_roster_person", survey_roster.c.person_id)
sa.Index("ix_survey_roster_instance", survey_roster.c.instance_id)

#: Who has left the circle of those the office visits: moved away, died, too old …
person_exit = sa.Table(
    "person_exit",
    metadata,
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("end_code", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Text, nullable=False),
    sa.Column("recorded_at", Big, nullable=False),
)

#: Who asked for training while in work (E45), and the course that took him in.
training_need = sa.Table(
    "training_need",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=False),
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("case_id", Big),
    sa.Column("registered_on", sa.Text, nullable=False),
    sa.Column("course_instance", Big),
)
sa.Index("ix_training_need_person", training_need.c.person_id)
sa.Index(
    "ix_training_need_open",
    training_need.c.registered_on,
    sqlite_where=training_need.c.course_instance.is_(None),
    postgresql_where=training_need.c.course_instance.is_(None),
)
