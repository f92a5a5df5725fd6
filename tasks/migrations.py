"""Migrating running instances of the 595: one by a command, all of a version by a batch that can be resumed.

The engine moves tokens, tasks and timers; here stand the rights, the drafts and the deadline rows.
"""

from __future__ import annotations

from typing import Any

from engine.clock import to_us
from engine.codec import dumps, loads
from engine.definitions import Definition, Definitions
from engine.errors import IllegalState, NotFound, OutOfArea
from engine.ids import new_id
from engine.live import Live
from engine.migration import Plan, make_plan, migrate
from engine.migration.plan import require_sound
from engine.migration.said import named
from tasks import access, deadline_changes, rules
from tasks.access import Subject
from tasks.actor import Actor
from tasks.commands import Done
from tasks.desk import Desk
from tasks.migration_commands import EndMigration, MigrateInstance, StartMigration, StopMigration
from tasks.store import casework, studio
from tasks.store import migrations as store
from tasks.store.conn import Connection
from tasks.text import need_reason

ACTION = "migrate"
#: States of a version that a second person has signed: to these alone cases may be taken.
SIGNED = frozenset({"approved", "active", "retired"})


def areas_of(actor: Actor) -> list[str] | None:
    """Return the areas whose instances somebody may migrate; None: all. Raises NotCandidate."""
    if actor.is_system:
        return None
    areas = list(actor.areas("supervisor"))
    held = areas or [grant.area for grant in actor.grants] or ["/"]
    access.authorize(actor, ACTION, Subject(held[0]))
    return areas


def version(conn: Connection, definitions: Definitions, key: str, number: int) -> Definition:
    """Return a version of a process; raise NotFound."""
    found = store.version_id(conn, key, number)
    if found is None:
        raise NotFound(zh=f"流程“{key}”没有第{number}版。", en=f"Process “{key}” has no version {number}.")
    return definitions.get(conn, found)


def _require_signed(desk: Desk, new: Definition) -> None:
    """Refuse to take a case to a version that no second person has signed (THR-2); trying it out is free."""
    row = studio.version(desk.conn, new.id)
    if row is None or row["status"] not in SIGNED:
        raise IllegalState(detail=f"第{new.version}版没有经另一位督导批准，不能把在办案件迁移过去")


def one(desk: Desk, command: MigrateInstance) -> Done:
    """Migrate one instance; in a batch, record in the same transaction that it is done."""
    unit = desk.unit
    live = unit.instance(command.instance_id)
    context = desk.context(live)
    access.authorize(desk.actor, ACTION, Subject(context.area))
    reason = need_reason(command.reason)
    definitions = unit.kernel.definitions
    plan = make_plan(
        definitions.get(desk.conn, live.definition_id), definitions.get(desk.conn, command.to_id),
        command.mapping,
    )  # fmt: skip
    if not desk.rehearsing:
        _require_signed(desk, plan.new)
    if live.status not in ("running", "suspended"):
        raise IllegalState(detail="该流程已经结束")
    if command.recompute:
        _recount(desk, live, plan)
    outcome = migrate(unit, live, plan, recompute=command.recompute, reason=reason)
    said = [note.as_dict() for note in outcome.notes]
    said += _drafts(desk, live, plan)
    if command.item is not None:
        store.settle(desk.conn, *command.item, "done", dumps(said), desk.now_us)
    return Done(instance_id=live.id, case_id=context.case_id, extra={"said": said})


def _recount(desk: Desk, live: Live, plan: Plan) -> None:
    """Count the running deadlines of this process again by the rules now in force."""
    context = desk.context(live)
    if context.case_id is None:
        return
    nodes = plan.old.graph.nodes.keys() | plan.new.graph.nodes.keys()
    for row in casework.running_deadlines(desk.conn, context.case_id, run_no=context.run_no):
        policy = rules.rule(desk, row["rule_id"])
        elements = {opening.element for opening in policy.opens} | {policy.met_by}
        if elements & nodes:
            deadline_changes.recount(desk, row, anew=True)


def _drafts(desk: Desk, live: Live, plan: Plan) -> list[dict[str, str]]:
    """Keep what was typed under the new name of its step; what a new form does not ask stays on file."""
    desk.unit.write_waits()
    tasks = {row["id"]: row["element"] for row in casework.open_tasks_of(desk.conn, [live.id])}
    before = {new: old for old, new in plan.renamed.items()}
    said = []
    for task_id, values in store.drafts(desk.conn, list(tasks)).items():
        element = tasks[task_id]
        old = before.get(element, element)
        if old != element:
            store.rename_draft(desk.conn, task_id, element)
        asked, asks = _fields(desk, plan.old, old), _fields(desk, plan.new, element)
        left = sorted(set(loads(values)) - asks) if asked != asks else []
        if left:
            desk.unit.emit(live.trail_id, "TaskSaved", live=live, element=element,
                           data={"task": str(task_id)}, payload=loads(values))  # fmt: skip
            step = named(live.graph.nodes[element])
            said.append({
                "element": element, "zh": f"{step}的草稿有新表单没有的内容，原草稿已留存。",
                "en": f"The draft of {step} holds what the new form does not ask; it is kept on file.",
            })  # fmt: skip
    return said


def _fields(desk: Desk, definition: Definition, element: str) -> set[str]:
    """Return what a version asks at a step."""
    node = definition.graph.nodes.get(element)
    found = desk.library.with_forms(definition.annex).forms.get(
        element if node is None else node.attrs.get("form") or node.id
    )
    return set() if found is None else set(found.fields)


