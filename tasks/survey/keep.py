"""Taking questionnaires into the record: one from a door, or some hundred of a workbook, in one transaction.

Of each person and year one is held. A further one with the same answers is the same; one with others stands
beside it until somebody says which holds (`settle`). Only what is held tells facts, as of its day, and never
over what was recorded of a later day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.codec import canonical, dumps, loads
from engine.errors import IllegalState, NotFound
from engine.ids import new_id
from tasks import people
from tasks.desk import Desk
from tasks.facts import stored
from tasks.people import NewPerson
from tasks.store import casework, rows, surveys, tables
from tasks.store import people as people_store
from tasks.store.conn import Record
from tasks.survey.meaning import Reader, choices_of, facts_of
from tasks.survey.schema import NONE, Answers

#: The source of facts that come from here.
SOURCE = "survey"
_FACTS = ("urban", "receives_dibao", "education", "family_economy", "disabled", "labour_ability", "wish",
          "special_family_reason")  # fmt: skip
_NOT_KEPT = ("id_no",)


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked questionnaire of a person who is on file, or whose file is opened with it."""

    answers: Answers
    person: Record | NewPerson


@dataclass(slots=True)
class Taken:
    """What became of some questionnaires."""

    ids: list[int] = field(default_factory=list)
    opened: int = 0
    same: int = 0
    beside: int = 0

    def add(self, more: Taken) -> None:
        """Count further ones in."""
        self.ids += more.ids
        self.opened += more.opened
        self.same += more.same
        self.beside += more.beside


@dataclass(slots=True)
class _Rows:
    persons: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    questionnaires: list[dict[str, Any]] = field(default_factory=list)


def digest_of(answers: Answers) -> str:
    """Return what tells whether two questionnaires say the same."""
    return hashlib.sha256(canonical(_kept(answers)).encode()).hexdigest()


def _kept(answers: Answers) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if name not in _NOT_KEPT}


class Keeper:
    """Takes questionnaires at one desk."""

    def __init__(self, desk: Desk, source: str, reader: Reader | None = None) -> None:
        self.desk = desk
        self.source = source
        self.reader = reader or Reader(desk.library.tables, desk.library.thresholds)

    def take(self, entries: Sequence[Entry]) -> Taken:
        """Take questionnaires, of each person one; those of persons on file hold the person's row, locked."""
        known = [int(entry.person["id"]) for entry in entries if not isinstance(entry.person, NewPerson)]
        years = {_day(entry.answers).year for entry in entries}
        earlier: dict[tuple[int, int], dict[str, str]] = {}
        since: dict[tuple[int, str], str] = {}
        if known:
            for row in surveys.of_persons(self.desk.conn, known, years):
                there = earlier.setdefault((row["person_id"], row["year"]), {})
                there[row["digest"]] = row["standing"]
            since = surveys.latest_since(self.desk.conn, known, _FACTS)
        taken, made = Taken(), _Rows()
        for entry in entries:
            self._one(entry, earlier, since, taken, made)
        self._write(made)
        return taken

    def _one(
        self, entry: Entry, earlier: Mapping[tuple[int, int], Mapping[str, str]],
        since: Mapping[tuple[int, str], str], taken: Taken, made: _Rows,
    ) -> None:  # fmt: skip
        row = self._person(entry, taken, made)
        day, digest = _day(entry.answers), digest_of(entry.answers)
        there = earlier.get((row["id"], day.year), {})
        if digest in there:
            taken.same += 1
            return
        standing = "beside" if "held" in there.values() else "held"
        taken.beside += standing == "beside"
        current: dict[str, Any] = loads(row["facts"])
        told = {
            name: stored(name, value) for name, value in facts_of(entry.answers, current).items()
            if since.get((row["id"], name), "") <= day.isoformat()
        }  # fmt: skip
        found = self.reader.read(entry.answers, {**current, **told}, row["sex"], row["birth_date"], day)
        made_id = new_id()
        made.questionnaires.append(
            {
                "id": made_id, "person_id": row["id"], "community_id": row["community_id"],
                "area": row["area"], "year": day.year, "surveyed_on": day.isoformat(),
                "answers": canonical(_kept(entry.answers)), "choices": choices_of(entry.answers),
                "digest": digest, "standing": standing, "visit_class": found.visit_class,
                "candidates": " ".join(found.candidates), "source": self.source,
                "recorded_at": self.desk.now_us, "recorded_by": self.desk.actor.user_id,
            }
        )  # fmt: skip
        taken.ids.append(made_id)
        trail = self._trail(entry, row["id"])
        self.desk.emit(trail, "SurveyKept", questionnaire=str(made_id), year=day.year, hash=digest,
                       standing=standing)  # fmt: skip
        if standing == "held":
            self._facts(row, current, told, day, trail, made)

    def _person(self, entry: Entry, taken: Taken, made: _Rows) -> dict[str, Any]:
        if not isinstance(entry.person, NewPerson):
            return dict(entry.person)
        row, tokens = people.new_row(self.desk.keys, self.desk.now, entry.person)
        made.persons.append(row)
        made.tokens += [{"token": token, "person_id": row["id"]} for token in sorted(tokens)]
        taken.opened += 1
        return row

    def _trail(self, entry: Entry, person_id: int) -> int:
        """Return the trail: of the active case, or the person's own, which begins with the file."""
        if isinstance(entry.person, NewPerson):
            trail = self.desk.unit.new_trail()
            rows.add(self.desk.conn, tables.trail_owner, trail_id=trail, kind="person", person_id=person_id)
            self.desk.emit(trail, "PersonRegistered", person=str(person_id))
            return trail
        active = casework.active_case(self.desk.conn, person_id)
        return int(active["id"]) if active is not None else self.desk.person_trail(person_id)

    def _facts(
        self, row: dict[str, Any], current: Mapping[str, Any], told: Mapping[str, Any], day: date, trail: int,
        made: _Rows,
    ) -> None:  # fmt: skip
        changed = {name: value for name, value in told.items() if current.get(name) != value}
        if not changed:
            return
        text = dumps({name: value for name, value in {**current, **changed}.items() if value is not None})
        if made.persons and made.persons[-1]["id"] == row["id"]:
            made.persons[-1]["facts"] = text
        else:
            people_store.update_person(
                self.desk.conn, row["id"], facts=text, updated_at=self.desk.now_us
            )
        made.facts += [
            {
                "id": new_id(), "person_id": row["id"], "name": name, "value": dumps(value),
                "since": day.isoformat(), "source": SOURCE, "event_id": None,
                "user_id": self.desk.actor.user_id, "recorded_at": self.desk.now_us,
            }
            for name, value in changed.items()
        ]  # fmt: skip
        self.desk.unit.emit(
            trail, "FactChanged", data={"facts": list(changed)},
            payload={name: [current.get(name), value] for name, value in changed.items()},
        )  # fmt: skip

    def _write(self, made: _Rows) -> None:
        conn = self.desk.conn
        if made.persons:
            people_store.insert_persons(conn, made.persons, made.tokens)
        if made.questionnaires:
            surveys.add(conn, made.questionnaires)
        if made.facts:
            people_store.insert_facts(conn, made.facts)


