"""Deadline rules that a version brings: they load, count, and are opened and met by steps there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.deadlines import Unit
from engine.expressions import Expr
from engine.gate.rules.clauses import LOCAL
from engine.graph import HUMAN, Graph, Kind
from tasks.forms.spec import FormSpec
from tasks.gate import shape
from tasks.gate.problem import Problem
from tasks.library import Library
from tasks.policy import DeadlinePolicy, Opening, PolicyInvalid, read_rule

#: The longest count by unit: beyond it the calendar of working days is not known, or it is a slip of the pen.
MOST = {Unit.WORKING_DAY: 250, Unit.CALENDAR_DAY: 730, Unit.MONTH: 60}
#: What `when` may ask besides the form: what the decision of the same step said.
_DECIDED = frozenset({"next_step"})


def check(library: Library, rule_id: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with one rule by itself."""
    place = f"rules.{rule_id[:64]}"
    if not shape.ID.fullmatch(rule_id):
        yield Problem(
            place, "期限编号不合规，只用字母、数字、下划线和连字符。", "The id of the rule is no id."
        )
        return
    misshapen = list(shape.hold(place, entry, shape.RULE, ("title", "kind", "rule_ids", "seed", "basis")))
    for opening in entry.get("opens", ()) if isinstance(entry.get("opens"), list) else ():
        if isinstance(opening, dict):
            misshapen += shape.hold(f"{place}.opens", opening, shape.OPENING, ("element",))
    yield from misshapen
    if misshapen:
        return
    try:
        rule = read_rule({**entry, "id": rule_id})
    except PolicyInvalid as fault:
        yield Problem(place, fault.sentence("zh"), fault.sentence("en"))
        return
    yield from _counts(place, rule)
    yield from _known(library, place, rule)
    shipped = library.shipped.policy.rules.get(rule_id)
    if rule.recurrence != (None if shipped is None else shipped.recurrence):
        yield Problem(
            f"{place}.recurrence", "周期任务由程序安排，期限规则里不能修改。", "The program sets recurrences."
        )


def _counts(place: str, rule: DeadlinePolicy) -> Iterator[Problem]:
    counting = rule.rule
    if counting is None:
        return
    most = MOST.get(counting.unit)
    if most is not None and rule.lead_setting is None and not 0 <= counting.value <= most:
        yield Problem(f"{place}.value", f"应当在0至{most}之间。", f"It should lie between 0 and {most}.")
    if counting.until is not None:
        try:
            date(2025, *counting.until)
        except ValueError:
            yield Problem(
                f"{place}.until", "不是每年都有的日期（月-日）。", "There is no such day in every year."
            )
    if not 1 <= rule.minimum <= 100:
        yield Problem(f"{place}.minimum", "应当在1至100之间。", "It should lie between 1 and 100.")


def _known(library: Library, place: str, rule: DeadlinePolicy) -> Iterator[Problem]:
    if rule.lead_setting is not None and rule.lead_setting not in library.settings:
        yield Problem(f"{place}.lead_setting", "没有这项设置。", "There is no such setting.")
    for clause in rule.rule_ids:
        if clause != LOCAL and clause not in library.clauses:
            yield Problem(
                f"{place}.rule_ids", f"条款“{clause}”不在条款目录里。", f"There is no clause “{clause}”."
            )
    if not rule.rule_ids:
        yield Problem(
            f"{place}.rule_ids", "请写明依据条款，本地做法写 LOCAL。", "It names no clause; LOCAL is one."
        )


def check_home(
    library: Library, laid: Library, entries: Mapping[str, Any], graph: Graph
) -> Iterator[Problem]:
    """Yield rules that belong to another process, or whose steps and fields are not there."""
    for rule_id in entries:
        rule, place = laid.policy.rules[rule_id], f"rules.{rule_id}"
        shipped = library.shipped.policy.rules.get(rule_id)
        homes = {home(one) for one in (rule, shipped) if one is not None}
        if homes != {home_of(graph.process_id)}:
            said = f"这条期限属于流程{'、'.join(sorted(homes))}，请在那个流程里修改。"
            yield Problem(place, said, f"The rule belongs to {', '.join(sorted(homes))}; change it there.")
            continue
        if shipped is None and not rule_id.startswith(f"{home_of(graph.process_id)}-"):
            said = f"新的期限编号应以“{home_of(graph.process_id)}-”开头，以免与别的流程相同。"
            yield Problem(place, said, "The id of a new rule begins with its process, as no other's does.")
        yield from _meeting(laid, place, rule, shipped, graph)
        for opening in rule.opens:
            yield from _opening(laid, f"{place}.opens", rule, opening.element, opening.field, graph, shipped)
            if opening.branch is not None and not _is_decided(graph, opening.branch):
                zh = f"分支“{opening.branch}”不在规则判定之后的排他网关上，请改为环节。"
                en = f"No exclusive gateway behind a decision has the branch “{opening.branch}”; name a step."
                yield Problem(f"{place}.opens", zh, en)
            if opening.condition is not None and not _as_shipped(shipped, opening):
                yield from _condition(laid, f"{place}.opens", opening.condition, opening.element, graph)


