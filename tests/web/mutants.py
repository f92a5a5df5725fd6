"""Diagrams as no careful hand would make them: ours and those of other tools, bent at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from tasks.library import Library

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
TAGS = (
    "userTask", "task", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
    "manualTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway",
    "eventBasedGateway", "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
    "boundaryEvent", "subProcess", "transaction", "adHocSubProcess", "callActivity", "dataObject",
    "textAnnotation", "banana",
)  # fmt: skip
#: Texts nobody expects where a name, an id, a time, a condition or a number stands.
ODD = (
    "", " ", "0", "-1", "1e999", "true", "${x}", "#{x}", "a b", "__import__('os')", "x" * 5_000, "名",
    "\u202e", "💥", "P0D", "P99999999D", "R/P1D", "PT1S", "1 == ", "not_known > 3", "due(",
    "cd(today(), 10**9)", "DL-999", "MSG-07", "../../etc/passwd", "<b>", "&amp;", "nobody", "P04_Plan",
    "P03_registration_recognition",
)  # fmt: skip
VENDORS = (
    (
        "camunda",
        "http://camunda.org/schema/1.0/bpmn",
        ("assignee", "candidateGroups", "formKey", "asyncBefore"),
    ),
    ("activiti", "http://activiti.org/bpmn", ("assignee", "candidateUsers", "formKey")),
    ("flowable", "http://flowable.org/bpmn", ("assignee", "formKey", "dueDate")),
    ("signavio", "http://www.signavio.com", ("label",)),
    ("zeebe", "http://camunda.org/schema/zeebe/1.0", ("modelerTemplate",)),
    ("spiffworkflow", "http://spiffworkflow.org/bpmn/schema/1.0/core", ("serviceTaskOperator",)),
)
#: A process as other tools write it; `{p}` is their prefix.
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<{p}definitions xmlns{q}="{bpmn}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="Definitions_1"
 targetNamespace="http://bpmn.io/schema/bpmn" exporter="{tool}" exporterVersion="1.0">
<{p}process id="Process_1" isExecutable="true"><{p}startEvent id="StartEvent_1"/>
<{p}sequenceFlow{flow1} sourceRef="StartEvent_1" targetRef="Activity_1"/>
<{p}userTask id="Activity_1" name="Do it"/>
<{p}sequenceFlow{flow2} sourceRef="Activity_1" targetRef="Gateway_1"/>
<{p}exclusiveGateway id="Gateway_1" default="Flow_4"/>
<{p}sequenceFlow id="Flow_3" sourceRef="Gateway_1" targetRef="Activity_1">
<{p}conditionExpression xsi:type="{p}tFormalExpression">{condition}</{p}conditionExpression>
</{p}sequenceFlow><{p}sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="Event_1"/>
<{p}endEvent id="Event_1"/></{p}process></{p}definitions>
"""
TOOLS = (
    "Camunda Modeler",
    "bpmn.io",
    "Signavio Process Editor",
    "Bizagi Modeler",
    "Yaoqiang BPMN Editor",
    "Activiti",
)

Tree = etree._Element
Mutation = Callable[[random.Random, Tree], object]


def foreign(dice: random.Random) -> bytes:
    """Return a small process in the manner of another tool."""
    prefix = dice.choice(("bpmn:", "bpmn2:", "semantic:", "", "model:"))
    named = dice.random() < 0.5
    return FOREIGN.format(
        p=prefix, q=f":{prefix[:-1]}" if prefix else "", bpmn=BPMN, tool=dice.choice(TOOLS),
        flow1=' id="Flow_1"' if named else "", flow2=' id="Flow_2"' if named else "",
        condition=dice.choice(("${again}", "again", "a &gt; 1", "=again")),
    ).encode()  # fmt: skip


def _any(dice: random.Random, root: Tree) -> Tree:
    return dice.choice([one for one in root.iter() if isinstance(one.tag, str)])


def _remove(dice: random.Random, root: Tree) -> None:
    one = _any(dice, root)
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _double(dice: random.Random, root: Tree) -> None:
    one = _any(dice, root)
    if one.getparent() is not None and len(list(one.iter())) < 50:
        one.addnext(etree.fromstring(etree.tostring(one)))