def _day(answers: Answers) -> date:
    return date.fromisoformat(answers["survey_date"])


def phone_in(answers: Answers) -> str:
    """Return the telephone a questionnaire gives, or nothing."""
    given = (answers.get(name, NONE) for name in ("mobile", "home_phone"))
    return next((phone for phone in given if phone != NONE), "")


def address_in(answers: Answers) -> str:
    """Return where a person lives, as the questionnaire says."""
    parts = ("residence_province", "residence_county", "residence_town", "residence_village")
    return "".join(str(answers.get(part, "")) for part in parts)


def settle(desk: Desk, questionnaire_id: int, holds: bool) -> Record:
    """Say whether a questionnaire that stands beside another holds instead of it; return its row.

    What holds tells its facts; the other is set aside, and both stay. Raises NotFound, IllegalState.
    """
    row = surveys.by_id(desk.conn, questionnaire_id)
    if row is None:
        raise NotFound
    if row["standing"] != "beside":
        raise IllegalState(detail="这份问卷已经处理过")
    person = people.get_person(desk.conn, row["person_id"], lock=True)
    if not holds:
        surveys.set_standing(desk.conn, questionnaire_id, "set_aside")
        _told(desk, row, "set_aside")
        return row
    for other in _held(surveys.of_person(desk.conn, row["person_id"], row["year"])):
        surveys.set_standing(desk.conn, other["id"], "set_aside")
    surveys.set_standing(desk.conn, questionnaire_id, "held")
    answers, day = loads(row["answers"]), date.fromisoformat(row["surveyed_on"])
    since = surveys.latest_since(desk.conn, [row["person_id"]], _FACTS)
    facts = {
        name: value for name, value in facts_of(answers, loads(person["facts"])).items()
        if since.get((row["person_id"], name), "") <= day.isoformat()
    }  # fmt: skip
    changes = people.write_facts(
        desk.conn, row["person_id"], facts, desk.actor, desk.now, source=SOURCE, since=day
    )
    trail = _told(desk, row, "held")
    if changes:
        desk.unit.emit(trail, "FactChanged", data={"facts": [change.name for change in changes]},
                       payload={change.name: [change.old, change.new] for change in changes})  # fmt: skip
    return row


def _held(found: Iterable[Record]) -> list[Record]:
    return [row for row in found if row["standing"] == "held"]


def _told(desk: Desk, row: Record, standing: str) -> int:
    active = casework.active_case(desk.conn, row["person_id"])
    trail = int(active["id"]) if active is not None else desk.person_trail(row["person_id"])
    desk.emit(trail, "SurveySettled", questionnaire=str(row["id"]), year=row["year"], standing=standing)
    return trail
