"""Tables of matters: what an office deals with beside single cases."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: A list an office brought along: contributions, registered unemployed, low income, certified disabled.
imported_list = sa.Table(
    "imported_list",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    #: rows of people the office knows; of the others nothing is kept
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("made_at", Big, nullable=False),
    sa.Column("made_by", Big),
)

#: A month in which social insurance was paid for a person.
contribution = sa.Table(
    "contribution",
    metadata,
    sa.Column("person_id", Big, nullable=False),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("employer", sa.Text),
    sa.Column("list_id", Big, nullable=False),
    sa.PrimaryKeyConstraint("person_id", "month", name="pk_contribution"),
)
sa.Index("ix_contribution_month", contribution.c.month)

#: What a matter goes through one by one: cases of a conference, persons of a check or a comparison.
matter_item = sa.Table(
    "matter_item",
    metadata,
    sa.Column("matter", sa.Text, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    #: why it is there, as a code with its particulars: `OVERDUE DL-018`, `MONTHS 3`
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.PrimaryKeyConstraint("matter", "n", name="pk_matter_item"),
)
sa.Index("ix_matter_item_person", matter_item.c.person_id)

#: An early warning; one open warning a rule and subject.
warning = sa.Table(
    "warning",
    metadata,
    _id(),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("count", sa.Integer),
    sa.Column("raised_at", Big, nullable=False),
    sa.Column("raised_by", Big),
    sa.Column("closed_at", Big),
)
_raised = warning.c.closed_at.is_(None)
sa.Index(
    "uq_warning_open", warning.c.rule, warning.c.subject, unique=True, sqlite_where=_raised,
    postgresql_where=_raised,
)  # fmt: skip
sa.Index("ix_warning_area", warning.c.area)

#: A complaint as it was taken in.
complaint = sa.Table(
    "complaint",
    metadata,
    _id(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("received_on", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("complainant", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("filed_at", Big, nullable=False),
    sa.Column("filed_by", Big),
)
