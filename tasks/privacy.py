"""The whole identity number: shown for a reason to who works on the case, and in the trail (SEC-P2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import FormInvalid
from tasks import access, commands, people
from tasks.access import Subject
from tasks.actor import Actor
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import Connection, Record
from tasks.text import clean_line

if TYPE_CHECKING:
    from tasks.app import App

RIGHT = "view_person_id"
#: Classes of personal data of which one goes with the right (`fields` of the table).
CLASSES = frozenset({"P4", "P4*"})
_LONGEST = 200


def show_id_number(app: App, actor: Actor, person_id: int, reason: str, key: str | None = None) -> str:
    """Return the whole identity number of a person after writing down who looks and why.

    Raise NotFound outside the area, NotCandidate without the right, FormInvalid without a reason.
    """
    app.do(commands.ViewIdNumber(person_id, reason), actor, key)
    with app.read() as conn:
        return people.reveal_id(conn, app.keys, person_id)


def may_view(conn: Connection, actor: Actor, person: Record) -> bool:
    """Tell whether to offer the whole number; the command asks again."""
    subjects = subjects_of(conn, person, casework.active_case(conn, person["id"]))
    return any(access.allowed(actor, RIGHT, one) and sees_p4(actor, one) for one in subjects)


def may_read_papers(conn: Connection, actor: Actor, person: Record, case_id: int | None) -> bool:
    """Tell whether the papers of a person are for an actor: they hold name, address and telephone (P3)."""
    case = rows.first(conn, tables.case, id=case_id) if case_id is not None else None
    return any(
        access.allowed(actor, "print_paper", one) and "P3" in access.classes_for(actor, one)
        for one in subjects_of(conn, person, case)
    )


def view_id_number(desk: Desk, command: commands.ViewIdNumber) -> Done:
    """Write down that somebody looks at a whole identity number, and why."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "view_person", Subject(person["area"]))
    if not may_view(desk.conn, desk.actor, person):
        raise access.wrong_role(RIGHT)
    reason = clean_line(command.reason)[:_LONGEST]
    if not reason:
        raise FormInvalid([("reason", "请填写查阅理由。", "Say why you need the number.")])
    active = casework.active_case(desk.conn, command.person_id)
    trail = active["id"] if active is not None else desk.person_trail(command.person_id)
    desk.emit(trail, "RecordViewed", viewed="id_no", person=str(command.person_id), reason=reason)
    return Done(person_id=command.person_id)


def sees_p4(actor: Actor, subject: Subject) -> bool:
    """Tell whether the table gives an actor the sensitive data of a subject, masked or not."""
    return bool(access.classes_for(actor, subject) & CLASSES)


def subjects_of(conn: Connection, person: Record, case: Record | None) -> Iterator[Subject]:
    """Yield a person's case as the table of rights sees it: by its tier, then by each of its open tasks."""
    if case is None:
        yield Subject(person["area"])
        return
    instances = casework.open_instances(conn, case["id"])
    tasks = casework.open_tasks_of(conn, [row["id"] for row in instances])
    helpers = rows.rows(conn, tables.helper, case_id=case["id"], released_at=None)
    holders = {row["user_id"] for row in helpers} | {row["assignee_id"] for row in tasks}
    known = frozenset(one for one in holders if one is not None)
    for role in dict.fromkeys(("", *(row["role"] for row in tasks))):
        yield Subject(person["area"], role, case["tier"], known)
