"""What some papers tell beyond the answers of their task, because it is on record elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from engine.calendar import full_years
from engine.codec import loads
from tasks import benefits, employments, paper_parts, plans
from tasks.desk import Desk
from tasks.handlers import Completion
from tasks.labels import label
from tasks.paper_parts import RESPONSIBLE, line
from tasks.papers import PaperSource
from tasks.queries import records as found
from tasks.queries.registers import forms_on

_COURSE = ("P12_Publicity", "P12_School", "P12_Agreement")
_UNKNOWN = "＿＿＿＿＿＿＿＿"
_TO_COLLECT = "居民身份证、就业失业登记证（农村劳动力转移就业证）复印件，培训合格证明"


def told(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Return what a paper is made from, with what is on record of it elsewhere."""
    how = _KINDS.get(source.kind)
    return source if how is None else how(desk, done, source)


def _said(desk: Desk, done: Completion, elements: Sequence[str]) -> dict[str, Any]:
    """Return what steps of the trail answered last, by field."""
    told_of = forms_on(desk.conn, [done.task.live.trail_id], elements)
    last = sorted((entries[-1] for entries in told_of.values()), key=lambda one: one.at)
    return {name: value for one in last for name, value in one.answers.items()}


def _letter(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    match = desk.case(done.case_id)["data"].get("match") or {}
    employer = match.get("employer", "")
    return replace(source, extra={"employer": employer, "post": match.get("post", ""), "addressee": employer})


def _who(desk: Desk, done: Completion, source: PaperSource) -> str:
    return paper_parts.responsible(desk, done.context.case_id, source.tier, desk.actor.name)


def _plan(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Name who is responsible (AMB-35), where the form does not."""
    if source.values.get(RESPONSIBLE):
        return source
    return replace(source, lines=(*source.lines, paper_parts.responsible_line(_who(desk, done, source))))


def _revised(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Show a changed plan whole: what it was, and what changes and why."""
    before = plans.latest(desk.conn, done.case_id, source.tier) if "changes" in source.values else None
    if before is None:
        return _plan(desk, done, source)
    changes = [line(name, zh, str(source.values[name]))
               for name, zh in (("changes", "本次修改内容"), ("reason", "修改理由"))]  # fmt: skip
    rows = [*paper_parts.plan_rows(desk, before, _who(desk, done, source)), *changes]
    return replace(source, values={}, lines=tuple(rows), tables=tuple(paper_parts.changes_of(desk, before)))


def _training_plan(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Say whom the plan is made for: age, schooling, what is wanted (09.R1)."""
    said = _said(desk, done, ["P11_Needs"])
    person = desk.person(done.person_id)
    age = full_years(date.fromisoformat(person["birth_date"]), desk.today)
    rows = [line("age", "年龄", f"{age}周岁")]
    for name, zh in (("education", "文化程度"), ("need", "培训需求")):
        rows += [line(name, zh, str(said[name]))] if said.get(name) else []
    return _plan(desk, done, replace(source, lines=tuple(rows)))


def _dossier(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Enclose what the district wants to see: the plan, the steps, the referrals (11.D1c)."""
    plan = plans.latest(desk.conn, done.case_id, source.tier)
    rows = [] if plan is None else paper_parts.plan_rows(desk, plan, _who(desk, done, source))
    enclosed = (
        *paper_parts.as_table("facts", "基本情况", paper_parts.fact_lines(desk.person(done.person_id))),
        *paper_parts.as_table("plan", "援助方案", rows),
        *paper_parts.referral_table(desk, done.case_id),
        *paper_parts.service_table(desk, done.case_id),
    )
    return replace(source, tables=enclosed)


def _limit(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Address the notice to whom it is delivered, and say what is to be done there (16.D2b, 16.D2c)."""
    work = employments.to_register(desk, done.context)
    employer = (work["employer"] if work is not None else "") or ""
    to_employer = source.values.get("delivered_to") == "EMPLOYER"
    name = desk.person(done.person_id)["name"]
    rural = desk.case(done.case_id)["data"].get("registration_type") == "RURAL_TRANSFER"
    words = {
        "to": "EMPLOYER" if to_employer else "PERSON",
        "addressee": (employer or _UNKNOWN) if to_employer else name,
        "employer": employer,
        "employed_on": paper_parts.date_of(work["employed_on"]) if work is not None else "",
        "formality": "招聘备案" if to_employer else "转移就业登记" if rural else "就业登记",
        "certificate": "农村劳动力转移就业证" if rural else "就业失业登记证",
    }
    return replace(source, extra=words)


def _review(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Say which work the review is about, and which benefits are open to the person today."""
    work = employments.to_register(desk, done.context)
    rows = []
    if work is not None:
        rows = [line("employment_kind", "就业形式", label("code", work["kind"])),
                line("employed_on", "就业日期", paper_parts.date_of(work["employed_on"]))]  # fmt: skip
    if not source.values.get("benefits"):
        open_to = [label("benefit", code) for code in benefits.hints(desk, done.person_id, done.case_id)]
        rows += [line("open_to", "可申请的政策", "、".join(open_to) or "无"),
                 line("granted", "本次登记的政策", "无")]  # fmt: skip
    return replace(source, lines=tuple(rows))


def _course(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    said = _said(desk, done, _COURSE)
    return replace(source, extra={name: str(said.get(name) or "") for name in ("employer", "school")})


def _materials(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Name the course and each trainee whose material was collected (19.D5)."""
    said = _said(desk, done, _COURSE)
    asked = (("employer", "用人单位"), ("school", "培训学校"), ("place", "培训地点"))
    rows = [line(name, zh, str(said[name])) for name, zh in asked if said.get(name)]
    rows += [line("starts_on", "开班日期", paper_parts.date_of(said.get("starts_on")))]
    rows += [line("materials", "每人的材料", _TO_COLLECT)]
    head = ["姓名", "证件号码", "技能水平", "培训工种", "培训层次"]
    people = [_trainee(desk, row) for row in said.get("trainees") or ()]
    tables = (paper_parts.table("trainees", "参训人员", head, people),) if people else ()
    return replace(source, lines=tuple(rows), tables=tables)


def _trainee(desk: Desk, row: Mapping[str, Any]) -> list[str]:
    person = desk.person(int(row["person"]))
    told_of = [str(row.get(name) or "") for name in ("skill_level", "trade", "training_level")]
    return [person["name"], person["id_masked"], *told_of]


def _recognition(desk: Desk, done: Completion, source: PaperSource) -> PaperSource:
    """Show both grounds of the result: what was compared, and what was found on the spot (R000-01.5)."""
    said = _said(desk, done, ["P03_Check"])
    names = [str(row["name"]) for row in said.get("materials") or () if row.get("present")]
    visit = found.last_visit(desk.conn, done.person_id)
    seen = "尚未走访；认定后由社区（村）走访、核实、公示"
    if visit is not None:
        values = loads(visit["values"])
        on = paper_parts.date_of(values.get("visited_on")) or paper_parts.day_of(visit["at"])
        what = values.get("findings") or values.get("personal") or ""
        seen = f"{on}，{visit['worker'] or ''}：{what}"
    rows = (line("materials", "核对的申请材料", "、".join(names)), line("checked", "实地核查", seen))
    return replace(source, lines=rows)


_Told = Callable[[Desk, Completion, PaperSource], PaperSource]
_KINDS: Mapping[str, _Told] = {
    "E16": _plan, "E17": _letter, "E19": _revised, "E22": _plan, "E26": _training_plan, "E29": _dossier,
    "E31": _revised, "E33": _plan, "E34": _plan, "E38": _limit, "E40": _review, "E43": _course,
    "E44": _materials, "E51": _recognition,
}  # fmt: skip
