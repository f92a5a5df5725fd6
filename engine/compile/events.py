"""Event definitions: what an event waits for or throws, and whether it may stand there."""

from __future__ import annotations

from lxml import etree

from engine.compile import iso
from engine.compile.context import Context
from engine.compile.findings import EVENTS, TIMERS
from engine.compile.xml import children, flag, local, text
from engine.graph import EventDef, Kind, TimerDef, TimerKind, Trigger

_ANY_CATCH = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL})
#: Where an event stands -> triggers it may have; "none" events are dealt with by `read`.
PLACES: dict[str, frozenset[Trigger]] = {
    "process start": frozenset({Trigger.MESSAGE}),
    "sub-process start": frozenset(),
    "event sub-process start": _ANY_CATCH | {Trigger.ERROR, Trigger.ESCALATION},
    "catch": _ANY_CATCH,
    "throw": frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION}),
    "boundary": _ANY_CATCH | {Trigger.ERROR, Trigger.ESCALATION},
    "end": frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ERROR, Trigger.ESCALATION, Trigger.TERMINATE}),
}
_NONE_ALLOWED = frozenset({"process start", "sub-process start", "throw", "end"})
_PLACE_ZH = {
    "process start": "流程的开始事件",
    "sub-process start": "子流程的开始事件",
    "event sub-process start": "事件子流程的开始事件",
    "catch": "中间捕获事件",
    "throw": "中间抛出事件",
    "boundary": "边界事件",
    "end": "结束事件",
}
_TRIGGER_ZH = {
    Trigger.MESSAGE: "消息",
    Trigger.TIMER: "定时",
    Trigger.SIGNAL: "信号",
    Trigger.ERROR: "错误",
    Trigger.ESCALATION: "升级",
    Trigger.TERMINATE: "终止",
}
_THROWS = frozenset({"throw", "end"})
_BY_KIND = {Kind.CATCH: "catch", Kind.THROW: "throw", Kind.BOUNDARY: "boundary", Kind.END: "end"}


def place_of(kind: Kind, scope: Kind | None) -> str:
    """Return the place of an event of that kind in a scope (None for the process itself)."""
    if kind is not Kind.START:
        return _BY_KIND[kind]
    if scope is None:
        return "process start"
    return "event sub-process start" if scope is Kind.EVENT_SUB else "sub-process start"


def read(element: etree._Element, place: str, context: Context) -> tuple[EventDef, ...]:
    """Return the event definitions of an event element, noting those that may not stand there."""
    events = []
    for definition in children(element):
        name = local(definition)
        if name == "eventDefinitionRef":
            context.findings.add(
                EVENTS, element, "请把事件类型直接写在事件里，不用引用。", "Define the event inside it."
            )
        elif name.endswith("EventDefinition"):
            event = _definition(definition, name.removesuffix("EventDefinition"), place, context)
            if event is not None:
                events.append(event)
    if not events and place not in _NONE_ALLOWED:
        context.findings.add(
            EVENTS,
            element,
            f"{_PLACE_ZH[place]}没有可用的触发条件，请选择消息、定时等类型。",
            f"This {place} event has no usable trigger; choose message, timer or another.",
        )
    if len(events) > 1 and any(event.trigger in (Trigger.ERROR, Trigger.TERMINATE) for event in events):
        context.findings.add(
            EVENTS, element, "错误或终止事件不能与其他类型合用。", "Error and terminate stand alone."
        )
    if sum(event.timer is not None for event in events) > 1:
        context.findings.add(
            TIMERS, element, "一个事件只能有一个定时器，请分成几个事件。", "An event has one timer at most."
        )
    return tuple(events)


def _definition(element: etree._Element, name: str, place: str, context: Context) -> EventDef | None:
    try:
        trigger = Trigger(name)
    except ValueError:
        return None  # refused by name with the elements
    if trigger not in PLACES[place]:
        context.findings.add(
            EVENTS,
            element,
            f"{_PLACE_ZH[place]}不能用“{_TRIGGER_ZH[trigger]}”类型，请换一种。",
            f"A {place} event cannot have the trigger “{trigger}”.",
        )
        return None
    if trigger is Trigger.TIMER:
        timer = _timer(element, context)
        return EventDef(trigger, timer=timer) if timer else None
    if trigger is Trigger.TERMINATE:
        return EventDef(trigger)
    required = trigger in (Trigger.MESSAGE, Trigger.SIGNAL) or place in _THROWS
    return EventDef(trigger, context.resolve(element, trigger.value, required))


def _timer(element: etree._Element, context: Context) -> TimerDef | None:
    parts = list(children(element, *(kind.value for kind in TimerKind)))
    source = text(parts[0]) if len(parts) == 1 else ""
    if not source:
        context.findings.add(
            TIMERS,
            element,
            "定时器要写明一个时间（日期、时长或循环），且只写一个。",
            "A timer needs exactly one date, duration or repetition.",
        )
        return None
    kind = TimerKind(local(parts[0]))
    if iso.literal_kind(source) is None:
        return TimerDef(kind, source, context.expression(element, source))
    try:
        iso.check(kind, source)
    except iso.LiteralTimeError as fault:
        context.findings.add(TIMERS, element, fault.zh, fault.en)
        return None
    return TimerDef(kind, source, None)


def interrupting(element: etree._Element, place: str, events: tuple[EventDef, ...], context: Context) -> bool:
    """Read isInterrupting or cancelActivity; an error always interrupts."""
    if place == "boundary":
        value = flag(element, "cancelActivity", True)
    elif place == "event sub-process start":
        value = flag(element, "isInterrupting", True)
    else:
        value = True
        if place != "catch":
            return True
    if not value and any(event.trigger is Trigger.ERROR for event in events):
        context.findings.add(
            EVENTS, element, "错误事件必须中断所在的活动。", "An error event must interrupt its activity."
        )
    if value and any(event.timer and event.timer.kind is TimerKind.CYCLE for event in events):
        context.findings.add(
            TIMERS,
            element,
            "中间等待事件和会中断活动的定时器只触发一次，不能写成循环，请改写时长或日期。",
            "A timer that is waited for, or interrupts, fires once; write a duration or a date.",
        )
    if not value and len(events) > 1 and any(event.timer for event in events):
        context.findings.add(
            TIMERS,
            element,
            "不中断活动的事件不能既定时又等待别的，请分成两个事件。",
            "An event that does not interrupt cannot have a timer and another trigger; make it two events.",
        )
    return value
