"""What a process may be made of, and what is refused by name.

"Runs right or is refused": an element that the runtime does not carry out is never skipped in silence.
Elements that only draw or explain are listed as decoration.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.compile import foreign
from engine.compile.findings import ELEMENTS, Findings
from engine.compile.xml import BPMN, flag, local, namespace
from engine.graph import Kind

NODES = frozenset(kind.value for kind in Kind if kind is not Kind.EVENT_SUB)

_EVENT_DEFINITIONS = frozenset(
    f"{name}EventDefinition" for name in ("message", "timer", "signal", "error", "escalation", "terminate")
)
_PARTS = frozenset(
    {
        "conditionExpression", "timeDate", "timeDuration", "timeCycle", "incoming", "outgoing",
        "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "loopCardinality",
        "loopDataInputRef", "inputDataItem", "completionCondition", "loopCondition", "dataObject",
    }
)  # fmt: skip
_DECLARATIONS = frozenset({"message", "signal", "error", "escalation", "process", "definitions"})
_DECORATION = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "childLaneSet", "lane", "flowNodeRef",
        "textAnnotation", "text", "association", "group", "category", "categoryValue", "categoryValueRef",
        "collaboration",
        "participant", "messageFlow", "dataObjectReference", "dataState", "itemDefinition",
        "dataStore", "dataStoreReference", "auditing", "monitoring", "interface", "operation", "inMessageRef",
        "outMessageRef", "endPoint", "partnerEntity", "partnerRole", "participantRef",
    }
)  # fmt: skip
ALLOWED = NODES | _EVENT_DEFINITIONS | _PARTS | _DECLARATIONS | _DECORATION | {"sequenceFlow"}

#: Name -> (Chinese name, English name, what to do instead, the same in English).
REFUSED: dict[str, tuple[str, str, str, str]] = {
    "task": ("未指定类型的任务", "plain task", "由人办理的请改为用户任务，由系统办理的请改为服务任务",
             "make it a user task where a person works, a service task where the system does"),
    "scriptTask": ("脚本任务", "script task", "请改为已登记的服务任务", "use a registered service task"),
    "complexGateway": ("复杂网关", "complex gateway", "请改用包容网关或并行网关", "use other gateways"),
    "adHocSubProcess": ("即席子流程", "ad hoc sub-process", "请画成普通子流程", "draw a plain sub-process"),
    "transaction": ("事务子流程", "transaction", "请画成普通子流程", "draw a plain sub-process"),
    "cancelEventDefinition": ("取消事件", "cancel event", "请改用错误事件", "use an error event"),
    "compensateEventDefinition": ("补偿事件", "compensation event", "请画出撤销步骤", "draw the undoing"),
    "linkEventDefinition": ("链接事件", "link event", "请直接连线", "draw the flow itself"),
    "conditionalEventDefinition": ("条件事件", "conditional event", "请改用消息事件", "use a message event"),
    "implicitThrowEvent": ("隐式抛出事件", "implicit throw event", "请改用抛出事件", "use a throw event"),
    "choreography": ("编排图", "choreography", "请画成流程", "draw a process"),
    "globalChoreographyTask": ("编排图", "choreography", "请画成流程", "draw a process"),
    "conversation": ("会话图", "conversation", "请画成流程", "draw a process"),
    "potentialOwner": ("潜在办理人", "potential owner", "请用岗位属性 aid595:role", "use aid595:role"),
    "humanPerformer": ("指定办理人", "human performer", "请用岗位属性 aid595:role", "use aid595:role"),
    "performer": ("指定办理人", "performer", "请用岗位属性 aid595:role", "use aid595:role"),
    "resourceRole": ("资源角色", "resource role", "请用岗位属性 aid595:role", "use aid595:role"),
    "ioSpecification": ("输入输出规格", "input/output specification", "请用流程变量", "use variables"),
    "dataInputAssociation": ("数据输入关联", "data input association", "请用流程变量", "use variables"),
    "dataOutputAssociation": ("数据输出关联", "data output association", "请用流程变量", "use variables"),
    "loopDataOutputRef": ("多实例输出", "multi-instance output", "结果写入业务数据", "store results as data"),
    "outputDataItem": ("多实例输出", "multi-instance output", "结果写入业务数据", "store results as data"),
    "complexBehaviorDefinition": ("多实例复杂行为", "complex behaviour", "请用条件", "use a condition"),
    "import": ("外部引入", "import", "请把内容写在同一个文件里", "put everything into one file"),
    "callChoreography": ("编排图", "choreography", "请画成流程", "draw a process"),
    "subChoreography": ("编排图", "choreography", "请画成流程", "draw a process"),
    "choreographyTask": ("编排图", "choreography", "请画成流程", "draw a process"),
    "script": ("脚本", "script", "请改为已登记的服务任务", "use a registered service task"),
}  # fmt: skip

_ONLY: tuple[tuple[str, str, str, str], ...] = (
    ("startQuantity", "1", "起始令牌数", "startQuantity"),
    ("completionQuantity", "1", "完成令牌数", "completionQuantity"),
    ("isForCompensation", "false", "补偿活动", "isForCompensation"),
    ("parallelMultiple", "false", "并行多重事件", "parallelMultiple"),
    ("instantiate", "false", "用于启动流程的网关或任务", "instantiate"),
    ("eventGatewayType", "Exclusive", "并行事件网关", "eventGatewayType"),
    ("behavior", "All", "多实例触发方式", "behavior"),
    ("implementation", "", "实现方式", "implementation"),
    ("operationRef", "", "接口操作", "operationRef"),
    ("oneBehaviorEventRef", "", "多实例事件", "oneBehaviorEventRef"),
    ("noneBehaviorEventRef", "", "多实例事件", "noneBehaviorEventRef"),
)
_HARMLESS = {"implementation": frozenset({"##WebService", "##unspecified"})}
_DRAWING = ("http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/")


def check_elements(root: etree._Element, findings: Findings) -> None:
    """Refuse by name everything in a file that would not run as written."""
    for element in _semantic(root):
        name = local(element)
        if namespace(element) != BPMN:
            foreign.check_element(element, findings)
        elif name in REFUSED:
            zh, en, todo, todo_en = REFUSED[name]
            findings.add(ELEMENTS, element, f"不支持{zh}（{name}），{todo}。", f"{name} ({en}): {todo_en}.")
        elif name not in ALLOWED:
            findings.add(
                ELEMENTS,
                element,
                f"不支持元素 {name}，请删除或换成受支持的元素。",
                f"The element {name} is not supported; remove or replace it.",
            )
        _attributes(element, findings)


def _semantic(root: etree._Element) -> Iterator[etree._Element]:
    """Walk the file without its drawing and without what lies inside refused or decorating elements."""
    stack = [root]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or namespace(element).startswith(_DRAWING):
            continue
        yield element
        name = local(element)
        if namespace(element) == BPMN and name not in ("documentation", "text") and name not in REFUSED:
            stack.extend(reversed(element))


def _attributes(element: etree._Element, findings: Findings) -> None:
    for key, only, zh, en in _ONLY:
        value = element.get(key)
        if value is not None and value.strip() != only and value.strip() not in _HARMLESS.get(key, ()):
            findings.add(
                ELEMENTS, element, f"不支持{zh}（{key}=“{value}”），请去掉。", f"Remove {en}=“{value}”."
            )
    foreign.check_attributes(element, findings)


def is_event_sub(element: etree._Element) -> bool:
    """Tell whether a sub-process is an event sub-process."""
    return local(element) == "subProcess" and flag(element, "triggeredByEvent", False)
