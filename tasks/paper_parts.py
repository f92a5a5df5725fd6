"""What several papers tell of a case: who is responsible, the plan at work, what was done, the referrals."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.clock import from_us, local_date
from engine.codec import loads
from tasks import accounts, helpers, plans
from tasks.desk import Desk
from tasks.facts import FACTS
from tasks.forms.spec import form
from tasks.labels import label
from tasks.paper_text import rows_of
from tasks.queries import records as found
from tasks.queries.scope import reading_tiers
from tasks.registers.lines import in_short, step_name
from tasks.store import rows as stored
from tasks.store import tables
from tasks.store.conn import Record
from tasks.text import written_day

#: The task whose form a tier's plan has, and who carries it out.
PLAN_OF = {"community": "P04_Plan", "street": "P05_Plan", "district": "P06_Plan"}
_HELPER = {"community": "community_aide", "street": "street_officer", "district": "district_expert"}
#: The field of a plan that names who is responsible (AMB-35), and its words.
RESPONSIBLE = "responsible"
_WHO = "责任人"


def line(name: str, zh: str, value: str) -> dict[str, str]:
    """Return a further line of a paper."""
    return {"name": name, "label": zh, "value": value}


def table(name: str, zh: str, head: list[str], lines: list[list[str]]) -> dict[str, Any]:
    """Return a further table of a paper."""
    return {"name": name, "label": zh, "head": head, "rows": lines}


def as_table(name: str, zh: str, lines: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return lines as a table under a heading, without a head of its own; none where there are none."""
    rows = [[one["label"], one["value"]] for one in lines]
    return [table(name, zh, [], rows)] if rows else []


def day_of(at: int) -> str:
    """Return the day of an instant as papers write it."""
    return written_day(local_date(from_us(at)))


def responsible(desk: Desk, case_id: int | None, tier: str, maker: str) -> str:
    """Return who is responsible for a plan: the helper of the tier, until one is designated its maker."""
    role = _HELPER.get(tier)
    helper = helpers.active(desk, case_id, role) if case_id is not None and role else None
    return f"{maker}（方案制定人）" if helper is None else accounts.name_of(desk.conn, helper)


def responsible_line(who: str) -> dict[str, str]:
    """Return the line of a plan that names who is responsible."""
    return line(RESPONSIBLE, _WHO, who)


def fact_lines(person: Record) -> list[dict[str, str]]:
    """Return what is known of a person as lines, in the order of the file."""
    known = loads(person["facts"])
    return [
        line(name, FACTS[name].zh, _fact(FACTS[name].type, value))
        for name, value in known.items()
        if value not in (None, "", []) and name in FACTS
    ]


def _fact(kind: str, value: Any) -> str:
    if kind == "bool":
        return "是" if value else "否"
    if kind == "enum":
        return label("code", str(value))
    if isinstance(value, list):
        return "、".join(label("code", str(one)) for one in value)
    return date_of(value) if kind == "date" else str(value)


def plan_rows(desk: Desk, plan: Record, who: str) -> list[dict[str, str]]:
    """Return a kept plan as lines; `who` is responsible."""
    spec = form(PLAN_OF[plan["tier"]])
    values = {name: value for name, value in loads(plan["content"]).items() if name != RESPONSIBLE}
    return [*rows_of(spec, values, {}), responsible_line(who)]


def changes_of(desk: Desk, plan: Record) -> list[dict[str, Any]]:
    """Return when and why a plan was changed up to a version, as a table; none where it never was."""
    made, before = [], ""
    for version in plans.versions(desk.conn, plan):
        content = loads(version["content"])
        changes = str(content.get("changes") or content.get("plan_change") or "")
        if changes and changes != before:
            reason = str(content.get("reason") or "") if content.get("changes") else "街（镇）会商"
            made.append([day_of(version["made_at"]), changes, reason])
        before = changes
    return [table("changes", "方案修改记录", ["日期", "修改内容", "修改理由"], made)] if made else []


def service_table(desk: Desk, case_id: int) -> list[dict[str, Any]]:
    """Return what was done in a case, step by step, as a table; none where nothing was."""
    done = [
        [day_of(row["at"]), step_name(row["element"]), row["worker"] or "",
         in_short(row["element"], loads(row["values"] or "{}"))]
        for row in found.service_of(desk.conn, case_id)
    ]  # fmt: skip
    head = ["日期", "环节", "经办人", "内容和结果"]
    return [table("service", "援助和回访记录", head, done)] if done else []


def service_file(desk: Desk, person: Record) -> list[dict[str, Any]]:
    """Return what a person's file holds as tables: work, benefits, and what was done at tiers one reads."""
    tiers = reading_tiers(desk.actor, person["area"])
    work = [
        [label("code", row["kind"]), row["employer"] or "",
         *(date_of(row[name]) for name in ("employed_on", "registered_on", "lost_on"))]
        for row in stored.rows(desk.conn, tables.employment, "employed_on", person_id=person["id"])
    ]  # fmt: skip
    enjoyed = [
        [label("benefit", row["code"]), date_of(row["starts_on"]), date_of(row["ends_on"])]
        for row in stored.rows(desk.conn, tables.benefit, "starts_on", person_id=person["id"])
    ]
    done = [
        [day_of(row["at"]), step_name(row["element"]), row["worker"] or ""]
        for row in found.service_to(desk.conn, person["id"])
        if row["tier"] in tiers or desk.actor.is_system
    ]
    every = [
        table("work", "就业情况", ["就业形式", "就业单位", "就业时间", "登记日期", "失去岗位日期"], work),
        table("benefits", "享受政策", ["政策", "起始日", "截止日"], enjoyed),
        table("service", "服务记录", ["日期", "环节", "经办人"], done),
    ]
    return [one for one in every if one["rows"]]


def referral_table(desk: Desk, case_id: int) -> list[dict[str, Any]]:
    """Return the referrals of a case with their results as a table; none where there are none."""
    made = [
        [label("tier", row["tier"]), row["employer"], row["post"], date_of(row["referred_on"]),
         label("code", row["outcome"]) if row["outcome"] else "",
         label("code", row["reason"]) if row["reason"] else ""]
        for row in stored.rows(desk.conn, tables.referral, "created_at", case_id=case_id)
    ]  # fmt: skip
    head = ["层级", "用人单位", "岗位", "推荐日期", "结果", "原因"]
    return [table("referrals", "岗位推荐", head, made)] if made else []


def date_of(value: Any) -> str:
    """Return a stored day as papers write it, nothing where there is none."""
    return written_day(date.fromisoformat(str(value)[:10])) if value else ""
