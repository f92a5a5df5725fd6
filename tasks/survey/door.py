"""A questionnaire filled in at a door or in a task, and what is read and decided of one afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.codec import loads
from engine.errors import DuplicatePerson, FormInvalid, NotFound
from tasks import access, office_trail, people
from tasks.access import Subject
from tasks.commands import Done
from tasks.decision_inputs import Thresholds
from tasks.desk import Desk
from tasks.store import casework, surveys
from tasks.store.conn import Connection, Record
from tasks.survey import commands
from tasks.survey.check import ON_FILE, accept
from tasks.survey.doubts import Problem, beside, doubts, rounds_of
from tasks.survey.keep import Entry, Keeper, Taken, settle
from tasks.survey.rowcheck import new_person, places_of
from tasks.survey.schema import plain


def keep_survey(desk: Desk, command: commands.KeepSurvey) -> Done:
    """Keep a questionnaire from a door; raise FormInvalid, DuplicatePerson, OutOfArea."""
    if command.person_id is not None:
        person = desk.person(command.person_id)
        access.authorize(desk.actor, "keep_survey", Subject(person["area"]))
        taken = of_person(desk, command.person_id, command.answers, "door")
        return _done(taken, command.person_id)
    checked = accept(command.answers, desk.today, desk.library.thresholds)
    there = people.find_by_id_no(desk.conn, desk.keys, checked.answers["id_no"])
    if there is not None:
        access.authorize(desk.actor, "keep_survey", Subject(there["area"]))
        raise DuplicatePerson(name=there["name"], person_id=str(there["id"]), area=there["area"])
    names = [plain(checked.answers[f"hukou_place_{part}"]) for part in ("town", "village")]
    unit = places_of(desk.conn).get((names[0], names[1]))
    if unit is None:
        zh = "“户口所在地”没有这个社区（村），请按系统中的街（镇）和社区（村）名称填写。"
        raise FormInvalid([("hukou_place_village", zh, "There is no such community.")])
    access.authorize(desk.actor, "register_person", Subject(unit.path))
    entry = Entry(checked.answers, new_person(checked.answers, unit, desk.today))
    taken = Keeper(desk, "door").take([entry])
    found = surveys.by_id(desk.conn, taken.ids[0])
    return _done(taken, found["person_id"] if found is not None else None)


def _done(taken: Taken, person_id: int | None) -> Done:
    extra: dict[str, Any] = {"same": taken.same, "beside": taken.beside}
    if taken.ids:
        extra["questionnaire_id"] = taken.ids[0]
    return Done(person_id=person_id, extra=extra)


def of_person(desk: Desk, person_id: int, answers: Mapping[str, Any], source: str) -> Taken:
    """Keep the questionnaire of somebody on file; `source` is `door` or a task's element."""
    checked = accept(answers, desk.today, without=ON_FILE)
    person = people.get_person(desk.conn, person_id, lock=True)
    return Keeper(desk, source).take([Entry(checked.answers, person)])


def doubts_about(conn: Connection, row: Record, today: date, thresholds: Thresholds) -> list[Problem]:
    """Return what to look at again in a kept questionnaire, beside the file as it is now."""
    known = beside(
        people.get_person(conn, row["person_id"]),
        rounds_of(conn, [row["community_id"]], [row["year"]]).get(row["community_id"], ()),
    )
    return doubts(loads(row["answers"]), today, thresholds, known)


def settle_survey(desk: Desk, command: commands.SettleSurvey) -> Done:
    """Decide between two questionnaires of one person and year."""
    row = _seen(desk, command.questionnaire_id, "settle_survey")
    settle(desk, command.questionnaire_id, command.holds)
    return Done(person_id=row["person_id"])


def view_survey(desk: Desk, command: commands.ViewSurvey) -> Done:
    """Write down who opens a questionnaire; raise NotFound for whom it is not for."""
    row = _seen(desk, command.questionnaire_id, "view_survey")
    active = casework.active_case(desk.conn, row["person_id"])
    trail = int(active["id"]) if active is not None else desk.person_trail(row["person_id"])
    desk.emit(trail, "RecordViewed", viewed="survey", questionnaire=str(row["id"]))
    return Done(person_id=row["person_id"])


def note_report(desk: Desk, command: commands.NoteReport) -> Done:
    """Write down who took a report along."""
    access.authorize(desk.actor, "report_survey", Subject(command.area))
    office_trail.emit(desk, "RecordExported", "", viewed="survey", area=command.area, year=command.year)
    return Done()


def _seen(desk: Desk, questionnaire_id: int, action: str) -> Record:
    row = surveys.by_id(desk.conn, questionnaire_id)
    if row is None:
        raise NotFound
    access.authorize(desk.actor, action, Subject(row["area"]))
    return row
