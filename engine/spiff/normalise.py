"""Writes a diagram anew in the part of BPMN that SpiffWorkflow reads, without changing what it means.

What SpiffWorkflow drops or asks for in its own way is spelled out: ids and default flows, conditions that
are always true, one start event, counted multi-instances. Messages sent go nowhere, as in the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from engine.compile.process import data_names
from engine.compile.size import executable
from engine.compile.xml import AID, BPMN, BPMNDI, child, children, local, reference, text

#: Name under which the script engine counts what a multi-instance runs over.
COUNT = "count_of_items"

_THROWS = ("intermediateThrowEvent", "endEvent")
_DROPPED = ("dataObject", "dataObjectReference", "laneSet", "association", "textAnnotation", "group")


def _bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def normalise(root: etree._Element, starts: Mapping[str, str]) -> etree._Element:
    """Return a changed copy of a file; `starts` gives the start event by which a process begins."""
    copy = deepcopy(root)
    etree.strip_tags(copy, etree.Comment)  # it reads a condition up to the first comment in it
    for element in [*copy.iter(f"{{{BPMNDI}}}BPMNDiagram"), *children(copy, "collaboration")]:
        _remove(element)
    for kind in ("error", "escalation"):
        for element in children(copy, kind):
            code = element.get(f"{kind}Code", "") or element.get("name", "") or element.get("id", "")
            element.set(f"{kind}Code", code)
    for process in children(copy, "process"):
        if executable(process):
            process.set("isExecutable", "true")
            _begin(process, starts.get(process.get("id", "")))
            _process(process)
        else:
            _remove(process)
    return copy


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _begin(process: etree._Element, start: str | None) -> None:
    """Keep one start event of a process, without its trigger."""
    events = list(children(process, "startEvent"))
    plain = next((event for event in events if not _definitions(event)), events[0] if events else None)
    kept = start or (plain.get("id") if plain is not None else None)
    for event in events:
        if event.get("id") != kept:
            _remove_with_flows(process, event)
            continue
        for definition in _definitions(event):
            event.remove(definition)


def _definitions(event: etree._Element) -> list[etree._Element]:
    return [part for part in children(event) if local(part).endswith("EventDefinition")]


def _remove_with_flows(process: etree._Element, event: etree._Element) -> None:
    for flow in list(children(process, "sequenceFlow")):
        if flow.get("sourceRef") == event.get("id"):
            process.remove(flow)
    process.remove(event)


def _process(process: etree._Element) -> None:
    names = data_names(process)
    for name in _DROPPED:
        for element in list(process.iter(_bpmn(name))):
            _remove(element)
    for number, flow in enumerate(process.iter(_bpmn("sequenceFlow"))):
        if not flow.get("id"):
            flow.set("id", f"unnamed-flow-{number}")
    for name in _THROWS:
        for event in process.iter(_bpmn(name)):
            for definition in list(children(event, "messageEventDefinition")):
                event.remove(definition)
    for send in process.iter(_bpmn("sendTask")):
        send.attrib.pop("messageRef", "")
    for loop in process.iter(_bpmn("multiInstanceLoopCharacteristics")):
        _count(loop, names)
    outgoing: dict[str, list[etree._Element]] = {}
    for flow in process.iter(_bpmn("sequenceFlow")):
        outgoing.setdefault(flow.get("sourceRef", ""), []).append(flow)
    for gateway in process.iter(_bpmn("exclusiveGateway"), _bpmn("inclusiveGateway")):
        _decide(gateway, outgoing.get(gateway.get("id", ""), []))


def _count(loop: etree._Element, names: Mapping[str, str]) -> None:
    """Replace the collection of a multi-instance by the number of its items."""
    activity = loop.getparent()
    extra = f"{{{AID}}}collection"
    collection = loop.get(extra, "") or ("" if activity is None else activity.get(extra, ""))
    listed = reference(text(child(loop, "loopDataInputRef")))
    collection = collection or names.get(listed, listed)
    for part in list(children(loop, "loopDataInputRef", "inputDataItem")):
        loop.remove(part)
    if collection:
        counted = etree.SubElement(loop, _bpmn("loopCardinality"))
        counted.text = f"{COUNT}({collection})"


def _decide(gateway: etree._Element, flows: list[etree._Element]) -> None:
    """Name the default flow of an exclusive gateway; make "always" a condition of an inclusive one."""
    free = [flow for flow in flows if not text(child(flow, "conditionExpression"))]
    if local(gateway) == "exclusiveGateway":
        if len(free) == 1:
            gateway.set("default", free[0].get("id", ""))
    elif len(flows) > 1:
        for flow in free:
            if flow.get("id") != gateway.get("default"):
                etree.SubElement(flow, _bpmn("conditionExpression")).text = "true"
