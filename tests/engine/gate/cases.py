"""For each rule a diagram it accepts, one it refuses, and the element it names."""

from __future__ import annotations

from dataclasses import dataclass

from engine.gate import FormField, Known
from tests.engine.compile.diagrams import END, START, definitions, event, node, process, user

KNOWN = Known(
    services=frozenset({"mark_overdue"}),
    decisions={"DT-08": {"next_step": ("EMPLOYED", "RETRY", "ESCALATE")}},
    functions=frozenset({"end_of_day", "due"}),
    roles=frozenset({"street_staff", "community_staff"}),
    forms={"form": (FormField("agreed", "bool", routing=True), FormField("remark", "text"))},
    calls={"other": frozenset(), "round": frozenset({"P"})},
    messages=frozenset({"MSG-05", "MSG-06"}),
    clauses=frozenset({"01.D1a"}),
    attributes=frozenset({"role", "roleUntil", "form", "clauses", "otherPersonThan", "type", "options",
                          "decision", "service", "message", "deadline", "reason"}),
)  # fmt: skip

MESSAGES = '<bpmn:message id="M5" name="MSG-05"/><bpmn:message id="M6" name="MSG-06"/>'
AGREED = '<bpmn:dataObject id="D1" name="agreed" aid595:type="bool"/>'
COUNT = '<bpmn:dataObject id="D2" name="count" aid595:type="int"/>'
STEP = '<bpmn:dataObject id="D3" name="next_step" aid595:type="enum"/>'
DAY = "<bpmn:timeDuration>P1D</bpmn:timeDuration>"


@dataclass(frozen=True)
class Case:
    """One rule's good and bad diagram."""

    good: bytes
    bad: bytes
    element: str
    severity: str = "error"


def line(*nodes: str, outside: str = "", extra: str = "") -> bytes:
    """Write start → nodes → end in one line; each node's id is its first quoted text."""
    ids = ["s", *[text.split('"')[1] for text in nodes], "e"]
    flows = [f"{a}>{b}" for a, b in zip(ids, ids[1:], strict=False)]
    return process(START + "".join(nodes) + extra + END, *flows, outside=outside)


def choice(*conditions: str, data: str = AGREED, gateway: str = "exclusiveGateway", rule: str = "") -> bytes:
    """Write a gateway with one way for each condition, each to a task of its own."""
    ways = [f"g>t{n}:{condition}" if condition else f"g>t{n}" for n, condition in enumerate(conditions)]
    tasks = "".join(user(f"t{n}") for n in range(len(conditions)))
    first = rule or user("t")
    name = first.split('"')[1]
    body = data + START + first + node(gateway, "g") + tasks + END
    return process(body, f"s>{name}", f"{name}>g", *ways, *[f"t{n}>e" for n in range(len(conditions))])


def drawn(data: bytes) -> bytes:
    """Add a drawing to a file: a shape or an edge for each id used in its process."""
    text = data.decode()
    if "bpmndi" in text:
        return data
    ids = [part.split('"')[0] for part in text.split(' id="')[1:]]
    shapes = "".join(f'<bpmndi:BPMNShape bpmnElement="{name}"/>' for name in ids)
    plane = f'<bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane>{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    space = ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" targetNamespace'
    return (
        text.replace(" targetNamespace", space, 1)
        .replace("</bpmn:definitions>", plane + "</bpmn:definitions>")
        .encode()
    )


def catching(kind: str = "eventBasedGateway", second: str = "M6") -> bytes:
    """Write an event gateway with two messages."""
    body = START + node(kind, "g") + event("intermediateCatchEvent", "c1", "message", "M5")
    body += event("intermediateCatchEvent", "c2", "message", second) + END
    return process(body, "s>g", "g>c1", "g>c2", "c1>e", "c2>e", outside=MESSAGES)


def boundary(host: str, trigger: str, ref: str = "", outside: str = MESSAGES) -> bytes:
    """Write an activity `t` with a boundary event `b`."""
    border = event("boundaryEvent", "b", trigger, ref, attachedToRef="t")
    return process(START + host + border + END, "s>t", "t>e", "b>e", outside=outside)


