"""The same on the bare kernel: workload W through `engine.unit`, far faster than the whole product."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from engine import messages, timers, user_tasks
from engine.clock import to_us
from engine.errors import NotAssignee
from engine.history import By
from engine.store.tables import event, user_task
from engine.unit import Kernel, Unit
from engine.world import PlainWorld
from tests.reliability.diagrams import WORKLOAD_ID
from tests.reliability.office_work import OPEN, Intent
from tests.reliability.site import Site

USERS = (901, 902, 903)
MOST_OPEN = 40


def _once(site: Site, intent: Intent, act: Callable[[Unit], dict[str, Any]]) -> dict[str, Any]:
    app = site.app
    with app.db.transaction() as conn:
        if intent["key"]:
            known = sa.select(event.c.data).where(event.c.command_key == intent["key"])
            if conn.execute(known).first() is not None:
                return {}
        kernel = Kernel(app.definitions, PlainWorld(), app.keys.trail, app.keys.state)
        unit = Unit(kernel, conn, app.clock.now(), By(intent["actor"], "lab", "lab"), intent["key"])
        done = act(unit)
        unit.flush()
        return done


def _start(unit: Unit, args: dict[str, Any]) -> dict[str, Any]:
    trail = unit.new_trail()
    live = unit.start(WORKLOAD_ID, trail, f"w:{trail}")
    return {"instance_id": live.id}


def _claim(unit: Unit, args: dict[str, Any]) -> dict[str, Any]:
    user_tasks.claim(unit, user_tasks.read(unit, args["task_id"]))
    return {"task_id": args["task_id"]}


def _complete(unit: Unit, args: dict[str, Any]) -> dict[str, Any]:
    task = user_tasks.read(unit, args["task_id"])
    user_tasks.require_open(task)
    if task.row.assignee_id not in (None, unit.by.id):  # as the domain does before the kernel
        raise NotAssignee(who=str(task.row.assignee_id))
    routing: dict[str, Any] = {}
    if task.node.id == "W_Refer":
        failed = (task.live.state.vars.get("failed") or 0) + (0 if args["hired"] else 1)
        routing = {"hired": args["hired"], "failed": failed}
    user_tasks.complete(unit, task, routing)
    return {"task_id": args["task_id"]}


def _stop(unit: Unit, args: dict[str, Any]) -> dict[str, Any]:
    user_tasks.require_open(user_tasks.read(unit, args["task_id"]))
    messages.deliver(unit, "STOP", args["key"], {}, starts=False, trail_id=args["trail"])
    return {}


_ACTS = {"StartW": _start, "ClaimTask": _claim, "CompleteTask": _complete, "StopW": _stop}


def perform(site: Site, intent: Intent) -> dict[str, Any]:
    """Carry an intent out in one unit of work; raises what the kernel raises."""
    return _once(site, intent, lambda unit: _ACTS[intent["do"]](unit, intent["args"]))


def _fire(candidate: timers.DueTimer, unit: Unit) -> dict[str, Any]:
    return {"did": timers.fire(unit, candidate)}


def fire_due(site: Site, most: int = 20, fired: Callable[[int], None] = lambda _id: None) -> int:
    """Fire timers of W that are due, each in its own transaction; tell `fired` after each commit."""
    with site.app.read() as conn:
        found = timers.due(conn, to_us(site.app.clock.now()), most)
    count = 0
    for one in found:
        intent: Intent = {"key": None, "actor": None}
        if _once(site, intent, partial(_fire, one))["did"]:
            fired(one.id)
            count += 1
    return count


def choose(site: Site, rng: random.Random, oldest: bool = False) -> Intent:
    """Return the next act on W; `oldest` gives eight in ten to the oldest task."""
    t = user_task.c
    query = sa.select(t.id, t.element, t.state, t.assignee_id, t.trail_id).where(t.state.in_(OPEN))
    with site.app.read() as conn:
        found = conn.execute(query.order_by(t.id).limit(MOST_OPEN)).all()
    draw = rng.random()
    key = f"w-{rng.getrandbits(72):x}"
    if len(found) < 5 or (draw < 0.15 and len(found) < MOST_OPEN):
        return {"do": "StartW", "args": {}, "actor": rng.choice(USERS), "key": key}
    if draw < 0.3:
        return {"do": "due", "args": {}, "actor": None, "key": None}
    task = found[0] if oldest and rng.random() < 0.8 else rng.choice(found)
    if draw < 0.35 and task.element == "W_Refer":
        args = {"task_id": task.id, "key": f"w:{task.trail_id}", "trail": task.trail_id}
        return {"do": "StopW", "args": args, "actor": rng.choice(USERS), "key": key}
    actor = task.assignee_id or rng.choice(USERS)
    if draw < 0.5 and task.state == "created":
        return {"do": "ClaimTask", "args": {"task_id": task.id}, "actor": actor, "key": key}
    args = {"task_id": task.id, "hired": rng.random() < 0.25}
    return {"do": "CompleteTask", "args": args, "actor": actor, "key": key}
