"""Random work on the real product: what somebody of the office might do next, done through the door."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine import user_tasks
from engine.errors import FormInvalid
from engine.ids import new_id
from engine.store.tables import user_task
from tasks import commands, prefill
from tasks.actor import SYSTEM, Actor
from tasks.desk import Context, Desk
from tasks.forms.prefill import with_examples
from tasks.forms.spec import FormSpec
from tasks.forms.validate import validate
from tasks.store import casework
from tasks.store.tables import case
from tasks.store.tables_people import person as person_table
from tests.reliability.diagrams import WORKLOAD_ID
from tests.reliability.site import Site, person

Intent = dict[str, Any]
FACTS = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2024-11-01"}
OPEN = ("created", "claimed")
#: How often each kind of act is chosen where it is possible.
WEIGHTS = {
    "register": 6, "claim": 10, "unclaim": 3, "draft": 6, "complete": 48, "due": 12, "message": 4, "waive": 2,
    "found_work": 3, "exit": 1, "reassign": 2, "facts": 2, "duty": 1,
}  # fmt: skip
#: Cases that may be open at the same time; the oracle reads every one of them again and again.
MOST_CASES = 25


class Task(NamedTuple):
    """An open task as the lab sees it."""

    id: int
    element: str
    role: str
    area: str
    state: str
    assignee: int | None


def open_tasks(site: Site, most: int = 200) -> list[Task]:
    """Return open tasks of the office, the oldest first."""
    t = user_task.c
    query = (
        sa.select(t.id, t.element, t.role, t.area, t.state, t.assignee_id)
        .where(t.state.in_(OPEN), t.element.not_like("W\\_%", escape="\\"))
        .order_by(t.id)
        .limit(most)
    )
    with site.app.read() as conn:
        return [Task(*row) for row in conn.execute(query)]


def worker_for(site: Site, task: Task, rng: random.Random) -> Actor | None:
    """Return the holder of a task, or somebody of its pool."""
    if task.assignee is not None:
        return site.actors.get(task.assignee)
    able = site.who_may(task.role, task.area)
    return rng.choice(able) if able else None


def values_for(site: Site, task_id: int, actor: Actor, rng: random.Random) -> Mapping[str, Any] | None:
    """Return a form as filled in: examples, some choices at random; None: none is acceptable now."""
    with site.app.read() as conn:
        unit, desk = site.app.desk(conn, actor)
        task = user_tasks.read(unit, task_id)
        spec = desk.library_of(task.live).form_of(task.node)
        context = prefill.form_context(desk, task.live, spec)
        facts = prefill.facts(desk, desk.context(task.live))
        resolve = prefill.resolver(desk, task.live)
        for given in (_some_choices(spec, rng), {}):
            raw = with_examples(spec, given, context, facts, resolve)
            try:
                validate(spec, raw, context)
            except FormInvalid:
                continue
            return raw
    return None


def _some_choices(spec: FormSpec, rng: random.Random) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for field in spec:
        if field.type in ("enum", "bool") and field.required is not False and rng.random() < 0.25:
            chosen[field.name] = rng.choice(field.options) if field.type == "enum" else rng.random() < 0.5
    return chosen


def _intent(do: str, actor: Actor, rng: random.Random, **args: Any) -> Intent:
    return {"do": do, "args": args, "actor": actor.user_id, "key": f"lab-{rng.getrandbits(72):x}"}


def on_task(do: str, site: Site, rng: random.Random, task: Task) -> Intent | None:
    """Return an act on a task by somebody who may; None when there is nobody or nothing to fill in."""
    actor = worker_for(site, task, rng)
    if actor is None:
        return None
    if do in ("ClaimTask", "UnclaimTask"):
        return _intent(do, actor, rng, task_id=task.id)
    if do == "ReassignTask":
        others = [other for other in site.who_may(task.role, task.area) if other is not actor]
        if task.assignee is None or not others:
            return None
        return _intent(do, actor, rng, task_id=task.id, to_user=rng.choice(others).user_id, reason="转办")
    values = values_for(site, task.id, actor, rng)
    return None if values is None else _intent(do, actor, rng, task_id=task.id, values=dict(values))


_TASK_ACTS = {
    "claim": "ClaimTask", "unclaim": "UnclaimTask", "draft": "SaveDraft", "complete": "CompleteTask",
    "reassign": "ReassignTask",
}  # fmt: skip


def _fits(act: str, task: Task) -> bool:
    return {"claim": task.state == "created", "unclaim": task.state == "claimed"}.get(act, True)


def choose(site: Site, rng: random.Random, tasks: Sequence[Task] | None = None) -> Intent | None:
    """Return what somebody might want to do now; None when this draw led nowhere."""
    act = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if act == "due":
        return {"do": "due", "args": {}, "actor": None, "key": None}
    if act in _TASK_ACTS:
        fitting = [t for t in (open_tasks(site) if tasks is None else tasks) if _fits(act, t)]
        if fitting:
            return on_task(_TASK_ACTS[act], site, rng, rng.choice(fitting))
        act = "register"
    return next_application(site, rng) if act == "register" else on_case(site, rng, act)


def next_application(site: Site, rng: random.Random) -> Intent | None:
    """Return an application of somebody on file without one, or a new person; None while there are enough."""
    with site.app.read() as conn:
        active = conn.execute(sa.select(sa.func.count()).where(case.c.status == "active")).scalar_one()
        caseless = sa.select(person_table.c.id, person_table.c.area).where(
            person_table.c.id.not_in(sa.select(case.c.person_id))
        )
        waiting = conn.execute(caseless.order_by(person_table.c.id)).first()
    if waiting is not None:
        actor = rng.choice(site.who_may("street_staff", waiting.area))
        process = "P03_registration_recognition"
        return _intent("StartProcess", actor, rng, process_id=process, person_id=waiting.id)
    if active >= MOST_CASES:
        return None
    community = rng.choice(site.communities)
    actor = rng.choice(site.who_may("street_staff", community.path))
    return _intent("RegisterPerson", actor, rng, **person(rng), community_id=community.id, facts=FACTS)


def on_case(site: Site, rng: random.Random, act: str) -> Intent | None:
    """Return an act on some active case; None when there is no case."""
    active = sa.select(case.c.id, case.c.person_id, case.c.area).where(case.c.status == "active")
    with site.app.read() as conn:
        cases = conn.execute(active.order_by(case.c.id)).all()
        if not cases:
            return None
        case_id, person_id, area = rng.choice(cases)
        at_work = {row["process_id"][:3] for row in casework.open_instances(conn, case_id)}
    if act == "found_work" and at_work & {"P07", "P09"}:
        return None  # the person has work already
    street = rng.choice(site.who_may("street_staff", area))
    supervisor = rng.choice(site.who_may("supervisor", area))
    if act == "message":
        return _intent("SendMessage", street, rng, name=rng.choice(("MSG-17", "MSG-23")), case_id=case_id)
    if act == "facts":
        facts = {"wish": rng.random() < 0.8}
        return _intent("SetFacts", street, rng, person_id=person_id, facts=facts)
    if act == "duty":
        return _intent("StartDuty", street, rng, case_id=case_id, kind="P21_Question")
    today = site.app.clock.now().date().isoformat()
    values: dict[str, dict[str, Any]] = {
        "waive": {"statement_on": today, "statement_reason": "自愿", "signed": True, "archived_at": "档案室"},
        "found_work": {"employment_kind": "UNIT", "employer": "顺义某企业", "employed_on": today},
        "exit": {"end_code": "END-MOVED", "effective_on": today, "evidence": "迁出证明"},
    }
    name = {"waive": "Waive", "found_work": "FoundWork", "exit": "Exit"}.get(act)
    return None if name is None else _intent(name, supervisor, rng, case_id=case_id, values=values[act])


def perform(site: Site, intent: Intent) -> dict[str, Any]:
    """Carry an intent out through the one door; return the ids of the answer. Raises what the door raises."""
    command = getattr(commands, intent["do"])(**intent["args"])
    actor = site.actors[intent["actor"]] if intent["actor"] else SYSTEM
    done = site.app.do(command, actor, intent["key"])
    return {name: getattr(done, name) for name in ("task_id", "instance_id", "case_id", "person_id")}


def start_workload(site: Site, how_many: int) -> list[int]:
    """Start instances of W at the present instant, each on a trail of its own; return their ids."""

    def begin(desk: Desk) -> list[int]:
        area = site.communities[0].path
        about = (Context(None, new_id(), area, "community") for _ in range(how_many))
        return [desk.start(WORKLOAD_ID, context).id for context in about]

    found: list[int] = site.app.run(begin)
    return found
