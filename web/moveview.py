"""What is shown of a migration: the plan with what has to be decided, and how far a batch is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.errors import NotFound
from engine.graph import Node
from engine.migration import Plan, make_plan
from tasks import migration_runs
from tasks.migration_commands import StartMigration
from tasks.migration_runs import Progress
from tasks.migrations import areas_of
from tasks.queries import migrations, studio
from tasks.queries.migrations import Batch, Item
from web import query
from web.context import Ctx

#: Cases dealt with while the asker waits; the worker goes on with the rest.
AT_ONCE = 40
PAGE = 100
#: What became of an instance, to keep to.
STATES = ("waiting", "done", "refused", "gone")
#: What stands for "the work of this step ends" and for "leave such cases on their version".
STOPS, STAYS = "-", ""
#: No batch is larger.
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Question:
    """A step without a place in the new version, with how many cases stand there and where they could go."""

    node: Node
    why: str
    cases: int
    targets: list[Node]
    chosen: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Two versions of a process, and what has to be decided before cases go from one to the other."""

    versions: list[studio.Version]
    old: studio.Version | None
    new: studio.Version | None
    questions: list[Question]
    further: str  #: lines of the mapping that look right and are no question
    batches: list[Batch]
    planned: bool  #: there are two versions to plan between


def load_plan(
    context: Ctx, key: str, from_: str | None, to: str | None, typed: Mapping[str, str], refused: bool = False
) -> Planned:
    """Read the plan between two versions, chosen or the likely ones; raise NotFound or NotCandidate."""
    areas = areas_of(context.actor) or []
    with context.app.read() as conn:
        here = migrations.running(conn, key, areas)
        kept = (one for one in studio.versions(conn, key) if one.status != "rejected")
        versions = [replace(one, running=here.get(one.id, 0)) for one in kept]
        if not versions:
            raise NotFound
        active = next((one for one in versions if one.status == "active"), None)
        new = _chosen(versions, to, active)
        older = [one for one in versions if new is not None and one.version != new.version and one.running]
        old = _chosen(versions, from_, older[0] if older else None)
        if refused and old == new:
            new = active  # what was typed has to be shown
        batches = migrations.batches(conn, key)
        stands = migrations.standing(conn, old.id, areas) if old is not None else {}
        plan = None
        if old is not None and new is not None and old.id != new.id:
            definitions = context.app.definitions
            plan = make_plan(definitions.get(conn, old.id), definitions.get(conn, new.id))
    questions, further = _questions(context, plan, stands, typed) if plan is not None else ([], "")
    return Planned(versions, old, new, questions, further, batches, plan is not None)


def _questions(
    context: Ctx, plan: Plan, stands: Mapping[str, int], typed: Mapping[str, str]
) -> tuple[list[Question], str]:
    """Return what has to be decided, with what looks right, and the further lines of the mapping."""
    suggested = plan.suggestions()
    found = [
        Question(
            node, why.zh if context.lang == "zh" else why.en, stands.get(node.id, 0), plan.targets(node),
            typed.get(node.id, suggested.get(node.id, STAYS)),
        )
        for node, why in plan.unplaced()
    ]  # fmt: skip
    asked = {question.node.id for question in found}
    return found, "\n".join(f"{old} = {new}" for old, new in suggested.items() if old not in asked)


def _chosen(
    versions: list[studio.Version], given: str | None, otherwise: studio.Version | None
) -> studio.Version | None:
    return next((one for one in versions if str(one.version) == given), otherwise)


def note_unknown(found: Planned) -> None:
    """Note a version that the address asks for and the process has not."""
    known = {str(one.version) for one in found.versions}
    for name in ("from", "to"):
        query.one_of(name, known)


@dataclass(frozen=True, slots=True)
class Moving:
    """One batch, how far it is, and a page of what became of its instances."""

    batch: Batch
    progress: Progress
    items: list[Item]
    more: int | None  #: the number at which the next page begins


def load_batch(context: Ctx, key: str, migration_id: int, state: str = "", beyond: int = 0) -> Moving:
    """Read a batch of a process as far as the reader's area reaches; raise NotFound or NotCandidate."""
    areas = areas_of(context.actor)
    with context.app.read() as conn:
        found = migrations.batches(conn, key, migration_id)
        after = min(max(beyond, 0), _MOST)
        rows = migrations.items(conn, migration_id, areas, state=state, beyond=after, limit=PAGE)
    if not found:
        raise NotFound
    done = migration_runs.progress(context.app, migration_id, areas)
    return Moving(found[0], done, rows, rows[-1].n if len(rows) == PAGE else None)


def begin(context: Ctx, command: StartMigration, token: str | None = None) -> int:
    """Begin a batch and deal with its first instances at once; return its id. Raises as the command does."""
    made = context.app.do(command, context.actor, token)
    migration_id = int(made.extra["migration"])
    migration_runs.run(context.app, migration_id, most=AT_ONCE)
    return migration_id