def _retag(dice: random.Random, root: Tree) -> None:
    _any(dice, root).tag = f"{{{BPMN}}}{dice.choice(TAGS)}"


def _attribute(dice: random.Random, root: Tree) -> None:
    one = _any(dice, root)
    if one.attrib:
        name = dice.choice(list(one.attrib))
        if dice.random() < 0.4:
            del one.attrib[name]
        else:
            one.set(name, dice.choice((*ODD, *(str(value) for value in one.attrib.values()))))


def _text(dice: random.Random, root: Tree) -> None:
    told = [one for one in root.iter() if isinstance(one.tag, str) and (one.text or "").strip()]
    if told:
        dice.choice(told).text = dice.choice(ODD)


def _exchange(dice: random.Random, root: Tree) -> None:
    first, second = _any(dice, root), _any(dice, root)
    for name in ("id", "sourceRef", "targetRef", "attachedToRef", "default"):
        if name in first.attrib and name in second.attrib:
            one, other = first.attrib[name], second.attrib[name]
            first.set(name, other)
            second.set(name, one)


def _vendor(dice: random.Random, root: Tree) -> None:
    _prefix, namespace, names = dice.choice(VENDORS)
    one = _any(dice, root)
    one.set(f"{{{namespace}}}{dice.choice(names)}", dice.choice(ODD))
    if dice.random() < 0.5:
        extensions = etree.SubElement(one, f"{{{BPMN}}}extensionElements")
        etree.SubElement(extensions, f"{{{namespace}}}properties")


def _undraw(_dice: random.Random, root: Tree) -> None:
    for one in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(one)


def _nameless(_dice: random.Random, root: Tree) -> None:
    for one in root.iter(f"{{{BPMN}}}sequenceFlow"):
        one.attrib.pop("id", None)


def _move(dice: random.Random, root: Tree) -> None:
    one, into = _any(dice, root), _any(dice, root)
    if one is not root and into is not one and one not in into.iterancestors():
        into.append(one)


MUTATIONS: tuple[Mutation, ...] = (
    _remove, _double, _retag, _attribute, _attribute, _text, _exchange, _vendor, _undraw, _nameless, _move,
)  # fmt: skip


def _bytes(dice: random.Random, made: bytes) -> bytes:
    """Return a file as a careless transport leaves it."""
    text = made.decode("utf-8", "replace")
    match dice.randrange(9):
        case 0:
            return made[: dice.randrange(len(made))]
        case 1:
            return b"\xef\xbb\xbf" + made
        case 2:
            return text.encode("utf-16")
        case 3:
            return text.replace("UTF-8", "GBK").encode("gbk", "replace")
        case 4:
            spot = dice.randrange(len(made))
            return made[:spot] + bytes([dice.randrange(256)]) + made[spot + 1 :]
        case 5:
            return made.replace(b"\n", b"\r\n")
        case 6:
            return made.replace(b"?>", b'?><!DOCTYPE d [<!ENTITY e "x">]>', 1)
        case 7:
            return made.replace(b"?>", b"?><?php echo 1 ?><!-- -- -->", 1)
    return b"<a>" * dice.randrange(1, 3_000) + made


class Mutants:
    """Makes mutants without end from one seed."""

    def __init__(self, seed: int, library: Library) -> None:
        self.dice = random.Random(seed)
        self.ours = [path.read_bytes() for path in (*library.diagrams(), *_drawn(library.folder))]

    def next(self) -> bytes:
        """Return another mutant."""
        dice = self.dice
        made = foreign(dice) if dice.random() < 0.3 else dice.choice(self.ours)
        root = etree.fromstring(made)
        for _turn in range(dice.choice((0, 1, 1, 1, 2, 3, 8))):
            dice.choice(MUTATIONS)(dice, root)
        made = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return _bytes(dice, made) if dice.random() < 0.2 else made


def _drawn(folder: Path) -> list[Path]:
    return [folder / "overview.bpmn"]
