"""Checking the rows of a workbook against the form, the office's places, and the people on file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import FormInvalid
from tasks import idno, org
from tasks.actor import Actor
from tasks.crypto import Keys
from tasks.decision_inputs import Thresholds
from tasks.people import NewPerson
from tasks.store import surveys
from tasks.store.conn import Connection
from tasks.survey.check import check
from tasks.survey.columns import header_of
from tasks.survey.doubts import Problem, Term, beside, doubts, rounds_of
from tasks.survey.keep import address_in, phone_in
from tasks.survey.schema import Answers, plain, questionnaire
from tasks.survey.workbook import Row

#: Who may take questionnaires over, and where: supervisors in their area, the system administrator anywhere.
IMPORTERS = ("supervisor", "system_admin")


@dataclass(slots=True)
class Found:
    """A row that was looked at: its answers and place, or what is wrong with it."""

    row: Row
    answers: dict[str, Any]
    unit: org.Unit | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Checker:
    """Checks the rows of one workbook; remembers the numbers it saw, to find a person twice."""

    keys: Keys
    actor: Actor
    today: date
    thresholds: Thresholds
    places: Mapping[tuple[str, str], org.Unit]
    _seen: dict[int, int] = field(default_factory=dict)
    _named: dict[int, tuple[int, int]] = field(default_factory=dict)
    _rounds: dict[int, dict[int, list[Term]]] = field(default_factory=dict)  #: by year

    def look(self, conn: Connection, rows: Iterable[Row]) -> Iterator[Found]:
        """Yield what is to be said of some rows; whose file is there already is looked up for all at once."""
        found = [self._one(row) for row in rows]
        by_index: dict[str, list[Found]] = {}
        for one in found:
            if "id_no" in one.answers:
                by_index.setdefault(self.keys.blind("id_no", one.answers["id_no"]), []).append(one)
        on_file = surveys.persons_by_index(conn, by_index)
        for index, same in by_index.items():
            for one in same:
                self._beside(conn, one, on_file.get(index))
        yield from found

    def _beside(self, conn: Connection, one: Found, person: Mapping[Any, Any] | None) -> None:
        """Hold a row against the person's file and the rounds of the community."""
        if person is not None:
            one.problems += self._on_file(one.answers, person)
        if one.problems or one.unit is None:
            one.warnings = []
            return
        year = int(one.answers["survey_date"][:4])
        if year not in self._rounds:
            self._rounds[year] = rounds_of(conn, [unit.id for unit in self.places.values()], [year])
        known = beside(person, self._rounds[year].get(one.unit.id, ()))
        one.warnings = doubts(one.answers, self.today, self.thresholds, known)

    def _one(self, row: Row) -> Found:
        checked = check(row.answers, self.today, self.thresholds, literal=True)
        found = Found(row, checked.answers, None, checked.problems, checked.warnings)
        found.unit = self._place(found)
        number, day = found.answers.get("id_no"), found.answers.get("survey_date")
        if number is not None and day is not None:
            mark = hash((number, day[:4]))
            first = self._seen.setdefault(mark, row.number)
            if first != row.number:
                zh = f"“身份证号”与第{first}行重复：同一人同一年只能有一份，请核对后删去一行。"
                found.problems.append(("id_no", zh, f"The same person as in row {first}."))
        if number is not None and "name" in found.answers:
            name = hash(found.answers["name"])
            first, told = self._named.setdefault(hash(number), (row.number, name))
            if told != name:
                zh = f"“姓名”与第{first}行同一身份证号的姓名不一致，请按户口本核对姓名和身份证号。"
                found.problems.append(("name", zh, f"The name differs from that in row {first}."))
        return found

    def _place(self, found: Found) -> org.Unit | None:
        town, village = (found.answers.get(f"hukou_place_{part}") for part in ("town", "village"))
        if town is None or village is None:
            return None
        unit = self.places.get((plain(town), plain(village)))
        if unit is None:
            near = difflib.get_close_matches(plain(village), [key[1] for key in self.places], 1, 0.6)
            maybe = next((one for key, one in self.places.items() if near and key[1] == near[0]), None)
            hint = f"，是不是“{maybe.name}”" if maybe is not None else ""
            zh = f"“户口所在地”没有“{town}／{village}”这个社区（村）{hint}，请按系统“机构”中的名称填写。"
            found.problems.append(("hukou_place_village", zh, "There is no such community."))
        elif not _covers(self.actor, unit.path):
            zh = f"“户口所在地”的“{unit.name}”不在您的辖区内，请由该辖区导入。"
            found.problems.append(("hukou_place_village", zh, "The community lies outside your area."))
            return None
        return unit

    def _on_file(self, answers: Answers, person: Mapping[Any, Any]) -> Iterator[Problem]:
        if not _covers(self.actor, person["area"]):
            zh = "“身份证号”在其他辖区已有档案，请联系区级工作人员，核对后由该辖区导入。"
            yield "id_no", zh, "This person is on file in another area."
        elif answers.get("name") is not None and answers["name"] != person["name"]:
            zh = f"“姓名”与档案中的“{person['name']}”不一致，请按户口本核对姓名和身份证号。"
            yield "name", zh, "The name differs from that on file."


def _covers(actor: Actor, area: str) -> bool:
    return actor.is_system or any(actor.has(role, area) for role in IMPORTERS)


def places_of(conn: Connection) -> dict[tuple[str, str], org.Unit]:
    """Return the communities in use by the names of their street and their own, as they are compared."""
    streets = {unit.id: unit.name for unit in org.below(conn, "/", "street")}
    communities = org.below(conn, "/", "community")
    return {
        (plain(streets[unit.parent_id]), plain(unit.name)): unit
        for unit in communities
        if unit.active and unit.parent_id in streets
    }


def new_person(answers: Answers, unit: org.Unit, today: date) -> NewPerson:
    """Return what a person's file is opened with; raise FormInvalid."""
    try:
        number = idno.parse(answers["id_no"], today)
    except idno.IdNumberError as fault:
        raise FormInvalid([("id_no", fault.zh, fault.en)]) from None
    return NewPerson(answers["name"], number, unit, phone_in(answers), address_in(answers))


def columns_of(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Return problems by the name of their column: (column, Chinese)."""
    questions = questionnaire().questions
    return [(header_of(questions[name]) if name in questions else name, zh) for name, zh, _en in problems]
