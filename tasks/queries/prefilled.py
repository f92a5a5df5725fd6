"""What the form of an open task holds before anybody typed."""

from __future__ import annotations

from typing import Any

from engine import user_tasks
from tasks import prefill
from tasks.actor import Actor
from tasks.app import App
from tasks.forms.prefill import prefill as fill


def prefilled(app: App, actor: Actor, task_id: int) -> dict[str, Any]:
    """Return the values of a fresh form; raise NotFound. Nothing is kept."""
    with app.read() as conn:
        unit, desk = app.desk(conn, actor)
        task = user_tasks.read(unit, task_id, lock=False)
        spec = desk.library_of(task.live).form_of(task.node)
        context = prefill.form_context(desk, task.live, spec)
        facts = prefill.facts(desk, desk.context(task.live))
        found = fill(spec, context, facts, prefill.resolver(desk, task.live))
        return {**found, **prefill.told(desk, task.live, spec)}