def start(desk: Desk, command: StartMigration) -> Done:
    """Begin a batch over the open instances of a version; one that is at work already is gone on with.

    Raises PlanInvalid, NotFound, NotCandidate, FormInvalid, or IllegalState for a version not signed yet.
    """
    areas = areas_of(desk.actor)
    reason = need_reason(command.reason) if not command.dry else command.reason.strip() or "—"
    definitions = desk.unit.kernel.definitions
    old = version(desk.conn, definitions, command.key, command.from_version)
    new = version(desk.conn, definitions, command.key, command.to_version)
    if not command.dry:
        _require_signed(desk, new)
    require_sound(make_plan(old, new, command.mapping))
    trail = desk.process_trail(command.key)  # before the batch, as who stops it does
    instances = store.open_of(desk.conn, old.id, areas)
    at_work = _at_work(desk, command, trail, (old, new), areas, instances)
    if at_work is not None:
        return Done(extra={"migration": str(at_work), "resumed": True})
    made = new_id()
    row: dict[str, Any] = {
        "id": made, "key": command.key, "from_id": old.id, "to_id": new.id,
        "mapping": dumps(dict(command.mapping)), "recompute": command.recompute, "dry": command.dry,
        "reason": reason, "made_by": desk.actor.user_id, "made_at": to_us(desk.now),
    }  # fmt: skip
    store.add(desk.conn, row, instances)
    _tell(
        desk, trail, "MigrationStarted", (old, new), batch=str(made), cases=len(instances), dry=command.dry,
        recompute=command.recompute, mapping=dict(command.mapping), reason=reason,
    )  # fmt: skip
    return Done(extra={"migration": str(made), "cases": len(instances)})


def _tell(
    desk: Desk, trail: int, kind: str, between: tuple[Definition, Definition], **data: Any
) -> None:
    """Keep on the trail of a process what was done with a batch."""
    old, new = between
    told = {"process": old.key, "from": old.version, "version": new.version, **data}
    desk.unit.emit(trail, kind, data=told)


def _at_work(
    desk: Desk, command: StartMigration, trail: int, between: tuple[Definition, Definition],
    areas: list[str] | None, instances: list[int],
) -> int | None:  # fmt: skip
    """Return the same batch that is at work over these instances.

    Of others a dry one in one's own areas gives way, and a real one refuses.
    """
    wanted = (between[1].id, dict(command.mapping), command.recompute)
    for found in store.running_from(desk.conn, between[0].id, command.dry):
        batch = store.batch(desk.conn, found, lock=True)
        if batch is None or batch.state != "running":
            continue
        same = (batch.to_id, loads(batch.mapping), bool(batch.recompute)) == wanted
        if same and not store.left_out(desk.conn, found, instances):
            return found
        if not command.dry:
            raise IllegalState(detail="这个版本已有一批迁移在进行，请等它结束，或先停止它")
        if _within(desk, found, areas):
            _close(desk, trail, batch, "stopped", "MigrationStopped")
    return None


def _within(desk: Desk, migration_id: int, areas: list[str] | None) -> bool:
    """Tell whether every instance of a batch lies in some areas (None: all)."""
    if areas is None:
        return True
    every, inside = store.counts(desk.conn, migration_id), store.counts(desk.conn, migration_id, areas)
    return sum(every.values()) == sum(inside.values())


def stop(desk: Desk, command: StopMigration) -> Done:
    """Let a batch of one's own areas, or one's own batch, go no further.

    Raises NotFound, OutOfArea where it reaches further, or IllegalState when it is over.
    """
    areas = areas_of(desk.actor)
    batch = store.batch(desk.conn, command.migration_id)
    if batch is None:
        raise NotFound()
    trail = desk.process_trail(batch.key)
    if batch.made_by != desk.actor.user_id and not _within(desk, batch.id, areas):
        raise OutOfArea(area="这一批案件所在辖区")
    if not _close(desk, trail, batch, "stopped", "MigrationStopped"):
        raise IllegalState(detail="这一批迁移已经结束")
    return Done()


def finish(desk: Desk, command: EndMigration) -> Done:
    """Close a batch by itself, once; raise NotFound, or NotCandidate for anybody but the program."""
    if not desk.actor.is_system:
        raise access.wrong_role(ACTION)
    batch = store.batch(desk.conn, command.migration_id)
    if batch is None:
        raise NotFound()
    trail = desk.process_trail(batch.key)
    if command.stopped:
        _close(desk, trail, batch, "stopped", "MigrationStopped")
    else:
        _close(desk, trail, batch, "done", "MigrationEnded")
    return Done()


def _close(desk: Desk, trail: int, batch: store.Batch, state: str, kind: str) -> bool:
    """Close a batch and keep it on the trail of its process; False: it was closed before."""
    if not store.end(desk.conn, batch.id, state, desk.now_us):
        return False
    counts = store.counts(desk.conn, batch.id)
    definitions = desk.unit.kernel.definitions
    waiting = counts.pop("waiting", 0)
    _tell(
        desk, trail, kind,
        (definitions.get(desk.conn, batch.from_id), definitions.get(desk.conn, batch.to_id)),
        batch=str(batch.id), dry=bool(batch.dry), waiting=waiting, done=sum(counts.values()),
        refused=counts.get("refused", 0), gone=counts.get("gone", 0),
    )  # fmt: skip
    return True
