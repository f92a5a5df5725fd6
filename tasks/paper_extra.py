"""Further words that some papers show beside the answers of their task: whom they go to, who takes part."""

from __future__ import annotations

from tasks.desk import Desk
from tasks.handlers import Completion
from tasks.queries.registers import forms_on

_COURSE = ("P12_Publicity", "P12_School")


def words_for(desk: Desk, done: Completion, kind: str) -> dict[str, str]:
    """Return the further words a paper of a kind shows."""
    if kind == "E17" and done.context.case_id is not None:
        found = desk.case(done.context.case_id)["data"].get("match") or {}
        employer = found.get("employer", "")
        return {"employer": employer, "post": found.get("post", ""), "addressee": employer}
    if kind == "E38":
        return {"addressee": desk.person(done.person_id)["name"]}
    if kind == "E43":
        told = forms_on(desk.conn, [done.task.live.trail_id], _COURSE)
        course = {name: str(value) for rows in told.values() for name, value in rows[-1].answers.items()}
        return {"employer": course.get("employer", ""), "school": course.get("school", "")}
    return {}
