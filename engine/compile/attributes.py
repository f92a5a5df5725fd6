"""Which attributes an element that runs may carry: a misspelt one would be overlooked in silence.

`isInterrupting` on a boundary event, where BPMN means `cancelActivity`, reads as if it did not interrupt.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.compile.findings import ELEMENTS, Findings
from engine.compile.xml import BPMN, local
from engine.graph import ACTIVITIES

_GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway")
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_EXPRESSIONS = (
    "conditionExpression", "timeDate", "timeDuration", "timeCycle", "loopCardinality", "completionCondition",
    "loopCondition",
)  # fmt: skip
#: Those that are calculated; a time is mostly plain ISO 8601, the same in every language.
_CALCULATED = ("conditionExpression", "completionCondition", "loopCondition")
_NAMED = ("message", "signal", "error", "escalation")
_ACTIVITY = "name default isForCompensation startQuantity completionQuantity"

#: Element -> its attributes in BPMN 2.0.2, besides `id`.
ATTRIBUTES: dict[str, frozenset[str]] = {
    name: frozenset(text.split())
    for names, text in (
        (tuple(kind.value for kind in ACTIVITIES), _ACTIVITY),
        (("userTask", "businessRuleTask"), f"{_ACTIVITY} implementation"),
        (("serviceTask",), f"{_ACTIVITY} implementation operationRef"),
        (("sendTask",), f"{_ACTIVITY} implementation operationRef messageRef"),
        (("receiveTask",), f"{_ACTIVITY} implementation operationRef messageRef instantiate"),
        (("subProcess",), f"{_ACTIVITY} triggeredByEvent"),
        (("callActivity",), f"{_ACTIVITY} calledElement"),
        (("endEvent", "intermediateThrowEvent"), "name"),
        (_CATCHING, "name parallelMultiple"),
        (("startEvent",), "name parallelMultiple isInterrupting"),
        (("boundaryEvent",), "name parallelMultiple cancelActivity attachedToRef"),
        (_GATEWAYS, "name gatewayDirection"),
        (("exclusiveGateway", "inclusiveGateway"), "name gatewayDirection default"),
        (("eventBasedGateway",), "name gatewayDirection instantiate eventGatewayType"),
        (("sequenceFlow",), "name sourceRef targetRef isImmediate"),
        (("process",), "name processType isExecutable isClosed definitionalCollaborationRef"),
        (("message",), "name itemRef"),
        (("signal",), "name structureRef"),
        (("error",), "name errorCode structureRef"),
        (("escalation",), "name escalationCode structureRef"),
        (("timerEventDefinition", "terminateEventDefinition"), ""),
        *(((f"{kind}EventDefinition",), f"{kind}Ref") for kind in _NAMED),
        (_EXPRESSIONS, "language evaluatesToTypeRef"),
        (
            ("multiInstanceLoopCharacteristics",),
            "isSequential behavior oneBehaviorEventRef noneBehaviorEventRef",
        ),
        (("standardLoopCharacteristics",), "testBefore loopMaximum"),
        (("dataObject",), "name itemSubjectRef isCollection"),
    )
    for name in names
}


def check_attributes(root: etree._Element, findings: Findings) -> None:
    """Note attributes that are not of BPMN, and expressions in other languages."""
    _language_of_all(root, findings)
    for element in root.iter(f"{{{BPMN}}}*"):
        name = local(element)
        _other_language(element, findings)
        for key in _unknown(element, ATTRIBUTES.get(name)):
            findings.add(
                ELEMENTS,
                element,
                f"{name} 没有属性 {key}，写了也不起作用，请核对写法或删除。",
                f"A {name} has no attribute {key}, so it would be overlooked; correct or remove it.",
            )


def _language_of_all(root: etree._Element, findings: Findings) -> None:
    """Note the language a whole file names: many tools write one by habit, over conditions in another."""
    said = root.get("expressionLanguage", "").strip()[:64]
    if said and next(root.iter(*(f"{{{BPMN}}}{name}" for name in _CALCULATED)), None) is not None:
        findings.add(
            ELEMENTS,
            root,
            f"文件声明表达式使用“{said}”语言；这里一律按本系统的写法计算，请逐条核对条件的含义。",
            f"The file says its expressions are in “{said}”; here all are read as ours; check each.",
            "warning",
        )


def _other_language(element: etree._Element, findings: Findings) -> None:
    if local(element) in _EXPRESSIONS and element.get("language", "").strip():
        said = element.get("language", "")[:64]
        findings.add(
            ELEMENTS,
            element,
            f"这里的表达式写明是“{said}”语言，本系统不用这种语言计算，请按本系统的写法改写并去掉 language。",
            f"This expression says it is written in “{said}”; write it in ours and remove the attribute.",
        )


def _unknown(element: etree._Element, known: frozenset[str] | None) -> Iterator[str]:
    if known is not None:
        for key in map(str, element.attrib):
            if not key.startswith("{") and key != "id" and key not in known:
                yield key[:64]
