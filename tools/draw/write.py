"""Write a placed drawing as BPMN 2.0 with its diagram interchange part."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from tools.draw.model import CONTAINERS, EVENTS, Box, Drawing, Flow, Lane, Node

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "bioc": "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "color": "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    "aid595": "urn:aid595:bpmn:1",
}
TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "throw": "intermediateThrowEvent",
    "catch_message": "intermediateCatchEvent",
    "catch_timer": "intermediateCatchEvent",
    "boundary_timer": "boundaryEvent",
    "boundary_message": "boundaryEvent",
    "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway",
    "event": "eventBasedGateway",
    "user": "userTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "call": "callActivity",
    "task": "task",
    "body": "subProcess",
    "rounds": "subProcess",
}
#: Line and fill by tone: the manual's green, yellow and red (R004-00.P11), the band paler than the task.
INK = {
    "community": "#1b5e20",
    "street": "#6d4c00",
    "district": "#8c1d18",
    "plain": "#37474f",
    "quiet": "#757575",
}
FILL = {
    "community": "#d7efd6",
    "street": "#fff0b8",
    "district": "#fad7d3",
    "plain": "#ffffff",
    "quiet": "#f5f5f5",
}
#: Bands are drawn by the viewers at about a quarter of their strength.
BAND = {"community": "#b9dfba", "street": "#ffe69c", "district": "#f2b3ae", "plain": "#d5dde1"}


def q(name: str) -> str:
    """Return the lxml name of a prefixed name."""
    prefix, local = name.split(":")
    return f"{{{NS[prefix]}}}{local}"


def sub(parent: etree._Element, name: str, /, **attrs: str) -> etree._Element:
    """Append a child; `aid595_x` becomes aid595:x, `xsi_x` xsi:x."""
    made = etree.SubElement(parent, q(name))
    for key, value in attrs.items():
        prefix, _, local = key.partition("_")
        made.set(q(f"{prefix}:{local}") if prefix in NS and local else key, value)
    return made


def message_id(name: str) -> str:
    """Return the element id of a message, Msg_05 for MSG-05."""
    return "Msg_" + name[-2:]


def write(d: Drawing, path: Path) -> None:
    """Write the file of one process."""
    root = etree.Element(q("bpmn:definitions"), nsmap=NS)
    root.set("id", f"Definitions_{d.id}")
    root.set("targetNamespace", "urn:aid595:processes")
    for message in sorted({m for n in d.nodes.values() for m in (n.message, *n.more) if m}):
        sub(root, "bpmn:message", id=message_id(message), name=message)
    short = d.id.split("_")[0]
    pool = f"{short}_Pool"
    collaboration = sub(root, "bpmn:collaboration", id=f"{short}_Collaboration")
    sub(collaboration, "bpmn:participant", id=pool, name=d.name, processRef=d.id)
    process = sub(
        root,
        "bpmn:process",
        id=d.id,
        name=d.name,
        isExecutable="true",
        aid595_tier=d.tier,
        aid595_correlation=d.correlation,
    )
    _lanes(process, d, short)
    for v in d.variables:
        made = sub(process, "bpmn:dataObject", id=f"{short}_Var_{v.name}", name=v.name, aid595_type=v.type)
        if v.options:
            made.set(q("aid595:options"), v.options)
    _elements(process, d, None)
    plane = sub(
        sub(root, "bpmndi:BPMNDiagram", id=f"{short}_Diagram"),
        "bpmndi:BPMNPlane",
        id=f"{short}_Plane",
        bpmnElement=f"{short}_Collaboration",
    )
    _picture(plane, d, short, pool)
    save(root, path)


def save(root: etree._Element, path: Path) -> None:
    """Write an element tree with one element a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    etree.ElementTree(root).write(str(path), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def lane_id(short: str, lane: Lane) -> str:
    """Return the element id of a lane."""
    return f"{short}_Lane_{lane.role}"


def _lanes(process: etree._Element, d: Drawing, short: str) -> None:
    lanes = sub(process, "bpmn:laneSet", id=f"{short}_Lanes")
    for lane in d.lanes:
        made = sub(lanes, "bpmn:lane", id=lane_id(short, lane), name=lane.name, aid595_role=lane.role)
        for n in d.nodes.values():
            if n.lane == lane.role:
                sub(made, "bpmn:flowNodeRef").text = n.id


def _elements(parent: etree._Element, d: Drawing, body: str | None) -> None:
    flows = [f for f in d.flows if d.nodes[f.source].body == body]
    for n in d.nodes.values():
        if n.body == body:
            _element(parent, d, n)
    for f in flows:
        _flow(parent, f)


def _element(parent: etree._Element, d: Drawing, n: Node) -> None:
    made = sub(parent, f"bpmn:{TAGS[n.kind]}", id=n.id)
    if n.name:
        made.set("name", n.name)
    for key, value in n.attrs.items():
        made.set(q(f"aid595:{key}"), value)
    if n.attached:
        made.set("attachedToRef", n.attached)
        made.set("cancelActivity", "false" if n.kind == "boundary_timer" else "true")
    if n.called:
        made.set("calledElement", n.called)
    for f in d.flows:
        if f.source == n.id and f.default:
            made.set("default", f.id)
    for end, flows in (
        ("incoming", [f for f in d.flows if f.target == n.id]),
        ("outgoing", [f for f in d.flows if f.source == n.id]),
    ):
        for f in flows:
            sub(made, f"bpmn:{end}").text = f.id
    _content(made, d, n)


def _content(made: etree._Element, d: Drawing, n: Node) -> None:
    if n.timer:
        definition = sub(made, "bpmn:timerEventDefinition", id=f"{n.id}_Def")
        sub(definition, "bpmn:timeDate", xsi_type="bpmn:tFormalExpression").text = n.timer
    elif n.message and n.kind in EVENTS:
        for i, message in enumerate((n.message, *n.more)):
            name = f"{n.id}_Def{i + 1 if i else ''}"
            sub(made, "bpmn:messageEventDefinition", id=name, messageRef=message_id(message))
    elif n.kind == "terminate":
        sub(made, "bpmn:terminateEventDefinition", id=f"{n.id}_Def")
    elif n.kind in CONTAINERS:
        if n.many is not None:
            sub(made, "bpmn:multiInstanceLoopCharacteristics", isSequential="false",
                aid595_collection=n.many.collection, aid595_item=n.many.item)  # fmt: skip
        _elements(made, d, n.id)


def _flow(parent: etree._Element, f: Flow) -> None:
    made = sub(parent, "bpmn:sequenceFlow", id=f.id, sourceRef=f.source, targetRef=f.target)
    if f.name:
        made.set("name", f.name)
    if f.branch:
        made.set(q("aid595:branch"), f.branch)
    if f.condition:
        sub(made, "bpmn:conditionExpression", xsi_type="bpmn:tFormalExpression").text = f.condition


def bounds(parent: etree._Element, box: Box) -> None:
    """Append the bounds of a shape or label."""
    left, top, right, bottom = box
    sub(parent, "dc:Bounds", x=str(left), y=str(top), width=str(right - left), height=str(bottom - top))


def paint(shape: etree._Element, stroke: str, fill: str) -> None:
    """Colour a shape in both notations that drawing tools read."""
    shape.set(q("bioc:stroke"), stroke)
    shape.set(q("bioc:fill"), fill)
    shape.set(q("color:border-color"), stroke)
    shape.set(q("color:background-color"), fill)


def shape_of(plane: etree._Element, element: str, box: Box, **attrs: str) -> etree._Element:
    """Append the shape of an element."""
    made = sub(plane, "bpmndi:BPMNShape", id=f"{element}_di", bpmnElement=element, **attrs)
    bounds(made, box)
    return made


def _picture(plane: etree._Element, d: Drawing, short: str, pool: str) -> None:
    tones = {lane.tone for lane in d.lanes}  # one pool beside one lane has its colour
    tone = tones.pop() if len(tones) == 1 else d.tier if d.tier in BAND else "plain"
    paint(shape_of(plane, pool, d.pool_box, isHorizontal="true"), INK[tone], "#ffffff")
    left, _, right, _ = d.pool_box
    for lane in d.lanes:
        shape = shape_of(
            plane, lane_id(short, lane), (left + 30, lane.y, right, lane.y + lane.height), isHorizontal="true"
        )
        paint(shape, INK[lane.tone], BAND[lane.tone])
    boxes = {n.id: n.box for n in d.rounds()} | ({d.body: d.body_box} if d.body else {})
    for container, box in boxes.items():
        shape = shape_of(plane, container, box, isExpanded="true")
        shape.set(q("bioc:stroke"), INK["plain"])
        shape.set(q("bioc:fill"), "transparent")
    for n in d.nodes.values():
        if n.kind not in CONTAINERS:
            _node_shape(plane, n)
    for f in d.flows:
        edge = sub(plane, "bpmndi:BPMNEdge", id=f"{f.id}_di", bpmnElement=f.id)
        if d.nodes[f.source].tone == "quiet":
            edge.set(q("bioc:stroke"), INK["quiet"])
            edge.set(q("color:border-color"), INK["quiet"])
        for x, y in f.points:
            sub(edge, "di:waypoint", x=str(x), y=str(y))
        if f.label:
            bounds(sub(edge, "bpmndi:BPMNLabel"), f.label)


def _node_shape(plane: etree._Element, n: Node) -> None:
    attrs = {"isMarkerVisible": "true"} if n.kind == "exclusive" else {}
    shape = shape_of(plane, n.id, n.box, **attrs)
    paint(shape, INK[n.tone], FILL[n.tone])
    if n.label:
        bounds(sub(shape, "bpmndi:BPMNLabel"), n.label)
