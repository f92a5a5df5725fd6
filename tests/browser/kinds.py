"""A drawing with one of every kind of element, or several: for walking through what the editor offers."""

from __future__ import annotations

from collections.abc import Iterator

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:aid595="urn:aid595:bpmn:1"
 id="D" targetNamespace="urn:x">
"""
#: Kind → its element; `{id}` is its own id, `{on}` the activity a boundary event stands on.
_BOUNDARY = (
    '<bpmn:boundaryEvent id="{{id}}" attachedToRef="{{on}}"><bpmn:{0}EventDefinition/></bpmn:boundaryEvent>'
)


def _plain(tag: str, inside: str = "") -> str:
    return f'<bpmn:{tag} id="{{id}}">{inside}</bpmn:{tag}>'


def _event(tag: str, trigger: str) -> str:
    return _plain(tag, f"<bpmn:{trigger}EventDefinition/>")


KINDS = {
    **{tag: _plain(tag) for tag in (
        "startEvent", "endEvent", "intermediateThrowEvent", "userTask", "serviceTask", "businessRuleTask",
        "sendTask", "receiveTask", "manualTask", "callActivity", "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", "eventBasedGateway", "textAnnotation",
    )},
    "message start": _event("startEvent", "message"),
    **{f"{trigger} catch": _event("intermediateCatchEvent", trigger)
       for trigger in ("message", "timer", "signal")},
    **{f"{trigger} throw": _event("intermediateThrowEvent", trigger)
       for trigger in ("message", "signal", "escalation")},
    **{f"{trigger} end": _event("endEvent", trigger)
       for trigger in ("message", "signal", "error", "escalation", "terminate")},
    "subProcess": '<bpmn:subProcess id="{id}"><bpmn:startEvent id="{id}_Start"/></bpmn:subProcess>',
    "event subProcess": '<bpmn:subProcess id="{id}" triggeredByEvent="true"><bpmn:startEvent id="{id}_Start">'
                        "<bpmn:timerEventDefinition/></bpmn:startEvent></bpmn:subProcess>",
    "message boundary": _BOUNDARY.format("message"),
    "timer boundary": _BOUNDARY.format("timer"),
}  # fmt: skip
BIG = ("subProcess", "event subProcess")
_WIDTH, _STEP = 12, 220


def _size(kind: str) -> tuple[int, int]:
    if kind in BIG:
        return 140, 100
    if kind.endswith(("Task", "Activity", "Annotation")):
        return 100, 80
    return (50, 50) if kind.endswith("Gateway") else (36, 36)


def _bounds(element: str, x: int, y: int, width: int, height: int) -> str:
    more = ' isExpanded="true"' if width == _size("subProcess")[0] else ""
    return (f'<bpmndi:BPMNShape id="{element}_di" bpmnElement="{element}"{more}>'
            f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>')  # fmt: skip


def _drawn(names: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for n, (kind, name) in enumerate(names):
        x, y = 260 + n % _WIDTH * _STEP, 120 + n // _WIDTH * _STEP
        if "boundary" in kind:
            host = f"{name}_Host"
            yield f'<bpmn:userTask id="{host}"/>', _bounds(host, x, y, 100, 80)
            x, y = x + 32, y + 62
        width, height = _size(kind)
        shapes = _bounds(name, x, y, width, height)
        if kind in BIG:
            shapes += _bounds(f"{name}_Start", x + 40, y + 40, 36, 36)
        yield KINDS[kind].format(id=name, on=f"{name}_Host"), shapes


def drawing(process: str, copies: int = 1) -> tuple[bytes, dict[str, list[str]]]:
    """Return a file with so many of every kind in one lane, and the ids by kind."""
    ids = {kind: [f"K{n}_{copy}" for copy in range(copies)] for n, kind in enumerate(KINDS)}
    names = [(kind, name) for kind, all_of in ids.items() for name in all_of]
    drawn = list(_drawn(names))
    flow = ids["exclusiveGateway"][0], ids["userTask"][0]
    height = (len(names) // _WIDTH + 2) * _STEP
    nodes = "".join(xml for xml, _shape in drawn)
    shapes = "".join(shape for _xml, shape in drawn)
    file = (
        f'{HEAD}<bpmn:collaboration id="Col"><bpmn:participant id="Pool" processRef="{process}"/>'
        f'</bpmn:collaboration><bpmn:process id="{process}" isExecutable="true"><bpmn:laneSet id="Lanes">'
        f'<bpmn:lane id="Lane" aid595:role="street_staff"/></bpmn:laneSet>{nodes}'
        f'<bpmn:sequenceFlow id="Flow" sourceRef="{flow[0]}" targetRef="{flow[1]}"/></bpmn:process>'
        f'<bpmndi:BPMNDiagram id="DI"><bpmndi:BPMNPlane id="PL" bpmnElement="Col">'
        + _bounds("Pool", 160, 60, _WIDTH * _STEP + 200, height)
        + _bounds("Lane", 190, 60, _WIDTH * _STEP + 170, height) + shapes
        + '<bpmndi:BPMNEdge id="Flow_di" bpmnElement="Flow"><di:waypoint x="300" y="300"/>'
        '<di:waypoint x="600" y="320"/></bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
        "</bpmn:definitions>"
    )  # fmt: skip
    return file.encode(), ids
