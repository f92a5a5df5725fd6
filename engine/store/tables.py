"""Tables of the kernel.

Instants are microseconds since 1970 UTC (BIGINT), JSON is TEXT, identifiers come from `engine.ids`. The
hot tables carry only what a step or a list needs; everything a person asks about later is in `event`.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.clock import NO_DUE
from engine.store.metadata import metadata

Big = sa.BigInteger


def _id() -> sa.Column[int]:
    return sa.Column("id", Big, primary_key=True, autoincrement=False)


#: The lock and the chain of one case: whoever changes anything of it holds this row.
trail = sa.Table("trail", metadata, _id(), sa.Column("created_at", Big, nullable=False))

#: Append-only history. `hash` chains the events of a trail; `data` is covered by it.
event = sa.Table(
    "event",
    metadata,
    sa.Column("trail_id", Big, sa.ForeignKey("trail.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Big, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("instance_id", Big),
    sa.Column("rev", sa.Integer),
    sa.Column("element", sa.Text),
    sa.Column("actor_id", Big),
    sa.Column("role", sa.Text),
    sa.Column("origin", sa.Text),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("command_key", sa.Text),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("trail_id", "seq", name="pk_event"),
    sqlite_with_rowid=False,
)
sa.Index(
    "uq_event_command_key",
    event.c.command_key,
    unique=True,
    sqlite_where=event.c.command_key.is_not(None),
    postgresql_where=event.c.command_key.is_not(None),
)

#: Events at which something was decided or happened by itself: they are looked for by their step.
MOMENTS = ("BranchTaken", "DecisionMade", "MessageReceived", "TimerFired")
sa.Index(
    "ix_event_moment",
    event.c.element,
    event.c.trail_id,
    sqlite_where=event.c.kind.in_(MOMENTS),
    postgresql_where=event.c.kind.in_(MOMENTS),
)
#: The event at which an instance left a version: cases are looked for by the version they ran before it.
MIGRATED = "ProcessMigrated"
_migrated = event.c.kind == MIGRATED
sa.Index("ix_event_migrated", event.c.kind, sqlite_where=_migrated, postgresql_where=_migrated)
#: Trails below this number belong to the installation and not to a case. They live for years, and
#: people look in them for somebody: by whom, and about what.
_LONG_LIVED = event.c.trail_id < 100
for _name, _column in (("actor", event.c.actor_id), ("element", event.c.element)):
    # one column: SQLite adds trail and number itself, and passes over an index that names them
    sa.Index(f"ix_event_office_{_name}", _column, sqlite_where=_LONG_LIVED, postgresql_where=_LONG_LIVED)

#: Erasable texts beside the chain, which holds only their HMAC (SEC-P5).
event_payload = sa.Table(
    "event_payload",
    metadata,
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("payload", sa.Text),
    sa.PrimaryKeyConstraint("trail_id", "seq", name="pk_event_payload"),
    sa.ForeignKeyConstraint(["trail_id", "seq"], ["event.trail_id", "event.seq"]),
)

#: Global seals over all chain heads; each also goes to a file outside.
seal = sa.Table(
    "seal",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Big, nullable=False),
    sa.Column("trails", sa.Integer, nullable=False),
    sa.Column("events", Big, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("mac", sa.LargeBinary, nullable=False),
)

#: A version of a process: its drawing, and in `annex` what it brings besides, as canonical JSON.
definition = sa.Table(
    "definition",
    metadata,
    _id(),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("xml", sa.Text, nullable=False),
    sa.Column("annex", sa.Text, nullable=False, server_default="{}"),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("author_id", Big),
    sa.Column("approver_id", Big),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", Big, nullable=False),
    sa.Column("activated_at", Big),
    sa.UniqueConstraint("key", "version"),
    sa.CheckConstraint("status in ('submitted','approved','rejected','active','retired')", name="status"),
    sa.CheckConstraint(
        "author_id is null or status in ('submitted','rejected') and approver_id is null"
        " or approver_id is not null and author_id <> approver_id",
        name="four_eyes",
    ),
)
sa.Index(
    "uq_definition_active_key",
    definition.c.key,
    unique=True,
    sqlite_where=definition.c.status == "active",
    postgresql_where=definition.c.status == "active",
)
_annexed = sa.and_(definition.c.status == "active", definition.c.annex != "{}")
sa.Index("ix_definition_annexed", definition.c.id, sqlite_where=_annexed, postgresql_where=_annexed)

instance = sa.Table(
    "instance",
    metadata,
    _id(),
    sa.Column("definition_id", Big, sa.ForeignKey("definition.id"), nullable=False),
    sa.Column("process_id", sa.Text, nullable=False),
    sa.Column("trail_id", Big, sa.ForeignKey("trail.id"), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("parent_id", Big),
    sa.Column("parent_token", sa.Integer),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("rev", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mac", sa.LargeBinary, nullable=False),
    sa.Column("started_at", Big, nullable=False),
    sa.Column("ended_at", Big),
    sa.CheckConstraint("status in ('running','suspended','completed','cancelled','failed')", name="status"),
)
sa.Index("ix_instance_trail", instance.c.trail_id)
sa.Index("ix_instance_definition", instance.c.definition_id, instance.c.status)

_open = ("created", "claimed")
_waiting = ("scheduled", "held")

user_task = sa.Table(
    "user_task",
    metadata,
    _id(),
    sa.Column("instance_id", Big, sa.ForeignKey("instance.id"), nullable=False),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("pool", sa.Text, nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("assignee_id", Big),
    sa.Column("subject_id", Big),
    sa.Column("due_at", Big, nullable=False, server_default=str(NO_DUE)),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Big, nullable=False),
    sa.Column("claimed_at", Big),
    sa.Column("ended_at", Big),
    sa.Column("ended_by", Big),
    sa.CheckConstraint("state in ('created','claimed','completed','cancelled')", name="state"),
    sa.CheckConstraint("state <> 'claimed' or assignee_id is not null", name="holder"),
)
sa.Index(
    "ix_user_task_pool",
    user_task.c.role,
    user_task.c.pool,
    user_task.c.due_at,
    user_task.c.id,
    sqlite_where=user_task.c.state == "created",
    postgresql_where=user_task.c.state == "created",
)
sa.Index(
    "ix_user_task_mine",
    user_task.c.assignee_id,
    user_task.c.due_at,
    user_task.c.id,
    sqlite_where=user_task.c.state == "claimed",
    postgresql_where=user_task.c.state == "claimed",
)
sa.Index(
    "ix_user_task_done",
    user_task.c.ended_by,
    user_task.c.ended_at,
    sqlite_where=user_task.c.ended_by.is_not(None),
    postgresql_where=user_task.c.ended_by.is_not(None),
)
sa.Index(
    "ix_user_task_open_instance",
    user_task.c.instance_id,
    sqlite_where=user_task.c.state.in_(_open),
    postgresql_where=user_task.c.state.in_(_open),
)
sa.Index(
    "ix_user_task_open_subject",
    user_task.c.subject_id,
    sqlite_where=user_task.c.state.in_(_open),
    postgresql_where=user_task.c.state.in_(_open),
)

sa.Index("ix_user_task_element", user_task.c.element, user_task.c.trail_id)

timer = sa.Table(
    "timer",
    metadata,
    _id(),
    sa.Column("instance_id", Big, sa.ForeignKey("instance.id"), nullable=False),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("due_at", Big, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),  # failures in a row
    sa.Column("fired", sa.Integer, nullable=False, server_default="0"),  # rounds of a cycle
    sa.CheckConstraint("state in ('scheduled','held','fired','cancelled')", name="state"),
)
sa.Index(
    "ix_timer_due",
    timer.c.due_at,
    timer.c.id,
    sqlite_where=timer.c.state == "scheduled",
    postgresql_where=timer.c.state == "scheduled",
)
sa.Index(
    "ix_timer_instance",
    timer.c.instance_id,
    sqlite_where=timer.c.state.in_(_waiting),
    postgresql_where=timer.c.state.in_(_waiting),
)

#: A wait for a message, signal or the like. Rows live only while the wait does.
subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("instance_id", Big, sa.ForeignKey("instance.id"), nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("element", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("instance_id", "token", "element", "name", name="pk_subscription"),
    sqlite_with_rowid=False,
)
sa.Index("ix_subscription_name_key", subscription.c.name, subscription.c.key)

#: Messages that found nobody waiting, kept for the first catch that opens; and ids already seen.
message = sa.Table(
    "message",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("run", sa.Integer),
    sa.Column("trail_id", Big, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Big, nullable=False),
    sa.CheckConstraint("state in ('kept','delivered','dropped')", name="state"),
)
sa.Index(
    "ix_message_kept",
    message.c.name,
    message.c.key,
    sqlite_where=message.c.state == "kept",
    postgresql_where=message.c.state == "kept",
)

#: Work to be done after a commit. `run_at` of a running one is when its lease ends.
job = sa.Table(
    "job",
    metadata,
    _id(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("trail_id", Big),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("run_at", Big, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", Big, nullable=False),
    sa.Column("ended_at", Big),
    sa.CheckConstraint("state in ('ready','running','done','retry','dead')", name="state"),
)
sa.Index(
    "ix_job_ready",
    job.c.run_at,
    job.c.id,
    sqlite_where=job.c.state.in_(("ready", "retry")),
    postgresql_where=job.c.state.in_(("ready", "retry")),
)
sa.Index(
    "ix_job_lease",
    job.c.run_at,
    sqlite_where=job.c.state == "running",
    postgresql_where=job.c.state == "running",
)
_UNDONE = job.c.state != "done"
sa.Index("ix_job_unfinished", job.c.trail_id, sqlite_where=_UNDONE, postgresql_where=_UNDONE)

incident = sa.Table(
    "incident",
    metadata,
    _id(),
    sa.Column("trail_id", Big),
    sa.Column("instance_id", Big),
    sa.Column("element", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False, server_default="{}"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened_at", Big, nullable=False),
    sa.Column("resolved_at", Big),
    sa.Column("resolved_by", Big),
    sa.CheckConstraint("state in ('open','resolved')", name="state"),
)
sa.Index(
    "ix_incident_open",
    incident.c.opened_at,
    sqlite_where=incident.c.state == "open",
    postgresql_where=incident.c.state == "open",
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("changed_at", Big, nullable=False),
    sa.Column("changed_by", Big),
)
