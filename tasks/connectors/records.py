"""What is sent to an outside system: the person, the case, and of the forms only what that step is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.codec import loads
from tasks import contributions, employments, org, people
from tasks.decision_inputs import current_facts
from tasks.desk import Context, Desk
from tasks.store import casework, matters, rows, tables

#: Facts a kind of record carries beside name, number and address.
_FACTS = {
    "survey": ("labour_ability", "wish", "urgent", "unemployed", "family_economy", "education"),
    "registration": ("urban", "unemployed", "unemployed_since", "rural_transfer_wish", "education"),
    "employment": (),
    "guidance": ("stability",),
    "assessment": ("education",),
    "enrolment": ("education",),
}
#: The forms whose answers a kind of record carries.
_FORMS = {
    "survey": ("P01a_Form",),
    "registration": ("P03_Form",),
    "employment": (),
    "guidance": ("P10_Intervene",),
    "assessment": (),
    "enrolment": ("P11_TrainPlan",),
}
Values = Mapping[str, Any]


def record_of(desk: Desk, kind: str, context: Context, instance_id: int) -> dict[str, Any]:
    """Return the record of a kind about the person of a context; dates as ISO text."""
    of_office = _OF_OFFICE.get(kind)
    if of_office is not None:
        return of_office(desk, context, instance_id)
    assert context.person_id is not None
    found = of_person(desk, context)
    facts = current_facts(desk.person(context.person_id))
    known = {name: facts.get(name) for name in _FACTS[kind]}
    found["facts"] = {
        name: value if isinstance(value, bool | int) else str(value)
        for name, value in known.items()
        if value is not None
    }
    forms = {element: _answers(desk, instance_id, element) for element in _FORMS[kind]}
    found["forms"] = {element: values for element, values in forms.items() if values}
    more = _MORE.get(kind)
    return found | (more(desk, context) if more is not None else {})


def of_person(desk: Desk, context: Context) -> dict[str, Any]:
    """Return who a record is about, and the number of the case."""
    assert context.person_id is not None
    person = desk.person(context.person_id)
    found: dict[str, Any] = {
        "name": person["name"], "id_no": people.reveal_id(desk.conn, desk.keys, person["id"]),
        "sex": person["sex"], "birth_date": person["birth_date"], "phone": person["phone"],
        "address": person["address"],
    }  # fmt: skip
    if context.case_id is not None:
        found["case_no"] = desk.case(context.case_id)["case_no"]
    return found


def _answers(desk: Desk, instance_id: int, element: str) -> dict[str, Any]:
    done = casework.last_completion(desk.conn, instance_id, element)
    row = None if done is None else rows.first(desk.conn, tables.form_data, task_id=done["id"], draft=False)
    answers: dict[str, Any] = {} if row is None else loads(row["values"])
    return answers


def _employment(desk: Desk, context: Context) -> dict[str, Any]:
    row = employments.to_register(desk, context)
    names = ("kind", "employer", "employed_on", "confirmed_on")
    return {} if row is None else {"employment": {name: row[name] for name in names}}


def _contribution_query(desk: Desk, context: Context, _instance_id: int) -> dict[str, Any]:
    """Return whose contributions of which months are asked about: no more of them than their number."""
    month = contributions.month_queried(desk, context)
    asked = [
        one for one in matters.in_register(desk.conn, context.area, contributions.LEDGER)
        if contributions.to_verify(desk, one)
    ]  # fmt: skip
    return {
        "area": org.full_name(desk.conn, context.area), "months": contributions.months_until(month),
        "persons": [
            {"name": desk.person(one)["name"], "id_no": people.reveal_id(desk.conn, desk.keys, one)}
            for one in asked
        ],
    }  # fmt: skip


def _training_need(desk: Desk, context: Context, instance_id: int) -> dict[str, Any]:
    """Return what an employer wants taught, and whom by name (R004-19.D2)."""
    told = _answers(desk, instance_id, "P12_Publicity")
    trainees = [
        {"name": desk.person(int(row["person"]))["name"],
         **{name: row.get(name) or "" for name in ("skill_level", "trade", "training_level")}}
        for row in told.get("trainees") or ()
    ]  # fmt: skip
    return {
        "area": org.full_name(desk.conn, context.area), "employer": told.get("employer") or "",
        "trainees": trainees,
    }  # fmt: skip


#: What is about an office's matter, and about nobody's case.
_OF_OFFICE: Mapping[str, Callable[[Desk, Context, int], dict[str, Any]]] = {
    "contribution_query": _contribution_query, "training_need": _training_need,
}  # fmt: skip
_MORE: Mapping[str, Callable[[Desk, Context], dict[str, Any]]] = {"employment": _employment}
