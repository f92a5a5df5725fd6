"""The statements of a step, each with its reason to exist."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from engine.store.statements import Statement, insert
from engine.store.tables import event, event_payload, instance, message, subscription, timer, trail, user_task


def _is(text: str) -> sa.ColumnElement[str]:
    """A constant in the statement's own text, so that partial indexes apply and nothing is bound."""
    return sa.literal_column(f"'{text}'")


_OPEN = [_is("created"), _is("claimed")]

_head = event.alias("head")
_known = event.alias("known")


def _head_join(trail_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    last = sa.select(sa.func.max(event.c.seq)).where(event.c.trail_id == trail_id).scalar_subquery()
    return sa.and_(_head.c.trail_id == trail_id, _head.c.seq == last)


#: The lock of a case, taken by whoever knows its id. PostgreSQL only: SQLite has one writer.
LOCK_TRAIL = Statement(sa.select(trail.c.id).where(trail.c.id == p("id")).with_for_update())
SKIP_LOCK_TRAIL = Statement(
    sa.select(trail.c.id).where(trail.c.id == p("id")).with_for_update(skip_locked=True)
)
#: The same by one of its tasks: the first statement of every command on a task.
LOCK_TRAIL_OF_TASK = Statement(
    sa.select(trail.c.id)
    .where(
        trail.c.id == sa.select(user_task.c.trail_id).where(user_task.c.id == p("task_id")).scalar_subquery()
    )
    .with_for_update()
)

INSTANCE_COLUMNS = (
    instance.c.id,
    instance.c.definition_id,
    instance.c.process_id,
    instance.c.trail_id,
    instance.c.key,
    instance.c.run,
    instance.c.parent_id,
    instance.c.parent_token,
    instance.c.status,
    instance.c.rev,
    instance.c.state,
    instance.c.mac,
    instance.c.started_at,
)
TASK_COLUMNS = (
    user_task.c.id,
    user_task.c.instance_id,
    user_task.c.trail_id,
    user_task.c.token,
    user_task.c.element,
    user_task.c.state,
    user_task.c.role,
    user_task.c.pool,
    user_task.c.area,
    user_task.c.assignee_id,
    user_task.c.subject_id,
    user_task.c.due_at,
    user_task.c.claimed_at,
    user_task.c.ended_at,
    user_task.c.ended_by,
)

#: Everything a command on a task needs, in one row: task, instance, head of the chain.
READ_TASK = Statement(
    sa.select(*TASK_COLUMNS, *INSTANCE_COLUMNS, _head.c.seq, _head.c.hash, _head.c.at)
    .select_from(
        user_task.join(instance, instance.c.id == user_task.c.instance_id).outerjoin(
            _head, _head_join(user_task.c.trail_id)
        )
    )
    .where(user_task.c.id == p("task_id"))
)
READ_INSTANCE = Statement(sa.select(*INSTANCE_COLUMNS).where(instance.c.id == p("id")))
READ_HEAD = Statement(
    sa.select(event.c.seq, event.c.hash, event.c.at)
    .where(event.c.trail_id == p("trail_id"))
    .order_by(event.c.seq.desc())
    .limit(sa.literal_column("1"))
    .offset(sa.literal_column("0"))  # SQLite would bind it otherwise
)
#: Has this command been carried out? Its answer stands in the first event it wrote.
SEEN_KEY = Statement(
    sa.select(event.c.trail_id, event.c.instance_id, event.c.data).where(
        event.c.command_key == p("command_key")
    )
)

NEW_TRAIL = insert(trail)
NEW_EVENT = insert(event)
NEW_PAYLOAD = insert(event_payload)
NEW_INSTANCE = insert(instance)
NEW_TASK = insert(user_task)
NEW_TIMER = insert(timer)
NEW_SUBSCRIPTION = insert(subscription)
NEW_MESSAGE = insert(message)

#: `rev` fences a writer that lost its lock: it must hit exactly one row.
SAVE_INSTANCE = Statement(
    sa.update(instance)
    .where(instance.c.id == p("b_id"), instance.c.rev == p("b_rev"))
    .values(
        rev=p("new_rev"), state=p("new_state"), mac=p("new_mac"), status=p("new_status"), ended_at=p("ended")
    )
)
CLOSE_TASK = Statement(
    sa.update(user_task)
    .where(
        user_task.c.instance_id == p("b_instance"),
        user_task.c.token == p("b_token"),
        user_task.c.state.in_(_OPEN),
    )
    .values(state=p("new_state"), ended_at=p("at"), ended_by=p("by"), assignee_id=p("holder"))
)
CANCEL_TASK = Statement(
    sa.update(user_task)
    .where(
        user_task.c.instance_id == p("b_instance"),
        user_task.c.token == p("b_token"),
        user_task.c.state.in_(_OPEN),
    )
    .values(state=_is("cancelled"), ended_at=p("at"))
)
CLOSE_TIMER = Statement(
    sa.update(timer)
    .where(
        timer.c.instance_id == p("b_instance"),
        timer.c.token == p("b_token"),
        timer.c.element == p("b_element"),
        timer.c.state.in_([_is("scheduled"), _is("held")]),
    )
    .values(state=p("new_state"))
)
DROP_SUBSCRIPTION = Statement(
    sa.delete(subscription).where(
        subscription.c.instance_id == p("b_instance"),
        subscription.c.token == p("b_token"),
        subscription.c.element == p("b_element"),
    )
)
#: One conditional update: whoever changes the row has the task (R9).
CLAIM_TASK = Statement(
    sa.update(user_task)
    .where(user_task.c.id == p("b_id"), user_task.c.state == _is("created"))
    .values(state=_is("claimed"), assignee_id=p("by"), claimed_at=p("at"))
)
UNCLAIM_TASK = Statement(
    sa.update(user_task)
    .where(user_task.c.id == p("b_id"), user_task.c.state == _is("claimed"))
    .values(state=_is("created"), assignee_id=sa.null(), claimed_at=sa.null())
)
REASSIGN_TASK = Statement(
    sa.update(user_task)
    .where(
        user_task.c.id == p("b_id"),
        user_task.c.state.in_(_OPEN),
    )
    .values(state=_is("claimed"), assignee_id=p("by"), claimed_at=p("at"))
)

#: Who waits for a message or signal; (name, key) is indexed.
WAITING_FOR = Statement(
    sa.select(
        subscription.c.instance_id,
        subscription.c.token,
        subscription.c.element,
        subscription.c.run,
    )
    .where(
        subscription.c.name == p("name"),
        subscription.c.key == p("key"),
        subscription.c.trigger == p("trigger"),
    )
    .order_by(subscription.c.instance_id, subscription.c.token)
)
SIGNALLED = Statement(
    sa.select(
        subscription.c.instance_id,
        subscription.c.token,
        subscription.c.element,
    )
    .where(subscription.c.name == p("name"), subscription.c.trigger == _is("signal"))
    .order_by(subscription.c.instance_id, subscription.c.token)
)
AWAITED = Statement(
    sa.select(subscription.c.name, subscription.c.key).where(
        subscription.c.instance_id == p("instance_id"), subscription.c.trigger == _is("message")
    )
)
KEPT_MESSAGES = Statement(
    sa.select(message.c.id, message.c.run, message.c.payload)
    .where(message.c.name == p("name"), message.c.key == p("key"), message.c.state == _is("kept"))
    .order_by(message.c.created_at, message.c.id)
)
MESSAGE_BY_ID = Statement(sa.select(message.c.state).where(message.c.id == p("id")))
MESSAGE_DELIVERED = Statement(
    sa.update(message).where(message.c.id == p("b_id")).values(state=_is("delivered"))
)
