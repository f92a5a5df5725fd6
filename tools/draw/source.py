"""Turn one entry of processes.json and its spec into a Drawing.

What the list leaves unsaid is added: the body with its exits, and the quiet branch of every dated deadline.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.draw.model import Drawing, Flow, Lane, Node, Variable

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "bpmn" / "policy"
SPECS = Path(__file__).parent / "specs"

KINDS = {
    "SE": "start",
    "UT": "user",
    "SVC": "service",
    "BR": "rule",
    "CA": "call",
    "PG": "parallel",
    "XG": "exclusive",
    "EG": "event",
    "TC": "catch_timer",
    "MS": "throw",
    "MC": "catch_message",
    "EE": "end",
    "TE": "terminate",
}

ROLE_NAMES = {
    "community_staff": "社区（村）工作人员",
    "community_aide": "就业援助员",
    "street_staff": "街（镇）工作人员",
    "street_officer": "就业助理专员",
    "district_staff": "区级工作人员",
    "district_centre": "区职介中心",
    "district_expert": "就业服务专家",
    "district_welfare": "公益性岗位服务人员",
    "supervisor": "督导",
}

BODY_EXITS = {
    "waive": ("Waived", "MSG-14", "自愿放弃", "放弃援助"),
    "exit": ("Exited", "MSG-15", "退出援助", "已退出"),
    "found": ("FoundWork", "MSG-24", "自行就业", "转就业登记"),
}


@cache
def _load(name: str) -> Any:
    return json.loads((POLICY / name).read_text(encoding="utf-8"))


def processes() -> dict[str, dict[str, Any]]:
    """Return the entries of processes.json by process id."""
    return {p["id"]: p for p in _load("processes.json")["processes"]}


def tasks() -> dict[str, dict[str, Any]]:
    """Return the entries of tasks.json by task id."""
    return {t["id"]: t for t in _load("tasks.json")["tasks"]}


@cache
def met_by() -> dict[str, str]:
    """Return the element that meets each one-off dated deadline; only these arm a timer."""
    with (POLICY / "deadlines.csv").open(encoding="utf-8-sig") as rows:
        return {row["id"]: row["met_by"] for row in csv.DictReader(rows) if row["met_by"]}


def spec(process_id: str) -> dict[str, Any]:
    """Return the spec of a process; all scalars are strings, so that YES and NO stay branch keys."""
    text = (SPECS / f"{process_id}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  (makes strings only)
    return loaded


def tone_of(role: str) -> str:
    """Return the colour family of a role: its tier's, or neutral for the supervisor."""
    return role.split("_")[0] if "_" in role else "plain"


def build(process_id: str) -> Drawing:
    """Return the complete, unplaced drawing of a process."""
    entry, plan = processes()[process_id], spec(process_id)
    short = process_id.split("_")[0]
    body = f"{short}_Body" if entry["body"] else None
    nodes = {e["id"]: _node(e, plan, body, entry["tier"]) for e in entry["elements"]}
    flows = [f for e in entry["elements"] for f in _flows(e, plan)]
    if body:
        _wrap(short, entry, nodes, flows, body)
    for element in entry["elements"]:
        for rule in _codes(element.get("DL", "")) if element["type"] == "UT" else []:
            if met_by().get(rule) == element["id"]:
                _deadline(nodes, flows, nodes[element["id"]], rule)
    names = {**ROLE_NAMES, **plan.get("lane_names", {})}
    lanes = [Lane(role, names[role], tone_of(role)) for role in plan["lanes"]]
    return Drawing(
        id=process_id,
        name=entry["name_zh"],
        tier=entry["tier"],
        folder=plan["folder"],
        correlation=_correlation(entry["correlation"]),
        nodes=nodes,
        flows=flows,
        lanes=lanes,
        variables=_variables(process_id, plan),
        hints=plan.get("place", {}),
        body=body,
    )


def _codes(text: str) -> list[str]:
    return [c.strip() for c in text.split(",") if c.strip()]


def _correlation(text: str) -> str:
    return "case" if "case_id" in text else text.split("_")[0]


def step_of(clauses: list[str], given: str = "") -> str:
    """Return the step (1..19) most of the clauses belong to, the first of equals, or an empty string."""
    steps = [int(m.group(1)) for c in clauses if (m := re.match(r"R004-(\d\d)\.", c)) and m.group(1) != "00"]
    return given or (str(Counter(steps).most_common(1)[0][0]) if steps else "")


