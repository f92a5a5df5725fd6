"""A survey begun by hand for a chosen group: why, of whom, until when (R003-15.2).

It is a round like the yearly one (P01), in every community that has somebody of the group; the term that was
given stands in place of the days of the yearly round.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.clock import NO_DUE, end_of_day, to_us
from engine.codec import dumps, loads
from engine.errors import FormInvalid
from engine.ids import new_id
from engine.live import Live
from tasks import access, decide, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.decision_inputs import full_years
from tasks.desk import Context, Desk
from tasks.forms.command_forms import accept_values
from tasks.matters import SPECIAL
from tasks.note_commands import BeginSurvey
from tasks.store import rows, tables
from tasks.store.conn import RowMapping
from tasks.store.tables_notes import special_survey
from tasks.survey_round import ROUND, in_scope

#: What narrows the group: each is asked only where it is said.
CHOICES = ("sex", "age_from", "age_to", "category", "employer")


def begin(desk: Desk, command: BeginSurvey) -> Done:
    """Begin the survey in every community that has somebody of the group; raise FormInvalid for nobody."""
    values = accept_values(desk, "special_survey", command.values)
    unit = org.get_unit(desk.conn, int(values["unit"]))
    access.authorize_start(desk.actor, ROUND, Subject(unit.path))
    chosen = {name: values[name] for name in CHOICES if values.get(name) not in (None, "")}
    problems = []
    if values["until"] < desk.today:
        problems.append(("until", "完成期限不能早于今天。", "The term ends before today."))
    if chosen.get("age_from", 0) > chosen.get("age_to", 999):
        problems.append(("age_to", "年龄上限不能小于下限。", "The upper age lies below the lower one."))
    if problems:
        raise FormInvalid(problems)
    areas = [one.path for one in org.below(desk.conn, unit.path, "community")]
    areas = [area for area in areas if _anybody(desk, area, chosen)]
    if not areas:
        zh = "所选范围内没有符合条件的人员，请放宽条件。"
        raise FormInvalid([("unit", zh, "Nobody in this area belongs to the group.")])
    made = new_id()
    rows.add(
        desk.conn, special_survey, id=made, area=unit.path, purpose=values["purpose"], chosen=dumps(chosen),
        until=values["until"].isoformat(), begun_at=desk.now_us, begun_by=desk.actor.user_id,
    )  # fmt: skip
    first = 0
    for area in areas:
        matter = f"{SPECIAL}:{made}:{org.unit_of_path(desk.conn, area).id}"
        live = desk.start(ROUND, Context(None, None, area, "community", matter=matter))
        desk.emit(live.trail_id, "SurveyBegun", live, purpose=values["purpose"], until=str(values["until"]))
        first = first or live.id
    desk.unit.write_waits()
    return Done(instance_id=first, extra={"survey": str(made), "communities": len(areas)})


def of_matter(desk: Desk, matter: str | None) -> RowMapping | None:
    """Return the survey that a round belongs to; None for a yearly one."""
    kind, _, rest = (matter or "").partition(":")
    return rows.first(desk.conn, special_survey, id=int(rest.partition(":")[0])) if kind == SPECIAL else None


def group_of(desk: Desk, live: Live) -> dict[str, Any] | None:
    """Return whom a round is of; None for a yearly one, which is of everybody."""
    found = of_matter(desk, desk.context(live).matter)
    return None if found is None else chosen_of(found)


def due_at(desk: Desk, live: Live) -> int:
    """Return the end of the term of a survey (microseconds UTC) for the tasks of its rounds."""
    found = of_matter(desk, desk.context(live).matter) if live.process_id == ROUND else None
    return NO_DUE if found is None else to_us(end_of_day(date.fromisoformat(found["until"])))


def _anybody(desk: Desk, area: str, chosen: Mapping[str, Any]) -> bool:
    return any(belongs(desk, one, chosen) for one in in_scope(desk, area))


def belongs(desk: Desk, person_id: int, chosen: Mapping[str, Any]) -> bool:
    """Tell whether a person belongs to the group today."""
    person = desk.person(person_id)
    age = full_years(date.fromisoformat(person["birth_date"]), desk.today)
    return (
        chosen.get("sex", person["sex"]) == person["sex"]
        and chosen.get("age_from", 0) <= age <= chosen.get("age_to", 999)
        and ("category" not in chosen or chosen["category"] in decide.categories(desk, person_id))
        and ("employer" not in chosen or _works_for(desk, person_id, chosen["employer"]))
    )


def _works_for(desk: Desk, person_id: int, words: str) -> bool:
    work = rows.rows(desk.conn, tables.employment, person_id=person_id)
    return any(words in (row["employer"] or "") for row in work)


def chosen_of(row: RowMapping) -> dict[str, Any]:
    """Return whom a survey is of."""
    return dict(loads(row["chosen"]))
