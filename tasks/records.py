"""Papers drawn up from the file on demand: what the office keeps as a record and gives out when asked.

A visit, a follow-up, an assessment from the task that recorded it (E02, E42, E37); the dynamics sheet, the
handbook and the plan from the whole case (E14, E21, E49); the portrait and the whole file of the person
(E48, E53).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.codec import loads
from engine.errors import FormInvalid, IllegalState, NotFound
from tasks import access, accounts, paper_parts, papers, plans
from tasks.access import Subject
from tasks.actor import Actor
from tasks.commands import Done
from tasks.commands_register import DrawUp, VoidIssued
from tasks.desk import Context, Desk
from tasks.forms.spec import FormSpec, form
from tasks.labels import label
from tasks.paper_text import PaperKind, paper_kinds
from tasks.queries import records as found
from tasks.queries.chosen import chosen_names
from tasks.queries.scope import reading_tiers
from tasks.registers.lines import step_name

#: Nothing is asked when a record is drawn up; what it says stands in its lists.
_NO_FORM = FormSpec("record", "commands", "", "", (), {})
#: What the dynamics sheet tells of a case: turns of its way, not every step.
TURNS = (
    "CaseOpened", "CategoriesDecided", "HelperDesignated", "HandOverSubmitted", "HandOverAccepted",
    "HandOverReturned", "OutcomeRecorded", "FoundWork", "JobLost", "ClassChanged", "RunStarted",
    "CaseTransferred", "WaiverFiled", "ExitRecorded", "CaseClosed",
)  # fmt: skip


def draw_up(desk: Desk, command: DrawUp) -> Done:
    """Draw up and issue a paper from the file; raise FormInvalid, IllegalState, or what the rights refuse."""
    kind = paper_kinds().get(command.kind)
    if kind is None or not kind.record:
        raise FormInvalid([("kind", "这种文书不能这样出具。", "This paper is not drawn up from the file.")])
    context, source = _SOURCES[kind.record](desk, kind, command)
    made = _issue(desk, context, source)
    return Done(case_id=context.case_id, person_id=context.person_id, extra={"paper": str(made)})


def open_sheet(desk: Desk, context: Context, instance_id: int) -> None:
    """Open the dynamics sheet of a case, with what happened until its recognition (E14)."""
    source = _dynamics(desk, context, paper_kinds()["E14"])
    _issue(desk, context, replace(source, instance_id=instance_id))


def may_draw(actor: Actor, kind: PaperKind, area: str, tier: str) -> bool:
    """Tell whether somebody may draw up a paper: by the tier of the case, or by the one that keeps it."""
    tiers = {tier, kind.tier or tier}
    return any(access.allowed(actor, "add_paper", Subject(area, tier=one)) for one in tiers)


def _issue(desk: Desk, context: Context, source: papers.PaperSource) -> int:
    issued = papers.issue(desk.conn, desk.actor, desk.now, source)
    desk.emit(desk.trail(context), "PaperIssued", paper=issued.kind, number=issued.number,
              id=str(issued.id), hash=issued.hash)  # fmt: skip
    return issued.id


def void_issued(desk: Desk, command: VoidIssued) -> Done:
    """Void a paper that belongs to no case; it stays on file. Raise IllegalState for one of a case."""
    row = papers.get_paper(desk.conn, command.paper_id)
    if row["case_id"] is not None:
        raise IllegalState(detail="案件的文书请在案件页面作废")
    access.authorize(desk.actor, "void_paper", Subject(papers.area_of(desk.conn, row)))
    if row["instance_id"] is not None:
        trail = desk.trail(desk.context_of(row["instance_id"]))
    elif row["person_id"] is not None:
        trail = desk.person_trail(row["person_id"])
    else:
        trail = desk.matter_trail(f"unit:{row['unit_id']}")
    desk.unit.lock(trail)
    papers.void(desk.conn, desk.actor, desk.now, row["id"], command.reason)
    desk.emit(trail, "PaperVoided", paper=row["kind"], id=str(row["id"]))
    return Done(person_id=row["person_id"])


def _may(desk: Desk, context: Context, kind: PaperKind) -> None:
    tier = desk.case(context.case_id)["tier"] if context.case_id is not None else ""
    if not may_draw(desk.actor, kind, context.area, tier):
        access.authorize(desk.actor, "add_paper", Subject(context.area, tier=tier))


def _source(desk: Desk, context: Context, kind: PaperKind, **more: Any) -> papers.PaperSource:
    case = desk.case(context.case_id) if context.case_id is not None else None
    return papers.PaperSource(
        kind=kind.id, area=context.area, case_id=context.case_id, case_no=case["case_no"] if case else "",
        person=desk.person(context.person_id) if context.person_id is not None else None,
        **{
            "spec": _NO_FORM, "values": {},
            "tier": kind.tier or papers.tier_of(desk.actor, context.area, case["tier"] if case else ""),
            **more,
        },
    )  # fmt: skip


def _from_task(desk: Desk, kind: PaperKind, command: DrawUp) -> tuple[Context, papers.PaperSource]:
    row = found.completed(desk.conn, command.task_id or 0)
    if row is None:
        raise NotFound
    if row["element"] not in kind.of:
        raise IllegalState(detail=f"“{step_name(row['element'])}”没有{label('paper', kind.id)}")
    whole = desk.context_of(row["instance_id"])
    context = Context(
        whole.case_id, row["person_id"] or whole.person_id, row["area"], whole.tier, whole.run_no,
        matter=whole.matter,
    )  # fmt: skip
    _may(desk, context, kind)
    if whole.tier not in reading_tiers(desk.actor, row["area"]) and not desk.actor.is_system:
        raise NotFound
    spec = form(row["element"])
    values = loads(row["values"])
    return context, _source(
        desk, context, kind, spec=spec, values=values, names=chosen_names(desk.conn, spec, values),
        instance_id=row["instance_id"], task_id=command.task_id,
        tier=access.tier_of(row["role"]) or whole.tier,
    )  # fmt: skip


def _from_case(desk: Desk, kind: PaperKind, command: DrawUp) -> tuple[Context, papers.PaperSource]:
    case = desk.case(command.case_id or 0)
    context = Context(case["id"], case["person_id"], case["area"], case["tier"], case["run_no"])
    _may(desk, context, kind)
    return context, _CONTENT[kind.id](desk, context, kind)


def _from_person(desk: Desk, kind: PaperKind, command: DrawUp) -> tuple[Context, papers.PaperSource]:
    person = desk.person(command.person_id or 0)
    context = Context(None, person["id"], person["area"], "")
    _may(desk, context, kind)
    tables = tuple(paper_parts.service_file(desk, person)) if kind.id == "E53" else ()
    return context, _source(
        desk, context, kind, lines=tuple(paper_parts.fact_lines(person)), tables=tables
    )  # fmt: skip


def _handbook(desk: Desk, context: Context, kind: PaperKind) -> papers.PaperSource:
    """Return the handbook: all that was done for the person in the case (E21)."""
    return _source(desk, context, kind, tables=tuple(paper_parts.service_table(desk, context.case_id or 0)))


def _dynamics(desk: Desk, context: Context, kind: PaperKind) -> papers.PaperSource:
    """Return the dynamics sheet: when and how the case took a turn (E14)."""
    case_id = context.case_id or 0
    told = [(row["at"], row["kind"], loads(row["data"])) for row in found.turns_of(desk.conn, case_id, TURNS)]
    chain = desk.unit.chains.get(case_id)
    told += [(fact.at, fact.kind, fact.data) for fact in (chain.facts if chain else ()) if fact.kind in TURNS]
    rows = [[paper_parts.day_of(at), label("event", kind), _turn(desk, data)] for at, kind, data in told]
    turns = paper_parts.table("turns", "动态记录", ["日期", "变动", "说明"], rows)
    return _source(desk, context, kind, tables=(turns,))


#: Codes in an event that the sheet writes out, with the kind of their label.
_SAID = {"role": "role", "tier": "tier", "to": "tier", "outcome": "code", "reason": "code", "end_code": "end",
         "status": "end", "new": "followup_class"}  # fmt: skip


def _turn(desk: Desk, data: Mapping[str, Any]) -> str:
    said = [accounts.name_of(desk.conn, int(data["user"]))] if data.get("user") else []
    said += [label(kind, str(data[name])) for name, kind in _SAID.items() if data.get(name)]
    said += [label("category", str(one)) for one in data.get("categories") or ()]
    return "、".join(dict.fromkeys(said))


def _plan(desk: Desk, context: Context, kind: PaperKind) -> papers.PaperSource:
    """Return the plan that is being carried out, of the highest tier that made one (E49)."""
    latest = plans.latest(desk.conn, context.case_id or 0)
    if latest is None:
        raise IllegalState(detail="本案还没有援助方案")
    maker = accounts.name_of(desk.conn, latest["made_by"]) if latest["made_by"] else desk.actor.name
    who = paper_parts.responsible(desk, context.case_id, latest["tier"], maker)
    return _source(
        desk, context, kind, lines=tuple(paper_parts.plan_rows(desk, latest, who)),
        tables=tuple(paper_parts.changes_of(desk, latest)), tier=latest["tier"],
    )  # fmt: skip


_CONTENT = {"E14": _dynamics, "E21": _handbook, "E49": _plan}
_SOURCES = {"task": _from_task, "case": _from_case, "person": _from_person}
