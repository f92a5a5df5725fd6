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
    #: since when the clock stands still
    sa.Column("suspended_on", sa.Text),
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
    #: The matter whose duty it is: the end of a benefit.
    sa.Column("matter", sa.Text),
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
sa.Index("ix_duty_matter", duty.c.matter)
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

#: A change of a deadline's clock: asked for, granted or refused, with both dates (FEAT-X12).
deadline_change = sa.Table(
    "deadline_change",
    metadata,
    _id(),
    sa.Column("deadline_id", Big, sa.ForeignKey("deadline.id"), nullable=False),
    sa.Column("case_id", Big),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    #: the new due day, the first day of a standstill, or the day the clock goes on
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("old_due", sa.Text),
    sa.Column("new_due", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("paper", sa.Text, nullable=False),
    sa.Column("asked_by", Big),
    sa.Column("asked_at", Big, nullable=False),
    sa.Column("decided_by", Big),
    sa.Column("decided_at", Big),
    sa.Column("decision", sa.Text),
    sa.CheckConstraint("kind in ('EXTEND','SUSPEND','RESUME')", name="kind"),
    sa.CheckConstraint("state in ('asked','granted','refused')", name="state"),
)
sa.Index("ix_deadline_change_case", deadline_change.c.case_id)
sa.Index(
    "uq_deadline_change_asked",
    deadline_change.c.deadline_id,
    unique=True,
    sqlite_where=deadline_change.c.state == "asked",
    postgresql_where=deadline_change.c.state == "asked",
)

#: What was said of a task's due day, so that nothing is said twice; task 0 marks a day that is done.
reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("task_id", Big, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("due_at", Big, nullable=False),
    sa.PrimaryKeyConstraint("task_id", "kind", "due_at", name="pk_reminder"),
    sqlite_with_rowid=False,
)

#: A calendar that was put in force, and how far it has reached the open work, trail by trail.
calendar_run = sa.Table(
    "calendar_run",
    metadata,
    _id(),
    #: None: it came with a release
    sa.Column("year", sa.Integer),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cursor", Big, nullable=False),
    sa.Column("trails", sa.Integer, nullable=False),
    sa.Column("moved", sa.Integer, nullable=False),
    sa.Column("made_by", Big),
    sa.Column("made_at", Big, nullable=False),
    sa.Column("ended_at", Big),
    sa.CheckConstraint("state in ('running','done')", name="state"),
)
sa.Index(
    "ix_calendar_run_running",
    calendar_run.c.id,
    sqlite_where=calendar_run.c.state == "running",
    postgresql_where=calendar_run.c.state == "running",
)
