"""Tables of posts and of work: vacancies, public-welfare posts, placements, employments, benefits."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: A vacancy in the market, and a public-welfare post: both can be referred to.
vacancy = sa.Table(
    "vacancy",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("employer", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("wage", sa.Text),
    sa.Column("closed_at", Big),
    #: Whom it suits and whose it is, in one column of words (tasks.vacancies.TAGS).
    sa.Column("tags", sa.Text, nullable=False, server_default=""),
    sa.Column("source", sa.Text),
    #: The employer's written promise that what he says is true (E54), and the day it was looked at.
    sa.Column("promised_on", sa.Text),
    sa.Column("checked_on", sa.Text),
)
post = sa.Table(
    "welfare_post",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
)
placement = sa.Table(
    "placement",
    metadata,
    _id(),
    sa.Column("post_id", Big, sa.ForeignKey("welfare_post.id")),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("case_id", Big, nullable=False),
    sa.Column("person_id", Big, nullable=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting, reserved, placed, ended
    sa.Column("rank", sa.Integer),
    sa.Column("placed_on", sa.Text),
    sa.Column("ended_at", Big),
    sa.Column("end_reason", sa.Text),
)
sa.Index("ix_placement_post", placement.c.post_id)
sa.Index(
    "ix_placement_waiting",
    placement.c.level,
    sqlite_where=placement.c.state == "waiting",
    postgresql_where=placement.c.state == "waiting",
)
sa.Index("ix_placement_person", placement.c.person_id)

employment = sa.Table(
    "employment",
    metadata,
    _id(),
    sa.Column("person_id", Big, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("run_no", sa.Integer),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("employer", sa.Text),
    sa.Column("employed_on", sa.Text, nullable=False),
    sa.Column("confirmed_on", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("registered_on", sa.Text),
    sa.Column("lost_on", sa.Text),
    sa.Column("lost_reason", sa.Text),
    sa.Column("created_at", Big, nullable=False),
)
sa.Index("ix_employment_person", employment.c.person_id)
sa.Index("ix_employment_created", employment.c.created_at)

benefit = sa.Table(
    "benefit",
    metadata,
    _id(),
    sa.Column("person_id", Big, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Text, nullable=False),
    sa.Column("ends_on", sa.Text),
    sa.Column("recorded_at", Big, nullable=False),
    sa.Column("recorded_by", Big),
)
sa.Index("ix_benefit_person", benefit.c.person_id)
