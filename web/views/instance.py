"""One process for its supervisor: where it stands, stop it and let it go on, move it, end it, try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.clock import to_us
from engine.errors import AidError, NotFound
from engine.graph import HUMAN, Graph
from engine.regions import same_region
from tasks import commands
from tasks.access import Subject, allowed
from tasks.queries import diagram, instance_page, office, trail
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go

views = Blueprint("instance", __name__, url_prefix="/instances")

Typed = Mapping[str, str]
_FIELDS = ("reason", "from", "to")
#: What may be done -> the command; each is also the name of the right.
ACTS: dict[str, Callable[[int, Typed], commands.Command]] = {
    "suspend": lambda one, typed: commands.SuspendInstance(one, typed["reason"]),
    "resume": lambda one, _typed: commands.ResumeInstance(one),
    "move": lambda one, typed: commands.MoveToken(one, typed["from"], typed["to"], typed["reason"]),
    "cancel": lambda one, typed: commands.CancelInstance(one, typed["reason"]),
}


@dataclass(slots=True)
class Page:
    """Everything the template needs."""

    head: instance_page.InstanceHead
    stands: tuple[str, ...]
    tasks: list[instance_page.Waiting]
    incidents: list[office.Incident]
    #: Versions it ran before.
    left: tuple[trail.Left, ...] = ()
    #: Steps to which each step in hand may be taken.
    moves: dict[str, list[str]] = field(default_factory=dict)


def _load(context: Ctx, instance_id: int) -> Page:
    """Read a process; raise NotFound for what is not there or not the supervisor's."""
    with context.app.read() as conn:
        head = instance_page.instance_head(conn, instance_id)
        if head is None or not allowed(context.actor, "suspend", Subject(head.area)):
            raise NotFound
        found = diagram.standing(conn, instance_id, to_us(context.now), context.graph)
        stands = found.active if found is not None else ()
        open_ones = office.incidents(conn, list(context.actor.areas("supervisor")))
        tasks = instance_page.waiting_tasks(conn, instance_id)
    graph = context.graph(head.definition_id)
    page = Page(head, stands, tasks, [one for one in open_ones if one.instance_id == instance_id])
    page.left = found.left if found is not None else ()
    page.moves = {one: _targets(graph, one) for one in stands}
    page.moves = {one: targets for one, targets in page.moves.items() if targets}
    return page


def _targets(graph: Graph, element: str) -> list[str]:
    """Return the tasks of persons to which the diagram lets a step be moved without leaving others behind."""
    here = graph.nodes.get(element)
    if here is None or here.kind not in HUMAN:
        return []
    return [
        one.id for one in graph.nodes.values()
        if one.kind in HUMAN and one.id != element and one.scope == here.scope
        and same_region(graph, element, one.id)
    ]  # fmt: skip


def _render(page: Page, typed: Typed | None = None, refusal: AidError | None = None, act: str = "") -> str:
    sentence = refusal.sentence(ctx().lang) if refusal else ""
    if refusal is not None and hasattr(refusal, "problems"):
        sentence = " ".join(zh if ctx().lang == "zh" else en for _name, zh, en in refusal.problems)
    return render_template(
        "instance.html", page=page, head=page.head, typed=typed or {}, sentence=sentence, act=act
    )


@views.get("/<int:instance_id>")
def show(instance_id: int) -> str:
    """Show a process."""
    return _render(_load(ctx(), instance_id))


@views.post("/<int:instance_id>/<action>")
def act(instance_id: int, action: str) -> Response:
    """Carry out what the supervisor wants; a refusal shows the page again with what was typed."""
    context = ctx()
    page = _load(context, instance_id)
    if action not in ACTS:
        raise NotFound
    typed = {name: request.form.get(name, "").strip()[:500] for name in _FIELDS}
    try:
        key = context.command_key(request.form.get("_key", ""), f"{action}:{instance_id}")
        context.app.do(ACTS[action](instance_id, typed), context.actor, key)
    except AidError as refusal:
        return make_response(_render(page, typed, refusal, action), status_of(refusal))
    return go(f"/instances/{instance_id}", f"instance_{action}")
