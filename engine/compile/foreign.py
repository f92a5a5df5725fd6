"""What other products write into a file: left out with a notice, or refused where it may mean something.

BPMN lets an engine pass over extensions it does not know (BPMN 2.0.2, 8.2.3). We pass over those that are
known to describe, and those on elements that never run. Everything else on an element that runs is refused
by its name: nobody here knows whether it changes the course, the data or who works.
"""

from __future__ import annotations

from lxml import etree

from engine.compile.findings import ELEMENTS, Findings
from engine.compile.xml import AID, BPMN, XSI, local, namespace
from engine.graph import Kind, Trigger

#: Names under which known products (Camunda, Zeebe, Flowable, Activiti, jBPM) change the course,
_COURSE = frozenset(
    {
        "skipExpression", "errorEventDefinition", "calledElement", "calledElementType", "calledDecision",
        "decisionRef", "loopCharacteristics", "conditionExpression", "script", "scriptFormat", "class",
        "expression", "delegateExpression", "topic", "taskDefinition", "connector", "executionListener",
        "executionListeners", "taskListener", "taskListeners", "eventListener", "field", "onEntry-script",
        "onExit-script", "subscription", "isForCompensation", "condition",
    }
)  # fmt: skip
#: … the data,
_DATA = frozenset(
    {
        "inputOutput", "ioMapping", "in", "out", "input", "output", "inputParameter", "outputParameter",
        "resultVariable", "resultVariableName", "collection", "elementVariable", "elementIndexVariable",
        "inputCollection", "inputElement", "outputCollection", "outputElement", "variableName",
    }
)  # fmt: skip
#: … or who works, and until when.
_PEOPLE = frozenset(
    {
        "assignee", "owner", "candidateUsers", "candidateGroups", "assignmentDefinition",
        "potentialStarter", "dueDate", "followUpDate", "taskSchedule",
    }
)  # fmt: skip
#: What only describes or says how a server goes about it, under any product,
_HARMLESS = frozenset(
    {
        "async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "failedJobRetryTimeCycle",
        "historyTimeToLive", "versionTag", "isStartableInTasklist", "isEagerExecutionFetching",
        "localization", "documentation", "properties", "property", "modelerTemplate",
        "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId", "executionPlatform",
        "executionPlatformVersion", "color", "colour", "background-color", "border-color", "fill",
        "stroke", "icon", "label",
    }
)  # fmt: skip
#: … and whole vocabularies of drawing tools.
_DRAWN = (
    "http://www.signavio.com", "http://bpmn.io/schema/bpmn/biocolor/", "http://camunda.org/schema/modeler/",
    "http://www.omg.org/spec/BPMN/non-normative/color/",
)  # fmt: skip
#: Elements that run, or say what runs.
_RUNS = frozenset(
    {
        *(kind.value for kind in Kind if kind is not Kind.EVENT_SUB),
        *(f"{trigger.value}EventDefinition" for trigger in Trigger),
        "process", "sequenceFlow", "conditionExpression", "timeDate", "timeDuration", "timeCycle",
        "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "loopCardinality",
        "loopCondition", "loopDataInputRef", "inputDataItem", "completionCondition", "dataObject",
        "message", "signal", "error", "escalation",
    }
)  # fmt: skip
#: Ours, and what was meant to be ours.
_OURS = AID.rpartition(":")[0]
MEANING = _COURSE | _DATA | _PEOPLE


def check_element(element: etree._Element, findings: Findings) -> None:
    """Note an element that is not of BPMN."""
    name, parent = local(element), element.getparent()
    inside = parent is not None and local(parent) == "extensionElements" and namespace(parent) == BPMN
    said = next((local(one) for one in element.iter("*") if local(one) in MEANING), None)
    if namespace(element).startswith(_OURS):
        zh, en = "本系统的属性写在元素属性里，不用子元素", "write our own data as attributes"
    elif not inside:
        zh, en = "只能写在 extensionElements 里，请删除", "it belongs in extensionElements; remove it"
    elif said is not None:
        zh = f"其中的 {said} 会改变流程的走向、数据或办理人，这里不执行，请删除并用本系统的属性写明"
        en = f"{said} means something that does not run here; remove it and say it by our attributes"
    elif parent is not None and _unknown(parent.getparent(), namespace(element), name):
        zh = "这里不知道它是否影响流程的走向、数据或办理人，不会执行，请删除或改用本系统的属性"
        en = "what it means on a step that runs is not known here; remove it or say it by our attributes"
    else:
        zh = f"其他产品的扩展 {name} 在这里不起作用，原样保留。"
        en = f"The extension {name} of another product has no effect here and is kept as it is."
        findings.add(ELEMENTS, element, zh, en, "warning")
        return
    findings.add(ELEMENTS, element, f"不支持扩展元素 {name}：{zh}。", f"Extension element {name}: {en}.")


def _unknown(holder: etree._Element | None, space: str, name: str) -> bool:
    """Tell whether something of another product may mean more than a description where it stands."""
    if holder is None or namespace(holder) != BPMN or local(holder) not in _RUNS:
        return False
    return name not in _HARMLESS and not space.startswith(_DRAWN)


def check_attributes(element: etree._Element, findings: Findings) -> None:
    """Note attributes of other products."""
    if local(element) == "definitions":
        return
    kept = []
    for key in map(str, element.attrib):
        space, name = key[1:].partition("}")[0] if key.startswith("{") else "", key.rpartition("}")[2]
        if space in ("", AID, XSI):
            continue
        if name in MEANING or space.startswith(_OURS):
            zh = f"属性 {name} 属于其他产品，会改变流程的走向、数据或办理人，在这里不会执行，请删除。"
            en = f"The attribute {name} of another product means something that does not run here; remove it."
            findings.add(ELEMENTS, element, zh, en)
        elif space == BPMN:
            zh = f"属性 {name} 前面不能加 BPMN 的前缀，这样写不起作用，请去掉前缀。"
            en = f"The attribute {name} is written without a prefix; as it is, it would be overlooked."
            findings.add(ELEMENTS, element, zh, en)
        elif _unknown(element, space, name):
            zh = f"属性 {name} 属于其他产品，这里不知道它是否影响流程的走向、数据或办理人，请删除。"
            en = f"What the attribute {name} of another product means here is not known; remove it."
            findings.add(ELEMENTS, element, zh, en)
        else:
            kept.append(name[:64])
    if kept:
        zh = f"其他产品的属性 {'、'.join(kept)} 在这里不起作用，原样保留。"
        en = f"The attributes {', '.join(kept)} of another product have no effect here and are kept."
        findings.add(ELEMENTS, element, zh, en, "warning")