def _as_shipped(shipped: DeadlinePolicy | None, opening: Opening) -> bool:
    """Tell whether the shipped rule opens in the same way: another process may hold what it asks for."""
    same = [] if shipped is None else [one for one in shipped.opens if one.element == opening.element]
    asked = opening.condition
    return asked is not None and any(one.condition and one.condition.text == asked.text for one in same)


def _is_decided(graph: Graph, branch: str) -> bool:
    """Tell whether a branch (`gateway=KEY`) leaves a gateway right behind a business-rule task."""
    name, _, key = branch.partition("=")
    gateway = graph.nodes.get(name)
    if gateway is None or gateway.kind is not Kind.EXCLUSIVE:
        return False
    before = {graph.nodes[flow.source].kind for flow in gateway.incoming}
    return before == {Kind.RULE} and any(flow.branch == key for flow in gateway.outgoing)


def home(rule: DeadlinePolicy) -> str:
    """Return the process a rule belongs to, as the beginning of its ids: `P04`."""
    element = rule.met_by or (rule.opens[0].element if rule.opens else "")
    return home_of(element) if element else "—"


def home_of(name: str) -> str:
    """Return the process an element or process id belongs to: `P04`."""
    return name.partition("_")[0]


def _meeting(
    laid: Library, place: str, rule: DeadlinePolicy, shipped: DeadlinePolicy | None, graph: Graph
) -> Iterator[Problem]:
    if rule.met_by is None:
        return
    node = graph.nodes.get(rule.met_by)
    as_shipped = shipped is not None and shipped.met_by == rule.met_by
    if node is None or (node.kind not in HUMAN and not as_shipped):
        yield Problem(
            f"{place}.met_by",
            f"办结环节“{rule.met_by}”不是图上的人工任务。",
            "No task of the diagram meets it.",
        )
        return
    if rule.met_field is not None:
        form = laid.forms.get(node.attrs.get("form") or node.id)
        name, _, column = rule.met_field.partition(".")
        if not _is_day(form, name, column):
            said = f"环节“{rule.met_by}”的表单没有日期“{rule.met_field}”。"
            yield Problem(f"{place}.met_field", said, f"The form of {rule.met_by} has no such date.")


def _is_day(form: FormSpec | None, name: str, column: str) -> bool:
    if form is None:
        return True  # that there is no such form is told at the task
    found = form.fields.get(name)
    if found is not None and column:
        found = next((one for one in found.item if one.name == column), None)
    return found is not None and found.type in ("date", "datetime")


def _opening(
    laid: Library, place: str, rule: DeadlinePolicy, element: str, field: str | None, graph: Graph,
    shipped: DeadlinePolicy | None,
) -> Iterator[Problem]:  # fmt: skip
    node = graph.nodes.get(element)
    elsewhere = home_of(element) != home_of(graph.process_id)
    known = shipped is not None and any(opening.element == element for opening in shipped.opens)
    if elsewhere and (known or element in laid.forms):
        form = laid.forms.get(element)
    elif node is None or (node.kind not in HUMAN and not known):
        yield Problem(
            place,
            f"起算环节“{element}”不是图上的人工任务。",
            f"The opening step “{element}” is no task here.",
        )
        return
    else:
        form = laid.forms.get(node.attrs.get("form") or node.id)
    if field is not None and not _is_day(form, field, ""):
        yield Problem(
            place,
            f"环节“{element}”的表单没有日期“{field}”。",
            f"The form of {element} has no date “{field}”.",
        )


def _condition(laid: Library, place: str, condition: Expr, element: str, graph: Graph) -> Iterator[Problem]:
    node = graph.nodes.get(element)
    form = laid.forms.get(element if node is None else node.attrs.get("form") or node.id)
    known = {*graph.variables, *_DECIDED, *(form.fields if form is not None else ())}
    unknown = sorted(condition.names - known)
    if unknown or not condition.calls <= {"setting"}:
        said = f"条件“{condition.text}”里的{'、'.join(unknown) or '函数'}不能使用。"
        yield Problem(
            place, said, f"The condition names what is not known: {', '.join(unknown) or 'a function'}."
        )