SERVICE = node("serviceTask", "t", aid595_service="mark_overdue")
LOOP = node("exclusiveGateway", "m") + node("exclusiveGateway", "g", default="F_g_e")


def rounds(inner: str) -> bytes:
    """Write a loop around one node `t`."""
    body = AGREED + START + node("exclusiveGateway", "m") + inner + node("exclusiveGateway", "g") + END
    return process(body, "s>m", "m>t", "t>g", "g>m:agreed", "g>e")


CASES: dict[str, Case] = {
    "xml": Case(line(user("t")), b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + line(user("t")), ""),
    "elements": Case(line(user("t")), line(node("scriptTask", "t")), "t"),
    "events": Case(line(user("t")), line(event("intermediateThrowEvent", "t", "timer", DAY)), "t"),
    "expressions": Case(choice("agreed", ""), choice("agreed and (", ""), "F_g_t0"),
    "flows": Case(
        line(user("t")), process(START + user("t") + END, "s>t", "t>e", "t>nowhere"), "F_t_nowhere"
    ),
    "loops": Case(
        line(user("t", '<bpmn:standardLoopCharacteristics loopMaximum="3"/>')),
        line(user("t", "<bpmn:standardLoopCharacteristics/>")),
        "t",
    ),
    "references": Case(
        line(node("receiveTask", "t", messageRef="M5"), outside=MESSAGES),
        line(node("receiveTask", "t", messageRef="M7"), outside=MESSAGES),
        "t",
    ),
    "size": Case(
        line(user("t")), process(START + "".join(user(f"t{n}") for n in range(300)) + END), "", "error"
    ),
    "timers": Case(
        line(event("intermediateCatchEvent", "t", "timer", DAY)),
        line(event("intermediateCatchEvent", "t", "timer", "<bpmn:timeDuration>P0D</bpmn:timeDuration>")),
        "t",
    ),
    "ids": Case(line(user("t")), line(user("-t")), "-t"),
    "starts": Case(
        line(user("t")),
        process(START + '<bpmn:startEvent id="s2"/>' + user("t") + END, "s>t", "s2>t", "t>e"),
        "P",
    ),
    "reachable": Case(line(user("t")), line(user("t"), extra=user("alone")), "alone"),
    "gateways": Case(choice("agreed", "not agreed"), choice("agreed", "agreed == null"), "g"),
    "names": Case(choice("agreed", ""), choice("agreed and secret()", ""), "F_g_t0"),
    "kinds": Case(choice("agreed", ""), choice('"yes" or agreed', ""), "F_g_t0"),
    "waits": Case(rounds(user("t")), rounds(SERVICE), "m"),
    "calls": Case(
        line(node("callActivity", "t", calledElement="other")),
        line(node("callActivity", "t", calledElement="round")),
        "t",
    ),
    "boundaries": Case(boundary(user("t"), "message", "M5"), boundary(SERVICE, "message", "M5"), "b"),
    "event_gateways": Case(catching(), catching(second="M5"), "c1"),
    "messages": Case(
        line(node("sendTask", "t", messageRef="M5"), outside=MESSAGES),
        line(node("sendTask", "t", messageRef="M9"), outside='<bpmn:message id="M9" name="MSG-99"/>'),
        "t",
    ),
    "services": Case(line(SERVICE), line(node("serviceTask", "t", aid595_service="os.system")), "t"),
    "decisions": Case(
        line(node("businessRuleTask", "t", aid595_decision="DT-08")),
        line(node("businessRuleTask", "t", aid595_decision="DT-99")),
        "t",
    ),
    "roles": Case(line(user("t")), line(user("t", aid595_role="mayor")), "t"),
    "forms": Case(line(user("t")), line(user("t", aid595_form="")), "t"),
    "clauses": Case(
        line(user("t", aid595_clauses="LOCAL", aid595_reason="本地惯例")),
        line(user("t", aid595_clauses="LOCAL")),
        "t",
    ),
    "spelling": Case(
        line(user("t", aid595_otherPersonThan="t")), line(user("t", aid595_otherPersonthan="t")), "t"
    ),
    "drawing": Case(drawn(line(user("t"))), line(user("t")), "t", "warning"),
}

__all__ = ["CASES", "KNOWN", "Case", "boundary", "choice", "definitions", "line", "process", "rounds"]
