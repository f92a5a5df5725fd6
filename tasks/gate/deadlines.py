"""Deadline rules that a drawing names are there, and rules of its process are opened and met by its steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import at, label
from engine.graph import Graph, Node
from tasks.gate.rules import home, home_of
from tasks.library import Library

_ASKED = re.compile(r"""\bdue(?:_literal)?\(\s*["']([^"']*)["']""")


def asked_by(node: Node) -> list[str]:
    """Return the deadline rules whose day the timers of a node wait for."""
    texts = [event.timer.expr.text for event in node.events if event.timer and event.timer.expr]
    return [name for text in texts for name in _ASKED.findall(text)]


def check(laid: Library, graph: Graph) -> Iterator[Finding]:
    """Yield names of rules there are none of, and rules that the drawing left without a step."""
    rules = laid.policy.rules
    for node in graph.nodes.values():
        for name in (*node.attr_list("deadline"), *asked_by(node)):
            if name not in rules:
                yield at(
                    "deadlines",
                    node,
                    f"“{label(node)}”用的期限“{name}”不存在。",
                    f"There is no rule “{name}”.",
                )
    for rule in rules.values():
        if home(rule) != home_of(graph.process_id):
            continue
        where = (graph.process_id, min(node.line for node in graph.nodes.values()) if graph.nodes else 1)
        here = [one.element for one in rule.opens if home_of(one.element) == home_of(graph.process_id)]
        gone = [element for element in here if element not in graph.nodes]
        opens = len(gone) < len(rule.opens)
        said = f"期限{rule.id}“{rule.title}”"
        if rule.met_by is not None and rule.met_by not in graph.nodes and opens:
            zh = f"{said}的办结环节“{rule.met_by}”已不在图上，会一律逾期。"
            en = f"The step “{rule.met_by}” that meets {rule.id} is gone: it would always be missed."
            yield at("deadlines", where, zh, en)
        elif gone:
            zh = f"{said}的起算环节“{'、'.join(gone)}”已不在图上，不再由它起算。"
            en = f"The step that opens {rule.id} is gone ({', '.join(gone)}): it opens it no more."
            yield at("deadlines", where, zh, en, "warning")
