"""Tables of the domain: cases and what is done for a person. People, units and accounts stand beside this file."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: One assistance case. Its id is also the id of its trail; `case_no` is what people say.
case = sa.Table(
    "case_file",
    metadata,
    _id(),
    sa.Column("case_no", sa.Text, nullable=False, unique=True),
    sa.Column("person_id", Big, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False, server_default="1"),
    sa.Column("data", sa.Text, nullable=False, server_default="{}"),
    sa.Column("opened_at", Big, nullable=False),
    sa.Column("closed_at", Big),
    sa.Column("closed_by", Big),
    sa.Column("close_reason", sa.Text),
)
sa.Index("ix_case_person", case.c.person_id)
sa.Index("ix_case_area_status", case.c.area, case.c.status, case.c.opened_at)
sa.Index(
    "uq_case_active_person",
    case.c.person_id,
    unique=True,
    sqlite_where=case.c.status == "active",
    postgresql_where=case.c.status == "active",
)

#: What an engine trail belongs to, for trails that are not cases (a person without a case, the system).
trail_owner = sa.Table(
    "trail_owner",
    metadata,
    sa.Column("trail_id", Big, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),  # case, person, system
    sa.Column("person_id", Big),
)
sa.Index("ix_trail_owner_person", trail_owner.c.person_id)

#: Business data of an instance that the state does not carry: case, person, level.
process_context = sa.Table(
    "process_context",
    metadata,
    sa.Column("instance_id", Big, primary_key=True, autoincrement=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    sa.Column("household_id", Big),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("duty_id", Big),
)
sa.Index("ix_process_context_case", process_context.c.case_id)
sa.Index("ix_process_context_person", process_context.c.person_id)

#: Forms as submitted (final) and as saved on the way (draft): one row a task and kind.
form_data = sa.Table(
    "form_data",
    metadata,
    sa.Column("task_id", Big, nullable=False),
    sa.Column("draft", sa.Boolean, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("values", sa.Text, nullable=False),
    sa.Column("saved_at", Big, nullable=False),
    sa.Column("saved_by", Big, nullable=False),
    sa.PrimaryKeyConstraint("task_id", "draft", name="pk_form_data"),
)
sa.Index("ix_form_data_case_element", form_data.c.case_id, form_data.c.element)

#: Aide, officer or expert of a case: one active a tier (CR-11).
helper = sa.Table(
    "helper",
    metadata,
    _id(),
    sa.Column("case_id", Big, sa.ForeignKey("case_file.id"), nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("user_id", Big, nullable=False),
    sa.Column("designated_on", sa.Text, nullable=False),
    sa.Column("proposal", sa.Text, nullable=False, server_default="{}"),
    sa.Column("released_at", Big),
)
sa.Index(
    "uq_helper_active",
    helper.c.case_id,
    helper.c.tier,
    unique=True,
    sqlite_where=helper.c.released_at.is_(None),
    postgresql_where=helper.c.released_at.is_(None),
)
sa.Index(
    "ix_helper_load",
    helper.c.user_id,
    sqlite_where=helper.c.released_at.is_(None),
    postgresql_where=helper.c.released_at.is_(None),
)

referral = sa.Table(
    "referral",
    metadata,
    _id(),
    sa.Column("case_id", Big, sa.ForeignKey("case_file.id"), nullable=False),
    sa.Column("instance_id", Big, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("employer", sa.Text, nullable=False),
    sa.Column("post", sa.Text, nullable=False),
    sa.Column("vacancy_id", Big),
    sa.Column("letter_no", sa.Text),
    sa.Column("referred_on", sa.Text, nullable=False),
    sa.Column("interview_on", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("explanation", sa.Text),
    sa.Column("outcome_on", sa.Text),
    sa.Column("created_at", Big, nullable=False),
    sa.UniqueConstraint("case_id", "tier", "run_no", "seq"),
    sa.CheckConstraint("outcome is null or outcome in ('HIRED','NOT_HIRED','CANCELLED')", name="outcome"),
    sa.CheckConstraint(
        "outcome is null or outcome <> 'NOT_HIRED' or reason in ('POST','OWN')", name="reason"
    ),
)

plan = sa.Table(
    "plan",
    metadata,
    _id(),
    sa.Column("case_id", Big, sa.ForeignKey("case_file.id"), nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("made_by", Big),
    sa.Column("made_at", Big, nullable=False),
    sa.UniqueConstraint("case_id", "tier", "run_no", "version"),
)

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
sa.Index("ix_deadline_person", deadline.c.person_id)
_running = sa.and_(
    deadline.c.completed_at.is_(None), deadline.c.closed_reason.is_(None), deadline.c.missed_at.is_(None)
)
sa.Index("ix_deadline_running", deadline.c.due_at, sqlite_where=_running, postgresql_where=_running)

#: A recurring duty of a person or case; each window starts one short process instance.
duty = sa.Table(
    "duty",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("rule_id", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("person_id", Big, nullable=False),
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

hand_over = sa.Table(
    "hand_over",
    metadata,
    _id(),
    sa.Column("case_id", Big, sa.ForeignKey("case_file.id"), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("from_instance", Big, nullable=False),
    sa.Column("to_instance", Big),
    sa.Column("from_tier", sa.Text, nullable=False),
    sa.Column("to_tier", sa.Text, nullable=False),
    sa.Column("package", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("submitted_at", Big, nullable=False),
    sa.Column("submitted_by", Big),
    sa.Column("answered_at", Big),
    sa.Column("answered_by", Big),
    sa.Column("reason", sa.Text),
    sa.Column("missing", sa.Text),
    sa.CheckConstraint("state in ('submitted','accepted','returned','closed')", name="state"),
)
sa.Index("ix_hand_over_case", hand_over.c.case_id)
sa.Index("ix_hand_over_to", hand_over.c.to_instance)

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

notice = sa.Table(
    "notice",
    metadata,
    _id(),
    sa.Column("user_id", Big, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("case_id", Big),
    sa.Column("task_id", Big),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("created_at", Big, nullable=False),
    sa.Column("read_at", Big),
)
sa.Index(
    "ix_notice_unread",
    notice.c.user_id,
    notice.c.created_at,
    sqlite_where=notice.c.read_at.is_(None),
    postgresql_where=notice.c.read_at.is_(None),
)

#: Working-day years an administrator loaded beside the shipped ones.
calendar_year = sa.Table(
    "calendar_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("official", sa.Boolean, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("loaded_at", Big, nullable=False),
    sa.Column("loaded_by", Big),
)
