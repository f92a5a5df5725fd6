"""What a form holds before anybody typed: answers to the rules that forms name (`tasks.forms.prefill`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from typing import Any

from engine.codec import loads
from engine.errors import CalendarUnknown, FormInvalid, GuardUnmet
from engine.live import Live
from tasks import (
    accounts,
    contributions,
    courses,
    decide,
    earliest_days,
    employments,
    helpers,
    ledger,
    matters,
    org,
    papers,
    placements,
    progress,
    referrals,
    revisits,
    zero_families,
)
from tasks.actor import ROLES
from tasks.decision_inputs import current_facts
from tasks.desk import Context, Desk
from tasks.forms.command_forms import exit_codes
from tasks.forms.prefill import Resolve
from tasks.forms.spec import Field, FormSpec
from tasks.forms.values import FormContext, only_ids
from tasks.store import rows, surveys, tables
from tasks.survey.example import example
from tasks.survey.visitor import signature


def form_context(desk: Desk, live: Live, spec: FormSpec) -> FormContext:
    """Return what a form of a case is held against: today, open choices, and the earliest days allowed."""
    return FormContext(
        today=desk.today,
        now=desk.now,
        options=exit_codes(desk),
        earliest=earliest_days.of_form(desk, live, spec),
        resolve=lambda of, raw: _chosen(desk, live, of, raw),
        functions={"higher_rank_waits": lambda _post: placements.higher_waits(desk, live)},
    )


def _chosen(desk: Desk, live: Live, of: str, raw: str) -> str | None:
    """Return the id of what a form may choose: staff of the role here, a vacancy, a post of the level."""
    wanted = only_ids(of, raw)
    if wanted is None:
        return None
    area = desk.context(live).area
    if of in ROLES:
        known = {row["id"] for row in accounts.staff(desk.conn, of, area)}
    elif of == "post":
        known = {row["id"] for row in placements.posts_of(desk, _level(live), area)}
    elif of in ("person", "case"):
        return wanted if matters.chosen(desk, desk.context(live), of, int(wanted)) else None
    elif of == "vacancy":
        known = {row["id"] for row in rows.rows(desk.conn, tables.vacancy, id=int(wanted))}
    else:
        return wanted
    return wanted if int(wanted) in known else None


def _level(live: Live) -> str:
    return "STREET" if live.process_id == "P05_street_assistance" else placements.level_of(live)


def facts(desk: Desk, context: Context) -> dict[str, Any]:
    """Return the person's facts as forms hold them: what was never said is not answered for anybody."""
    if context.person_id is None:
        return {}
    person = desk.person(context.person_id)
    known = current_facts(person)
    if known["unemployed_since"] is None and loads(person["facts"]).get("unemployed") is None:
        known["unemployed"] = None
    return known


#: Task -> what a message from outside said of it (J.7.16): shown in its form until somebody decides.
_TOLD = {
    "P03_Check": "prefill:MSG-17",
    "P03_Objection": "prefill:MSG-16",
    "P06_Outcome": "prefill:MSG-23",
    "P09_Close": "close_proposal",
}


def told(desk: Desk, live: Live, spec: FormSpec) -> dict[str, Any]:
    """Return the fields of a form that a message from outside filled in."""
    case_id = desk.context(live).case_id
    entry = _TOLD.get(spec.id)
    if case_id is None or entry is None:
        return {}
    case = rows.first(desk.conn, tables.case, id=case_id)
    said = loads(case["data"]).get(entry) or {} if case is not None else {}
    if spec.id == "P09_Close" and employments.present(desk, case_id) is None:
        said = {**said, "close": False}
    return {name: value for name, value in said.items() if name in spec.fields}


def on_file(desk: Desk, live: Live, spec: FormSpec) -> dict[str, Any]:
    """Return what a questionnaire holds at first: who is asked, as on file, by whom, and today."""
    person_id = desk.context(live).person_id
    asked = [field.name for field in spec if field.type == "survey"]
    if person_id is None or not asked:
        return {}
    person = desk.person(person_id)
    known = {"name": person["name"], "mobile": person["phone"] or ""}
    return {name: known | signature(desk.conn, desk.actor, desk.today) for name in asked}


