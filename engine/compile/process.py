"""One process of the file to one graph: its scopes, nodes, flows, lanes and routing variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from engine.compile.context import Context
from engine.compile.elements import NODES
from engine.compile.findings import ELEMENTS, REFERENCES
from engine.compile.flows import check_listed, read_flows
from engine.compile.nodes import Surroundings, attach_boundaries, read_node
from engine.compile.reach import inclusive_reach
from engine.compile.xml import BPMN, children, local, own, text
from engine.graph import Graph, Kind, Node, ScopeDef, Variable

MAX_NESTING = 16


def read_process(process: etree._Element, context: Context) -> Graph:
    """Return the graph of a process element; whatever cannot be read is noted and left out."""
    process_id = process.get("id", "")
    lanes = _lanes(process)
    names = data_names(process)
    nodes: dict[str, Node] = {}
    scope_kinds: dict[str, Kind | None] = {process_id: None}
    flow_elements: list[tuple[etree._Element, str]] = []
    drawn: list[etree._Element] = []
    for container, scope in _scopes(process, context):
        around = Surroundings(scope, scope_kinds[scope], lanes, names)
        for element in children(container, *NODES, "sequenceFlow"):
            if local(element) == "sequenceFlow":
                flow_elements.append((element, scope))
                continue
            node = read_node(element, around, context)
            if not node.id or node.id in nodes or node.id == process_id:
                _bad_id(element, node.id, context)
                continue
            nodes[node.id] = node
            drawn.append(element)
            if node.kind in (Kind.SUB, Kind.EVENT_SUB):
                scope_kinds[node.id] = node.kind
    attach_boundaries(nodes, context)
    flows = read_flows(flow_elements, nodes, context)
    for element in drawn:
        check_listed(element, flows, context)
    return Graph(
        process_id=process_id,
        name=process.get("name", "").strip(),
        nodes=MappingProxyType(nodes),
        scopes=_scope_defs(scope_kinds, nodes, _drawn_in(process)),
        flows=MappingProxyType(flows),
        variables=MappingProxyType(_variables(process, context)),
        attrs=MappingProxyType(own(process)),
        reach=inclusive_reach(nodes),
        flow_reach=inclusive_reach(nodes, borders=False),
    )


def _scopes(process: etree._Element, context: Context) -> Iterator[tuple[etree._Element, str]]:
    """Yield the process and its sub-processes, outer before inner, each with the id of its scope."""
    seen: set[str] = set()
    waiting = [(process, 0)]
    while waiting:
        container, depth = waiting.pop(0)
        scope = container.get("id", "")
        if scope in seen:
            continue  # a repeated id is noted with the node
        seen.add(scope)
        yield container, scope
        inner = [element for element in children(container, "subProcess") if element.get("id")]
        if inner and depth >= MAX_NESTING:
            context.findings.add(
                ELEMENTS,
                inner[0],
                f"子流程嵌套超过{MAX_NESTING}层，请拆成调用活动。",
                f"Sub-processes are nested deeper than {MAX_NESTING}; use call activities.",
            )
            continue
        waiting.extend((element, depth + 1) for element in inner)


def _bad_id(element: etree._Element, node_id: str, context: Context) -> None:
    if node_id:
        zh, en = f"编号“{node_id}”重复", f"The id “{node_id}” is used twice"
    else:
        zh, en = f"{local(element)} 没有编号（id）", f"This {local(element)} has no id"
    context.findings.add(REFERENCES, element, f"{zh}，请给它唯一的编号。", f"{en}; give it an id of its own.")


def _scope_defs(
    scopes: Iterable[str], nodes: dict[str, Node], drawn: Mapping[str, list[str]]
) -> Mapping[str, ScopeDef]:
    inside: dict[str, list[Node]] = {scope: [] for scope in scopes}
    for node in nodes.values():
        inside[node.scope].append(node)
    return MappingProxyType(
        {
            scope: ScopeDef(
                id=scope,
                nodes=tuple(members),
                starts=tuple(node for node in members if node.kind is Kind.START),
                event_subs=tuple(node for node in members if node.kind is Kind.EVENT_SUB),
                variables=tuple(dict.fromkeys(drawn.get(scope, ()))),
            )
            for scope, members in inside.items()
        }
    )


def _lanes(process: etree._Element) -> dict[str, str]:
    """Return node id -> name of the innermost lane it lies in."""
    found: dict[str, str] = {}
    for lane in process.iter(f"{{{BPMN}}}lane"):  # document order: inner lanes come after outer ones
        name = lane.get("name", "") or lane.get("id", "")
        for ref in children(lane, "flowNodeRef"):
            found[text(ref)] = name
    return found


def data_names(process: etree._Element) -> dict[str, str]:
    """Return id -> variable name of data objects and of the references drawn for them."""
    names = {}
    for item in process.iter(f"{{{BPMN}}}dataObject"):
        names[item.get("id", "")] = item.get("name", "") or item.get("id", "")
    for item in process.iter(f"{{{BPMN}}}dataObjectReference"):
        target = item.get("dataObjectRef", "")
        names[item.get("id", "")] = names.get(target, target)
    return names


def _variable_name(element: etree._Element) -> str:
    return (element.get("name", "") or element.get("id", "")).strip()


def _drawn_in(process: etree._Element) -> dict[str, list[str]]:
    """Return scope id -> names of the data objects drawn directly in it."""
    found: dict[str, list[str]] = {}
    for element in process.iter(f"{{{BPMN}}}dataObject"):
        parent = element.getparent()
        found.setdefault("" if parent is None else parent.get("id", ""), []).append(_variable_name(element))
    return found


def _variables(process: etree._Element, context: Context) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for element in process.iter(f"{{{BPMN}}}dataObject"):
        name, extra = _variable_name(element), own(element)
        made = Variable(name, extra.get("type", ""), tuple(extra.get("options", "").split()))
        if found.setdefault(name, made) != made:
            context.findings.add(
                REFERENCES,
                element,
                f"数据对象“{name}”画了几处而类型不同，请改成一致或另起名称。",
                f"The data object “{name}” is drawn several times with different types.",
            )
    return found
