"""Where elements may stand, how often, and what switches may say: what lies elsewhere would be overlooked."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.compile.elements import NODES
from engine.compile.findings import ELEMENTS, Findings
from engine.compile.xml import BPMN, children, local
from engine.graph import ACTIVITIES

_CONTAINERS = frozenset({"process", "subProcess"})
_EVENTS = frozenset(name for name in NODES if name.endswith("Event"))
_LOOPED = frozenset(kind.value for kind in ACTIVITIES)
_MULTI = frozenset({"multiInstanceLoopCharacteristics"})
_ROOT = frozenset({"definitions"})

#: Element -> elements it may stand in.
HOMES: dict[str, frozenset[str]] = {
    **dict.fromkeys((*NODES, "sequenceFlow", "dataObject"), _CONTAINERS),
    **dict.fromkeys(("process", "message", "signal", "error", "escalation"), _ROOT),
    **dict.fromkeys(
        [
            f"{name}EventDefinition"
            for name in ("message", "timer", "signal", "error", "escalation", "terminate")
        ],
        _EVENTS,
    ),
    **dict.fromkeys(("timeDate", "timeDuration", "timeCycle"), frozenset({"timerEventDefinition"})),
    **dict.fromkeys(("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"), _LOOPED),
    **dict.fromkeys(("loopCardinality", "loopDataInputRef", "inputDataItem", "completionCondition"), _MULTI),
    "loopCondition": frozenset({"standardLoopCharacteristics"}),
    "conditionExpression": frozenset({"sequenceFlow"}),
    "flowNodeRef": frozenset({"lane"}),
}

_ONCE = frozenset(
    {
        "conditionExpression", "loopCardinality", "loopDataInputRef", "inputDataItem", "completionCondition",
        "loopCondition",
    }
)  # fmt: skip
_LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
_SWITCHES = (
    "isExecutable", "isInterrupting", "cancelActivity", "triggeredByEvent", "isSequential", "testBefore",
)  # fmt: skip


def check_structure(root: etree._Element, findings: Findings) -> None:
    """Note elements in a wrong place or too many of them, and switches that are neither true nor false."""
    for element in root.iter(f"{{{BPMN}}}*"):
        name, parent = local(element), element.getparent()
        home = HOMES.get(name)
        if home is not None and (parent is None or local(parent) not in home):
            findings.add(
                ELEMENTS,
                element,
                f"元素 {name} 写错了地方，不会执行，只能放在 {'、'.join(sorted(home)[:4])} 里。",
                f"The element {name} stands where it would not run; it belongs in {sorted(home)[:4]}.",
            )
        _once(element, findings)
        for switch in _SWITCHES:
            value = element.get(switch)
            if value is not None and value.strip() not in ("true", "false", "1", "0"):
                findings.add(
                    ELEMENTS,
                    element,
                    f"{switch} 只能写 true 或 false，不能写“{value[:40]}”。",
                    f"{switch} is true or false, not “{value[:40]}”.",
                )


def _once(element: etree._Element, findings: Findings) -> None:
    counts = Counter(local(part) for part in children(element))
    repeated = [name for name, count in counts.items() if name in _ONCE and count > 1]
    if sum(counts[name] for name in _LOOPS) > 1:
        repeated.append("loopCharacteristics")
    for name in repeated:
        findings.add(
            ELEMENTS,
            element,
            f"{name} 只能写一个，请删除多余的。",
            f"There may be only one {name} here; remove the others.",
        )
