"""What persons were told, what is known of somebody's credit, and surveys begun by hand."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: What somebody was told of a policy, its procedure and where to apply (R002-02.4).
told = sa.Table(
    "told",
    metadata,
    _id(),
    sa.Column("person_id", Big, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("told_on", sa.Text, nullable=False),
    sa.Column("told_at", Big, nullable=False),
    sa.Column("told_by", Big),
    sa.Index("ix_told_person", "person_id"),
)

#: A fact noted about the credit of somebody served, an employer, an agency or one of its staff (R003-16.3).
credit_note = sa.Table(
    "credit_note",
    metadata,
    _id(),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("person_id", Big, sa.ForeignKey("person.id")),
    #: of an employer, an agency or its staff; empty for a person on file
    sa.Column("name", sa.Text),
    #: the person's, else the district
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("good", sa.Boolean, nullable=False),
    sa.Column("noted_on", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("noted_at", Big, nullable=False),
    sa.Column("noted_by", Big),
    sa.Column("struck_at", Big),
    sa.Column("struck_by", Big),
    sa.Column("strike_reason", sa.Text),
    sa.Index("ix_credit_note_person", "person_id"),
    sa.Index("ix_credit_note_area", "area", "name"),
)

#: A survey begun by hand: why, of whom (JSON) and until when (R003-15.2).
special_survey = sa.Table(
    "special_survey",
    metadata,
    _id(),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("chosen", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.Column("begun_at", Big, nullable=False),
    sa.Column("begun_by", Big),
    sa.Index("ix_special_survey_area", "area"),
)