def _node(e: dict[str, Any], plan: dict[str, Any], body: str | None, tier: str) -> Node:
    kind = KINDS[e["type"]]
    messages = re.findall(r"MSG-\d\d", e.get("msg", "") or (e.get("end", "")))
    if e.get("end", "").startswith("status") and kind == "end":
        messages = []
    message = messages[0] if messages else None
    attrs = {"clauses": " ".join(e["clauses"])}
    if kind == "user":
        task = tasks()[e["id"]]
        attrs |= {
            "role": e["role"],
            "form": e["id"],
            "tier": task["tier"],
            "step": step_of(e["clauses"], plan.get("steps", {}).get(e["id"], "")),
        }
    attrs |= {
        "deadline": " ".join(_codes(e.get("DL", ""))),
        "papers": " ".join(_codes(e.get("paper", ""))),
        "registers": " ".join(_codes(e.get("reg", ""))),
        "sets": " ".join(re.sub(r"\([^)]*\)", "", e.get("set", "")).replace(",", " ").split()),
        "duty": " ".join(_codes(e.get("duty", ""))),
        "otherPersonThan": e.get("eyes", ""),
        "roleUntil": e.get("until", ""),
        "guard": e.get("guard", ""),
        "autofill": " ".join(_codes(e.get("auto", ""))),
        "count": e.get("count", ""),
        "decision": " ".join(_codes(e.get("table", ""))),
        "service": plan.get("services", {}).get(e["id"], ""),
        "message": message or "",
        "status": "".join(re.findall(r"status (END-[A-Z]+)", e.get("end", ""))),
    }
    attrs |= plan.get("extra", {}).get(e["id"], {})
    inside = None if kind == "start" else body
    return Node(
        e["id"],
        kind,
        e["name_zh"],
        {k: v for k, v in attrs.items() if v},
        inside,
        message=message,
        more=tuple(messages[1:]) if kind == "catch_message" else (),
        timer=plan.get("timers", {}).get(e["id"]),
        called=e.get("calls"),
        tone=tone_of(e.get("role", "x")),
    )


def _flows(e: dict[str, Any], plan: dict[str, Any]) -> list[Flow]:
    source = e["id"]
    flows = [Flow(f"F_{source}_{t}", source, t) for t in e.get("next", [])]
    for key, target in e.get("branches", {}).items():
        name, *rest = plan["branches"][source][key]
        condition = rest[0] if rest else ""
        default = condition == "default"
        flows.append(
            Flow(f"F_{source}_{key}", source, target, name, key, "" if default else condition, default)
        )
    return flows


def _wrap(short: str, entry: dict[str, Any], nodes: dict[str, Node], flows: list[Flow], body: str) -> None:
    starts = [n.id for n in nodes.values() if n.kind == "start"]
    first = next(f.target for f in flows if f.source == starts[0])
    flows[:] = [f for f in flows if f.source not in starts]
    inner, done = f"{body}_Start", f"{short}_Done_End"
    nodes[body] = Node(body, "body", f"{entry['name_zh']}：办理过程")
    nodes[inner] = Node(inner, "start", "开始", body=body)
    nodes[done] = Node(done, "end", "办理完毕")
    flows += [Flow(f"F_{s}_{body}", s, body) for s in starts]
    flows += [Flow(f"F_{inner}_{first}", inner, first), Flow(f"F_{body}_{done}", body, done)]
    for key in entry["body"]:
        word, message, name, after = BODY_EXITS[key]
        event, end = f"{short}_{word}_Msg", f"{short}_{word}_End"
        nodes[event] = Node(
            event, "boundary_message", name, {"message": message}, message=message, attached=body
        )
        out = "MSG-09" if key == "found" else None
        nodes[end] = Node(end, "end", after, {"message": out} if out else {}, message=out)
        flows.append(Flow(f"F_{event}_{end}", event, end))


def _deadline(nodes: dict[str, Node], flows: list[Flow], task: Node, rule: str) -> None:
    timer = f"{task.id}_Timer" if f"{task.id}_Timer" not in nodes else f"{task.id}_Due_Timer"
    service, end = f"{task.id}_Overdue_Svc", f"{task.id}_Overdue_End"
    nodes[timer] = Node(
        timer,
        "boundary_timer",
        f"{rule} 期满",
        {"deadline": rule},
        task.body,
        timer=f'end_of_day(due("{rule}"))',
        attached=task.id,
        tone="quiet",
    )
    nodes[service] = Node(
        service, "service", "标记逾期", {"service": "mark_overdue", "deadline": rule}, task.body, tone="quiet"
    )
    nodes[end] = Node(end, "end", "", {}, task.body, tone="quiet")
    flows += [Flow(f"F_{timer}_{service}", timer, service), Flow(f"F_{service}_{end}", service, end)]


def _variables(process_id: str, plan: dict[str, Any]) -> list[Variable]:
    found: dict[str, Variable] = {}
    for task in tasks().values():
        for item in task["fields"] if task["process"] == process_id else []:
            if item["routing"]:
                options = [o for raw in item.get("options", []) for o in _expand(raw)]
                known = found.setdefault(item["name"], Variable(item["name"], item["type"]))
                merged = dict.fromkeys(known.options.split() + options)
                known.options = " ".join(merged)
    for name, text in plan.get("variables", {}).items():
        kind, _, options = text.partition(" ")
        found.setdefault(name, Variable(name, kind, options))
    return list(found.values())


def _expand(option: str) -> list[str]:
    sets = _load("tasks.json")["enums"]["sets"]
    if option not in sets:
        return [option]
    if option == "CATEGORY":
        return [option]
    return re.findall(r"END-[A-Z]+", sets[option])
