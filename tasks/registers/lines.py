"""The lines of a register: what each entry says, as text, and what of it a reader may see.

Cells are text whatever their type (dates ISO, numbers in digits), so that a closed month keeps them as they
are read. The identity number is always the masked one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.calendar import full_years
from engine.clock import from_us, local_date
from tasks.access import HIDDEN, Subject, classes_for
from tasks.actor import Actor
from tasks.forms.spec import form, forms
from tasks.labels import label
from tasks.paper_text import words
from tasks.queries import registers as found
from tasks.queries.areas import unit_names
from tasks.queries.names import user_names
from tasks.queries.registers import Entry, PersonRow
from tasks.queries.scope import reading_tiers
from tasks.registers.spec import Column, RegisterSpec, fields_of
from tasks.store.conn import Connection

#: What is said of an entry that was made in a later month than the day it tells of.
LATE = "补录"
#: What is said of somebody a second assistance brought there, and no office below.
SECOND = "二次援助"
#: Columns that tell of the person.
_OF_PERSON = frozenset({"name", "sex", "birth_date", "age", "id_no", "phone", "address"})
_LONGEST = 300
_NO_WORDS = frozenset({"list", "survey", "user", "ref"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the entry (`n` counts the lines of one entry), whom it is about, and its cells."""

    id: int
    n: int
    at: int
    area: str
    tier: str
    case_id: int | None
    case_tier: str
    person_id: int | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything a page of lines is made of."""

    persons: Mapping[int, PersonRow]
    cases: Mapping[int, tuple[str, str]]
    own: Mapping[int, dict[str, Any]]
    others: Mapping[tuple[int, str], list[found.Told]]
    referrals: Mapping[int, list[found.Referral]]
    workers: Mapping[int, str]
    units: Mapping[str, str]


def lines_of(conn: Connection, spec: RegisterSpec, entries: Sequence[Entry]) -> list[Line]:
    """Return the lines of some entries, in their order."""
    own = found.forms(conn, [one.task_id for one in entries])
    listed = [_ids(row) for one in entries for row in _rows(spec, own.get(one.task_id or 0, {}))]
    tasks = {column.task for column in spec.columns if column.task}
    names = {column.name for column in spec.columns}
    counted = names & {"referrals", "employer", "post"}
    persons = found.persons(conn, [*(one.person_id for one in entries), *listed])
    places = [*(one.area for one in entries), *(one.area for one in persons.values())]
    known = _Known(
        persons=persons,
        cases=found.cases(conn, [one.case_id for one in entries]),
        own=own,
        others=found.forms_on(conn, [one.trail_id for one in entries], tasks) if tasks else {},
        referrals=found.referrals(conn, [one.case_id for one in entries]) if counted else {},
        workers=user_names(conn, [one.user_id for one in entries]),
        units=unit_names(conn, places),
    )
    return [line for one in entries for line in _lines(spec, one, known)]


def _rows(spec: RegisterSpec, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in values.get(spec.each) or ()] if spec.each else []


def _ids(row: Mapping[str, Any]) -> int | None:
    text = str(row.get("person") or "")
    return int(text) if text.isdecimal() else None


def _lines(spec: RegisterSpec, entry: Entry, known: _Known) -> list[Line]:
    own = known.own.get(entry.task_id or 0, {})
    rows = _rows(spec, own) or [{}]
    made = []
    for n, row in enumerate(rows):
        person_id = _ids(row) or entry.person_id
        values = {**own, **row}
        cells = tuple(_cell(spec, column, entry, values, person_id, known) for column in spec.columns)
        case_tier = known.cases.get(entry.case_id or 0, ("", ""))[1]
        made.append(
            Line(entry.id, n, entry.at, entry.area, entry.tier, entry.case_id, case_tier, person_id, cells)
        )
    return made


def _cell(
    spec: RegisterSpec, column: Column, entry: Entry, values: Mapping[str, Any], person_id: int | None,
    known: _Known,
) -> str:  # fmt: skip
    if column.of:
        return _answer(column, entry, values, known)
    person = known.persons.get(person_id or 0)
    if column.name in _OF_PERSON:
        return _of_person(column.name, person, entry) if person else ""
    match column.name:
        case "case_no":
            return known.cases.get(entry.case_id or 0, ("", ""))[0]
        case "community":
            return known.units.get(_community(entry, person), "")
        case "worker":
            return known.workers.get(entry.user_id or 0, "")
        case "step":
            return step_name(entry.element)
        case "entered":
            return local_date(from_us(entry.at)).isoformat()
        case "remark":
            return _remark(spec, entry, values, known)
        case "summary":
            return _summary(entry, values)
    return _referral(column, entry, known)


def _of_person(name: str, person: PersonRow, entry: Entry) -> str:
    match name:
        case "id_no":
            return person.id_masked
        case "sex":
            return label("code", person.sex)
        case "age":
            born = as_date(person.birth_date)
            return "" if born is None else str(full_years(born, local_date(from_us(entry.at))))
    return str(getattr(person, name) or "")


def _community(entry: Entry, person: PersonRow | None) -> str:
    """Return where an entry was made, or for one of a higher office where its person lives."""
    at_home = person is not None and person.area.startswith(entry.area)
    return person.area if person is not None and at_home else entry.area


def _answer(column: Column, entry: Entry, values: Mapping[str, Any], known: _Known) -> str:
    element = entry.element
    if column.task and column.task != entry.element:
        element = column.task
        told = _told(entry, element, known)
        values = told[-1].answers if told else {}
    fields = fields_of(element)
    fields = {part.name: part for one in fields.values() for part in one.item} | fields
    for name in column.of:
        value = values.get(name)
        if value is not None and name in fields:
            return _plain(column, words(fields[name], value, {}), value)
    return ""


def _told(entry: Entry, element: str, known: _Known) -> list[found.Told]:
    """Return what a step had recorded by the time of an entry, in the same run of assistance."""
    told = known.others.get((entry.trail_id, element), [])
    return [one for one in told if one.at <= entry.at and one.run == entry.run]


def _plain(column: Column, said: str, value: Any) -> str:
    return str(value) if column.type in ("date", "number") else said


def _remark(spec: RegisterSpec, entry: Entry, values: Mapping[str, Any], known: _Known) -> str:
    """Say that an entry is of a second assistance nobody handed up, or of an earlier month than its own."""
    if entry.run > 1 and spec.handed_up and not _told(entry, spec.handed_up, known):
        return SECOND
    day = next((str(values[name]) for name in spec.day if values.get(name)), "")
    return LATE if day and day[:7] < local_date(from_us(entry.at)).isoformat()[:7] else ""


def _summary(entry: Entry, values: Mapping[str, Any]) -> str:
    if entry.element not in forms():
        return ""
    return in_short(entry.element, values)


def step_name(element: str) -> str:
    """Return the name of a step: that of its form, or of a step the program does itself."""
    known = forms().get(element)
    return known.title_zh if known is not None else label("register_step", element)


def in_short(element: str, values: Mapping[str, Any]) -> str:
    """Return what a task recorded in one line."""
    said = [
        f"{field.zh}：{words(field, values[field.name], {})}"
        for field in form(element)
        if field.type not in _NO_WORDS and values.get(field.name) not in (None, "", [])
    ]
    text = "；".join(said)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _referral(column: Column, entry: Entry, known: _Known) -> str:
    """Return number, employers or posts of a case's referrals as they stood at an entry."""
    made = [one for one in known.referrals.get(entry.case_id or 0, []) if one.created_at <= entry.at]
    if column.name == "referrals":
        return str(len(made))
    same = [one for one in made if one.created_at == entry.at] or made[-1:]
    return "、".join(dict.fromkeys(getattr(one, column.name) for one in same))


def veiled(actor: Actor, spec: RegisterSpec, line: Line) -> Line:
    """Return a line as somebody may read it: what is not for him is covered."""
    classes = classes_for(actor, Subject(line.area, tier=line.case_tier or line.tier))
    notes = line.tier in reading_tiers(actor, line.area)
    cells = tuple(
        cell if not cell or _open(column.cls, classes, notes) else HIDDEN
        for column, cell in zip(spec.columns, line.cells, strict=True)
    )
    return replace(line, cells=cells)


def _open(cls: str, classes: frozenset[str], notes: bool) -> bool:
    if cls == "note":
        return notes
    return not cls or cls in classes or (cls == "P4" and "P4*" in classes)


def as_date(cell: str) -> date | None:
    """Return the date of a cell, or None for one that holds none (empty, covered)."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None
