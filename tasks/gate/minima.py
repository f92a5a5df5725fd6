"""What the policy itself demands is not loosened unseen: days, acts, steps of a clause, the second person.

The policy may change, so each finding is a warning: the colleague who signs reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.compile import Finding, compile_diagram
from engine.deadlines import DeadlineRule, count
from engine.errors import CalendarUnknown
from engine.gate.rules.clauses import LOCAL
from engine.gate.subject import at, label
from engine.graph import ACTIVITIES, Graph, Node
from tasks.gate.rules import home, home_of
from tasks.library import Library
from tasks.policy import DeadlinePolicy
from tasks.text import written_day

RULE = "minima"
#: Days a changed rule is counted from beside the shipped one: every third day of a year.
_STRIDE, _DAYS = timedelta(days=3), 365


def check(laid: Library, graph: Graph) -> Iterator[Finding]:
    """Yield where a drawing and its rules ask less than the shipped process; a new process has none."""
    shipped = _shipped(laid.folder).get(graph.process_id)
    if shipped is None or shipped is graph:
        return
    yield from _second_person(shipped, graph)
    yield from _clauses(shipped, graph)
    for rule in laid.policy.rules.values():
        old = laid.shipped.policy.rules.get(rule.id)
        if old is not None and old is not rule and home(old) == home_of(graph.process_id):
            yield from _rule(laid.calendar, old, rule, graph)


@lru_cache(maxsize=2)
def _shipped(folder: Path) -> dict[str, Graph]:
    found: dict[str, Graph] = {}
    for path in Library(folder).diagrams():
        found |= compile_diagram(path.read_bytes()).processes
    return found


def _second_person(shipped: Graph, graph: Graph) -> Iterator[Finding]:
    for old in shipped.nodes.values():
        other = old.attrs.get("otherPersonThan")
        new = graph.nodes.get(old.id)
        if other is None or new is None or new.attrs.get("otherPersonThan") == other:
            continue
        reviewed = shipped.nodes[other]
        yield at(
            RULE,
            new,
            f"“{label(new)}”原须由办理“{label(reviewed)}”以外的人办理，改后一人即可办完。",
            f"“{label(new)}” took another person than “{label(reviewed)}”; now one person can do both.",
            "warning",
        )


def _clauses(shipped: Graph, graph: Graph) -> Iterator[Finding]:
    kept = {clause for node in _acting(graph) for clause in node.attr_list("clauses")}
    gone: dict[str, list[Node]] = {}
    for node in _acting(shipped):
        for clause in node.attr_list("clauses"):
            if clause not in kept and clause != LOCAL:
                gone.setdefault(clause, []).append(node)
    where = (graph.process_id, min((node.line for node in graph.nodes.values()), default=1))
    for clause, nodes in gone.items():
        left = next((graph.nodes[node.id] for node in nodes if node.id in graph.nodes), None)
        names = "”“".join(label(node) for node in nodes[:3])
        yield at(
            RULE,
            left or where,
            f"条款{clause}原由“{names}”落实，改后图上已没有环节落实它。",
            f"Clause {clause} was carried out by “{names}”; no step names it any more.",
            "warning",
        )


def _acting(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes.values() if node.kind in ACTIVITIES]


def _rule(
    calendar: WorkCalendar, old: DeadlinePolicy, new: DeadlinePolicy, graph: Graph
) -> Iterator[Finding]:
    if not set(old.rule_ids) - {LOCAL}:
        return
    node = graph.nodes.get(new.met_by or "") or graph.nodes.get(old.met_by or "")
    where = node or (graph.process_id, min((one.line for one in graph.nodes.values()), default=1))
    said, said_en = f"期限{old.id}“{old.title}”", f"Rule {old.id}"
    asked = f"（政策原文：{old.quote_zh}）" if old.quote_zh else ""
    for zh, en in _looser(calendar, old, new):
        yield at(RULE, where, f"{said}{zh}{asked}。", f"{said_en} {en}.", "warning")


def _looser(
    calendar: WorkCalendar, old: DeadlinePolicy, new: DeadlinePolicy
) -> Iterator[tuple[str, str]]:
    if old.rule is not None and new.rule is None:
        yield "不再规定日期", "sets no day any more"
    elif old.rule is not None and new.rule is not None and old.rule != new.rule:
        first = _first_day(calendar, old.rule, new.rule)
        if first is not None:
            trigger, before, after = first
            far = after == date.max
            when, when_en = ("多年以后", "years later") if far else (written_day(after), f"on {after}")
            than = "早" if after < before else "晚"
            zh = f"比政策规定{than}：如{written_day(trigger)}起算，原为{written_day(before)}，改后为{when}"
            yield zh, f"from {trigger} falls {when_en} instead of on {before}"
    if new.minimum < old.minimum:
        yield f"由{old.minimum}次减为{new.minimum}次", f"asks {new.minimum} acts instead of {old.minimum}"
    if old.lead_setting is not None and new.lead_setting != old.lead_setting:
        yield "不再按设置提前", "no longer leads by the setting"
    begun = {one.element for one in new.opens}
    lost = [one.element for one in old.opens if one.element not in begun]
    if lost:
        yield f"不再由环节{'、'.join(lost)}起算", f"is no longer opened by {', '.join(lost)}"
    if old.met_by is not None and new.met_by is None:
        yield "不再判定是否按期", "is no longer met by any step"


def _first_day(
    calendar: WorkCalendar, old: DeadlineRule, new: DeadlineRule
) -> tuple[date, date, date] | None:
    """Return the first trigger whose day is looser: later, or earlier for an earliest day; None: none is."""
    trigger = date(max(year for year in calendar.years if calendar.knows(year)) - 1, 1, 2)
    for _turn in range(0, _DAYS, _STRIDE.days):
        before, after = (_counted(one, trigger, calendar) for one in (old, new))
        if (after < before) if old.earliest else (after > before):
            return trigger, before, after
        trigger += _STRIDE
    return None


def _counted(rule: DeadlineRule, trigger: date, calendar: WorkCalendar) -> date:
    """Return the day a rule gives; the last day there is where it lies beyond every calendar."""
    try:
        return count(rule, trigger, calendar).effective
    except CalendarUnknown:
        return date.max
