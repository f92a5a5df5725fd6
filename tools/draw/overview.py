"""Draw bpmn/overview.bpmn: the manual's flow chart as one collaboration of three pools (R004-00.P11)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from lxml import etree

from tools.draw.labels import label
from tools.draw.model import Box, Drawing, Flow, Node
from tools.draw.place import GAP, WIDE
from tools.draw.route import route
from tools.draw.source import processes, spec
from tools.draw.traffic import between
from tools.draw.write import FILL, INK, NS, bounds, paint, q, save, shape_of, sub

LEFT, TOP, POOL = 150, 70, 260
PALE = {"community": "#eef8ee", "street": "#fff9e6", "district": "#fdf0ee"}
TIERS = ("community", "street", "district")


def build() -> tuple[Drawing, dict[str, Box]]:
    """Return the placed steps with all flows, and the box of each pool."""
    plan = spec("overview")
    nodes: dict[str, Node] = {}
    tiers: dict[int, str] = {}
    for number, (tier, name, column) in plan["steps"].items():
        tiers[int(number)] = tier
        node = Node(
            f"Step_{int(number):02}", "task", f"{number} {name}", {"step": number}, lane=tier, tone=tier
        )
        node.x = LEFT + 30 + GAP + 60 + (int(column) - 1) * (WIDE + GAP)
        node.y = TOP + TIERS.index(tier) * POOL + POOL // 2
        nodes[node.id] = node
    right = max(n.x for n in nodes.values()) + 120
    boxes = {t: (LEFT, TOP + i * POOL, right, TOP + (i + 1) * POOL) for i, t in enumerate(TIERS)}
    flows = [
        Flow(f"F_Step_{int(a):02}_Step_{int(b):02}", f"Step_{int(a):02}", f"Step_{int(b):02}")
        for a, b in (pair.split("-") for pair in plan["sequence"])
    ]
    steps = {p: (int(a), int(b)) for p, (a, b) in plan["processes"].items()}
    pairs: dict[tuple[int, int], list[str]] = defaultdict(list)
    for message, a, b in sorted(between(list(processes().values()), steps, tiers)):
        pairs[a, b].append(message)
    for (a, b), messages in pairs.items():
        name = "／".join(plan["messages"][m] for m in messages)
        flows.append(
            Flow(f"M_Step_{a:02}_Step_{b:02}", f"Step_{a:02}", f"Step_{b:02}", name, " ".join(messages))
        )
    d = Drawing("overview", "595 就业援助总图", "any", "", "case", nodes, flows, [], [], {})
    d.pool_box = (LEFT, TOP, right, TOP + 3 * POOL)
    return d, boxes


def draw(path: Path) -> None:
    """Place, route and write the overview."""
    d, boxes = build()
    route(d)
    label(d)
    plan = spec("overview")
    root = etree.Element(q("bpmn:definitions"), nsmap=NS)
    root.set("id", "Definitions_overview")
    root.set("targetNamespace", "urn:aid595:overview")
    _collaboration(sub(root, "bpmn:collaboration", id="Overview", name=d.name), d, plan)
    for tier in TIERS:
        _process(root, d, tier, plan["pools"][tier])
    diagram = sub(root, "bpmndi:BPMNDiagram", id="Overview_Diagram")
    plane = sub(diagram, "bpmndi:BPMNPlane", id="Overview_Plane", bpmnElement="Overview")
    for tier in TIERS:
        paint(shape_of(plane, f"Pool_{tier}", boxes[tier], isHorizontal="true"), INK[tier], PALE[tier])
    _picture(plane, d)
    for key, note in plan["notes"].items():
        _note(plane, d, key, note)
    save(root, path)


def _collaboration(whole: etree._Element, d: Drawing, plan: dict[str, Any]) -> None:
    for tier in TIERS:
        name = plan["pools"][tier]
        sub(whole, "bpmn:participant", id=f"Pool_{tier}", name=name, processRef=f"overview_{tier}")
    for f in d.flows:
        if f.branch:
            made = sub(whole, "bpmn:messageFlow", id=f.id, name=f.name)
            made.set("sourceRef", f.source)
            made.set("targetRef", f.target)
            made.set(q("aid595:message"), f.branch)
    for key, note in plan["notes"].items():
        sub(sub(whole, "bpmn:textAnnotation", id=f"Note_{key}"), "bpmn:text").text = note["text"]
        if step := note.get("step"):
            link = sub(whole, "bpmn:association", id=f"Note_{key}_Link", associationDirection="None")
            link.set("sourceRef", f"Step_{step}")
            link.set("targetRef", f"Note_{key}")


def _picture(plane: etree._Element, d: Drawing) -> None:
    for n in d.nodes.values():
        paint(shape_of(plane, n.id, n.box), INK[n.tone], FILL[n.tone])
    for f in d.flows:
        edge = sub(plane, "bpmndi:BPMNEdge", id=f"{f.id}_di", bpmnElement=f.id)
        for x, y in f.points:
            sub(edge, "di:waypoint", x=str(x), y=str(y))
        if f.label:
            bounds(sub(edge, "bpmndi:BPMNLabel"), f.label)


def _note(plane: etree._Element, d: Drawing, key: str, note: dict[str, str]) -> None:
    left, top = LEFT + 30 + GAP + (int(note["column"]) - 1) * (WIDE + GAP), TOP + 2 * POOL + 80
    shape_of(plane, f"Note_{key}", (left, top, left + int(note["width"]), top + 44))
    if step := note.get("step"):
        edge = sub(plane, "bpmndi:BPMNEdge", id=f"Note_{key}_Link_di", bpmnElement=f"Note_{key}_Link")
        node = d.nodes[f"Step_{step}"]
        for y in (node.box[3], top):
            sub(edge, "di:waypoint", x=str(node.x), y=str(y))


def _process(root: etree._Element, d: Drawing, tier: str, name: str) -> None:
    process = sub(
        root, "bpmn:process", id=f"overview_{tier}", name=name, isExecutable="false", aid595_tier=tier
    )
    inner = [f for f in d.flows if not f.branch]
    for n in d.nodes.values():
        if n.lane != tier:
            continue
        made = sub(process, "bpmn:task", id=n.id, name=n.name, aid595_step=n.attrs["step"])
        for f in inner:
            if f.target == n.id:
                sub(made, "bpmn:incoming").text = f.id
        for f in inner:
            if f.source == n.id:
                sub(made, "bpmn:outgoing").text = f.id
    for f in inner:
        if d.nodes[f.source].lane == tier:
            sub(process, "bpmn:sequenceFlow", id=f.id, sourceRef=f.source, targetRef=f.target)
