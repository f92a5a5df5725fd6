"""Tables of the domain: cases and what is done for a person. Beside it: deadlines, work, people, units."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata
from tasks.store.tables_clock import calendar_run, deadline, deadline_change, duty, duty_window
from tasks.store.tables_matters import complaint, contribution, imported_list, matter_item, warning
from tasks.store.tables_studio import draft
from tasks.store.tables_work import benefit, employment, placement, post, vacancy

__all__ = [
    "benefit", "calendar_run", "calendar_year", "case", "complaint", "contribution", "deadline",
    "deadline_change", "draft", "duty", "duty_window", "employment", "form_data", "hand_over", "helper",
    "imported_list", "matter_item", "notice", "placement", "plan", "post", "process_context", "referral",
    "trail_owner", "vacancy", "warning",
]  # fmt: skip

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

#: What an engine trail belongs to: a case, a person without one, a matter that is neither (the week of a
#: street, a household, a complaint), the releases of a process, the office.
trail_owner = sa.Table(
    "trail_owner",
    metadata,
    sa.Column("trail_id", Big, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),  # case, person, matter, process, administration, access
    sa.Column("person_id", Big),
    sa.Column("process_key", sa.Text),
    sa.Column("matter", sa.Text),
)
sa.Index(
    "uq_trail_owner_matter",
    trail_owner.c.matter,
    unique=True,
    sqlite_where=trail_owner.c.matter.is_not(None),
    postgresql_where=trail_owner.c.matter.is_not(None),
)
sa.Index(
    "uq_trail_owner_process",
    trail_owner.c.process_key,
    unique=True,
    sqlite_where=trail_owner.c.process_key.is_not(None),
    postgresql_where=trail_owner.c.process_key.is_not(None),
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
    #: Correlation key of what the instance is about where that is neither a case nor a person.
    sa.Column("matter", sa.Text),
)
sa.Index(
    "ix_process_context_matter",
    process_context.c.matter,
    sqlite_where=process_context.c.matter.is_not(None),
    postgresql_where=process_context.c.matter.is_not(None),
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
sa.Index("ix_referral_created", referral.c.created_at)

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
sa.Index("ix_hand_over_submitted", hand_over.c.submitted_at)

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
