"""Tables of what the clock watches: deadlines, recurring duties and their windows."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: A counted deadline, with everything needed to say how its date came about.
deadline = sa.Table(
    "deadline",
    metadata,
    _id(),
    sa.Column("rule_id", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    sa.Column("instance_id", Big),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("pool", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("nth", sa.Integer, nullable=False),
    sa.Column("trigger_on", sa.Text),
    sa.Column("trigger_at", Big),
    sa.Column("value", sa.Integer),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("due_literal", sa.Text),
    sa.Column("due_effective", sa.Text),
    sa.Column("due_at", Big, nullable=False),
    sa.Column("calendar_version", sa.Text, nullable=False, server_default=""),
    sa.Column("arithmetic", sa.Text, nullable=False, server_default="{}"),
    sa.Column("completed_on", sa.Text),
    sa.Column("completed_at", Big),
    sa.Column("met", sa.Boolean),
    sa.Column("missed_at", Big),
    sa.Column("closed_reason", sa.Text),
    sa.Column("extended_from", sa.Text),
    sa.Column("extension", sa.Text),
    sa.Column("created_at", Big, nullable=False),
)
sa.Index("ix_deadline_case", deadline.c.case_id, deadline.c.rule_id)
sa.Index("ix_deadline_trail", deadline.c.trail_id, deadline.c.rule_id)
sa.Index("ix_deadline_person", deadline.c.person_id)
_running = sa.and_(
    deadline.c.completed_at.is_(None), deadline.c.closed_reason.is_(None), deadline.c.missed_at.is_(None)
)
sa.Index("ix_deadline_running", deadline.c.due_at, sqlite_where=_running, postgresql_where=_running)

_missed = deadline.c.missed_at.is_not(None)
sa.Index("ix_deadline_missed", deadline.c.missed_at, sqlite_where=_missed, postgresql_where=_missed)

#: A recurring duty of a person, a case or an office; each window starts one short process instance.
duty = sa.Table(
    "duty",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("rule_id", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    #: The office whose duty it is: a community's survey, a street's weekly conference.
    sa.Column("unit_id", Big),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("frequency", sa.Text, nullable=False),
    sa.Column("opened_on", sa.Text, nullable=False),
    sa.Column("opened_by_instance", Big),
    sa.Column("next_at", Big, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("ended_at", Big),
    sa.Column("end_reason", sa.Text),
)
sa.Index(
    "ix_duty_next",
    duty.c.next_at,
    sqlite_where=duty.c.state == "open",
    postgresql_where=duty.c.state == "open",
)
sa.Index("ix_duty_person", duty.c.person_id, duty.c.state)
sa.Index(
    "uq_duty_unit",
    duty.c.unit_id,
    duty.c.kind,
    unique=True,
    sqlite_where=sa.and_(duty.c.unit_id.is_not(None), duty.c.state == "open"),
    postgresql_where=sa.and_(duty.c.unit_id.is_not(None), duty.c.state == "open"),
)

#: One window of a duty: done, missed or still open.
duty_window = sa.Table(
    "duty_window",
    metadata,
    _id(),
    sa.Column("duty_id", Big, sa.ForeignKey("duty.id"), nullable=False),
    sa.Column("starts_on", sa.Text, nullable=False),
    sa.Column("ends_on", sa.Text, nullable=False),
    sa.Column("due_at", Big, nullable=False),
    sa.Column("instance_id", Big),
    sa.Column("done_on", sa.Text),
    sa.Column("missed_at", Big),
    sa.Column("explained", sa.Text),
    sa.Column("state", sa.Text, nullable=False),  # planned, open, done, missed, explained, closed
    sa.UniqueConstraint("duty_id", "starts_on"),
)
sa.Index(
    "ix_duty_window_due",
    duty_window.c.due_at,
    sqlite_where=duty_window.c.state == "open",
    postgresql_where=duty_window.c.state == "open",
)
