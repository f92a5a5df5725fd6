"""What a drawing says in attributes of ours is understood: roles, papers, results, the other person."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import at, label
from engine.graph import Graph, Kind, Node
from tasks.actor import ROLES
from tasks.labels import catalogue
from tasks.paper_text import paper_kinds


def check(graph: Graph) -> Iterator[Finding]:
    """Yield attributes whose value the program does not know."""
    for node in graph.nodes.values():
        for name in ("roleStreet", "roleDistrict"):
            role = node.attrs.get(name, "").strip()
            if role and role not in ROLES:
                yield _unknown(node, "岗位", role, "role")
        for kind in node.attr_list("papers"):
            if kind not in paper_kinds():
                yield _unknown(node, "文书", kind, "paper")
        status = node.attrs.get("status", "").strip()
        if node.kind is Kind.END and status and catalogue().find("end", status) is None:
            yield _unknown(node, "结案结果", status, "result")
        other = node.attrs.get("otherPersonThan", "").strip()
        if other and other not in graph.nodes:
            yield _unknown(node, "须由他人办理的环节", other, "step of another person")


def _unknown(node: Node, what: str, value: str, what_en: str) -> Finding:
    zh = f"“{label(node)}”写的{what}“{value}”不存在，请改选。"
    return at("attributes", node, zh, f"There is no {what_en} “{value}”.")
