"""Loop characteristics of activities: multi-instance and standard loop."""

from __future__ import annotations

import re

from lxml import etree

from engine.compile.context import Context
from engine.compile.findings import LOOPS
from engine.compile.xml import child, children, flag, own, reference, text
from engine.graph import MultiInstance, StandardLoop

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def multi_instance(
    activity: etree._Element, data_names: dict[str, str], context: Context
) -> MultiInstance | None:
    """Read multi-instance characteristics; `data_names` gives the variable of a data object's id."""
    element = child(activity, "multiInstanceLoopCharacteristics")
    if element is None:
        return None
    extra = own(activity) | own(element)
    cardinality = text(child(element, "loopCardinality"))
    input_ref = reference(text(child(element, "loopDataInputRef")))
    collection = extra.get("collection", "").strip() or data_names.get(input_ref, input_ref)
    if bool(cardinality) == bool(collection):
        context.findings.add(
            LOOPS,
            element,
            "多实例要写明次数或集合，且只写一个。",
            "Multi-instance needs a cardinality or a collection, and only one of them.",
        )
        return None
    completion = text(child(element, "completionCondition"))
    return MultiInstance(
        sequential=flag(element, "isSequential", False),
        cardinality=context.expression(element, cardinality) if cardinality else None,
        collection=context.expression(element, collection) if collection else None,
        item=_item(element, extra, context),
        completion=context.expression(element, completion) if completion else None,
    )


def _item(element: etree._Element, extra: dict[str, str], context: Context) -> str:
    data_item = child(element, "inputDataItem")
    named = "" if data_item is None else data_item.get("name") or data_item.get("id") or ""
    item = extra.get("item", "").strip() or named
    if item and not _NAME.fullmatch(item):
        context.findings.add(
            LOOPS,
            element,
            f"多实例的变量名“{item}”不能使用，请以字母开头，只用字母、数字和下划线。",
            f"The item name “{item}” must start with a letter and hold letters, digits and underscores.",
        )
    return item


def standard_loop(activity: etree._Element, context: Context) -> StandardLoop | None:
    """Read standard loop characteristics; a loop needs a condition or a maximum."""
    element = child(activity, "standardLoopCharacteristics")
    if element is None:
        return None
    condition = text(child(element, "loopCondition"))
    written = element.get("loopMaximum")
    maximum = int(written) if written and written.strip().isdecimal() and len(written) <= 6 else None
    if (not condition and maximum is None) or (written and not maximum):
        context.findings.add(
            LOOPS,
            element,
            "循环要写明条件或最多次数（正整数）。",
            "A loop needs a condition, or a maximum that is a positive whole number.",
        )
        return None
    return StandardLoop(
        condition=context.expression(element, condition) if condition else None,
        test_before=flag(element, "testBefore", False),
        maximum=maximum,
    )


def refuse_loop(sub: etree._Element, context: Context) -> None:
    """Note loop characteristics of an event sub-process: its event says how often it runs."""
    for element in children(sub, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        context.findings.add(
            LOOPS,
            element,
            "事件子流程由它的事件启动，不能再设多实例或循环，请把循环设在里面的环节上。",
            "An event sub-process runs as often as its event happens; put the loop on a step inside it.",
        )
