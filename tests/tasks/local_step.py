"""A release as a supervisor would make it: P04 with a visit of its own, a form, and deadlines changed."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from lxml import etree

from engine.codec import canonical
from tasks.library import Library

KEY = "P04_community_assistance"
LIBRARY = Library()
SHIPPED = next(path for path in LIBRARY.diagrams() if path.stem == KEY).read_bytes()
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

VISIT: dict[str, Any] = {
    "title_zh": "上门核实",
    "title_en": "Visit",
    "fields": [
        {"name": "visited_on", "zh": "核实日期", "en": "Visited on", "type": "date", "required": True,
         "prefill": "today", "example_from": "today"},
        {"name": "finding", "zh": "核实情况", "en": "Finding", "type": "longtext", "required": True,
         "example": "情况属实"},
    ],
}  # fmt: skip


def with_visit() -> bytes:
    """Return the shipped P04 with a visit between the first contact and the plan."""
    root = etree.fromstring(SHIPPED)
    ours = next(uri for prefix, uri in root.nsmap.items() if prefix == "aid595")
    flow = root.find(f".//{_BPMN}sequenceFlow[@id='F_P04_FirstContact_P04_Plan']")
    assert flow is not None
    scope = flow.getparent()
    assert scope is not None
    flow.set("targetRef", "P04_Visit")
    task = etree.SubElement(scope, f"{_BPMN}userTask", id="P04_Visit", name="上门核实")
    for name, value in {
        "clauses": "LOCAL", "reason": "本街道要求上门核实", "role": "community_aide", "form": "LOCAL_Visit",
        "tier": "community", "deadline": "P04-L01",
    }.items():  # fmt: skip
        task.set(f"{{{ours}}}{name}", value)
    etree.SubElement(task, f"{_BPMN}incoming").text = flow.get("id")
    etree.SubElement(task, f"{_BPMN}outgoing").text = "F_P04_Visit_P04_Plan"
    etree.SubElement(
        scope, f"{_BPMN}sequenceFlow", id="F_P04_Visit_P04_Plan", sourceRef="P04_Visit",
        targetRef="P04_Plan",
    )  # fmt: skip
    plan = scope.find(f"{_BPMN}userTask[@id='P04_Plan']/{_BPMN}incoming")
    assert plan is not None
    plan.text = "F_P04_Visit_P04_Plan"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def shipped_form(form_id: str) -> dict[str, Any]:
    """Return a shipped form as its file has it."""
    path = LIBRARY.folder / "forms" / f"{KEY}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))["tasks"][form_id]
    return found


def shipped_rule(rule_id: str) -> dict[str, Any]:
    """Return a shipped rule as the policy has it."""
    rows = tomllib.loads((LIBRARY.folder / "policy.toml").read_text("utf-8"))["rule"]
    return next({k: v for k, v in row.items() if k != "id"} for row in rows if row["id"] == rule_id)


def annex(**rules: dict[str, Any]) -> str:
    """Return the visit's form, a first contact that asks one thing more, and rules."""
    contact = shipped_form("P04_FirstContact")
    more = {"name": "weather", "zh": "天气", "en": "Weather", "type": "text", "required": True,
            "example": "晴"}  # fmt: skip
    contact = {**contact, "fields": [*contact["fields"], more]}
    visit_rule = {
        "title": "3日内上门核实", "kind": "deadline", "rule_ids": ["LOCAL"], "seed": "004", "basis": "STATED",
        "value": 3, "unit": "calendar_day", "opens": [{"element": "P04_FirstContact"}],
        "met_by": "P04_Visit", "met_field": "visited_on",
    }  # fmt: skip
    made = {
        "forms": {"LOCAL_Visit": VISIT, "P04_FirstContact": contact},
        "rules": {"P04-L01": visit_rule, "DL-015": {**shipped_rule("DL-015"), "value": 1}, **rules},
    }
    return canonical(made)
