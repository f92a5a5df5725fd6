"""Trails by name, and those a reader may open beside the cases."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.queries.names import user_names
from tasks.queries.trail_owners import Owner, may, of_office, of_persons, of_processes
from web import words
from web.context import Ctx

#: Kinds of matters that are no window of an office's duty, as their keys begin.
MATTERS = ("benefit", "complaint", "discovery", "household", "special", "warning")


def trail_title(context: Ctx, owner: Owner) -> str:
    """Return what a trail is called that is no case's."""
    told = context.t(f"trail.of_{owner.kind}")
    if owner.process_key is not None:
        key = owner.process_key
        return f"{told} {words.process_code(key)} {words.process_name(key, context.lang)}"
    if owner.reader is not None:
        with context.app.read() as conn:
            return f"{told} {user_names(conn, [owner.reader]).get(owner.reader, '')}".strip()
    code = (owner.matter or "").partition(":")[0]
    if code in MATTERS:
        return f"{told} {context.t(f'trail.matter_{code}')}"
    return f"{told} {code}" if code and code != "unit" else told


def of_person(context: Ctx, person_id: int) -> list[tuple[int, str]]:
    """Return the trails of a person that are no case's, as far as the reader may open them, by name."""
    with context.app.read() as conn:
        found = of_persons(conn, [person_id])
    return _named(context, found)


def beside_cases(context: Ctx) -> list[tuple[int, str]]:
    """Return the trails of releases and of the office, as far as the reader may open them, by name."""
    with context.app.read() as conn:
        found = [*of_processes(conn), *of_office(conn)]
    return _named(context, found)


def _named(context: Ctx, found: Iterable[Owner]) -> list[tuple[int, str]]:
    return [(one.trail_id, trail_title(context, one)) for one in found if may(context.actor, one, "read")]
