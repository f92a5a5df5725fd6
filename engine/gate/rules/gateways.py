"""A gateway that decides always finds exactly one way on: by a default flow, or proved over all values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.compile import Finding
from engine.expressions import Expr, ExpressionError
from engine.gate.domains import Domain, cases, declared
from engine.gate.subject import Subject, at, label
from engine.graph import ACTIVITIES, Flow, Kind, Node

#: Conditions evaluated for one file; what lies beyond counts as not proved.
BUDGET = 20_000

_DECIDING = ACTIVITIES | {Kind.EXCLUSIVE, Kind.INCLUSIVE}


class _Purse:
    def __init__(self) -> None:
        self.left = BUDGET


def check(subject: Subject) -> Iterator[Finding]:
    """Find gateways without a way on in some case, and exclusive branches that overlap."""
    purse = _Purse()
    for graph in subject.graphs():
        domains = declared(graph, subject.known)
        for node in graph.nodes.values():
            conditional = [flow for flow in node.outgoing if flow.condition is not None]
            if node.kind is Kind.EXCLUSIVE and len(node.outgoing) > 1:
                yield from _unconditional(node)
            if node.default is not None and node.kind in _DECIDING - {Kind.EXCLUSIVE}:
                yield from _unclear_default(node)
            if conditional and node.kind in _DECIDING:
                yield from _decide(node, conditional, domains, purse)


def _unconditional(node: Node) -> Iterator[Finding]:
    free = [flow for flow in node.outgoing if flow.condition is None and flow.id != node.default]
    for flow in free:
        yield at(
            "gateways",
            flow,
            f"排他网关“{label(node)}”的这条出路没有条件，也不是默认出路，请填写条件或设为默认。",
            "This way out of an exclusive gateway has no condition and is not the default.",
        )


def _unclear_default(node: Node) -> Iterator[Finding]:
    """Find a default flow beside one that is always taken: BPMN leaves open when it is taken."""
    if any(flow.condition is None and flow.id != node.default for flow in node.outgoing):
        yield at(
            "gateways",
            node,
            f"“{label(node)}”既有默认出路，又有不写条件的出路，何时走默认出路说不清，请给后者写上条件。",
            "Beside a default flow every other flow needs a condition.",
        )


def _decide(node: Node, flows: list[Flow], domains: Mapping[str, Domain], purse: _Purse) -> Iterator[Finding]:
    sure = node.default is not None or (node.kind is not Kind.EXCLUSIVE and len(flows) < len(node.outgoing))
    conditions = [flow.condition for flow in flows if flow.condition is not None]
    tried = cases(conditions, domains)
    if tried is None:
        if not sure:
            yield _not_covered(
                node, "无法证明各条件涵盖所有情况", "it cannot be proved that they cover all cases"
            )
        return
    overlaps: set[tuple[str, str]] = set()
    never = {flow.id: flow for flow in flows}
    for values in tried:
        purse.left -= len(flows)
        true = _true(flows, conditions, values) if purse.left > 0 else None
        if true is None:
            if not sure:
                yield _not_covered(node, "情况过多或条件无法计算", "there are too many cases, or some fail")
            return
        for flow in true:
            never.pop(flow.id, None)
        if not true and not sure:
            shown = "，".join(f"{name}={value}" for name, value in values.items())
            yield _not_covered(node, f"当 {shown} 时没有出路", f"there is no way on for {values}")
            sure = True
        if node.kind is Kind.EXCLUSIVE and len(true) > 1 and (true[0].id, true[1].id) not in overlaps:
            overlaps.add((true[0].id, true[1].id))
            yield _overlap(node, true, values)
    for flow in never.values():
        yield at(
            "gateways",
            flow,
            f"网关“{label(node)}”的这条出路永远不会成立，请核对条件里的取值。",
            "The condition of this way out is never true; check the values in it.",
        )


def _true(
    flows: Sequence[Flow], conditions: Sequence[Expr], values: Mapping[str, object]
) -> list[Flow] | None:
    try:
        return [flow for flow, condition in zip(flows, conditions, strict=True) if condition(values)]
    except ExpressionError:
        return None


def _not_covered(node: Node, zh: str, en: str) -> Finding:
    return at(
        "gateways",
        node,
        f"网关“{label(node)}”没有默认出路，{zh}，请指定默认出路或补全条件。",
        f"The gateway has no default flow and {en}.",
    )


def _overlap(node: Node, true: list[Flow], values: Mapping[str, object]) -> Finding:
    shown = "，".join(f"{name}={value}" for name, value in values.items())
    return at(
        "gateways",
        true[1],
        f"网关“{label(node)}”的两条出路 {true[0].id} 和 {true[1].id} 在 {shown} 时同时成立，请改成互不重叠。",
        f"Two ways out, {true[0].id} and {true[1].id}, are both true for {dict(values)}.",
    )