def forget(desk: Desk, live: Live, element: str) -> None:
    """Drop what a message said once its form was decided; the next round begins empty."""
    case_id, entry = desk.context(live).case_id, _TOLD.get(element)
    if case_id is not None and entry is not None and desk.case(case_id)["data"].get(entry):
        desk.change_case(case_id, {entry: None})


def resolver(desk: Desk, live: Live) -> Resolve:
    """Return the function that answers a form's prefill rules for the case of an instance."""
    context = desk.context(live)

    def resolve(rule: str, field: Field) -> Any:
        name, _, argument = rule.partition(":")
        answer = RULES.get(name)
        return None if answer is None else answer(desk, live, context, argument, field)

    return resolve


def _next_number(desk: Desk, live: Live, context: Context, kind: str, field: Field) -> Any:
    return papers.next_number(desk.conn, kind, context.area, desk.today, context.tier)


def _dispatcher(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    proposal = helpers.propose(desk, field.of, context.area)
    return None if proposal is None else proposal["user"]


def _helper(desk: Desk, live: Live, context: Context, role: str, field: Field) -> Any:
    if context.case_id is None or role not in ROLES:
        return None
    found = helpers.active(desk, context.case_id, role)
    return None if found is None else str(found)


def _employer(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    made = referrals.of_tier(desk, live)
    return made[-1]["employer"] if made else None


def _register_type(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    rural = live.state.vars.get("registration_type") == "RURAL_TRANSFER"
    if "registration_type" not in live.state.vars and context.case_id is not None:
        decided = rows.first(desk.conn, tables.case, id=context.case_id)
        rural = decided is not None and loads(decided["data"]).get("registration_type") == "RURAL_TRANSFER"
    if field.name == "subsystem":
        return "RURAL_LABOUR" if rural else "UNEMPLOYED"
    return "TRANSFER" if rural else "UNEMPLOYMENT"


def _employment(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    row = employments.to_register(desk, context)
    if row is None:
        return None
    return {"employment_kind": row["kind"], "employer": row["employer"],
            "employed_on": row["employed_on"]}.get(field.name)  # fmt: skip


def _decision(desk: Desk, live: Live, context: Context, table: str, field: Field) -> Any:
    if table == "DT-01" and context.person_id is not None:
        return decide.categories(desk, context.person_id) or None
    if table == "DT-08":
        return "OWN" if live.state.vars.get("reason") == "OWN" else "COUNT"
    return None


def _candidates(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    """Return the likely categories: of the interview or list that named the person, else what DT-01 finds."""
    told = live.state.vars.get("candidate_categories")
    if told or context.person_id is None:
        return told or None
    row = ledger.open_row(desk, context.person_id)
    known = loads(row["categories"]) if row is not None else []
    return known or decide.categories(desk, context.person_id) or None


def _hardship(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    """Say yes where the facts on record give a category; where they give none, the worker says."""
    found = context.person_id is not None and decide.categories(desk, context.person_id)
    return True if found else None


def _questionnaire(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    """Return what the person answered this year already, at another door or in a workbook."""
    if context.person_id is None:
        return None
    found = surveys.of_person(desk.conn, context.person_id, desk.today.year)
    return next((loads(row["answers"]) for row in found if row["standing"] == "held"), None)


def _survey_example(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    """Answer the whole questionnaire as somebody would who lives here and whose facts are these."""
    if context.person_id is None:
        return None
    person = desk.person(context.person_id)
    *_above, street, community = org.ancestors(desk.conn, person["area"])
    place, facts = (street.name, community.name), loads(person["facts"])
    return example(person["name"], desk.today, facts, place, person["phone"] or "")


def _notice_until(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    """Count from the day of publication where it is given, else from today."""
    days = desk.setting("public_notice_days")
    if days is None:
        return None
    try:
        published = date.fromisoformat(str(desk.form.get("published_on") or desk.today)[:10])
        return desk.calendar.wd(published, int(days))
    except (CalendarUnknown, ValueError):
        return None  # the worker fills the day in; a date is never guessed (AMB-52)


def _free_post(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    level = _level(live)
    if live.process_id == "P13_public_welfare_post" and level == "STREET" and context.case_id is not None:
        chosen = desk.case(context.case_id)["data"].get("street_post")
        if chosen:
            return chosen
    free = placements.free_posts(desk, level, context.area)
    return str(free[0]["id"]) if free else None


def _open_referrals(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    current = None
    if live.process_id == "P05_street_assistance" and context.case_id is not None and field is not None:
        tokens = {token.node for token in live.state.tokens.values()}
        if "P05_Revisit" in tokens:
            current = desk.case(context.case_id)["data"].get("street_referral")
    return [
        {"seq": row["seq"], "outcome": "NOT_HIRED", "reason": "POST"}
        for row in referrals.of_tier(desk, live)
        if row["outcome"] is None and row["seq"] != current
    ] or None


def missing_post(desk: Desk, live: Live, spec: FormSpec, fault: FormInvalid) -> None:
    """Raise GuardUnmet where nothing is wrong with a form but a post to choose, and none is free."""
    wrong = {name for name, _zh, _en in fault.problems}
    posts = {field.name for field in spec if field.type == "ref" and field.of == "post"}
    if wrong and wrong <= posts and not placements.free_posts(desk, _level(live), desk.context(live).area):
        raise GuardUnmet(missing="没有空额的公益性岗位") from fault


def _connected(desk: Desk, live: Live, context: Context, system: str, field: Field) -> Any:
    """Say yes where the system is told by ourselves once the step is done."""
    return True if system in desk.connected else None


def _year(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return f"{desk.today.year}年"


def _setting(desk: Desk, live: Live, context: Context, name: str, field: Field) -> Any:
    return desk.setting(name)


def _month(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return contributions.month_queried(desk, context)


def _hits(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    month = contributions.month_queried(desk, context)
    found = islice(contributions.hits(desk, context.area, month), contributions.SHOWN)
    return [{"person": str(one), "months": contributions.IN_A_ROW} for one in found] or None


def _member(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    if context.household_id is None:
        return None
    there = [row["id"] for row in zero_families.members(desk, context.household_id)]
    worker = [one for one in there if zero_families.at_work(desk, one)]
    ahead = [one for one in there if one not in worker] if field.required is True else worker
    return str(ahead[0]) if ahead else None


def _registered_person(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return courses.trainees(desk, live)


def _complaint(desk: Desk, live: Live, context: Context, column: str, field: Field) -> Any:
    row = rows.first(desk.conn, tables.complaint, id=int(live.key.removeprefix("complaint:")))
    return None if row is None else row[column]


def _progress(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return progress.told(desk, live)


def _content(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return progress.content(desk, live)


def _last_revisit(desk: Desk, live: Live, context: Context, _argument: str, field: Field) -> Any:
    return None if context.case_id is None else revisits.known(desk, context, field.name)


_Rule = Callable[[Desk, Live, Context, str, Field], Any]
RULES: Mapping[str, _Rule] = {
    "next_number": _next_number,
    "dispatcher": _dispatcher,
    "helper": _helper,
    "referral.employer": _employer,
    "register_type": _register_type,
    "employment": _employment,
    "decision": _decision,
    "candidates": _candidates,
    "hardship": _hardship,
    "questionnaire": _questionnaire,
    "survey_example": _survey_example,
    "notice_until": _notice_until,
    "free_post": _free_post,
    "open_referrals": _open_referrals,
    "connected": _connected,
    "year": _year,
    "setting": _setting,
    "month": _month,
    "contribution_hits": _hits,
    "member": _member,
    "registered_person": _registered_person,
    "complaint": _complaint,
    "progress": _progress,
    "satisfaction": _content,
    "last_revisit": _last_revisit,
}
