"""What the form of an open task holds before anybody typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import user_tasks
from engine.codec import loads
from engine.errors import StaleTask
from tasks import prefill
from tasks.actor import Actor
from tasks.app import App
from tasks.forms.prefill import prefill as fill
from tasks.forms.prefill import with_examples
from tasks.forms.spec import FormSpec
from tasks.store import rows, tables


def prefilled(app: App, actor: Actor, task_id: int) -> dict[str, Any]:
    """Return the values of a fresh form; raise NotFound. Nothing is kept."""
    with app.read() as conn:
        unit, desk = app.desk(conn, actor)
        task = user_tasks.read(unit, task_id, lock=False)
        spec = desk.library_of(task.live).form_of(task.node)
        context = prefill.form_context(desk, task.live, spec)
        facts = prefill.facts(desk, desk.context(task.live))
        found = fill(spec, context, facts, prefill.resolver(desk, task.live))
        return {**prefill.on_file(desk, task.live, spec), **found, **prefill.told(desk, task.live, spec)}


#: Says what is answered, given the form and what it holds before anybody typed.
Choose = Callable[[FormSpec, Mapping[str, Any]], Mapping[str, Any]]


def example(app: App, actor: Actor, task_id: int, choose: Choose) -> dict[str, Any]:
    """Return a form as somebody would fill it: what is chosen, the draft, the rest by prefill and example.

    Raises NotFound, and StaleTask for a task that is over.
    """
    with app.read() as conn:
        unit, desk = app.desk(conn, actor)
        task = user_tasks.read(unit, task_id, lock=False)
        if not task.row.is_open:
            raise StaleTask(name=task.node.name, state=task.row.state, task_id=str(task_id))
        spec = desk.library_of(task.live).form_of(task.node)
        context = prefill.form_context(desk, task.live, spec)
        facts = prefill.facts(desk, desk.context_at(task.live, task.live.state.tokens[task.row.token].scope))
        resolve = prefill.resolver(desk, task.live)
        told = prefill.told(desk, task.live, spec)
        draft = rows.first(conn, tables.form_data, task_id=task_id, draft=True)
        if draft is not None:
            kept = loads(draft["values"])
            told = {**told, **{name: kept[name] for name in spec.fields if name in kept}}
        given = {**told, **choose(spec, {**fill(spec, context, facts, resolve), **told})}
        return with_examples(spec, given, context, facts, resolve, ("other_outcomes",))
