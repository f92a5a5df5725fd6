"""Households, persons, their facts over time, the search index, and issued papers."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

household = sa.Table(
    "household",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("urban", sa.Boolean),
    sa.Column("address", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("id_sealed", sa.Text, nullable=False),
    sa.Column("id_index", sa.Text, nullable=False, unique=True),
    sa.Column("id_masked", sa.Text, nullable=False),
    #: kind of the paper the number stands on (tasks.id_papers)
    sa.Column("id_kind", sa.Text, server_default="RESIDENT_ID", nullable=False),
    sa.Column("sex", sa.Text, nullable=False),
    sa.Column("birth_date", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("community_id", sa.BigInteger, sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("household_id", sa.BigInteger, sa.ForeignKey("household.id"), index=True),
    #: Current values of the facts of RULES J.5 as JSON; their history is in person_fact.
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.Index("ix_person_area_name", "area", "name"),
    sa.Index("ix_person_name_birth", "name", "birth_date"),
)

person_fact = sa.Table(
    "person_fact",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    #: Civil date from which the value holds, as far as anyone said so.
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("event_id", sa.BigInteger),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Index("ix_person_fact_person_id_name", "person_id", "name", "recorded_at"),
)

person_token = sa.Table(
    "person_token",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Index("ix_person_token_person_id", "person_id"),
)

#: Each distinct template text once, so that a paper issued years ago still prints as it was issued.
paper_template = sa.Table(
    "paper_template",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
)

paper = sa.Table(
    "paper",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.BigInteger, index=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    #: Random; printed on the paper so that it can be found without naming anybody.
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("unit_id", sa.BigInteger, sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("instance_id", sa.BigInteger),
    sa.Column("task_id", sa.BigInteger),
    sa.Column("issued_on", sa.Text, nullable=False),
    sa.Column("issued_at", sa.BigInteger, nullable=False),
    sa.Column("issued_by", sa.BigInteger),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("template", sa.Text, sa.ForeignKey("paper_template.hash"), nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("voided_at", sa.BigInteger),
    sa.Column("voided_by", sa.BigInteger),
    sa.Column("void_reason", sa.Text),
    sa.UniqueConstraint("kind", "number"),
    sa.Index("ix_paper_unit_id", "unit_id", "issued_at"),
)

number_series = sa.Table(
    "number_series",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("unit_id", sa.BigInteger, sa.ForeignKey("unit.id"), primary_key=True, autoincrement=False),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
