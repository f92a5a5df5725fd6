"""Filling a form as the office would: what the scenario gives, the rest by prefill and example."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine import user_tasks
from tasks import prefill
from tasks.actor import Actor
from tasks.forms.prefill import with_examples
from tasks.forms.spec import Field, FormSpec
from tasks.forms.values import FormContext
from tasks.scenarios.world import World
from tasks.store import stories


def task_values(
    world: World, actor: Actor, task_id: int, given: Mapping[str, Any], area: str,
    strict: bool = False, also: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the values of a task's form; `strict` adds nothing to what is given."""
    with world.app.read() as conn:
        unit, desk = world.app.desk(conn, actor)
        task = user_tasks.read(unit, task_id)
        spec = desk.library_of(task.live).form_of(task.node)
        raw = named(world, spec, given, area)
        if strict or not task.row.is_open:
            return raw
        desk.form = raw
        context = prefill.form_context(desk, task.live, spec)
        facts = prefill.facts(desk, desk.context(task.live))
        raw = {**prefill.told(desk, task.live, spec), **raw}
        return with_examples(spec, raw, context, facts, prefill.resolver(desk, task.live), also)


def command_values(world: World, spec: FormSpec, given: Mapping[str, Any], strict: bool) -> dict[str, Any]:
    """Return the fields of a command on a case."""
    from engine.clock import local_date

    now = world.clock.now()
    raw = dict(given)
    if strict:
        return raw
    return with_examples(spec, raw, FormContext(local_date(now), now), {}, lambda _rule, _field: None)


def named(world: World, spec: FormSpec, given: Mapping[str, Any], area: str) -> dict[str, Any]:
    """Put ids in the place of handles of users, vacancies, posts and persons."""
    return {name: _value(world, spec.fields[name], value, area) for name, value in given.items()}


def _latest_case(world: World, person_id: int) -> int | None:
    with world.app.read() as conn:
        found = stories.cases_of(conn, person_id)
    return int(found[-1]["id"]) if found else None


def _value(world: World, field: Field, value: Any, area: str) -> Any:
    if field.type == "list" and isinstance(value, list):
        columns = {column.name: column for column in field.item}
        return [
            {name: _value(world, columns[name], cell, area) if name in columns else cell
             for name, cell in row.items()}
            if isinstance(row, Mapping) else row
            for row in value
        ]  # fmt: skip
    if field.type == "user":
        return world.user_id(str(value), area) or value
    if field.type == "ref":
        found = world.objects.get(str(value)) or world.people.get(str(value))
        if field.of == "case" and str(value) in world.people:
            found = _latest_case(world, world.people[str(value)])
        return value if found is None else str(found)
    return list(value) if isinstance(value, list) else value
